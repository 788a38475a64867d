#include "test/faults/crash_scenarios.hpp"

#include "test/integration/said.hpp"

#include <boost/test/unit_test.hpp>

namespace cscc::test {
namespace {

using places = std::vector<std::string>;
using how = crash_scenario::end;

places of(const std::string& program, const places& names)
{
    places all;
    for (const std::string& name : names)
        all.push_back(program + ":" + name);
    return all;
}

places operator+(places left, const places& right)
{
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

const places births = of("primary", {"before-retake", "before-spawn", "cgroup-joined",
                                     "after-spawn", "after-alive", "after-ready", "steady"});
const places standby_births = of("primary", {"standby-spawned", "standby-seen"}) +
                              of("standby", {"started", "mapped", "watching"});
const places service_births =
    of("service", {"own-lock-taken", "before-alive", "connected", "registered", "before-ready"});
const places releases = of("primary", {"before-release", "after-release", "after-stop"});
const places ends = of("primary", {"before-unlink", "after-unlink", "before-exit"});
const places successions =
    of("standby", {"lock-won", "before-consistent", "epoch-written", "role-changed"}) +
    of("standby", {"standby-respawned"}) + of("primary", {"sockets-bound"});
const places callbacks = of("service", {"before-callback", "in-callback", "after-callback"});
const places lonely_turns = of("service", {"go-seen", "predecessor-gone"});
const places manager_reads = of("manager", {"config-read", "config-validated", "before-reply"});
const places manager_makes = of("manager", {"shm-created", "shm-sized", "shm-header-written",
                                            "shm-published", "daemon-spawned", "before-wait"});

std::function<group_description()> three(const std::string& policy)
{
    return [policy] { return three_for_crashes(policy); };
}

/// C does not heed its turn, and is killed for it - by its coordinator: it speaks by hand, and has
/// no library whose timer could be first.
group_description with_deaf_c()
{
    group_description d = three_for_crashes("restart");
    d.at("C").arguments = {"--ignore-shutdown", "--raw", "alive,wait,ready,wait"};
    d.at("C").shutdown_timeout_ms = 300;
    return d;
}

group_description with_b_never_ready()
{
    group_description d = three_for_crashes("restart");
    d.at("B").arguments.emplace_back("--never-ready");
    d.at("B").startup_timeout_ms = 300;
    return d;
}

group_description without_recoveries()
{
    group_description d = three_for_crashes("restart");
    d.restart_retry_counter = 0;
    return d;
}

group_description without_standby()
{
    group_description d = three_for_crashes("restart");
    d.standby = false;
    return d;
}

/// It ends by leaving main, and not within its callback.
std::function<group_description()> three_with_cxx_b(const std::string& policy)
{
    return [policy] {
        group_description d = three_for_crashes(policy);
        d.at("B").executable = CXX_SERVICE;
        d.at("B").arguments.clear();
        return d;
    };
}

void start_it(armed_group& at)
{
    at.arm();
    at.run("start");
}

void lose_a_service(armed_group& at)
{
    at.start();
    at.arm();
    at.g.kill("A");
}

void lose_the_standby(armed_group& at)
{
    at.start();
    at.arm();
    at.kill_role("standby");
}

void lose_the_primary(armed_group& at)
{
    at.start();
    at.arm();
    at.kill_role("primary");
}

void silence_the_primary(armed_group& at)
{
    at.start();
    at.arm();
    at.kill_role("primary", SIGSTOP);
}

void lose_a_service_beside_a_deaf_one(armed_group& at)
{
    at.g.note_fault("C"); // B may be who kills it, and has no log to say why
    lose_a_service(at);
}

/// Both at one instant: nobody is left to coordinate.
void lose_both(armed_group& at)
{
    at.start();
    at.arm();
    const process_key standby = at.g.await_role("standby");
    at.kill_role("primary", SIGSTOP);
    BOOST_TEST(at.g.watch().signal(standby, SIGKILL));
    at.kill_role("primary");
}

void stop_it(armed_group& at)
{
    at.start();
    at.arm();
    at.run("stop");
}

void stop_it_with_a_deaf_one(armed_group& at)
{
    at.g.note_fault("C");
    stop_it(at);
}

void stop_it_without_a_coordinator(armed_group& at)
{
    at.start();
    const process_key standby = at.g.await_role("standby");
    at.kill_role("primary", SIGSTOP);
    BOOST_TEST(at.g.watch().signal(standby, SIGKILL));
    at.kill_role("primary");
    at.arm();
    at.run("stop");
}

/// Nobody but csccmgr is there to end a primary that is stopped.
void stop_it_past_a_silent_primary(armed_group& at)
{
    at.start();
    at.kill_role("primary", SIGSTOP);
    at.arm();
    at.run("stop");
}

std::vector<crash_scenario> make_scenarios()
{
    const places fence = of("standby", {"heartbeat-missed", "before-fence", "after-fence"});
    const places death = of("primary", {"death-seen"});
    const places kill = of("primary", {"before-kill", "after-kill"});
    const places start = manager_reads + manager_makes + of("primary", {"locks-taken"}) +
                         of("primary", {"sockets-bound"}) + births + standby_births +
                         service_births;
    const places takeover = successions + standby_births;
    const places exit = of("service", {"before-exit"});
    const places adopted = of("service", {"reconnecting", "connected", "before-alive", "adopted"});
    return {
        {"start", three("restart"), start_it, start},
        {"failed-start", with_b_never_ready, start_it, kill + releases + death + ends, how::down,
         true},
        {"recovery", three("restart"), lose_a_service,
         death + releases + births + callbacks + service_births},
        {"recovery-late", with_deaf_c, lose_a_service_beside_a_deaf_one, kill, how::any, true},
        {"respawn", three("restart"), lose_the_standby, standby_births},
        {"takeover-restart", three("restart"), lose_the_primary,
         takeover + death + births + lonely_turns + callbacks + service_births},
        {"takeover-adopt", three("adopt"), lose_the_primary, takeover + adopted},
        {"takeover-stop", three("stop"), lose_the_primary,
         takeover + death + of("primary", {"budget-spent"}) + lonely_turns + callbacks + ends},
        {"silence", three("adopt"), silence_the_primary, fence, how::any, true},
        {"stop", three("restart"), stop_it, manager_reads + death + releases + callbacks + ends,
         how::down},
        {"stop-late", with_deaf_c, stop_it_with_a_deaf_one, kill, how::down, true},
        {"orphans", three("adopt"), lose_both, lonely_turns + callbacks, how::down},
        {"stop-orphans", three("adopt"), stop_it_without_a_coordinator,
         manager_reads + of("standby", {"before-consistent"}) + of("service", {"reconnecting"}) +
             lonely_turns + callbacks,
         how::down},
        {"stop-going", three("restart"), stop_it_without_a_coordinator,
         manager_reads + of("standby", {"before-consistent"}), how::down, true},
        {"stop-silent", without_standby, stop_it_past_a_silent_primary, manager_reads, how::down,
         true},
        {"giving-up", without_recoveries, lose_a_service,
         death + of("primary", {"budget-spent"}) + releases + callbacks + ends, how::down},
        {"recovery-cxx", three_with_cxx_b("restart"), lose_a_service, exit, how::any, true},
        {"orphans-cxx", three_with_cxx_b("adopt"), lose_both, exit, how::down, true},
        {"stop-cxx", three_with_cxx_b("restart"), stop_it, exit, how::down, true},
    };
}

} // namespace

std::vector<crash_point> crash_points()
{
    std::vector<crash_point> all;
    for (const crash_scenario& in : crash_scenarios()) {
        for (const std::string& place : in.places)
            all.push_back({&in, place});
    }
    return all;
}

const std::vector<crash_scenario>& crash_scenarios()
{
    static const std::vector<crash_scenario> all = make_scenarios();
    return all;
}

} // namespace cscc::test
