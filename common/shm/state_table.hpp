// state_table.hpp: the .state object of a group - what everybody may know, in atomic words.
//
// Three ways in, one class each, so that who may write is a matter of type: the manager creates,
// the primary attaches as writer, everybody else (services, csccmgr, a standby before its turn)
// views.
//
// The methods of the two classes are in state_view.cpp and state_writer.cpp.
#pragma once

#include "common/base/cluster.hpp"
#include "common/base/error.hpp"
#include "common/base/identity.hpp"
#include "common/base/sequence.hpp"
#include "common/base/states.hpp"
#include "common/base/time.hpp"
#include "common/base/unique_fd.hpp"
#include "common/shm/flight_recorder.hpp"
#include "common/shm/layout.hpp"
#include "common/shm/lock_view.hpp"
#include "common/shm/robust_lock.hpp"
#include "common/shm/shared_object.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>
#include <unistd.h>

namespace cscc::shm {

/// How a process ended: an exit code, or the signal that killed it.
struct exit_report
{
    enum class kind : std::uint8_t
    {
        none, // has not ended yet
        exited,
        killed,
        unknown, // ended, but nobody could ask the kernel how
    };
    kind how = kind::none;
    std::int32_t value = 0; // exit code or signal number
    bool core_dumped = false;

    [[nodiscard]] std::uint64_t packed() const noexcept;
    [[nodiscard]] static exit_report unpacked(std::uint64_t word) noexcept;
    friend bool operator==(const exit_report&, const exit_report&) noexcept = default;
};

/// What the manager knows about one component when it makes the table.
struct component_spec
{
    std::string id;
    std::uint32_t startup_step = 0;
    std::uint32_t shutdown_step = 0;
    duration startup_timeout{};
    duration shutdown_timeout{};
};

struct state_spec
{
    std::string group_name;
    std::vector<component_spec> components; // in startup order
    std::uint32_t startup_steps = 0;
    std::uint32_t shutdown_steps = 0;
    coordinator_policy on_coordinator_failure = coordinator_policy::restart;
    duration shutdown_timeout{};
    duration takeover_timeout{};
    duration heartbeat_timeout{};
    std::uint64_t config_checksum = 0;
    wall_time born{}; // when it was made: tells it from a later one of the same name
};

/// One component's words, copied at one moment (each word true by itself; the state may be newer
/// than the identity, never older).
struct component_snapshot
{
    process_identity identity;
    component_state state = component_state::down;
    std::uint64_t generation = 0;
    wall_time since{};
    std::optional<time_point> deadline;
    exit_report last_exit;
    std::uint64_t restarts = 0;
};

/// A read-only look. Validated once when made (every index and count within the object), then safe
/// to read whatever happens: a word that names no state reads as `stopped` or `failed`. An index
/// beyond component_count() is a bug of the caller. One mapping, one owner; movable.
class state_view
{
public:
    /// By name: `csccmgr`, a standby. Errors: shared_object's (absent, foreign, half made,
    /// damaged).
    /// @param owner  whose group it is; only root may name another than itself
    [[nodiscard]] static result<state_view> open(const std::string& object_name,
                                                 uid_t owner = ::geteuid());
    /// By an inherited descriptor (libcscc); the descriptor stays the caller's.
    [[nodiscard]] static result<state_view> from_descriptor(int fd);

    [[nodiscard]] std::size_t component_count() const noexcept;
    [[nodiscard]] const component_spec& spec(component_index) const;
    [[nodiscard]] std::optional<component_index> find(std::string_view id) const noexcept;
    [[nodiscard]] const state_spec& group() const noexcept;

    [[nodiscard]] bool wanted_up() const noexcept;
    /// With !wanted_up(): what the end is to be called; stopped in a group that never began.
    [[nodiscard]] group_outcome wanted_outcome() const noexcept;
    [[nodiscard]] group_state state() const noexcept;
    [[nodiscard]] wall_time since() const noexcept;
    [[nodiscard]] std::uint64_t epoch() const noexcept;
    [[nodiscard]] std::uint64_t generation() const noexcept;
    [[nodiscard]] std::uint64_t heartbeat() const noexcept;
    [[nodiscard]] process_identity primary() const noexcept;
    [[nodiscard]] process_identity standby() const noexcept;
    [[nodiscard]] std::optional<time_point> deadline() const noexcept; // of a whole start or stop
    [[nodiscard]] std::vector<time_point> retries() const;             // oldest first
    [[nodiscard]] std::optional<incident_number> covered() const noexcept;
    [[nodiscard]] component_snapshot component(component_index) const;
    [[nodiscard]] lock_view lock(daemon_lock) const noexcept;
    /// Valid as long as the mapping, wherever the view is moved.
    [[nodiscard]] recorder_view recorder() const noexcept;

private:
    friend class state_writer; // makes one of its own mapping, and keeps that if it must
    [[nodiscard]] static result<state_view> of(mapped_object object);
    state_view(mapped_object object, state_spec spec);
    [[nodiscard]] const state_moving& moving() const noexcept;
    [[nodiscard]] const component_moving& moving(component_index) const noexcept;

    mapped_object object_;
    state_spec spec_; // copied out of the mapping when it was validated
};

/// The one writer. Constructed by the manager (create) and by the primary (attach); one for each
/// process, because locks are taken in its mapping. If one of them is held when the writer goes,
/// the mapping stays until the process ends. Movable; handles onto its locks stay good when it is
/// moved.
class state_writer
{
public:
    /// Makes the object, sizes it, fills the fixed part, initialises the four locks, stores the
    /// magic last. The specification must be that of a validated configuration.
    /// Errors: errc::no_space, file_exists, permission_denied.
    [[nodiscard]] static result<state_writer> create(const std::string& object_name,
                                                     const state_spec& spec);
    /// Maps an existing, validated object for writing. Errors and owner: as state_view::open.
    [[nodiscard]] static result<state_writer> attach(const std::string& object_name,
                                                     uid_t owner = ::geteuid());

    state_writer(state_writer&&) noexcept = default;
    state_writer& operator=(state_writer&&) noexcept;
    ~state_writer();

    /// A read-only descriptor of the same object, for services to inherit (CLOEXEC).
    [[nodiscard]] result<unique_fd> read_only_descriptor() const;
    [[nodiscard]] const state_view& view() const noexcept;
    [[nodiscard]] robust_lock lock(daemon_lock) noexcept; // a handle onto the slot
    [[nodiscard]] flight_recorder recorder() noexcept;    // likewise

    void set_wanted_up() noexcept;
    void set_wanted_down(group_outcome) noexcept;
    void set_state(group_state, wall_time now) noexcept;
    void set_epoch(std::uint64_t) noexcept;
    void set_generation(std::uint64_t) noexcept;
    void beat() noexcept; // the primary lives: seen by its standby
    void set_primary(process_identity) noexcept;
    void set_standby(process_identity) noexcept;
    void set_group_deadline(std::optional<time_point>) noexcept;
    void note_retry(time_point) noexcept;
    void forget_retries() noexcept;
    void set_covered(incident_number) noexcept;
    [[nodiscard]] std::vector<time_point> retries() const; // oldest first

    void set_component_state(component_index, component_state, std::uint64_t generation,
                             wall_time now) noexcept;
    void set_component_deadline(component_index, std::optional<time_point>) noexcept;
    void set_component_identity(component_index, process_identity) noexcept;
    void set_last_exit(component_index, exit_report) noexcept;
    void set_restarts(component_index, std::uint64_t) noexcept;

    /// Where a child writes its own identity between clone and exec (async-signal-safe: one store).
    [[nodiscard]] std::atomic<std::uint64_t>& identity_word(component_index) noexcept;
    [[nodiscard]] std::atomic<std::uint64_t>& standby_word() noexcept; // a standby's, likewise
    /// What the child then looks at: whether its coordinator lives.
    [[nodiscard]] const lock_slot& daemon_lock_slot() const noexcept;

private:
    [[nodiscard]] static result<state_writer> of(mapped_object object, unique_fd reader);
    state_writer(state_view view, std::byte* base, unique_fd reader) noexcept;
    [[nodiscard]] component_moving& words(component_index) noexcept;
    void keep_held_locks_mapped() noexcept;

    state_view view_;              // owns the mapping, and only reads it
    state_moving* moving_;         // into that mapping
    component_moving* components_; // into that mapping
    recorder_part recorder_;       // into that mapping
    unique_fd reader_;             // opened while we are who we are: a dropped right takes it not
};

} // namespace cscc::shm
