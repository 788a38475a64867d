#include "common/shm/lock_object.hpp"

#include "common/base/contract.hpp"
#include "common/shm/checksum.hpp"
#include "common/shm/object_check.hpp"
#include "common/shm/shared_object.hpp"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <new>
#include <span>
#include <string>

#include <unistd.h>

namespace cscc::shm {
namespace {

struct lock_image // the part of a lock object that is in use
{
    object_header header;
    lock_page page;
};
static_assert(offsetof(lock_image, page) == lock_page_offset);
constexpr std::size_t magic_bytes = sizeof(object_header::magic);
static_assert(offsetof(object_header, magic) == 0);

error_code write_at(int fd, const void* bytes, std::size_t count, std::size_t offset) noexcept
{
    const ssize_t written = ::pwrite(fd, bytes, count, static_cast<off_t>(offset));
    if (written < 0)
        return last_system_error();
    ENSURES(static_cast<std::size_t>(written) == count); // it is reserved: within one page of tmpfs
    return {};
}

// Written and not mapped: the daemon has a thousand of these to make, and none to lock. glibc keeps
// no address in a mutex that nobody holds, so one may be made elsewhere and copied.
error_code write_image(int fd, const group_names& names) noexcept
{
    lock_image image{};
    fill_header(image.header, lock_object_bytes, 0, checksum(std::span<const std::byte>()));
    image.header.group_tag = names.tag();
    initialise(image.page.component);

    const auto* bytes = reinterpret_cast<const std::byte*>(&image);
    if (const error_code failed =
            write_at(fd, bytes + magic_bytes, sizeof image - magic_bytes, magic_bytes))
        return failed;
    constexpr auto magic = static_cast<std::uint64_t>(object_kind::lock); // last, as everywhere
    return write_at(fd, &magic, sizeof magic, 0);
}

// The bytes of a lock object as they are, into memory of ours.
struct image_bytes
{
    alignas(lock_image) std::byte at[sizeof(lock_image)] = {};

    template <class Value>
    [[nodiscard]] Value get(std::size_t offset) const noexcept
    {
        Value value{};
        std::memcpy(&value, at + offset, sizeof value);
        return value;
    }
};

result<image_bytes> read_image(int fd)
{
    image_bytes bytes;
    const ssize_t got = ::pread(fd, bytes.at, sizeof bytes.at, 0);
    if (got < 0)
        return last_system_error();
    if (got == 0)
        return errc::object_half_made;
    if (static_cast<std::size_t>(got) != sizeof bytes.at)
        return errc::object_damaged;
    const auto magic = bytes.get<std::uint64_t>(0);
    if (magic == 0)
        return errc::object_half_made;
    if (magic != static_cast<std::uint64_t>(object_kind::lock))
        return errc::object_damaged;
    return bytes;
}

} // namespace

result<lock_descriptors> make_lock_object(const group_names& names, std::string_view id)
{
    const std::string object = names.lock(id);
    if (const error_code failed = remove(object))
        return failed;
    auto fd = create_sized(object, lock_object_bytes);
    if (!fd)
        return fd.error();
    error_code failed = write_image(fd->get(), names);
    if (!failed) {
        auto reader = reopen_read_only(fd->get());
        if (reader)
            return lock_descriptors{std::move(*fd), std::move(*reader)};
        failed = reader.error();
    }
    static_cast<void>(remove(object)); // the first failure is the one to tell
    return failed;
}

result<unique_fd> open_lock_object(const group_names& names, std::string_view id)
{
    return open_descriptor(names.lock(id), access_mode::read_only, names.uid);
}

result<lock_look> look_at_lock(int fd)
{
    const auto bytes = read_image(fd);
    if (!bytes)
        return bytes.error();
    constexpr std::size_t word_at =
        lock_page_offset + offsetof(lock_page, component) + lock_view::word_offset;
    constexpr std::size_t heartbeats_at = lock_page_offset + offsetof(lock_page, heartbeats);
    return lock_look{lock_view(bytes->get<std::uint32_t>(word_at)),
                     bytes->get<std::uint64_t>(heartbeats_at)};
}

result<std::uint64_t> lock_object_tag(int fd)
{
    const auto bytes = read_image(fd);
    if (!bytes)
        return bytes.error();
    return bytes->get<std::uint64_t>(offsetof(object_header, group_tag));
}

result<service_lock> service_lock::from_descriptor(int fd)
{
    auto object = open_from_descriptor(fd, object_kind::lock, access_mode::read_write);
    if (!object)
        return object.error();
    if (object->size() != lock_object_bytes)
        return errc::object_damaged;
    return service_lock(std::move(*object));
}

service_lock::service_lock(mapped_object object) noexcept
    : object_(std::move(object)),
      page_(std::launder(reinterpret_cast<lock_page*>(object_.mutable_data() + lock_page_offset)))
{}

service_lock::~service_lock()
{
    if (!object_.empty() && lock().owned_by_this_process())
        object_.keep_until_exit();
}

} // namespace cscc::shm
