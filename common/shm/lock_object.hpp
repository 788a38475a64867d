// lock_object.hpp: the .lock.ID object - a page of its own for each service, which it alone writes.
//
//   csccd   make_lock_object, before each spawn: one descriptor for the child, one to look with
//   service service_lock: maps it, takes the lock at alive and holds it until death
//   others  look_at_lock: pread only, never mapped, never locked - whatever a service writes there
//           can be shown to somebody, and do no more harm than that
#pragma once

#include "common/base/error.hpp"
#include "common/base/unique_fd.hpp"
#include "common/shm/group_names.hpp"
#include "common/shm/lock_view.hpp"
#include "common/shm/mapped_object.hpp"
#include "common/shm/robust_lock.hpp"

#include <cstdint>
#include <string_view>

namespace cscc::shm {

struct lock_descriptors // both CLOEXEC
{
    unique_fd for_service; ///< read-write, to be handed to the child
    unique_fd for_looking; ///< read-only
};

/// Makes the lock object of `id` anew: an old one is removed first, for a dead service's lock may
/// still be mapped by what it left behind. Errors: create_sized's.
[[nodiscard]] result<lock_descriptors> make_lock_object(const group_names& names,
                                                        std::string_view id);

/// For those who did not make it: a read-only descriptor for look_at_lock.
/// Errors: open_descriptor's.
[[nodiscard]] result<unique_fd> open_lock_object(const group_names& names, std::string_view id);

struct lock_look
{
    lock_view lock;
    std::uint64_t heartbeats = 0;
};

/// What lock and counter were just now. Only a hint: the service can write what it likes, and one
/// read of both is no snapshot. Errors: errc::object_half_made, errc::object_damaged; the system's.
[[nodiscard]] result<lock_look> look_at_lock(int fd);

/// Which group's the object says it is (group_names::tag). Errors: as look_at_lock.
[[nodiscard]] result<std::uint64_t> lock_object_tag(int fd);

/// The service's side; one for each process. If its lock is held when it goes, the page stays
/// mapped until the process ends, because the kernel still has to find the lock there.
class service_lock
{
public:
    /// Maps the inherited object, if it is sound; the descriptor stays the caller's.
    /// Errors: open_from_descriptor's.
    [[nodiscard]] static result<service_lock> from_descriptor(int fd);

    service_lock(service_lock&&) noexcept = default;
    service_lock& operator=(service_lock&&) = delete;
    ~service_lock();

    [[nodiscard]] robust_lock lock() noexcept { return robust_lock(page_->component); }
    /// "I live", for the watchdog; any thread may say it.
    void beat() noexcept { page_->heartbeats.fetch_add(1, std::memory_order_release); }

private:
    explicit service_lock(mapped_object object) noexcept;

    mapped_object object_;
    lock_page* page_;
};

} // namespace cscc::shm
