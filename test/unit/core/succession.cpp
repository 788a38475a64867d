#include "test/unit/core/succession.hpp"

#include "common/base/text.hpp"
#include "daemon/core/registration.hpp"
#include "test/unit/core/random_group.hpp"
#include "test/unit/core/simulation.hpp"

#include <algorithm>
#include <utility>

using namespace std::chrono_literals;

namespace cscc::core {
namespace {

using ce = component_event;

} // namespace

std::map<std::string, std::size_t> succession::seen;

succession::succession(std::uint32_t seed)
    : random_(seed), settings_(random_group(random_)), policy_(any_policy()), machine_(settings_),
      checker_(settings_), told_(settings_.components.size()),
      minds_(settings_.components.size(), mind::attached), waits_until_(settings_.components.size())
{
    deliver(begin{1});
}

std::string succession::where() const
{
    std::string out(to_string(machine_.phase()));
    for (component_index i = 0; i < minds_.size(); ++i)
        out += text(", ", settings_.components[i].id, " ", to_string(machine_.component(i)), " ",
                    static_cast<int>(minds_[i]));
    return out;
}

bool succession::predecessors_gone(component_index i) const
{
    const auto& order = settings_.shutdown;
    for (std::size_t s = 0; s < order.step_of(i); ++s) {
        for (const component_index before : order.steps()[s]) {
            if (checker_.seen(before).lives)
                return false;
        }
    }
    return true;
}

// --- coordinators

// A coordinator that dies has told all transitions before it carried out the first action.
void succession::deliver(const group_event& event)
{
    const group_verdict v = machine_.step(event, now_);
    const std::size_t all = v.transitions.size() + v.actions.size();
    const bool dies = mortal_ && told_.generation() != 0 && chance(v.actions.empty() ? 1 : 5);
    const std::size_t done = dies ? below(static_cast<unsigned>(all) + 1) : all;
    const std::size_t transitions = std::min(done, v.transitions.size());
    const std::size_t actions = done - transitions;

    for (std::size_t i = 0; i < transitions; ++i)
        told_.note(v.transitions[i], machine_);
    for (std::size_t i = 0; i < actions; ++i) {
        told_.carry_out(v.actions[i]);
        ++seen[kind_of(words(v.actions[i], settings_))];
        const auto* act = std::get_if<act_on_component>(&v.actions[i]);
        if (act != nullptr && act->action == component_action::spawn)
            minds_[act->component] = mind::attached;
    }
    if (dies) {
        checker_.saw_last(event, v, now_, transitions, actions);
        ++seen[actions < v.actions.size() ? "deaths between actions" : "deaths after a verdict"];
        return die();
    }
    checker_.saw(event, v, now_);
    deadline_ = v.deadline;
}

void succession::die()
{
    lives_ = false;
    deadline_.reset();
    told_.coordinator_died();
    for (component_index i = 0; i < minds_.size(); ++i) {
        const checker::process& p = checker_.seen(i);
        if (minds_[i] == mind::going || minds_[i] == mind::failing)
            continue;
        if (p.told_to_go || p.killed) {
            minds_[i] = mind::going;
        }
        else if (!p.alive || told_.of(i).state == component_state::spawned) {
            minds_[i] = mind::failing;
        }
        else {
            look(i);
        }
    }
}

void succession::take_over_now()
{
    std::vector<bool> lives;
    for (component_index i = 0; i < minds_.size(); ++i)
        lives.push_back(checker_.seen(i).lives);
    const take_over plan = plan_takeover(told_.found(policy_, lives, "a death"), settings_, now_);
    ++seen[text("course ", to_string(plan.course))];
    machine_ = group_machine(settings_);
    lives_ = true;
    deliver(plan);
}

// --- services

// End of file, or a refusal: the component lock's word decides.
void succession::look(component_index i)
{
    if (minds_[i] == mind::going)
        return;
    const bool may_wait =
        policy_ == coordinator_policy::adopt && told_.state() == group_state::steady;
    switch (told_.lock()) {
    case lock_word::held: minds_[i] = mind::lost; break;
    case lock_word::free: minds_[i] = mind::going; break;
    case lock_word::orphaned:
        if (may_wait && minds_[i] != mind::waiting)
            waits_until_[i] = now_ + settings_.takeover_timeout;
        minds_[i] = may_wait ? mind::waiting : mind::going;
    }
}

// There is another coordinator: it answers, or the service looks again.
void succession::come_back(component_index i)
{
    if (!answer_to_alive(machine_.component(i), true, true)) {
        minds_[i] = mind::attached;
        ++seen["came back"];
        return say(i, ce::said_alive);
    }
    look(i);
}

void succession::live_alone(component_index i)
{
    const checker::process& p = checker_.seen(i);
    if (!p.lives)
        return;
    if (minds_[i] == mind::waiting && now_ >= waits_until_[i])
        minds_[i] = mind::going;
    const bool may_go =
        minds_[i] == mind::failing || (minds_[i] == mind::going && predecessors_gone(i));
    if (chance(may_go ? 50 : 2))
        checker_.saw_unseen_exit(i);
}

void succession::live_attended(component_index i)
{
    constexpr std::array anything{ce::said_ready, ce::emptied, ce::exited, ce::spawn_refused};
    const checker::process& p = checker_.seen(i);
    if (!p.exists())
        return chance(10) ? say(i, anything[below(4)]) : void();
    if (p.left)
        return say(i, chance(90) ? ce::emptied : ce::said_ready);
    if (p.killed)
        return chance(70) ? say(i, ce::exited) : void();
    switch (minds_[i]) {
    case mind::failing: return chance(60) ? say(i, ce::exited) : void();
    case mind::lost:
    case mind::waiting:
        if (now_ >= waits_until_[i] && minds_[i] == mind::waiting)
            minds_[i] = mind::going;
        else if (chance(60))
            come_back(i);
        else if (chance(4))
            say(i, ce::exited);
        return;
    case mind::going: return chance(predecessors_gone(i) ? 60 : 2) ? say(i, ce::exited) : void();
    case mind::attached: break;
    }
    if (p.told_to_go)
        return say(i, chance(70) ? ce::exited : anything[below(2)]);
    if (!p.alive)
        return say(i, chance(97) ? ce::said_alive : anything[below(4)]);
    if (!p.ready)
        return say(i, chance(97) ? ce::said_ready : anything[below(3)]);
    if (chance(2))
        say(i, ce::exited);
}

// --- the walk

void succession::order()
{
    const unsigned kind = below(40);
    if (kind < 16)
        deliver(start_ordered{next_operation_++});
    else if (kind < 28)
        deliver(restart_ordered{next_operation_++, "a restart"});
    else if (kind < 37)
        deliver(reset_ordered{next_operation_++});
    else if (kind < 39)
        deliver(stop_ordered{next_operation_++, "a stop"});
    else
        deliver(force_ordered{"force"});
}

void succession::pass_time()
{
    const time_point until = now_ + std::chrono::milliseconds(below(1'000));
    if (lives_ && deadline_ && *deadline_ <= until) {
        now_ = std::max(now_, *deadline_);
        if (chance(30))
            now_ += std::chrono::microseconds(below(50'000));
        return deliver(deadline_reached{});
    }
    now_ = until;
}

void succession::wander(std::size_t events)
{
    for (std::size_t n = 0; n < events && !checker_.finished() && checker_.violations().empty();
         ++n) {
        const unsigned kind = below(100);
        const component_index i = below(static_cast<unsigned>(minds_.size()));
        if (kind < 18)
            pass_time();
        else if (!lives_)
            kind < 30 ? take_over_now() : live_alone(i);
        else if (kind < 19)
            checker_.saw_death(), die(), ++seen["deaths between events"];
        else if (kind < 21)
            order();
        else if (kind < 30 && checker_.standby_to_settle())
            deliver(standby_settled{});
        else if (kind < 30 && checker_.standby_to_go())
            deliver(standby_gone{});
        else if (kind < 36 && settings_.barrier)
            cluster();
        else
            live_attended(i);
    }
}

void succession::cluster()
{
    const incident_number last = checker_.covered().value_or(0);
    if (checker_.cluster_to_go())
        deliver(cluster_left{});
    else if (checker_.waits_for_others())
        deliver(proceed_ordered{last, checker_.failure()});
    else
        deliver(incident_ordered{last + below(2), 0, "another machine's"});
}

/// What component i does by itself, if anything. Every third ignores its turn and waits to be
/// killed.
bool succession::behave(component_index i)
{
    const checker::process& p = checker_.seen(i);
    if (p.left)
        return say(i, ce::emptied), true;
    if (!p.lives)
        return false;
    const bool obeys = i % 3 != 0;
    if (p.killed || (minds_[i] == mind::failing && obeys) || (p.told_to_go && obeys) ||
        (minds_[i] == mind::going && obeys && predecessors_gone(i)))
        return say(i, ce::exited), true;
    if (minds_[i] == mind::waiting || minds_[i] == mind::lost) {
        const mind before = minds_[i];
        return come_back(i), minds_[i] != before;
    }
    if (minds_[i] == mind::attached && !p.told_to_go && !p.ready)
        return say(i, p.alive ? ce::said_ready : ce::said_alive), true;
    return false;
}

bool succession::behave()
{
    for (component_index i = 0; i < minds_.size(); ++i) {
        if (behave(i))
            return true;
    }
    if (checker_.standby_to_settle())
        return deliver(standby_settled{}), true;
    if (checker_.standby_to_go())
        return deliver(standby_gone{}), true;
    if (checker_.cluster_to_go())
        return deliver(cluster_left{}), true;
    return false;
}

bool succession::comes_to_rest()
{
    mortal_ = false;
    if (checker_.finished())
        return true;
    if (!lives_)
        take_over_now();
    const time_point limit = now_ + 2 * settings_.barrier.value_or(0s) +
                             2 * settings_.startup_timeout + 2 * settings_.shutdown_timeout +
                             settings_.takeover_timeout + settings_.restart_delay_max + 1ns;
    while (!at_rest() || deadline_) {
        if (!checker_.violations().empty())
            return false;
        if (behave())
            continue;
        if (!deadline_ || *deadline_ > limit)
            return false;
        now_ = std::max(now_, *deadline_);
        deliver(deadline_reached{});
    }
    return checker_.operations_open() == 0;
}

} // namespace cscc::core
