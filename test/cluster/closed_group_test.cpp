// The adapter of Corosync's closed groups with three real Corosyncs: what is seen, said and known
// while all of them live; closed_group_faults_test.cpp: while they do not.
#define BOOST_TEST_MODULE closed_group
#include "test/cluster/three_members.hpp"

using namespace cscc::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(closed_group)

BOOST_AUTO_TEST_CASE(members_know_themselves_each_other_and_the_quorum)
{
    three_members t;
    for (int n = 1; n <= 3; ++n)
        BOOST_TEST(t[n].last("open").value() ==
                   std::to_string(n) + " n" + std::to_string(n) + " secure");
}

BOOST_AUTO_TEST_CASE(what_is_not_encrypted_is_called_so)
{
    three_members t({.encrypted = false});
    BOOST_TEST(t[2].last("open").value() == "2 n2 open-to-all");
}

BOOST_AUTO_TEST_CASE(all_hear_the_same_in_the_same_order_and_nothing_is_lost)
{
    constexpr std::size_t each = 3'000; // far more than may be under way
    three_members t;
    const std::int64_t began = now_ns();
    for (int n = 1; n <= 3; ++n)
        t[n].tell("flood " + std::to_string(each));
    for (int n = 1; n <= 3; ++n)
        BOOST_REQUIRE(t.eventually([&] { return t[n].messages().size() == 3 * each; }, 60s));
    BOOST_TEST_MESSAGE("9,000 messages of 1 KB took " << (now_ns() - began) / 1'000'000 << " ms");

    const auto heard = t[1].messages();
    BOOST_TEST((t[2].messages() == heard));
    BOOST_TEST((t[3].messages() == heard));
    std::map<std::string, std::size_t> next{{"1", 1}, {"2", 1}, {"3", 1}};
    for (const std::string& message : heard) {
        const std::string from = message.substr(0, 1);
        BOOST_REQUIRE(message == from + " " + from + "-" + std::to_string(next[from]++));
    }
}

BOOST_AUTO_TEST_CASE(a_flood_does_not_keep_the_reactor_from_its_other_work)
{
    three_members t;
    t[1].tell("flood 5000");
    t[2].tell("flood 5000");
    BOOST_REQUIRE(t.eventually([&] { return t[3].messages().size() > 500; }));
    const std::int64_t asked = now_ns();
    t[3].tell("ping");
    const double ping = t.took(3, "pong", "", asked);
    BOOST_TEST_MESSAGE("a ping in a flood took " << ping << " ms");
    BOOST_TEST(t[3].messages().size() < 10'000u);
}

BOOST_AUTO_TEST_CASE(who_leaves_has_left_after_all_that_he_said)
{
    three_members t;
    t[3].tell("flood 400");
    BOOST_REQUIRE(t.eventually([&] { return t[3].last("told").has_value(); }));
    t[3].tell("leave");
    t.took(3, "gone", "", 0);
    t.took(1, "view", "1,2, 3=left,", 0);
    const auto lines = t[1].said();
    const auto view = std::find_if(lines.begin(), lines.end(), [](const member_line& l) {
        return l.word == "view" && l.rest == "1,2, 3=left,";
    });
    BOOST_TEST(std::count_if(lines.begin(), view,
                             [](const member_line& l) { return l.word == "message"; }) == 400);
    BOOST_TEST(t[1].quorum().value() == "1"); // the ring is the same

    t[3].tell("open");
    t.await(3, "1,2,3,", "1");
    t.await(1, "1,2,3,", "1");
}

BOOST_AUTO_TEST_CASE(closing_and_opening_again_keeps_no_descriptor)
{
    three_members t;
    const auto round = [&](int n) {
        const std::int64_t now = now_ns();
        t[2].tell("close");
        BOOST_TEST(t.took(1, "view", "1,3, 2=died,", now) < 5'000.);
        BOOST_REQUIRE(t.eventually([&] {
            if (!t[2].when("open", "2 n2 secure", now))
                t[2].tell("open"); // again, while Corosync still thinks of the former one
            return t.eventually([&] { return t[2].when("open", "2 n2 secure", now).has_value(); },
                                1s);
        }));
        t.await(2, "1,2,3,", "1");
        BOOST_TEST_MESSAGE("round " << n);
    };
    round(0);
    const footprint before = footprint_of(t[2].who().pid);
    for (int n = 1; n <= 5; ++n)
        round(n);
    BOOST_TEST(footprint_of(t[2].who().pid).descriptors == before.descriptors);
    BOOST_TEST(footprint_of(t[2].who().pid).mappings <= before.mappings + mappings_more);
}

BOOST_AUTO_TEST_CASE(another_group_is_none_of_ours)
{
    three_members t;
    member_process stranger(t.nodes, 1, {"test2"});
    BOOST_REQUIRE(t.eventually([&] { return stranger.last("view") == "1, "; }));
    stranger.tell("say hello");
    BOOST_REQUIRE(t.eventually([&] { return stranger.messages().size() == 1; }));
    t[1].tell("say here");
    BOOST_REQUIRE(t.eventually([&] { return t[2].messages().size() == 1; }));
    BOOST_TEST(t[2].messages().front() == "1 here");
}

BOOST_AUTO_TEST_SUITE_END()
