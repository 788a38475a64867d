// checker_partial.cpp: the checker's account of recoveries of a part: who takes part is for it to
// say, from who failed and from the strategy; nobody else is ever told, killed or spawned.
#include "test/unit/core/checker.hpp"

#include <algorithm>

namespace cscc::core {

/// What lives and was not told to go failed, however it ended.
void checker::note_failure(component_index c)
{
    const process& p = processes_.at(c);
    failed_here_[c] = failed_here_[c] || (p.lives && !p.told_to_go && !p.killed);
}

/// Whoever is past its own limit; if nobody is, the first that keeps the start from its end.
void checker::note_late()
{
    if (!std::holds_alternative<deadline_reached>(*event_))
        return;
    bool any = false;
    for (component_index c = 0; c < processes_.size(); ++c) {
        const auto limit = limit_of(c);
        if (!limit || *limit > now_)
            continue;
        note_failure(c);
        any = any || failed_here_[c];
    }
    if (any || !partial_ || part_falls_ || part_rests_ || all_ready() ||
        began_ + settings_.startup_timeout > now_)
        return;
    const auto late = std::find_if(processes_.begin(), processes_.end(),
                                   [](const process& p) { return !p.lives || !p.ready; });
    failed_here_[static_cast<std::size_t>(late - processes_.begin())] = true;
}

bool checker::takes_part(const process& p) const
{
    return !partial_ || affected_.at(static_cast<std::size_t>(&p - processes_.data()));
}

bool checker::part_exists() const
{
    return std::any_of(processes_.begin(), processes_.end(),
                       [this](const process& p) { return takes_part(p) && p.exists(); });
}

void checker::end_partial()
{
    partial_ = part_falls_ = part_rests_ = false;
    affected_.clear();
}

bool checker::is_whole_due() const
{
    const bool falls = lock_held_ ? part_falls_ && !part_here_ : !released_here_;
    return falls && whole_limit_ <= now_;
}

/// The limit of the fall or of the rise of a part; none in between, and while it waits for a
/// standby.
std::optional<time_point> checker::part_limit() const
{
    if (part_rests_)
        return std::nullopt;
    if (part_falls_)
        return !whole_forced_ ? std::optional(whole_limit_) : std::nullopt;
    return all_ready() ? std::nullopt : std::optional(began_ + settings_.startup_timeout);
}

void checker::check(const recover_part& a)
{
    demand(settings_.strategy != restart_strategy::one_for_all, "a part, where all are to go");
    demand(may_be_partial_, "a part of a group that was not complete");
    demand(lock_held_ && !wanted_down_, "a part of a group that goes down");
    demand(acts_ == 0, "a part told after the first act");
    std::vector<bool> now(processes_.size(), false);
    for (const component_index c : a.affected)
        now.at(c) = true;
    for (std::size_t i = 0; partial_ && i < now.size(); ++i)
        demand(now[i] || !affected_[i], "one that recovers is left out");
    begins_here_ = begins_here_ || !part_falls_;
    if (!part_falls_)
        disorder_ = found_dead_ > 1; // the first of them is the cause
    partial_ = part_falls_ = part_here_ = true;
    part_rests_ = false;
    affected_ = now;
    standby_waived_ = false;
    whole_limit_ = now_ + settings_.shutdown_timeout;
    whole_forced_ = false;
}

void checker::check(const respawn_part&)
{
    demand(part_rests_, "a part respawned that did not go down");
    demand(!part_exists(), "I7: a part comes up beside what it was");
    demand(!wanted_down_, "I23: a part comes up after `wanted` is down");
    demand(may_restart_, "I12: a part that comes up, and nobody counted it");
    may_restart_ = part_rests_ = false;
    began_ = now_;
}

/// After the actions: those affected are who has to be, and nobody else noticed anything.
void checker::check_part()
{
    const bool ordered = std::holds_alternative<restart_ordered>(*event_) || wanted_down_;
    const bool failed =
        std::find(failed_here_.begin(), failed_here_.end(), true) != failed_here_.end();
    if (failed && may_be_partial_ && !ordered && generation_ == generation_before_)
        demand(partial_ || released_here_, "a failure that nobody answers");
    for (component_index c = 0; partial_ && c < processes_.size(); ++c) {
        const process& p = processes_[c];
        demand(affected_[c] || (p.lives && p.ready && !p.told_to_go && !p.killed),
               "one that takes no part is told, killed or gone");
    }
    if (!may_be_partial_ || ordered || !failed)
        return demand(!part_here_, "more take part, and nobody failed");
    std::vector<bool> wanted(processes_.size(), false);
    for (component_index f = 0; f < processes_.size(); ++f) {
        for (component_index c = 0; failed_here_[f] && c < processes_.size(); ++c)
            wanted[c] = wanted[c] || goes_with(settings_.strategy, settings_.startup, f, c);
    }
    for (std::size_t i = 0; i < wanted.size(); ++i)
        wanted[i] = wanted[i] || (i < affected_before_.size() && affected_before_[i]);
    const bool all = std::find(wanted.begin(), wanted.end(), false) == wanted.end();
    demand(all ? !partial_ : partial_ && affected_ == wanted, "not those that the strategy says");
}

} // namespace cscc::core
