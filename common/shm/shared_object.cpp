#include "common/shm/shared_object.hpp"

#include "common/base/contract.hpp"
#include "common/base/failpoint.hpp"
#include "common/base/text.hpp"
#include "common/shm/checksum.hpp"
#include "common/shm/interprocess_error.hpp"
#include "common/shm/object_check.hpp"

#include <boost/interprocess/shared_memory_object.hpp>

#include <cerrno>
#include <new>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

namespace cscc::shm {
namespace {

namespace bip = boost::interprocess;

error_code reserve(int fd, std::size_t size_bytes) noexcept
{
    int failed = 0;
    do {
        failed = ::posix_fallocate(fd, 0, static_cast<off_t>(size_bytes)); // says it, not in errno
    } while (failed == EINTR);
    if (failed == ENOSPC)
        return errc::no_space;
    return {failed, boost::system::system_category()};
}

// What nobody but its owner may open is still somebody's: say that rather than "permission denied".
error_code why_not_opened(const std::string& name, int failed, uid_t owner)
{
    struct stat found = {};
    if (failed == EACCES && ::lstat((shm_directory + name).c_str(), &found) == 0 &&
        found.st_uid != owner)
        return errc::object_foreign;
    return {failed, boost::system::system_category()};
}

} // namespace

result<unique_fd> create_sized(const std::string& name, std::size_t size_bytes)
{
    EXPECTS(size_bytes > 0);
    try {
        const bip::shared_memory_object made(bip::create_only, name.c_str(), bip::read_write,
                                             bip::permissions(0600));
        if (name.ends_with(".state")) // which is csccmgr's alone to make
            FAILPOINT("manager:shm-created");
        // Boost closes its own with `made`, and gives none away.
        unique_fd fd(::fcntl(made.get_mapping_handle().handle, F_DUPFD_CLOEXEC, 0));
        const error_code failed = fd ? reserve(fd.get(), size_bytes) : last_system_error();
        if (failed) {
            static_cast<void>(remove(name)); // the first failure is the one to tell
            return failed;
        }
        return fd;
    }
    catch (const bip::interprocess_exception& failure) {
        return converted(failure);
    }
}

result<unique_fd> open_descriptor(const std::string& name, access_mode mode, uid_t owner)
{
    // Not Boost's open_only: it opens without O_NONBLOCK, and a stranger's FIFO under our name
    // would hold the caller there for ever (tried).
    const int how = (mode == access_mode::read_write ? O_RDWR : O_RDONLY) | O_NONBLOCK;
    unique_fd fd(::shm_open(("/" + name).c_str(), how, 0)); // CLOEXEC and NOFOLLOW by itself
    if (!fd)
        return why_not_opened(name, errno, owner);

    struct stat found = {};
    if (::fstat(fd.get(), &found) != 0)
        return last_system_error();
    if (!may_use(found.st_uid, owner, ::geteuid()))
        return errc::object_foreign;
    if (!S_ISREG(found.st_mode))
        return errc::object_damaged;
    return fd;
}

result<mapped_object> open_from_descriptor(int fd, object_kind kind, access_mode mode)
{
    struct stat found = {};
    if (::fstat(fd, &found) != 0)
        return last_system_error();
    const auto size = static_cast<std::size_t>(found.st_size);
    if (size < sizeof(object_header)) // nobody has given it its size yet
        return errc::object_half_made;

    auto mapped = mapped_object::map(fd, size, mode);
    if (!mapped)
        return mapped.error();
    const auto* header = std::launder(reinterpret_cast<const object_header*>(mapped->data()));
    const header_copy copy = copy_header(*header);
    if (const error_code failed = check_header(copy, kind, size, found.st_uid))
        return failed;
    if (checksum(mapped->bytes().subspan(sizeof(object_header), copy.fixed_bytes)) != copy.checksum)
        return errc::object_damaged;
    return mapped;
}

result<mapped_object> open(const std::string& name, object_kind kind, access_mode mode, uid_t owner)
{
    const auto fd = open_descriptor(name, mode, owner);
    return fd ? open_from_descriptor(fd->get(), kind, mode) : result<mapped_object>(fd.error());
}

result<unique_fd> reopen_read_only(int fd)
{
    // Through /proc and not by name: a name can be another object's by now.
    unique_fd reader(::open(text("/proc/self/fd/", fd).c_str(), O_RDONLY | O_CLOEXEC));
    if (!reader)
        return last_system_error();
    return reader;
}

error_code remove(const std::string& name)
{
    if (::shm_unlink(("/" + name).c_str()) == 0 || errno == ENOENT)
        return {};
    return last_system_error();
}

bool exists(const std::string& name)
{
    struct stat found = {};
    return ::lstat((shm_directory + name).c_str(), &found) == 0;
}

void fill_header(object_header& header, std::size_t size_bytes, std::size_t fixed_bytes,
                 std::uint64_t fixed_checksum) noexcept
{
    header.version = layout_version;
    header.owner_uid = ::geteuid();
    header.size_bytes = size_bytes;
    header.fixed_bytes = fixed_bytes;
    header.checksum = fixed_checksum;
}

result<new_object> new_object::create(std::string name, std::size_t size_bytes)
{
    EXPECTS(size_bytes >= sizeof(object_header));
    auto fd = create_sized(name, size_bytes);
    if (!fd)
        return fd.error();
    auto mapped = mapped_object::map(fd->get(), size_bytes, access_mode::read_write);
    if (!mapped) {
        static_cast<void>(remove(name));
        return mapped.error();
    }
    new (mapped->mutable_data()) object_header{};
    return new_object(std::move(name), std::move(*fd), std::move(*mapped));
}

new_object::new_object(std::string name, unique_fd fd, mapped_object object)
    : name_(std::move(name)), fd_(std::move(fd)), object_(std::move(object))
{}

new_object::new_object(new_object&& other) noexcept
    : name_(std::exchange(other.name_, {})), fd_(std::move(other.fd_)),
      object_(std::move(other.object_))
{}

new_object::~new_object()
{
    if (!name_.empty())
        static_cast<void>(remove(name_));
}

mapped_object new_object::publish(object_kind kind, std::size_t fixed_bytes) noexcept
{
    EXPECTS(fixed_bytes <= object_.size() - sizeof(object_header));
    auto* header = std::launder(reinterpret_cast<object_header*>(object_.mutable_data()));
    const auto fixed = object_.bytes().subspan(sizeof(object_header), fixed_bytes);
    fill_header(*header, object_.size(), fixed_bytes, checksum(fixed));
    header->magic.store(static_cast<std::uint64_t>(kind), std::memory_order_release);
    name_.clear();
    return std::move(object_);
}

} // namespace cscc::shm
