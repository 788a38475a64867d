#include "client/manager/progress.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace cscc {
namespace {

using namespace std::chrono_literals;
using lines = std::vector<std::string>;

/// Five services and a clock that stands until it is moved.
struct fixture
{
    progress shown{{{"CSQLCE", 7s, 7s},
                    {"CSQL", 7s, 7s},
                    {"CSGS", 120s, 7s},
                    {"CSTS", 30s, 7s},
                    {"CSTR", 7s, 2500ms}}};
    time_point now{100s};

    std::string service(std::string id, component_state to, std::string reason = "because")
    {
        wire::event e;
        e.kind = wire::event_kind::service;
        e.service = std::move(id);
        e.to = to_string(to);
        e.reason = std::move(reason);
        return shown.note(e, now).value_or("");
    }
    void up(const std::string& id, duration takes)
    {
        service(id, component_state::spawned);
        service(id, component_state::alive);
        now += takes;
        service(id, component_state::ready);
    }
};

BOOST_FIXTURE_TEST_SUITE(progress_of_an_order, fixture)

BOOST_AUTO_TEST_CASE(a_start_shows_who_is_ready_who_starts_and_who_waits)
{
    up("CSQLCE", 300ms);
    up("CSQL", 800ms);
    service("CSGS", component_state::spawned);
    now += 2100ms;
    const lines expected{"ready    1/5 CSQLCE 0.3 s", "ready    2/5 CSQL 0.8 s",
                         "starting 3/5 CSGS 2.1 s of 120 s", "waiting  4/5 CSTS",
                         "waiting  5/5 CSTR"};
    BOOST_TEST(shown.live(now, 24) == expected, boost::test_tools::per_element());
    BOOST_TEST(shown.ready_count() == 2U);
}

BOOST_AUTO_TEST_CASE(the_clock_of_a_way_up_does_not_begin_again_with_alive)
{
    service("CSTS", component_state::spawned);
    now += 1s;
    BOOST_TEST(service("CSTS", component_state::alive) == ""); // no step for a user
    now += 1s;
    BOOST_TEST(shown.live(now, 24).at(3) == "starting 4/5 CSTS 2.0 s of 30 s");
    BOOST_TEST(service("CSTS", component_state::ready) == "ready    4/5 CSTS 2.0 s");
}

BOOST_AUTO_TEST_CASE(a_stop_has_its_own_limit_and_clock)
{
    up("CSTR", 4s);
    now += 1h;
    BOOST_TEST(service("CSTR", component_state::stopping) == "stopping 5/5 CSTR within 2.5 s");
    now += 100ms;
    BOOST_TEST(service("CSTR", component_state::down) == "stopped  5/5 CSTR 0.1 s");
    BOOST_TEST(shown.live(now, 24).at(0) == "waiting  1/5 CSQLCE");
}

BOOST_AUTO_TEST_CASE(a_failure_is_shown_with_its_reason_and_the_first_is_kept)
{
    service("CSQL", component_state::spawned);
    BOOST_TEST(service("CSQL", component_state::failed, "exited: exit 1\x1b[2J") ==
               "failed   2/5 CSQL: exited: exit 1?[2J");
    service("CSQLCE", component_state::failed, "killed");
    BOOST_TEST_REQUIRE(shown.first_failure().has_value());
    BOOST_TEST(shown.first_failure()->id == "CSQL");
    BOOST_TEST(shown.first_failure()->reason == "exited: exit 1?[2J");
}

BOOST_AUTO_TEST_CASE(who_joins_later_sees_what_was_true_then)
{
    wire::group_status status;
    for (const auto& [id, state] :
         {std::pair{"CSQLCE", component_state::ready}, std::pair{"CSQL", component_state::alive},
          std::pair{"stranger", component_state::ready}}) {
        wire::service_status s;
        s.id = id;
        s.state = state;
        status.services.push_back(s);
    }
    shown.begin_with(status);
    const lines expected{"ready    1/5 CSQLCE", "starting 2/5 CSQL", "waiting  3/5 CSGS",
                         "waiting  4/5 CSTS", "waiting  5/5 CSTR"};
    BOOST_TEST(shown.live(now, 24) == expected, boost::test_tools::per_element());
    BOOST_TEST(service("CSQL", component_state::ready) == "ready    2/5 CSQL");
}

BOOST_AUTO_TEST_CASE(more_services_than_rows_leave_those_on_their_way_and_a_sum)
{
    up("CSQLCE", 1s);
    up("CSQL", 1s);
    service("CSGS", component_state::spawned);
    const lines expected{"starting 3/5 CSGS 0.0 s of 120 s", "2 ready, 1 starting, 2 waiting of 5"};
    BOOST_TEST(shown.live(now, 4) == expected, boost::test_tools::per_element());
    service("CSTS", component_state::spawned);
    service("CSTR", component_state::spawned);
    BOOST_TEST(shown.live(now, 2).size() == 2U); // never more than there is room for
    BOOST_TEST(shown.live(now, 2).back() == "2 ready, 3 starting of 5");
}

BOOST_AUTO_TEST_CASE(a_recovery_is_said_with_its_cause)
{
    wire::event e;
    e.kind = wire::event_kind::group;
    e.from = "steady";
    e.to = "recovering";
    e.reason = "CSQL was killed";
    BOOST_TEST(shown.note(e, now).value_or("") == "recovering: CSQL was killed");
    e.to = "steady";
    BOOST_TEST(!shown.note(e, now).has_value());
    e.kind = wire::event_kind::operation;
    BOOST_TEST(!shown.note(e, now).has_value());
}

BOOST_AUTO_TEST_CASE(what_the_cluster_says_is_no_line_and_moves_nobody)
{
    up("CSQL", 1s);
    const lines before = shown.live(now, 24);
    wire::event e;
    e.kind = wire::event_kind::cluster;
    e.service = "CSQL"; // which no such event has
    for (const char* what : {"failure", "incident", "waiting", "proceed", "failed", "down"}) {
        e.to = what;
        e.reason = "CSQL was killed";
        BOOST_TEST(!shown.note(e, now).has_value(), what);
    }
    BOOST_TEST(shown.live(now, 24) == before, boost::test_tools::per_element());
    BOOST_TEST(!shown.first_failure().has_value());
}

BOOST_AUTO_TEST_CASE(events_about_strangers_and_unknown_states_are_no_news)
{
    BOOST_TEST(service("stranger", component_state::ready) == "");
    wire::event e;
    e.kind = wire::event_kind::service;
    e.service = "CSQL";
    e.to = "frozen"; // of a later version
    BOOST_TEST(!shown.note(e, now).has_value());
}

BOOST_AUTO_TEST_CASE(every_state_has_a_line)
{
    for (const component_state s : all_component_states) {
        service("CSQL", s);
        BOOST_TEST(shown.live(now, 24).at(1).find(" 2/5 CSQL") != std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
