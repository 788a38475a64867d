// failpoint_names.hpp: every failpoint of every program, roughly in the order in which it is
// reached.
//
// The one table: a place in the code is checked against it while it is compiled (failpoint.hpp),
// and `csccd --failpoints` prints it. The word before the colon is the program; test/unit/base
// holds each place to it.
#pragma once

#include <array>
#include <string_view>

namespace cscc {

struct failpoint_name
{
    std::string_view name;
    bool can_fail = false; // is written as FAILPOINT_ERROR: `errno:` may be asked of it
};

inline constexpr std::array failpoint_names{
    // csccmgr, on its way to a coordinator
    failpoint_name{"manager:config-read"},
    failpoint_name{"manager:config-validated"},
    failpoint_name{"manager:shm-created"},     // .config is complete, .state has its name
    failpoint_name{"manager:shm-sized", true}, // and its size
    failpoint_name{"manager:shm-header-written"},
    failpoint_name{"manager:shm-published"},
    failpoint_name{"manager:daemon-spawned"},
    failpoint_name{"manager:before-wait"},
    failpoint_name{"manager:before-reply"},

    // csccd, while it is the coordinator
    failpoint_name{"primary:locks-taken"},
    failpoint_name{"primary:sockets-bound"},
    failpoint_name{"primary:before-spawn", true},
    failpoint_name{"primary:cgroup-joined"},
    failpoint_name{"primary:after-spawn"},
    failpoint_name{"primary:after-alive"},
    failpoint_name{"primary:after-ready"},
    failpoint_name{"primary:standby-spawned"},
    failpoint_name{"primary:standby-seen"},
    failpoint_name{"primary:steady"},
    failpoint_name{"primary:death-seen"},
    failpoint_name{"primary:before-release"},
    failpoint_name{"primary:after-release"},
    failpoint_name{"primary:after-stop"},
    failpoint_name{"primary:before-kill"},
    failpoint_name{"primary:after-kill"},
    failpoint_name{"primary:before-retake"},
    failpoint_name{"primary:budget-spent"},
    failpoint_name{"primary:before-unlink"},
    failpoint_name{"primary:after-unlink"},
    failpoint_name{"primary:before-exit"},

    // csccd, while it is the standby
    failpoint_name{"standby:started"},
    failpoint_name{"standby:mapped"},
    failpoint_name{"standby:watching"},
    failpoint_name{"standby:heartbeat-missed"},
    failpoint_name{"standby:before-fence"},
    failpoint_name{"standby:after-fence"},
    failpoint_name{"standby:lock-won"},
    failpoint_name{"standby:before-consistent"},
    failpoint_name{"standby:epoch-written"},
    failpoint_name{"standby:role-changed"},
    failpoint_name{"standby:standby-respawned"},

    // libcscc, in a service
    failpoint_name{"service:connected"},
    failpoint_name{"service:registered"},
    failpoint_name{"service:own-lock-taken", true},
    failpoint_name{"service:before-alive"},
    failpoint_name{"service:before-ready"},
    failpoint_name{"service:go-seen"},
    failpoint_name{"service:predecessor-gone"},
    failpoint_name{"service:before-callback"},
    failpoint_name{"service:in-callback"},
    failpoint_name{"service:after-callback"},
    failpoint_name{"service:before-exit"},
    failpoint_name{"service:reconnecting"},
    failpoint_name{"service:adopted"},
};

} // namespace cscc
