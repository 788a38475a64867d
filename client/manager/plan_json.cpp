// plan_json.cpp: the second half of plan.hpp, `csccmgr --json plan`.
#include "client/manager/plan.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace cscc {
namespace {

namespace json = boost::json;

std::int64_t ms(duration d)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
}

json::object object_of(const plan_phase& phase)
{
    json::array steps;
    for (const auto& step : phase.steps) {
        json::array services;
        for (const auto& member : step.members) {
            json::object service;
            service["id"] = member.id;
            service["timeout_ms"] = ms(member.limit);
            service["already_gone"] = member.already_gone;
            service["runs_on"] = member.runs_on;
            services.push_back(std::move(service));
        }
        json::object one;
        one["services"] = std::move(services);
        one["over_at_ms"] = ms(step.over_at);
        steps.push_back(std::move(one));
    }
    json::object out;
    out["timeout_ms"] = ms(phase.limit);
    out["steps"] = std::move(steps);
    return out;
}

json::value value_of(const std::optional<cluster_plan>& cluster)
{
    if (!cluster)
        return nullptr;
    json::object out;
    out["group"] = cluster->group;
    out["barrier_timeout_ms"] = ms(cluster->barrier);
    out["restart_budget"] = cluster->restart_budget;
    out["restart_budget_span_ms"] = ms(cluster->restart_budget_span);
    return out;
}

json::value value_of(const std::optional<failure_plan>& failure)
{
    if (!failure)
        return nullptr;
    json::object out;
    out["id"] = failure->id;
    out["in_part"] = failure->in_part;
    out["shutdown"] = object_of(failure->shutdown);
    out["start"] = object_of(failure->start);
    out["restart_delay_ms"] = ms(failure->restart_delay);
    out["ready_again_ms"] = ms(failure->ready_again);
    out["retry_limit"] = failure->retries;
    out["retry_window_ms"] = ms(failure->retry_span);
    out["cluster"] = value_of(failure->cluster);
    return out;
}

} // namespace

std::string plan_json(const group_plan& plan)
{
    json::object out;
    out["schema"] = 1;
    out["group"] = plan.group;
    out["file"] = plan.file;
    out["start"] = object_of(plan.start);
    out["stop"] = object_of(plan.stop);
    out["failure"] = value_of(plan.failure);
    return json::serialize(out);
}

} // namespace cscc
