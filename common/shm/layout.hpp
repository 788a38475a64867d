// layout.hpp: what lies in the shared objects, byte by byte, versioned and pinned by assertions.
//
//   .config    object_header | configuration as JSON text
//   .state     object_header | state_fixed | component_fixed[n]
//                            | state_moving | component_moving[n]
//                            | recorder_head | transition_entry[1024 + 8n] | recovery_entry[64]
//   .lock.ID   object_header | lock_page
//
// No seqlock anywhere: a writer killed half-way would lock readers out for ever. The fixed part is
// covered by the header's checksum and never changes; the moving part is single atomic words, each
// true by itself, and the flight recorder is rings of entries whose number is written last
// (flight_recorder.hpp). Component tables are in the order of the startup sequence
// (component_index).
#pragma once

#include "common/base/sequence.hpp"
#include "common/base/states.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <pthread.h>

namespace cscc::shm {

inline constexpr std::uint32_t layout_version = 3;
inline constexpr std::size_t components_max = 4096;
inline constexpr std::size_t id_max = 32;    // characters of a component id
inline constexpr std::size_t name_max = 200; // characters of a configured lock or object name
inline constexpr std::size_t retries_max = 64;
inline constexpr std::size_t recoveries_max = 64;
inline constexpr std::size_t reason_max = 144;            // bytes of a transition's reason
inline constexpr std::size_t recovery_text_max = 160;     // bytes of each text of a recovery
inline constexpr std::uint32_t no_component = ~0U;        // a transition of the group itself
inline constexpr std::size_t fixed_bytes_max = 64U << 20; // far above 4,096 components as JSON

enum class object_kind : std::uint64_t // the magic, as ASCII in a big-endian eye
{
    config = 0x637363632e636667, // "cscc.cfg"
    state = 0x637363632e737461,  // "cscc.sta"
    lock = 0x637363632e6c6f6b,   // "cscc.lok"
};

/// First in every object. `magic` is stored last, with release order: without it the object is
/// half-made. `checksum` covers the `fixed_bytes` that follow this header. `group_tag` is the
/// checksum of "NAME.UID" in a lock object, 0 in the others: ids and names may hold any dots, so
/// that a lock object's name alone does not say whose it is.
struct object_header
{
    std::atomic<std::uint64_t> magic;
    std::uint32_t version;
    std::uint32_t owner_uid;
    std::uint64_t size_bytes; // of the whole object
    std::uint64_t fixed_bytes;
    std::uint64_t checksum;
    std::uint64_t group_tag;
    std::uint64_t reserved[2];
};
static_assert(sizeof(object_header) == 64 && std::is_standard_layout_v<object_header>);

/// What a group's fixed part says, once and for all.
struct state_fixed
{
    char group_name[name_max + 8];
    std::uint32_t component_count;
    std::uint32_t startup_steps;
    std::uint32_t shutdown_steps;
    std::uint32_t on_coordinator_failure; // enum coordinator_policy
    std::int64_t shutdown_timeout_ns;     // of the whole group
    std::int64_t takeover_timeout_ns;
    std::int64_t heartbeat_timeout_ns;
    std::uint64_t config_checksum;
    std::int64_t born_ns; // CLOCK_REALTIME when it was made: tells it from a later one of its name
    std::uint64_t reserved[7];
};
static_assert(sizeof(state_fixed) == 320 && std::is_trivially_copyable_v<state_fixed>);

struct component_fixed
{
    char id[id_max + 8]; // zero-terminated
    std::uint32_t startup_step;
    std::uint32_t shutdown_step;
    std::int64_t startup_timeout_ns;
    std::int64_t shutdown_timeout_ns;
};
static_assert(sizeof(component_fixed) == 64 && std::is_trivially_copyable_v<component_fixed>);

/// The daemon-side locks, in the order they are taken (`system.md`, section 2, of the design).
enum class daemon_lock : std::uint32_t
{
    coordinator,   // csccd_environment.lock_shared_daemon_name: who holds it is the primary
    shared_memory, // csccmgr_environment.lock_shared_name: the one writer of .state
    standby,       // cscc_environment.lock_name: what the standby waits for
    component,     // csccd_environment.lock_shared_daemon_comp_name: held = run, else go down
};
inline constexpr std::size_t daemon_lock_count = 4;

/// A robust mutex on a cache line of its own. Only common/shm/robust_lock may touch it.
struct alignas(64) lock_slot
{
    pthread_mutex_t mutex;
};
static_assert(sizeof(lock_slot) == 64);

/// Written by the holder of the daemon lock (before there is one: the manager).
struct alignas(64) state_moving
{
    std::atomic<std::uint64_t> wanted;      // 1 up; 0 or group_outcome << 8: down
    std::atomic<std::uint64_t> state;       // group_state
    std::atomic<std::uint64_t> epoch;       // one per primary
    std::atomic<std::uint64_t> generation;  // one per start of the group
    std::atomic<std::uint64_t> heartbeat;   // bumped while there is a standby to see it
    std::atomic<std::uint64_t> primary;     // process_identity, packed
    std::atomic<std::uint64_t> standby;     // process_identity, packed
    std::atomic<std::int64_t> since_ns;     // CLOCK_REALTIME of the last change of `state`
    std::atomic<std::int64_t> deadline_ns;  // of the whole start or stop, CLOCK_MONOTONIC; 0 none
    std::atomic<std::uint64_t> retry_count; // how many of the stamps below were ever written
    std::atomic<std::int64_t> retry_stamp_ns[retries_max]; // a ring
    std::atomic<std::uint64_t> covered; // 1 + the last incident of the cluster; 0: none is known
    lock_slot locks[daemon_lock_count];
};
static_assert(offsetof(state_moving, locks) % 64 == 0);
static_assert(sizeof(state_moving) % 64 == 0 && std::is_standard_layout_v<state_moving>);

struct alignas(64) component_moving
{
    std::atomic<std::uint64_t> identity;   // process_identity, packed; written by the child itself
    std::atomic<std::uint64_t> state;      // component_state in the low 8 bits, generation above
    std::atomic<std::int64_t> since_ns;    // CLOCK_REALTIME of the last change of `state`
    std::atomic<std::int64_t> deadline_ns; // start or stop deadline, CLOCK_MONOTONIC; 0 none
    std::atomic<std::uint64_t> last_exit;  // exit_report, packed; 0 none yet
    std::atomic<std::uint64_t> restarts;
};
static_assert(sizeof(component_moving) == 64 && std::is_standard_layout_v<component_moving>);

/// A failure, the way down and the way up again are some six transitions for each component.
[[nodiscard]] constexpr std::size_t transitions_max(std::size_t components) noexcept
{
    return 1024 + 8 * components;
}

/// How many numbers were ever given: one is claimed here before its entry is written, so that no
/// number is given twice, whoever dies.
struct alignas(64) recorder_head
{
    std::atomic<std::uint64_t> transitions;
    std::atomic<std::uint64_t> recoveries;
};
static_assert(sizeof(recorder_head) == 64);

/// Number n is at place (n - 1) modulo the size of the ring. Zero bytes are an empty entry.
struct alignas(64) transition_entry
{
    std::atomic<std::uint64_t> number; // written last; 0: empty, or being written
    std::atomic<std::int64_t> when_ns; // CLOCK_REALTIME
    std::atomic<std::int64_t> at_ns;   // CLOCK_MONOTONIC
    std::atomic<std::uint64_t> epoch;
    std::atomic<std::uint64_t> generation;
    std::atomic<std::uint64_t> what; // component 0-31, from 32-39, to 40-47, bytes of reason 48-63
    std::atomic<std::uint64_t> reason[reason_max / 8];
};
static_assert(sizeof(transition_entry) == 192);

/// Written once in the life of its entry: the bytes, then how many they are.
struct recovery_text
{
    std::atomic<std::uint64_t> bytes; // 0: not written
    std::atomic<std::uint64_t> words[recovery_text_max / 8];
};

/// In the ring from the moment its cause is noticed; what comes later is words and texts of their
/// own, each true by itself. Moments are CLOCK_MONOTONIC, 0: not yet.
struct alignas(64) recovery_entry
{
    std::atomic<std::uint64_t> number; // as a transition's
    std::atomic<std::uint64_t> kind;   // recovery_kind
    std::atomic<std::uint64_t> component;
    std::atomic<std::uint64_t> outcome; // recovery_outcome
    std::atomic<std::uint64_t> closed;  // 1: nothing more will be added
    std::atomic<std::int64_t> when_ns;  // CLOCK_REALTIME of noticed_ns
    std::atomic<std::int64_t> noticed_ns;
    std::atomic<std::int64_t> released_ns; // the component lock
    std::atomic<std::int64_t> gone_ns;     // every process of the generation
    std::atomic<std::int64_t> spawned_ns;  // the first of the next generation
    std::atomic<std::int64_t> ready_ns;    // all of it
    std::atomic<std::uint64_t> order;      // 0 not known yet, 1 in order, 2 not in order
    std::atomic<std::uint64_t> epoch_before;
    std::atomic<std::uint64_t> epoch_after;
    std::atomic<std::uint64_t> generation_before;
    std::atomic<std::uint64_t> generation_after;
    std::atomic<std::uint64_t> successor; // pid of the last coordinator that took over; 0: none did
    std::atomic<std::uint64_t> former;    // pid of the one before it
    std::atomic<std::uint64_t> silent;    // 1: that one did not die by itself, but was fenced
    std::atomic<std::int64_t> takeover_ns; // how long that took
    recovery_text cause;
    recovery_text detector;
    recovery_text out_of_order;
    recovery_text ended_by;
};
static_assert(sizeof(recovery_entry) == 832 && std::is_standard_layout_v<recovery_entry>);

/// One page of its own for each service, which it alone writes.
struct lock_page
{
    lock_slot component;                   // taken at alive, held until death
    std::atomic<std::uint64_t> heartbeats; // bumped by the service
};
static_assert(std::is_standard_layout_v<lock_page>);
inline constexpr std::size_t lock_object_bytes = 4096;
inline constexpr std::size_t lock_page_offset = sizeof(object_header);
static_assert(lock_page_offset % alignof(lock_page) == 0);
static_assert(lock_page_offset + sizeof(lock_page) <= lock_object_bytes);

static_assert(std::atomic<std::uint64_t>::is_always_lock_free &&
              std::atomic<std::int64_t>::is_always_lock_free);

/// Where the parts of .state begin, for n components.
struct state_offsets
{
    std::size_t fixed = sizeof(object_header);
    std::size_t components_fixed = fixed + sizeof(state_fixed);
    std::size_t moving = 0;
    std::size_t components_moving = 0;
    std::size_t recorder = 0;
    std::size_t transitions = 0;
    std::size_t recoveries = 0;
    std::size_t end = 0;

    explicit constexpr state_offsets(std::size_t n) noexcept
        : moving(components_fixed + n * sizeof(component_fixed)),
          components_moving(moving + sizeof(state_moving)),
          recorder(components_moving + n * sizeof(component_moving)),
          transitions(recorder + sizeof(recorder_head)),
          recoveries(transitions + transitions_max(n) * sizeof(transition_entry)),
          end(recoveries + recoveries_max * sizeof(recovery_entry))
    {}
};

} // namespace cscc::shm
