// shared_object.hpp: shared memory objects by name - make, publish, open with every check, remove.
//
//   create_sized -> map -> fill -> publish (magic last)        a maker that dies before the last
//                                                              step leaves one that nobody opens
//
// Never open_or_create and no managed_shared_memory: the first waits for minutes on a half-made
// object, the second has a lock inside that a killed peer keeps for ever.
#pragma once

#include "common/base/error.hpp"
#include "common/base/unique_fd.hpp"
#include "common/shm/layout.hpp"
#include "common/shm/mapped_object.hpp"

#include <cstddef>
#include <string>

#include <sys/types.h>
#include <unistd.h>

namespace cscc::shm {

/// Where the names live; part of what glibc's shm_open(3) promises.
inline constexpr const char* shm_directory = "/dev/shm/";

/// Makes an object of its own that did not exist, mode 0600, all its bytes reserved and zero: a
/// full file system is an error here and not a SIGBUS later. On failure nothing is left behind.
/// Errors: errc::no_space; the system's, above all file_exists and permission_denied.
[[nodiscard]] result<unique_fd> create_sized(const std::string& name, std::size_t size_bytes);

/// Opens without looking inside. Never waits, whatever lies under that name. CLOEXEC.
/// @param owner  whose object it must be; only root may name another than itself
/// Errors: errc::object_foreign; errc::object_damaged (no file at all); no_such_file_or_directory.
[[nodiscard]] result<unique_fd> open_descriptor(const std::string& name, access_mode mode,
                                                uid_t owner = ::geteuid());

/// Maps what an open descriptor refers to, if it is a sound object of that kind: completed, of this
/// version, of the size it says, its fixed part unharmed. Whoever handed the descriptor down is
/// trusted, so the owner need not be the caller. The descriptor stays the caller's.
/// Errors: errc::object_half_made, object_other_version, object_foreign, object_damaged.
[[nodiscard]] result<mapped_object> open_from_descriptor(int fd, object_kind kind,
                                                         access_mode mode);

/// Both of the above. Errors: theirs.
[[nodiscard]] result<mapped_object> open(const std::string& name, object_kind kind,
                                         access_mode mode, uid_t owner = ::geteuid());

/// Another descriptor of the same object that cannot write, whatever the name means by now.
/// CLOEXEC.
[[nodiscard]] result<unique_fd> reopen_read_only(int fd);

/// Removes the name; mappings and descriptors go on. An absent one is a success.
[[nodiscard]] error_code remove(const std::string& name);

/// True if anything of that name is there, sound or not.
[[nodiscard]] bool exists(const std::string& name);

/// Fills everything of a header but the magic, for an object of the caller's.
/// @param fixed_bytes  how many bytes after the header the checksum is to cover
void fill_header(object_header& header, std::size_t size_bytes, std::size_t fixed_bytes,
                 std::uint64_t fixed_checksum) noexcept;

/// An object that is being made: mapped for writing, zero, and gone again unless it is published.
class new_object
{
public:
    /// Errors: create_sized's.
    [[nodiscard]] static result<new_object> create(std::string name, std::size_t size_bytes);

    new_object(new_object&& other) noexcept;
    new_object& operator=(new_object&&) = delete;
    ~new_object();

    [[nodiscard]] std::byte* data() noexcept { return object_.mutable_data(); }
    [[nodiscard]] int descriptor() const noexcept { return fd_.get(); }

    /// Seals the `fixed_bytes` after the header with the checksum, then stores the magic with
    /// release order: from here on others can open it. Empty afterwards.
    [[nodiscard]] mapped_object publish(object_kind kind, std::size_t fixed_bytes) noexcept;

private:
    new_object(std::string name, unique_fd fd, mapped_object object);

    std::string name_; // empty: nothing to remove
    unique_fd fd_;
    mapped_object object_;
};

} // namespace cscc::shm
