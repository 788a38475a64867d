#include "client/manager/plan.hpp"

#include "client/manager/words.hpp"
#include "common/base/contract.hpp"
#include "common/base/text.hpp"

#include <algorithm>

namespace cscc {
namespace {

/// A step is over when its slowest member is; whatever the steps add up to, the whole has a limit.
/// `failed` goes down by itself, and takes with it whom the strategy says; empty: all take part.
plan_phase phase_of(const config::model& model, const sequence& order, duration whole,
                    duration config::component::*limit, std::optional<component_index> failed = {})
{
    const sequence startup = config::startup_order(model);
    plan_phase phase;
    phase.limit = whole;
    duration over_at{};
    for (const auto& indices : order.steps()) {
        plan_step step;
        duration slowest{};
        for (const component_index i : indices) {
            const auto& component = model.components.at(i);
            const bool runs_on =
                failed && !goes_with(model.cscc.restart_strategy, startup, *failed, i);
            const bool gone = i == failed && limit == &config::component::shutdown_timeout;
            step.members.push_back({component.id, component.*limit, gone, runs_on});
            if (!gone && !runs_on)
                slowest = std::max(slowest, component.*limit);
        }
        over_at = std::min(whole, over_at + slowest);
        step.over_at = over_at;
        phase.steps.push_back(std::move(step));
    }
    return phase;
}

component_index index_of(const config::model& model, std::string_view id)
{
    const auto found = std::find_if(model.components.begin(), model.components.end(),
                                    [&](const auto& c) { return c.id == id; });
    EXPECTS(found != model.components.end());
    return static_cast<component_index>(found - model.components.begin());
}

bool anybody_runs_on(const plan_phase& phase)
{
    return std::any_of(phase.steps.begin(), phase.steps.end(), [](const plan_step& step) {
        return std::any_of(step.members.begin(), step.members.end(),
                           [](const plan_member& m) { return m.runs_on; });
    });
}

duration end_of(const plan_phase& phase)
{
    return phase.steps.empty() ? duration::zero() : phase.steps.back().over_at;
}

std::string step_line(std::size_t number, const plan_step& step, std::string_view what,
                      std::string_view afterwards)
{
    std::string out;
    for (std::size_t i = 0; i < step.members.size(); ++i) {
        const plan_member& m = step.members[i];
        const std::string place = i == 0 ? text("  ", number, ". ") : text("     "); // side by side
        out += text(place, m.id);
        if (m.runs_on)
            out += " runs on\n";
        else if (m.already_gone)
            out += " is gone already\n";
        else
            out += text(" ", what, " within ", limit_text(m.limit), afterwards, "\n");
    }
    return out;
}

std::string phase_text(const plan_phase& phase, std::string_view what, std::string_view afterwards)
{
    std::string out;
    for (std::size_t i = 0; i < phase.steps.size(); ++i)
        out += step_line(i + 1, phase.steps[i], what, afterwards);
    return out;
}

std::string failure_text(const failure_plan& f)
{
    std::string out =
        text("\nif ", f.id, " fails: ", f.in_part ? "these" : "all", " go down in order, within ",
             limit_text(f.shutdown.limit), ", and come up again\n",
             phase_text(f.shutdown, "gone", ", else killed"));
    if (f.cluster) {
        out += text("  on every other machine of the cluster ", f.cluster->group,
                    " all go down in order, too; none starts before all are down, or ",
                    limit_text(f.cluster->barrier), " have passed\n");
    }
    if (f.restart_delay > duration::zero())
        out += text("  then a pause of ", limit_text(f.restart_delay),
                    ", doubling with each recovery up to ", limit_text(f.restart_delay_max), "\n");
    out += f.in_part ? text("  then these come up, within ", limit_text(f.start.limit),
                            " in all; the generation stays\n", phase_text(f.start, "ready", ""))
                     : text("  then the start above, as the next generation; all ready at the "
                            "latest ",
                            limit_text(f.ready_again), " after the failure\n");
    if (f.in_part)
        out +=
            text("  all ready at the latest ", limit_text(f.ready_again), " after the failure\n");
    if (f.retries == 0)
        return out + text("  no recovery is allowed: the group goes down and stays down",
                          f.cluster ? ", and so do the other machines'" : "", "\n");
    if (f.cluster) {
        out += text("  at most ", counted(f.cluster->restart_budget, "incident"),
                    " of the cluster within ", limit_text(f.cluster->restart_budget_span),
                    "; one more, and all machines give up alike\n");
    }
    return out + text("  at most ", f.retries, f.retries == 1 ? " recovery" : " recoveries",
                      " within ", limit_text(f.retry_span),
                      "; one more, and the group goes down and stays down\n");
}

} // namespace

group_plan make_plan(const config::model& model, const std::optional<std::string>& if_fails)
{
    using config::component;
    group_plan plan;
    plan.group = config::group_name(model);
    plan.file = model.resolved.file;
    plan.services = model.components.size();
    plan.start = phase_of(model, config::startup_order(model), model.cscc.startup_timeout,
                          &component::startup_timeout);
    plan.stop = phase_of(model, config::shutdown_order(model), model.cscc.shutdown_timeout,
                         &component::shutdown_timeout);
    if (!if_fails)
        return plan;
    failure_plan failure;
    failure.id = *if_fails;
    const component_index who = index_of(model, *if_fails);
    failure.shutdown = phase_of(model, config::shutdown_order(model), model.cscc.shutdown_timeout,
                                &component::shutdown_timeout, who);
    failure.start = phase_of(model, config::startup_order(model), model.cscc.startup_timeout,
                             &component::startup_timeout, who);
    failure.in_part = anybody_runs_on(failure.start);
    failure.restart_delay = model.cscc.restart_delay;
    failure.restart_delay_max = model.cscc.restart_delay_max;
    failure.ready_again = end_of(failure.shutdown) + failure.restart_delay + end_of(failure.start);
    if (model.cluster.enabled) {
        failure.cluster =
            cluster_plan{model.cluster.group.value_or(plan.group), model.cluster.barrier_timeout,
                         model.cluster.restart_budget, model.cluster.restart_budget_span};
        failure.ready_again += model.cluster.barrier_timeout;
    }
    failure.retries = model.cscc.restart_retry_counter;
    failure.retry_span = model.cscc.restart_time_span;
    plan.failure = std::move(failure);
    return plan;
}

std::string render_plan(const group_plan& plan)
{
    std::string out = text(plan.group, ": ", counted(plan.services, "service"), ", ", plan.file,
                           "\n\nstart: within ", limit_text(plan.start.limit), " in all\n",
                           phase_text(plan.start, "ready", ""));
    out += "  a service that fails or is late: those started go down in order, the start fails\n";
    out += text("\nstop: within ", limit_text(plan.stop.limit), " in all\n",
                phase_text(plan.stop, "gone", ", else killed"));
    if (plan.failure)
        out += failure_text(*plan.failure);
    return out;
}

} // namespace cscc
