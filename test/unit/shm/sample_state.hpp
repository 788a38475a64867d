// sample_state.hpp: the group of FIG. 13 as the manager describes it to the table.
#pragma once

#include "common/shm/state_table.hpp"

namespace cscc::shm {

inline state_spec sample_spec()
{
    using namespace std::chrono_literals;
    state_spec spec;
    spec.group_name = "csc_mem_shared";
    spec.components = {{"CSQLCE", 0, 3, 10s, 11s},
                       {"CSQL", 1, 2, 20s, 21s},
                       {"CSGS", 1, 2, 30s, 31s},
                       {"CSTS", 2, 1, 40s, 41s},
                       {"CSTR", 3, 0, 50s, 51s}};
    spec.startup_steps = 4;
    spec.shutdown_steps = 4;
    spec.on_coordinator_failure = coordinator_policy::adopt;
    spec.shutdown_timeout = 60s;
    spec.takeover_timeout = 5s;
    spec.heartbeat_timeout = 3s;
    spec.config_checksum = 0x1122334455667788;
    spec.born = wall_time(std::chrono::seconds(1'800'000'000));
    return spec;
}

} // namespace cscc::shm
