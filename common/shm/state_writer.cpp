#include "common/base/contract.hpp"
#include "common/base/failpoint.hpp"
#include "common/shm/state_fixed_part.hpp"
#include "common/shm/state_table.hpp"

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

#include <fcntl.h>

namespace cscc::shm {
namespace {

constexpr auto told = std::memory_order_release; // with all that was written before it

std::int64_t stamp_of(std::optional<time_point> deadline) noexcept
{
    if (!deadline)
        return 0;
    return std::max<std::int64_t>(to_stamp_ns(*deadline), 1); // 0 would say that there is none
}

} // namespace

result<state_writer> state_writer::create(const std::string& object_name, const state_spec& spec)
{
    const std::size_t n = spec.components.size();
    const state_offsets offsets(n);
    auto made = new_object::create(object_name, offsets.end);
    if (!made)
        return made.error();
    if (const error_code failed = FAILPOINT_ERROR("manager:shm-sized"))
        return failed;
    auto reader = reopen_read_only(made->descriptor());
    if (!reader)
        return reader.error();

    write_fixed_part({made->data() + offsets.fixed, fixed_part_bytes(n)}, spec);
    FAILPOINT("manager:shm-header-written");
    auto* moving = new (made->data() + offsets.moving) state_moving{};
    for (lock_slot& slot : moving->locks)
        initialise(slot);
    std::byte* to = made->data() + offsets.components_moving;
    for (std::size_t i = 0; i < n; ++i)
        new (to + i * sizeof(component_moving)) component_moving{};
    // The recorder's rings are empty as they are: zero bytes, which nobody has to touch.
    return of(made->publish(object_kind::state, fixed_part_bytes(n)), std::move(*reader));
}

result<state_writer> state_writer::attach(const std::string& object_name, uid_t owner)
{
    const auto fd = open_descriptor(object_name, access_mode::read_write, owner);
    if (!fd)
        return fd.error();
    auto object = open_from_descriptor(fd->get(), object_kind::state, access_mode::read_write);
    if (!object)
        return object.error();
    auto reader = reopen_read_only(fd->get());
    return reader ? of(std::move(*object), std::move(*reader))
                  : result<state_writer>(reader.error());
}

result<state_writer> state_writer::of(mapped_object object, unique_fd reader)
{
    std::byte* base = object.mutable_data(); // stays where it is when the object is moved
    auto view = state_view::of(std::move(object));
    if (!view)
        return view.error();
    return state_writer(std::move(*view), base, std::move(reader));
}

state_writer::state_writer(state_view view, std::byte* base, unique_fd reader) noexcept
    : view_(std::move(view)), reader_(std::move(reader))
{
    const state_offsets offsets(view_.component_count());
    moving_ = std::launder(reinterpret_cast<state_moving*>(base + offsets.moving));
    components_ =
        std::launder(reinterpret_cast<component_moving*>(base + offsets.components_moving));
    recorder_ = {
        std::launder(reinterpret_cast<recorder_head*>(base + offsets.recorder)),
        std::launder(reinterpret_cast<transition_entry*>(base + offsets.transitions)),
        std::launder(reinterpret_cast<recovery_entry*>(base + offsets.recoveries)),
        view_.component_count(),
    };
}

state_writer& state_writer::operator=(state_writer&& other) noexcept
{
    if (this == &other)
        return *this;
    keep_held_locks_mapped();
    view_ = std::move(other.view_);
    reader_ = std::move(other.reader_);
    moving_ = other.moving_;
    components_ = other.components_;
    recorder_ = other.recorder_;
    return *this;
}

state_writer::~state_writer()
{
    keep_held_locks_mapped();
}

// A lock that is held while its memory goes is never seen to be released, not even by the kernel
// when we die; and the kernel would write into whatever is mapped there by then.
void state_writer::keep_held_locks_mapped() noexcept
{
    if (view_.object_.empty()) // moved from
        return;
    for (lock_slot& slot : moving_->locks) {
        if (robust_lock(slot).owned_by_this_process()) {
            view_.object_.keep_until_exit();
            return;
        }
    }
}

result<unique_fd> state_writer::read_only_descriptor() const
{
    unique_fd another(::fcntl(reader_.get(), F_DUPFD_CLOEXEC, 0));
    if (!another)
        return last_system_error();
    return another;
}

const state_view& state_writer::view() const noexcept
{
    return view_;
}

robust_lock state_writer::lock(daemon_lock which) noexcept
{
    return robust_lock(moving_->locks[static_cast<std::size_t>(which)]);
}

flight_recorder state_writer::recorder() noexcept
{
    return flight_recorder(recorder_);
}

component_moving& state_writer::words(component_index c) noexcept
{
    EXPECTS(c < view_.component_count());
    return components_[c];
}

void state_writer::set_wanted_up() noexcept
{
    moving_->wanted.store(1, told);
}

void state_writer::set_wanted_down(group_outcome outcome) noexcept
{
    moving_->wanted.store(static_cast<std::uint64_t>(outcome) << 8, told);
}

void state_writer::set_state(group_state state, wall_time now) noexcept
{
    moving_->since_ns.store(now.time_since_epoch().count(), told);
    moving_->state.store(static_cast<std::uint64_t>(state), told);
}

void state_writer::set_epoch(std::uint64_t epoch) noexcept
{
    moving_->epoch.store(epoch, told);
}

void state_writer::set_generation(std::uint64_t generation) noexcept
{
    moving_->generation.store(generation, told);
}

void state_writer::beat() noexcept
{
    moving_->heartbeat.fetch_add(1, told);
}

void state_writer::set_primary(process_identity who) noexcept
{
    moving_->primary.store(who.packed(), told);
}

void state_writer::set_standby(process_identity who) noexcept
{
    moving_->standby.store(who.packed(), told);
}

void state_writer::set_group_deadline(std::optional<time_point> deadline) noexcept
{
    moving_->deadline_ns.store(stamp_of(deadline), told);
}

void state_writer::note_retry(time_point when) noexcept
{
    const std::uint64_t written = moving_->retry_count.load(std::memory_order_relaxed);
    moving_->retry_stamp_ns[written % retries_max].store(to_stamp_ns(when), told);
    moving_->retry_count.store(written + 1, told); // counted only once it is there
}

void state_writer::forget_retries() noexcept
{
    moving_->retry_count.store(0, told);
}

void state_writer::set_covered(incident_number number) noexcept
{
    constexpr incident_number most = std::numeric_limits<incident_number>::max() - 1;
    moving_->covered.store(std::min(number, most) + 1, told); // one too high is not "none"
}

std::vector<time_point> state_writer::retries() const
{
    return view_.retries();
}

void state_writer::set_component_state(component_index c, component_state state,
                                       std::uint64_t generation, wall_time now) noexcept
{
    words(c).since_ns.store(now.time_since_epoch().count(), told);
    words(c).state.store(generation << 8 | static_cast<std::uint64_t>(state), told);
}

void state_writer::set_component_deadline(component_index c,
                                          std::optional<time_point> deadline) noexcept
{
    words(c).deadline_ns.store(stamp_of(deadline), told);
}

void state_writer::set_component_identity(component_index c, process_identity who) noexcept
{
    words(c).identity.store(who.packed(), told);
}

void state_writer::set_last_exit(component_index c, exit_report report) noexcept
{
    words(c).last_exit.store(report.packed(), told);
}

void state_writer::set_restarts(component_index c, std::uint64_t restarts) noexcept
{
    words(c).restarts.store(restarts, told);
}

std::atomic<std::uint64_t>& state_writer::identity_word(component_index c) noexcept
{
    return words(c).identity;
}

std::atomic<std::uint64_t>& state_writer::standby_word() noexcept
{
    return moving_->standby;
}

const lock_slot& state_writer::daemon_lock_slot() const noexcept
{
    return moving_->locks[static_cast<std::size_t>(daemon_lock::coordinator)];
}

} // namespace cscc::shm
