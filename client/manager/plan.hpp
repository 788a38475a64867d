// plan.hpp: what a start, a stop or a failure would do, read out of the configuration alone.
#pragma once

#include "common/base/time.hpp"
#include "config/model.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cscc {

struct plan_member
{
    std::string id;
    duration limit{};          // to become ready, or to be gone
    bool already_gone = false; // it is the one that failed
    bool runs_on = false;      // restart_strategy leaves it out
};

/// Members that go side by side.
struct plan_step
{
    std::vector<plan_member> members;
    duration over_at{}; // the latest end of the step, from the beginning of the whole
};

struct plan_phase
{
    std::vector<plan_step> steps;
    duration limit{}; // of the whole
};

/// What the other machines have to do with it.
struct cluster_plan
{
    std::string group; // of machines
    duration barrier{};
    std::uint32_t restart_budget = 0;
    duration restart_budget_span{};
};

struct failure_plan
{
    std::string id;
    plan_phase shutdown;
    plan_phase start;
    bool in_part = false;         // some run on, and so does the generation
    duration restart_delay{};     // before the first repetition
    duration restart_delay_max{}; // it doubles up to this
    duration ready_again{};       // at the latest, from the failure, if the first attempt succeeds
    std::uint32_t retries = 0;
    duration retry_span{};
    std::optional<cluster_plan> cluster;
};

struct group_plan
{
    std::string group;
    std::string file;
    std::size_t services = 0;
    plan_phase start;
    plan_phase stop;
    std::optional<failure_plan> failure;
};

/// Pure. `model` is one that load found no mistake in; `if_fails` names one of its components.
[[nodiscard]] group_plan make_plan(const config::model& model,
                                   const std::optional<std::string>& if_fails);

[[nodiscard]] std::string render_plan(const group_plan&);
[[nodiscard]] std::string plan_json(const group_plan&);

} // namespace cscc
