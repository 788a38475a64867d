#include "common/shm/group_names.hpp"

#include "common/base/text.hpp"
#include "common/shm/checksum.hpp"
#include "common/shm/lock_object.hpp"
#include "common/shm/shared_object.hpp"
#include "common/shm/state_table.hpp"

#include <cerrno>
#include <memory>

#include <dirent.h>

namespace cscc::shm {
namespace {

struct close_directory
{
    void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

// The group's own, or one that was not completed and has no other owner that it could name.
bool belongs_to(const group_names& names, const std::string& object)
{
    const auto fd = open_descriptor(object, access_mode::read_only, names.uid);
    if (!fd)
        return false;
    const auto tag = lock_object_tag(fd->get());
    return tag ? *tag == names.tag() : tag.error() == errc::object_half_made;
}

} // namespace

std::string group_names::config() const
{
    return text(name, ".", uid, ".config");
}

std::string group_names::state() const
{
    return text(name, ".", uid, ".state");
}

std::string group_names::lock(std::string_view id) const
{
    return text(name, ".", uid, ".lock.", id);
}

std::uint64_t group_names::tag() const noexcept
{
    return checksum(text(name, ".", uid));
}

result<std::vector<std::string>> lock_objects(const group_names& names)
{
    const std::unique_ptr<DIR, close_directory> directory(::opendir(shm_directory));
    if (!directory)
        return last_system_error();

    const std::string prefix = names.lock("");
    std::vector<std::string> found;
    errno = 0; // the only way to tell the end of the directory from a failure
    while (const dirent* entry = ::readdir(directory.get())) {
        std::string object = entry->d_name;
        if (object.size() > prefix.size() && object.starts_with(prefix) &&
            belongs_to(names, object))
            found.push_back(std::move(object));
        errno = 0;
    }
    if (errno != 0)
        return last_system_error();
    return found;
}

error_code remove_group_objects(const group_names& names)
{
    error_code first;
    const auto note = [&first](error_code failed) {
        if (!first)
            first = failed;
    };
    // By the table first, and whatever they say: a service can write into its own what it likes.
    if (const auto table = state_view::open(names.state(), names.uid)) {
        for (component_index i = 0; i < table->component_count(); ++i)
            note(remove(names.lock(table->spec(i).id)));
    }
    if (const auto locks = lock_objects(names)) {
        for (const std::string& object : *locks)
            note(remove(object));
    }
    else {
        note(locks.error());
    }
    note(remove(names.config()));
    note(remove(names.state()));
    return first;
}

} // namespace cscc::shm
