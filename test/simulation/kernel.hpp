// kernel.hpp: a fake kernel with virtual time: processes that live, stop and die, and who hears of
// it.
//
// What a process is to do is queued with its moment. A dead process does nothing any more, a
// stopped one does it all when it is continued: as timers, messages and pidfds behave.
#pragma once

#include "common/base/time.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace cscc::simulated {

using process_id = std::uint32_t;       // from 1; never used again
inline constexpr process_id nobody = 0; // the world outside: always lives

class kernel
{
public:
    using work = std::function<void()>;

    [[nodiscard]] time_point now() const { return now_; }
    [[nodiscard]] process_id spawn();
    [[nodiscard]] bool lives(process_id who) const { return who != nobody && of(who).lives; }
    [[nodiscard]] bool stopped(process_id who) const { return lives(who) && of(who).stopped; }

    /// `what` is done by `who` at `when`, if it lives then.
    void at(time_point when, process_id who, work what);
    void after(duration pause, process_id who, work what)
    {
        at(now_ + pause, who, std::move(what));
    }
    /// `watcher` does `what` once `target` is gone, `latency` after it.
    void on_exit(process_id watcher, process_id target, duration latency, work what);

    void kill(process_id who);
    void stop(process_id who);
    void resume(process_id who);

    /// The next thing that happens, no later than `until`; false if there is none.
    bool happen(time_point until);

private:
    struct watch
    {
        process_id watcher;
        duration latency;
        work what;
    };
    struct process
    {
        bool lives = true;
        bool stopped = false;
        std::vector<work> backlog;
        std::vector<watch> watches;
    };
    [[nodiscard]] const process& of(process_id who) const { return processes_.at(who - 1); }
    [[nodiscard]] process& of(process_id who) { return processes_.at(who - 1); }

    time_point now_{std::chrono::hours(1)};
    std::uint64_t queued_ = 0; // so that equal moments keep their order
    std::map<std::pair<time_point, std::uint64_t>, std::pair<process_id, work>> queue_;
    std::vector<process> processes_;
};

} // namespace cscc::simulated
