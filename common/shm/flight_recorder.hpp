// flight_recorder.hpp: the last transitions and recoveries of a group, in two rings of .state that
// survive every crash.
//
//   a number is claimed -> its entry's number becomes 0 -> the words -> the number, last
//
// No seqlock: a reader copies an entry and believes it if its number is the expected one before and
// after. A writer that is killed half-way leaves one entry that is skipped, and locks nobody out. A
// number is never given twice, so what was copied half from one writer and half from the next has
// two different numbers. What is added to a recovery later is a word, or a text whose length comes
// last: each is true by itself.
#pragma once

#include "common/base/recovery.hpp"
#include "common/base/sequence.hpp"
#include "common/base/states.hpp"
#include "common/base/time.hpp"
#include "common/shm/layout.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cscc::shm {

using wall_time = std::chrono::sys_time<std::chrono::nanoseconds>;

struct transition_record
{
    std::uint64_t number = 0;
    wall_time when{};
    time_point at{};
    std::uint64_t epoch = 0;
    std::uint64_t generation = 0;
    std::optional<component_index> component; // none: the group itself
    std::string_view from;                    // of group_state or component_state
    std::string_view to;
    std::string reason; // printable; cut at reason_max bytes
};

struct takeover_record
{
    std::int32_t former = 0;    // pid; 0: not known
    std::int32_t successor = 0; // pid
    bool silent = false;        // it was fenced, else it died
    duration took{};            // from notice to office
};

struct recovery_record
{
    std::uint64_t number = 0;
    recovery_kind kind = recovery_kind::failure;
    std::optional<component_index> component; // that failed first
    recovery_outcome outcome = recovery_outcome::under_way;
    bool closed = false;
    wall_time when{}; // of noticed
    time_point noticed{};
    std::optional<time_point> released;
    std::optional<time_point> gone;
    std::optional<time_point> spawned;
    std::optional<time_point> ready;
    std::optional<bool> in_order;
    std::uint64_t epoch_before = 0;
    std::uint64_t epoch_after = 0;
    std::uint64_t generation_before = 0;
    std::uint64_t generation_after = 0;      // 0: there was none
    std::optional<takeover_record> takeover; // the last, if there were more
    std::string cause;                       // texts are printable, cut at recovery_text_max bytes
    std::string detector;
    std::string out_of_order; // who was not, and how
    std::string ended_by;     // with gave_up, superseded, start_failed
};

/// Where the rings are. Valid while the object that they lie in is mapped.
struct recorder_part
{
    recorder_head* head = nullptr;
    transition_entry* transitions = nullptr;
    recovery_entry* recoveries = nullptr;
    std::size_t components = 0;
};

/// Reads from anywhere, at any time. What is not whole, or names nothing that can be, is skipped.
class recorder_view
{
public:
    /// @param base  of a .state object of the size that so many components need
    recorder_view(const std::byte* base, std::size_t components) noexcept;

    /// The last `most` of them, oldest first. Numbers without a gap, but for what was skipped.
    [[nodiscard]] std::vector<transition_record> transitions(std::size_t most) const;
    /// Oldest first.
    [[nodiscard]] std::vector<recovery_record> recoveries() const;
    /// How many there were ever.
    [[nodiscard]] std::uint64_t transition_count() const noexcept;
    [[nodiscard]] std::uint64_t recovery_count() const noexcept;
    /// The last recovery, if nobody closed it.
    [[nodiscard]] std::optional<recovery_record> open_recovery() const;

private:
    [[nodiscard]] std::optional<transition_record> transition(std::uint64_t number) const;
    [[nodiscard]] std::optional<recovery_record> recovery(std::uint64_t number) const;

    const recorder_head* head_;
    const transition_entry* transitions_;
    const recovery_entry* recoveries_;
    std::size_t components_;
};

enum class recovery_moment : std::uint8_t
{
    released,
    gone,
    spawned,
    ready,
};

/// Writes, in the one process that may. Texts are cut to what fits.
class flight_recorder
{
public:
    explicit flight_recorder(recorder_part part) noexcept : part_(part) {}

    struct moment
    {
        wall_time when;
        time_point at;
        std::uint64_t epoch = 0;
        std::uint64_t generation = 0;
    };
    void note(const moment& now, group_state from, group_state to,
              std::string_view reason) noexcept;
    void note(const moment& now, component_index who, component_state from, component_state to,
              std::string_view reason) noexcept;

    struct beginning
    {
        recovery_kind kind = recovery_kind::failure;
        std::optional<component_index> component;
        std::string_view cause;
        std::string_view detector;
    };
    /// @return its number; the other calls take that of the last one begun, and are nothing for one
    ///         that the ring has overwritten
    std::uint64_t begin_recovery(const moment& noticed, const beginning& how) noexcept;
    /// @param at  empty: not yet after all - the way up was broken off by a take-over
    void note_moment(std::uint64_t number, recovery_moment which,
                     std::optional<time_point> at) noexcept;
    void note_order(std::uint64_t number, bool in_order, std::string_view out_of_order) noexcept;
    void note_generation(std::uint64_t number, std::uint64_t after) noexcept;
    void note_takeover(std::uint64_t number, std::uint64_t epoch,
                       const takeover_record& how) noexcept;
    /// The first word about the end stands; `why` may be empty.
    void note_outcome(std::uint64_t number, recovery_outcome outcome,
                      std::string_view why) noexcept;
    void close(std::uint64_t number) noexcept;

private:
    void write(const moment& now, std::uint64_t what, std::string_view reason) noexcept;
    [[nodiscard]] recovery_entry* entry(std::uint64_t number) noexcept;

    recorder_part part_;
};

} // namespace cscc::shm
