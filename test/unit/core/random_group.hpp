// random_group.hpp: groups of all shapes and limits, for random walks.
#pragma once

#include "test/unit/core/simulation.hpp"

#include <random>
#include <string>
#include <utility>
#include <vector>

namespace cscc::core {

inline group_settings random_group(std::mt19937& random)
{
    static const std::vector<std::pair<named_steps, named_steps>> shapes{
        {{{"A"}}, {{"A"}}},
        {{{"A"}, {"B"}, {"C"}, {"D"}, {"E"}}, {{"E"}, {"D"}, {"C"}, {"B"}, {"A"}}}, // FIG. 13
        {{{"A", "B", "C", "D"}}, {{"A", "B", "C", "D"}}},
        {{{"A"}, {"B", "C"}, {"D"}}, {{"D"}, {"B", "C"}, {"A"}}},
        {{{"A", "B"}, {"C"}, {"D", "E", "F"}}, {{"C"}, {"A", "F", "D"}, {"B"}, {"E"}}},
        {{{"A"}, {"B"}, {"C"}}, {{"A"}, {"B"}, {"C"}}},
    };
    const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
    const auto& [startup, shutdown] = shapes[below(static_cast<unsigned>(shapes.size()))];
    group_settings s = make_group(startup, shutdown);
    for (component_settings& c : s.components) {
        c.policy = {std::chrono::milliseconds(500 + below(10'000)),
                    std::chrono::milliseconds(200 + below(4'000))};
    }
    s.startup_timeout = std::chrono::milliseconds(10'000 + below(30'000));
    s.shutdown_timeout = std::chrono::milliseconds(2'000 + below(10'000));
    s.takeover_timeout = std::chrono::milliseconds(500 + below(5'000));
    s.standby = below(2) == 0;
    s.retry_count = below(8);
    s.retry_span = std::chrono::seconds(1 + below(30));
    s.restart_delay = std::chrono::milliseconds(below(2) == 0 ? 0 : below(3'000));
    s.restart_delay_max = std::chrono::seconds(5);
    s.strategy = all_restart_strategies[below(all_restart_strategies.size())];
    if (below(3) == 0) {
        s.strategy = restart_strategy::one_for_all; // validate refuses any other
        s.barrier = std::chrono::milliseconds(500 + below(20'000));
    }
    return s;
}

/// "end 7 done" is done, "kill B" is kill, "finish stopped" is itself.
inline std::string kind_of(const std::string& said)
{
    if (said.starts_with("end "))
        return said.substr(said.rfind(' ') + 1);
    if (said.starts_with("shutdown_done") || said.starts_with("finish"))
        return said;
    return said.substr(0, said.find(' '));
}

} // namespace cscc::core
