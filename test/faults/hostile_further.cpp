// Further lives of a group with a hostile service: for ever, without a coordinator, without
// cgroups, with a log that fills the disk.
#include "test/faults/at_rest.hpp"
#include "test/faults/hostile_group.hpp"
#include "test/integration/bad_surroundings.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>

#include <unistd.h>

using namespace cscc::test;

namespace {

const behaviour& behaviour_of(const std::string& deed)
{
    for (const behaviour& b : all_behaviours()) {
        if (b.deed == deed)
            return b;
    }
    throw std::out_of_range(deed);
}

/// As another uid where there can be one.
hostile_case case_of(const std::string& deed, const char* phase, bool guarded)
{
    return {behaviour_of(deed), phase, guarded, ::geteuid() == 0};
}

bool everything_is_wanted()
{
    const char* const which = std::getenv("CSCC_HOSTILE");
    return which != nullptr && std::string(which) == "all";
}

} // namespace

BOOST_AUTO_TEST_CASE(who_exits_again_and_again_is_given_up_in_time)
{
    for (const bool guarded : {false, true}) {
        hostile_group group(case_of("exits", "steady", guarded), "0");
        group_under_test& g = group.g;
        expect(g.csccmgr({"start"}), 0);
        group.let_it_act(); // in the generations to come as soon as it is ready
        BOOST_REQUIRE(g.eventually([&] { return is_down(g); }, 60s));
        g.expect_nothing_left();
        BOOST_TEST(g.generation() == 3u); // and two recoveries
        expect(g.csccmgr({"status"}), 1, {"gave up"});
        strangers::expect_untouched();
    }
}

// Who waits for its turn behind it kills it when its time is over, if it may; its own timer does if
// nobody may.
BOOST_AUTO_TEST_CASE(with_no_coordinator_alive_a_hostile_service_keeps_nobody_up)
{
    std::vector<const char*> deeds{"ignores-signals", "stops-itself"};
    if (everything_is_wanted())
        deeds.insert(deeds.end(), {"hangs-in-vfork", "ends-its-thread", "crashes", "exits"});
    for (const char* const deed : deeds) {
        for (const bool guarded : {false, true}) {
            BOOST_TEST_CONTEXT(deed << (guarded ? ", guarded" : ""))
            {
                hostile_group group(case_of(deed, "stop", guarded));
                group_under_test& g = group.g;
                expect(g.csccmgr({"start"}), 0);
                const process_key standby = g.await_role("standby");
                const process_key primary = g.await_role("primary");
                BOOST_TEST(g.watch().signal(standby, SIGKILL));
                BOOST_TEST(g.watch().signal(primary, SIGKILL));
                BOOST_TEST(g.eventually([&] { return is_down(g); }, 30s), "somebody lives on");
                BOOST_TEST(group.did("deed"));
                stop_for_good(g);
                strangers::expect_untouched();
            }
        }
    }
}

// Who hid its session and its environment is found at the end of the coordinator, not before.
BOOST_AUTO_TEST_CASE(without_a_cgroup_what_it_leaves_behind_is_ended_with_the_group)
{
    for (const char* const deed :
         {"double-forks", "hides-child", "bombs", "daemonises", "crowds"}) {
        BOOST_TEST_CONTEXT(deed)
        {
            hostile_group group(case_of(deed, "steady", false));
            group_under_test& g = group.g;
            const std::string hide = "mount -t tmpfs none /sys/fs/cgroup || exit 99; exec \"$@\"";
            const start_spec start = in_own_mounts(g.csccmgr_spec({"start"}), hide);
            g.note_asked("start");
            expect(run_program(g.watch(), start, 30s), 0);
            const std::string log = read_file(g.log_directory() + "/" + g.name() + "/csccd.log");
            BOOST_TEST(log.find("contained by descent") != std::string::npos, log);
            const auto b = g.service("B");
            group.let_it_act();
            group.await_done(b->who);
            if ((behaviour_of(deed).traits & ends_self) != 0)
                BOOST_REQUIRE(g.eventually([&] { return g.generation() == 2 && is_up(g); }));
            stop_for_good(g);
            strangers::expect_untouched();
        }
    }
}

// Once: it is a gibibyte of the disk, for as long as the case lasts.
BOOST_AUTO_TEST_CASE(a_log_of_a_gibibyte_disturbs_nobody)
{
    hostile_group group(case_of("fills-log-1-gib", "steady", false));
    group_under_test& g = group.g;
    expect(g.csccmgr({"start"}), 0);
    BOOST_REQUIRE(g.eventually([&] { return is_up(g); }));
    const auto primary = g.in_role("primary");
    const auto b = g.service("B");
    group.let_it_act();
    group.await_done(b->who);
    BOOST_TEST(std::filesystem::file_size(g.log_directory() + "/" + g.name() + "/B.log") >=
               (std::uintmax_t{1} << 30U));
    await_rest(g);
    BOOST_TEST((g.in_role("primary") == primary));
    BOOST_TEST(g.generation() == 1u);
    stop_for_good(g);
}
