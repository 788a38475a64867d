// checker_history.hpp: the event log as the lives of processes, for the checker's rules.
//
// A *round* is what is started together: it ends where the generation changes or an order to start
// or restart was given (a group that is started anew counts its generations from one again).
#pragma once

#include "test/support/event_log.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace cscc::test {

/// One process; the pointers are lines of the log, null if there is none.
struct life
{
    const log_event* spawned = nullptr; // the first line that it wrote or that was written of it
    std::string id;                     // empty: no service (csccd, csccmgr)
    std::uint64_t generation = 0;
    std::size_t round = 0;
    bool descendant = false; // left behind by a service, not its main process

    const log_event* alive = nullptr;
    const log_event* ready = nullptr;
    const log_event* sigterm = nullptr;
    std::vector<const log_event*> callbacks;
    const log_event* exiting = nullptr;    // ends by itself
    const log_event* killed = nullptr;     // by the test, or by a failpoint of its own
    std::vector<const log_event*> signals; // all that the test sent it
    const log_event* exit = nullptr;
    const log_event* reaped = nullptr; // from here on its pid may be another's

    [[nodiscard]] bool is_service() const { return !id.empty() && !descendant; }
    /// What told it that its shutdown turn has come; null before.
    [[nodiscard]] const log_event* turn() const;
    /// True if it had ended at `t` and stood so for at least `margin`. With a negative one: if it
    /// may have ended by then, as far as the harness can tell.
    [[nodiscard]] bool gone(std::int64_t t, std::int64_t margin) const;
    /// The test has stopped it (SIGSTOP), and not yet sent it on its way.
    [[nodiscard]] bool is_stopped(std::int64_t t) const;
};

struct service_plan
{
    std::int64_t start_step = 0;
    std::int64_t stop_step = 0;
    std::int64_t startup_timeout_ns = 0;
    std::int64_t shutdown_timeout_ns = 0;
};

struct group_plan
{
    std::int64_t startup_timeout_ns = 0;
    std::int64_t shutdown_timeout_ns = 0;
    std::int64_t heartbeat_timeout_ns = 0;
    std::int64_t takeover_timeout_ns = 0;
    bool adopts = false; // on_coordinator_failure
    bool standby = false;
    std::map<std::string, service_plan> services;

    /// All services', one after the other, but no longer than the whole group may take.
    [[nodiscard]] std::int64_t whole_start_ns() const;
    [[nodiscard]] std::int64_t whole_shutdown_ns() const;
};

struct history
{
    history() = default;
    history(history&&) = default;
    history(const history&) = delete; // the lives point into the events

    std::vector<log_event> events;                              // by time
    std::vector<life> lives;                                    // by the time of their first line
    std::map<std::pair<int, std::uint64_t>, std::size_t> index; // of lives, by pid and start
    group_plan plan;                                            // the last one that was written
    std::int64_t end_ns = 0;                                    // of the log

    /// The life of that process; null if no line is about it.
    [[nodiscard]] const life* life_of(int pid, std::uint64_t start) const;

    /// The main process of `id` in `round` that was spawned last before `t`; null if none was.
    [[nodiscard]] const life* latest(const std::string& id, std::size_t round,
                                     std::int64_t t) const;
};

[[nodiscard]] history make_history(std::vector<log_event> events);

} // namespace cscc::test
