#include "test/simulation/kernel.hpp"

#include <algorithm>
#include <utility>

namespace cscc::simulated {

process_id kernel::spawn()
{
    processes_.emplace_back();
    return static_cast<process_id>(processes_.size());
}

void kernel::at(time_point when, process_id who, work what)
{
    queue_.emplace(std::pair(std::max(when, now_), queued_++), std::pair(who, std::move(what)));
}

void kernel::on_exit(process_id watcher, process_id target, duration latency, work what)
{
    if (!lives(target))
        return after(latency, watcher, std::move(what));
    of(target).watches.push_back({watcher, latency, std::move(what)});
}

void kernel::kill(process_id who)
{
    if (!lives(who))
        return;
    of(who).lives = false;
    of(who).backlog.clear();
    for (watch& w : std::exchange(of(who).watches, {}))
        after(w.latency, w.watcher, std::move(w.what));
}

void kernel::stop(process_id who)
{
    of(who).stopped = true;
}

void kernel::resume(process_id who)
{
    of(who).stopped = false;
    for (work& w : std::exchange(of(who).backlog, {}))
        after(duration::zero(), who, std::move(w));
}

bool kernel::happen(time_point until)
{
    const auto first = queue_.begin();
    if (first == queue_.end() || first->first.first > until)
        return false;
    now_ = first->first.first;
    auto [who, what] = std::move(first->second);
    queue_.erase(first);
    if (who == nobody)
        what();
    else if (stopped(who))
        of(who).backlog.push_back(std::move(what));
    else if (lives(who))
        what();
    return true;
}

} // namespace cscc::simulated
