// layout.hpp: what lies in the shared objects, byte by byte, versioned and pinned by assertions.
//
//   .config    object_header | configuration as JSON text
//   .state     object_header | state_fixed | component_fixed[n]
//                            | state_moving | component_moving[n]
//   .lock.ID   object_header | lock_page
//
// No seqlock anywhere: a writer killed half-way would lock readers out for ever. The fixed part is
// covered by the header's checksum and never changes; the moving part is single atomic words, each
// true by itself. Component tables are in the order of the startup sequence (component_index).
#pragma once

#include "common/base/sequence.hpp"
#include "common/base/states.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <pthread.h>

namespace cscc::shm {

inline constexpr std::uint32_t layout_version = 2;
inline constexpr std::size_t components_max = 4096;
inline constexpr std::size_t id_max = 32;    // characters of a component id
inline constexpr std::size_t name_max = 200; // characters of a configured lock or object name
inline constexpr std::size_t retries_max = 64;
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
    std::size_t end = 0;

    explicit constexpr state_offsets(std::size_t n) noexcept
        : moving(components_fixed + n * sizeof(component_fixed)),
          components_moving(moving + sizeof(state_moving)),
          end(components_moving + n * sizeof(component_moving))
    {}
};

} // namespace cscc::shm
