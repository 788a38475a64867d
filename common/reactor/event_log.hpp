// event_log.hpp: what this program did, as lines that an independent checker can hold against the
// invariants (csccd --event-log FILE; CSCC_EVENT_LOG for csccmgr and the service library).
//
//   {"t_ns":…,"pid":…,"start":…,"role":"primary","epoch":1,"generation":2,"kind":"kill","id":…,…}
//
// Not the log that people read. One write a line, at most 512 bytes, to a file opened with
// O_APPEND: so the lines of many processes never mix, and what was written survives a SIGKILL. t_ns
// is CLOCK_MONOTONIC. An order is noted before it is carried out, what came to be (spawn, retake)
// afterwards. Without a file all of this costs one branch.
//
// Kinds of the coordinator (role primary or standby):
//   role                    from, to: none, standby, primary; the role ends before the objects go;
//                           config_hash: of the configuration that this process has read
//   generation, retake      a generation begins; the component lock is ours again
//   spawn                   id, child, child_start (no child: it could not be made)
//   coordinator             child, child_start: a standby was started
//   turn                    id; its turn has come, by message
//   terminate               id, of, of_start: by its stop signal
//   kill                    id, cause, of, of_start: the process meant
//   release                 the component lock: the durable order to go down
//   wanted                  to ("down"), cause
//   retry, retries_forgotten   when_ns of a recovery that counts
//   state                   from, to, reason: of the group
//   component               id, from, to, reason
//   finish                  outcome, reason: nothing lives any more
//   cluster                 what, reason: of a group in a cluster (failure, waiting, proceed)
//   covered                 number: the last incident that the group was restarted for, or adopted
// Kinds of the cluster service (role cluster): cluster_view (node, machines, agreed, quorate,
//   number), incident (node, number, origin, cause), released (node, number), cluster_order (what,
//   number, cause)
// Kinds of the library (id is the service): registered and again (config_hash: of its group),
//   go, turn_found, callback
// Kinds of csccmgr: coordinator (child, child_start), kill (of csccd)
#pragma once

#include "common/base/error.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cscc {

enum class event_role : std::uint8_t
{
    none, // csccd that is not, or not any more, part of a group
    manager,
    library,
    standby,
    primary,
    cluster,
};

/// Opens the file; from then on events are noted. Before any other thread of the program notes one.
/// @param path  empty: nothing is noted, and nothing is wrong
/// Errors: of open(2), of reading /proc/self/stat.
[[nodiscard]] error_code event_log_open(const std::string& path, event_role role);
/// The same for the file that CSCC_EVENT_LOG names.
[[nodiscard]] error_code event_log_open_named(event_role role);
[[nodiscard]] bool event_log_is_open() noexcept;
/// What CSCC_EVENT_LOG names; empty: nothing.
[[nodiscard]] std::string event_log_path();
/// The file that is open, for a program that we start; empty: none.
[[nodiscard]] std::string event_log_file();

/// Notes the change of role; the lines that follow carry the new one and this epoch.
/// @param config_hash  of the configuration by which it is led
void event_log_enter(event_role to, std::uint64_t epoch, std::uint64_t config_hash) noexcept;
/// For the lines that follow.
void event_log_epoch(std::uint64_t epoch) noexcept;
void event_log_generation(std::uint64_t generation) noexcept;

/// One line in the making; nothing allocates. Only while the log is open.
class event_entry
{
public:
    explicit event_entry(std::string_view kind) noexcept;

    /// Characters that JSON would escape become '?'; text_max bytes of a text are kept.
    void add(std::string_view key, std::string_view text) noexcept;
    template <std::integral Number>
    void add(std::string_view key, Number number) noexcept
    {
        add_number(key, static_cast<std::int64_t>(number));
    }
    void write() noexcept;

private:
    static constexpr std::size_t bytes_max = 512;
    static constexpr std::size_t text_max = 120;
    static constexpr std::size_t end_bytes = 2; // kept free for "}\n"

    void put(std::string_view text) noexcept;
    void put_key(std::string_view key) noexcept;
    void add_number(std::string_view key, std::int64_t number) noexcept;

    std::array<char, bytes_max> bytes_{};
    std::size_t length_ = 0;
};

namespace detail {

inline void add_fields(event_entry&) noexcept {}

template <class Value, class... More>
void add_fields(event_entry& line, std::string_view key, const Value& value,
                const More&... more) noexcept
{
    line.add(key, value);
    add_fields(line, more...);
}

} // namespace detail

/// note_event("kill", "id", id, "cause", cause): keys and values in turn, values numbers or texts.
template <class... Fields>
void note_event(std::string_view kind, const Fields&... fields) noexcept
{
    if (!event_log_is_open())
        return;
    event_entry line(kind);
    detail::add_fields(line, fields...);
    line.write();
}

} // namespace cscc
