#include "daemon/adapters/recovery_scribe.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <unistd.h>

namespace cscc {
namespace {

using shm::recovery_moment;

shm::wall_time wall_now()
{
    return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

struct detection
{
    std::string_view begins; // the reason that the core gives, component_machine.cpp
    std::string_view detector;
};
constexpr std::array detections{
    detection{"never said alive", "startup_timeout"},
    detection{"said alive, but not ready", "startup_timeout"},
    detection{"did not come back", "takeover_timeout"},
    detection{"not all services were ready", "startup_timeout of the group"},
    detection{"could not be started", "the start of it"},
};

/// "exited: signal 9 (KILL)" of CSQL is noticed by "exit of CSQL (signal 9 (KILL))".
std::string detector_of(std::string_view id, std::string_view reason)
{
    for (const detection& d : detections) {
        if (reason.starts_with(d.begins))
            return std::string(d.detector);
    }
    if (reason.find("watchdog") != reason.npos)
        return "watchdog";
    const auto colon = reason.find(": ");
    const std::string_view how = colon == reason.npos ? reason : reason.substr(colon + 2);
    return text("exit of ", id, " (", how, ")");
}

/// "csccmgr restart by uid 0 (pid 12)", as order_desk calls it, is an "order of csccmgr by uid 0".
std::optional<std::string> order_in(std::string_view cause)
{
    const auto by = cause.find(" by ");
    if (!cause.starts_with("csccmgr ") || by == cause.npos)
        return std::nullopt;
    return text("order of csccmgr", cause.substr(by, cause.find(" (", by) - by));
}

recovery_outcome outcome_of(group_outcome how)
{
    switch (how) {
    case group_outcome::stopped: return recovery_outcome::superseded;
    case group_outcome::start_failed: return recovery_outcome::start_failed;
    case group_outcome::gave_up: return recovery_outcome::gave_up;
    }
    return recovery_outcome::gave_up;
}

} // namespace

struct recovery_scribe::reading
{
    recovery_kind kind = recovery_kind::failure;
    std::optional<component_index> component;
    std::string cause;
    std::string detector;
};

/// Who failed is the one of this step whose change is what the core gives as the cause, or, when it
/// gives up, as the end of its sentence.
recovery_scribe::reading recovery_scribe::read(std::string_view cause) const
{
    for (const core::component_transition& t : of_this_step_) {
        const std::string& id = machine_.settings().components.at(t.component).id;
        std::string change = text(id, " ", t.reason);
        if (cause.ends_with(change))
            return {recovery_kind::failure, t.component, std::move(change),
                    detector_of(id, t.reason)};
    }
    if (auto order = order_in(cause))
        return {recovery_kind::order, std::nullopt, std::string(cause), std::move(*order)};
    if (cause.starts_with("incident "))
        return {recovery_kind::failure, std::nullopt, std::string(cause), "the cluster service"};
    const auto whole = cause.find("not all services were ready");
    const std::string_view what = whole == cause.npos ? cause : cause.substr(whole);
    const bool by_time = whole != cause.npos;
    return {recovery_kind::failure, std::nullopt, std::string(what),
            by_time ? detector_of({}, what) : std::string("the coordinator")};
}

void recovery_scribe::begin(std::string_view cause)
{
    const reading how = read(cause);
    // When the event happened, by the core's time: the shutdown that it brought about began then.
    const time_point now = clock::now();
    const time_point began = machine_.last_shutdown().began;
    const time_point noticed = began == time_point{} ? now : std::min(began, now);
    const shm::state_view& state = state_.view();
    const shm::flight_recorder::moment moment{wall_now() - (now - noticed), noticed, state.epoch(),
                                              state.generation()};
    now_.emplace();
    now_->number =
        recorder().begin_recovery(moment, {how.kind, how.component, how.cause, how.detector});
}

void recovery_scribe::decide(recovery_outcome how, std::string_view why)
{
    if (!now_ || std::exchange(now_->decided, true))
        return;
    recorder().note_outcome(now_->number, how, why);
}

void recovery_scribe::close()
{
    if (now_)
        recorder().close(now_->number);
    now_.reset();
}

void recovery_scribe::inherit(const inheritance& from, core::takeover_course course)
{
    const shm::state_view& state = state_.view();
    const time_point now = clock::now();
    const auto open = state.recorder().open_recovery();
    if (open) {
        now_ =
            story_so_far{open->number, open->gone.has_value(), open->spawned.has_value(),
                         open->outcome != recovery_outcome::under_way, open->released.has_value()};
    }
    else {
        const shm::flight_recorder::moment moment{wall_now() - (now - from.noticed), from.noticed,
                                                  from.epoch, state.generation()};
        now_.emplace();
        now_->number = recorder().begin_recovery(
            moment, {recovery_kind::take_over, std::nullopt, from.cause,
                     from.was_silent ? "the standby: the primary was silent"
                                     : "the standby: the primary died"});
    }
    recorder().note_takeover(now_->number, state.epoch(),
                             {from.former, ::getpid(), from.was_silent, now - from.noticed});
    if (course == core::takeover_course::adopt) {
        decide(recovery_outcome::adopted, {});
        return close();
    }
    if (!open || !open->released) // the order to go down was that nobody held the lock any more
        recorder().note_moment(now_->number, recovery_moment::released, from.noticed);
    if (now_->rises) { // it is broken off, and all goes down once more
        recorder().note_moment(now_->number, recovery_moment::gone, std::nullopt);
        recorder().note_moment(now_->number, recovery_moment::spawned, std::nullopt);
        now_->gone = now_->rises = false;
    }
}

void recovery_scribe::note(const core::transition& what)
{
    std::visit([this](const auto& transition) { on(transition); }, what);
}

void recovery_scribe::note(const core::group_action& what)
{
    std::visit([this](const auto& action) { on(action); }, what);
}

void recovery_scribe::end_step()
{
    of_this_step_.clear();
    retries_ = false;
}

void recovery_scribe::on(const core::component_transition& what)
{
    of_this_step_.push_back(what);
}

void recovery_scribe::on(const core::group_transition& what)
{
    switch (what.to) {
    case group_state::recovering:
        if (!now_)
            begin(what.reason);
        break;
    case group_state::steady:
        if (!now_)
            break; // the first start
        recorder().note_moment(now_->number, recovery_moment::ready, clock::now());
        decide(recovery_outcome::up_again, {});
        close();
        break;
    case group_state::initializing:
    case group_state::stopping: // `want_down` says why
    case group_state::stopped: break;
    }
}

void recovery_scribe::on(const core::want_down& what)
{
    if (!now_ && what.outcome == group_outcome::gave_up)
        begin(what.cause);
    decide(outcome_of(what.outcome), what.cause);
}

void recovery_scribe::on(const core::note_retry&)
{
    retries_ = true;
}

void recovery_scribe::on(const core::release_component_lock&)
{
    fall();
}

void recovery_scribe::on(const core::recover_part&)
{
    fall();
}

/// The order to go down: of all, or of a part, which may grow while it goes down.
void recovery_scribe::fall()
{
    if (!now_)
        return; // an ordered stop
    if ((now_->rises || now_->gone) && !now_->decided) {
        const std::string cause = machine_.last_shutdown().cause;
        decide(retries_ ? recovery_outcome::failed_again : recovery_outcome::superseded, cause);
        close();
        begin(cause);
    }
    if (!now_->rises && !std::exchange(now_->falls, true))
        recorder().note_moment(now_->number, recovery_moment::released, clock::now());
}

void recovery_scribe::on(const core::begin_generation& what)
{
    rise(what.generation);
}

void recovery_scribe::on(const core::respawn_part&)
{
    rise(machine_.generation()); // the same as before
}

void recovery_scribe::rise(std::uint64_t generation)
{
    if (!now_)
        return; // the first start
    recorder().note_moment(now_->number, recovery_moment::spawned, clock::now());
    recorder().note_generation(now_->number, generation);
    now_->rises = true;
}

// A group that gives up on its way up goes down twice in one story: the first time is told.
void recovery_scribe::on(const core::shutdown_done& what)
{
    if (!now_ || std::exchange(now_->gone, true))
        return;
    recorder().note_moment(now_->number, recovery_moment::gone, clock::now());
    recorder().note_order(now_->number, what.record.in_order, what.record.out_of_order);
}

void recovery_scribe::on(const core::finish&)
{
    close();
}

} // namespace cscc
