// The adapter of Corosync's closed groups while processes, Corosyncs, machines and cables fail.
#include "test/cluster/three_members.hpp"

#include <signal.h>

using namespace cscc::test;
using namespace std::chrono_literals;

namespace {

/// The word, ring or quorum, that was said last before this view: the quorum of another ring must
/// not be known any more.
std::string known_before_view(member_process& member, const std::string& view)
{
    std::string known;
    for (const member_line& line : member.said()) {
        if (line.word == "view" && line.rest == view)
            return known;
        if (line.word == "ring" || line.word == "quorum")
            known = line.word;
    }
    return "no such view";
}

/// All that it said since then.
std::string story(member_process& member, std::int64_t since)
{
    std::string all;
    for (const member_line& line : member.said()) {
        if (line.t_ns > since && line.word != "told")
            all += line.word + " " + line.rest + "; ";
    }
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(closed_group_faults)

BOOST_AUTO_TEST_CASE(a_process_that_dies_has_died_and_its_machine_is_not_lost)
{
    three_members t;
    const std::int64_t killed = now_ns();
    t.watch.signal(t[2].who(), SIGKILL);
    const double took = t.took(1, "view", "1,3, 2=died,", killed);
    BOOST_TEST_MESSAGE("the death of a process was seen after " << took << " ms");
    t.await(3, "1,3,", "1");
    BOOST_TEST(!t[1].when("ring", "", killed)); // nor is the quorum in doubt
}

BOOST_AUTO_TEST_CASE(a_machine_that_dies_is_lost_and_its_quorum_forgotten_first)
{
    three_members t;
    const std::int64_t killed = now_ns();
    t.nodes.power_off(2);
    const double took = t.took(1, "view", "1,3, 2=lost,", killed);
    const double quorum = t.took(1, "quorum", "1", killed);
    BOOST_TEST_MESSAGE("the death of a machine was seen after " << took << " ms, with quorum after "
                                                                << quorum << " ms");
    t.await(3, "1,3,", "1");
    BOOST_TEST(known_before_view(t[1], "1,3, 2=lost,") == "ring");
    BOOST_TEST(known_before_view(t[3], "1,3, 2=lost,") == "ring");

    const std::int64_t second = now_ns();
    t.nodes.power_off(3);
    t.took(1, "view", "1, 3=lost,", second);
    t.await(1, "1,", "0");
    BOOST_TEST(known_before_view(t[1], "1, 3=lost,") == "ring");
}

BOOST_AUTO_TEST_CASE(what_is_said_while_a_ring_forms_keeps_its_order)
{
    for (const char* unanswered : {"64", "20000"}) { // with so many Corosync says: try again
        constexpr std::size_t each = 20'000;
        three_members t({}, {"test", unanswered});
        for (const int n : {1, 2})
            t[n].tell("flood " + std::to_string(each));
        BOOST_REQUIRE(t.eventually([&] { return t[1].messages().size() > 500; }));
        t.nodes.power_off(3);
        BOOST_REQUIRE(t[1].messages().size() < 2 * each); // in the middle of it
        for (const int n : {1, 2})
            BOOST_REQUIRE(t.eventually([&] { return t[n].messages().size() == 2 * each; }, t.slow));
        BOOST_TEST((t[2].messages() == t[1].messages()));
        std::map<std::string, std::size_t> next{{"1", 1}, {"2", 1}};
        for (const std::string& message : t[1].messages()) {
            const std::string from = message.substr(0, 1);
            BOOST_REQUIRE(message == from + " " + from + "-" + std::to_string(next[from]++));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_cable_that_is_out_parts_the_machines_and_in_again_joins_them)
{
    three_members t;
    const std::int64_t out = now_ns();
    t.nodes.unplug(3);
    t.took(1, "view", "1,2, 3=lost,", out);
    t.await(1, "1,2,", "1");
    t.await(2, "1,2,", "1");
    t.await(3, "3,", "0");
    BOOST_TEST(known_before_view(t[1], "1,2, 3=lost,") == "ring");
    BOOST_TEST(!t[3].when("quorum", "1", out)); // alone it was never quorate
    t[1].tell("say apart");
    t[3].tell("say alone");
    BOOST_REQUIRE(
        t.eventually([&] { return !t[3].messages().empty() && !t[2].messages().empty(); }));

    const std::int64_t in = now_ns();
    t.nodes.plug(3);
    for (int n = 1; n <= 3; ++n)
        t.await(n, "1,2,3,", "1");
    const double took = t.took(3, "quorum", "1", in);
    BOOST_TEST_MESSAGE("they were together again after " << took << " ms");
    t[1].tell("say together");
    BOOST_REQUIRE(t.eventually([&] { return t[3].messages().size() == 2; }));
    BOOST_TEST((t[2].messages() == std::vector<std::string>{"1 apart", "1 together"}));
    BOOST_TEST((t[3].messages() == std::vector<std::string>{"3 alone", "1 together"}));
}

BOOST_AUTO_TEST_CASE(who_loses_his_corosync_is_told_and_joins_the_next_one)
{
    three_members t;
    const std::int64_t killed = now_ns();
    t.nodes.kill(2);
    t.took(
        2, "gone",
        "Corosync has ended or closed the connection; see that it runs: systemctl status corosync.",
        killed, t.quick);
    t[2].tell("open");
    t.took(2, "failed",
           "Corosync does not run on this machine; start it: systemctl start corosync.", killed,
           t.quick);
    t.took(1, "view", "1,3, 2=lost,", killed);

    t.nodes.start(2);
    t.nodes.await_together({1, 2, 3}, true);
    t[2].tell("open");
    for (int n = 1; n <= 3; ++n)
        t.await(n, "1,2,3,", "1");
    t[2].tell("say back");
    BOOST_REQUIRE(t.eventually([&] { return t[1].messages().size() == 1; }));
}

BOOST_AUTO_TEST_CASE(a_corosync_that_restarts_at_once_is_lost_or_died_and_is_back)
{
    three_members t;
    const std::int64_t killed = now_ns();
    t.nodes.kill(2);
    t.nodes.start(2);
    BOOST_REQUIRE(t.eventually(
        [&] {
            const auto failed = t[2].when("open", "2 n2 secure", killed);
            if (!failed)
                t[2].tell("open");
            return failed ||
                   t.eventually(
                       [&] { return t[2].when("open", "2 n2 secure", killed).has_value(); }, 500ms);
        },
        t.slow));
    for (int n = 1; n <= 3; ++n)
        t.await(n, "1,2,3,", "1");
    const std::string seen = story(t[1], killed);
    BOOST_TEST_MESSAGE("n1 saw: " << seen);
    BOOST_TEST(seen.find("2=") != std::string::npos); // not unnoticed
}

BOOST_AUTO_TEST_CASE(a_corosync_that_is_shut_down_takes_its_members_with_it)
{
    three_members t;
    const std::int64_t ended = now_ns();
    BOOST_TEST(t.watch.signal(t.nodes.corosync(2).value(), SIGTERM));
    t.took(
        2, "gone",
        "Corosync has ended or closed the connection; see that it runs: systemctl status corosync.",
        ended, t.quick);
    t.await(1, "1,3,", "1");
    t.await(3, "1,3,", "1");
    BOOST_TEST(t[1].when("view", "1,3, 2=died,", ended).has_value()); // it says goodbye for them
    BOOST_TEST_MESSAGE("n1 saw: " << story(t[1], ended));
}

BOOST_AUTO_TEST_CASE(a_ring_that_forms_anew_with_the_same_machines_has_its_quorum_told_anew)
{
    three_members t;
    const std::int64_t stopped = now_ns();
    t.nodes.stop(3);
    BOOST_REQUIRE(t.eventually(
        [&] { return t.nodes.logs().find("forming new configuration") != std::string::npos; },
        t.slow));
    t.nodes.resume(3); // in time for the new one
    for (int n = 1; n <= 3; ++n) {
        t.took(n, "ring", "", stopped);
        t.await(n, "1,2,3,", "1");
        BOOST_TEST(story(t[n], stopped).find("view") == std::string::npos); // nobody came or went
    }
}

BOOST_AUTO_TEST_CASE(a_corosync_that_is_stopped_blocks_nobody_and_loses_nothing)
{
    three_members t;
    const std::int64_t stopped = now_ns();
    t.nodes.stop(3);
    t[3].tell("say-many 900"); // libqb would spin at the 270th
    t[3].tell("ping");
    t.took(3, "pong", "", stopped, t.quick);
    t.took(1, "view", "1,2, 3=lost,", stopped);
    t.await(1, "1,2,", "1");
    const auto used = stat_of(t[3].who().pid);
    t[3].tell("ping");
    t.took(3, "told", "ping", now_ns() - 1'000'000, t.quick);
    const auto later = stat_of(t[3].who().pid);
    BOOST_REQUIRE((used && later));
    BOOST_TEST(later->utime_ticks + later->stime_ticks <=
               used->utime_ticks + used->stime_ticks + 20);

    t.nodes.resume(3);
    for (int n = 1; n <= 3; ++n)
        t.await(n, "1,2,3,", "1");
    BOOST_REQUIRE(t.eventually([&] { return t[3].messages().size() == 900; }));
    const auto heard = t[3].messages();
    for (std::size_t n = 0; n < heard.size(); ++n)
        BOOST_REQUIRE(heard[n] == "3 many-" + std::to_string(n + 1));
    BOOST_TEST(!t[3].last("gone"));
    BOOST_TEST_MESSAGE("n1 heard " << t[1].messages().size() << " of them");
}

BOOST_AUTO_TEST_CASE(who_says_more_than_a_stopped_corosync_takes_is_cut_off_and_can_come_back)
{
    three_members t;
    const std::int64_t stopped = now_ns();
    t.nodes.stop(3);
    t[3].tell("say-many 2000");
    t.took(3, "gone",
           "Corosync has not taken our messages for too long; it may be stopped, or its network "
           "overloaded.",
           stopped, t.quick);
    t[3].tell("ping");
    t.took(3, "pong", "", stopped, t.quick);
    t.took(1, "view", "1,2, 3=lost,", stopped);

    t.nodes.resume(3);
    t.nodes.await_together({1, 2, 3}, true);
    BOOST_REQUIRE(t.eventually(
        [&] {
            t[3].tell("open");
            return t.eventually(
                [&] { return t[3].when("open", "3 n3 secure", stopped).has_value(); }, 500ms);
        },
        t.slow));
    for (int n = 1; n <= 3; ++n)
        t.await(n, "1,2,3,", "1");
}

BOOST_AUTO_TEST_CASE(leaving_a_stopped_corosync_blocks_nobody)
{
    three_members t;
    const std::int64_t stopped = now_ns();
    t.nodes.stop(3);
    t[3].tell("leave");
    t[3].tell("ping");
    t.took(3, "pong", "", stopped, t.quick);
    t[3].tell("close"); // what a deadline would do
    t[3].tell("ping");
    BOOST_TEST(t.eventually([&] { return t[3].said().back().rest == "ping"; }));
    t.nodes.resume(3);
    t.await(1, "1,2,", "1");
}

BOOST_AUTO_TEST_SUITE_END()
