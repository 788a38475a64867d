// One service of three does what no service should: in its start, at work, in its stop; as a member
// of the library and as a program behind cscc-guard; as the coordinator's uid and as another. The
// group ends fully up or fully down, nobody who is none of its business is signalled, csccmgr stop
// succeeds, and nothing is left. What another uid must not be able to do, it is not.
//
//   hostile_test                        a case of each behaviour; the seed is printed
//   CSCC_SEED=N hostile_test            those again
//   CSCC_HOSTILE=all hostile_test       all cases (scripts/soak)
//   CSCC_HOSTILE=crowds/stop/ …         those with that in their name
#define BOOST_TEST_MODULE hostile
#include "test/faults/at_rest.hpp"
#include "test/faults/hostile_group.hpp"
#include "test/integration/said.hpp"

#include <boost/test/unit_test.hpp>

using namespace cscc::test;

namespace {

BOOST_TEST_GLOBAL_FIXTURE(strangers);

/// Who is there; nobody of them changes where B harms nobody.
struct members
{
    std::optional<process_key> primary, a, b, c;
    friend bool operator==(const members&, const members&) = default;
};

members members_of(group_under_test& g)
{
    const auto who = [&](const char* id) {
        const auto s = g.service(id);
        return s && s->lives ? std::optional(s->who) : std::nullopt;
    };
    return {g.in_role("primary"), who("A"), who("B"), who("C")};
}

void await_consequence(hostile_group& group, const hostile_case& c, const members& before)
{
    group_under_test& g = group.g;
    group.await_done(before.b);
    const auto gone = [&](const std::optional<process_key>& who) {
        return !who || !g.watch().lives(*who);
    };
    if (c.is(ends_self) || c.may(restarts))
        BOOST_TEST(g.eventually([&] { return gone(before.b); }), "B goes on");
    if (c.is(may_end_self))
        static_cast<void>(g.eventually([&] { return gone(before.b); }, 500ms));
    if (c.may(ends_primary | stops_primary))
        BOOST_TEST(g.eventually([&] { return gone(before.primary); }), "the primary goes on");
    if (c.may(ends_victim))
        BOOST_TEST(g.eventually([&] { return gone(before.a); }), "A goes on");
}

void come_to_rest(group_under_test& g, const hostile_case& c)
{
    if (!c.may(crowds_out))
        return await_rest(g);
    // Who asks again may be refused again; what the answer says is judged without that.
    BOOST_TEST(g.eventually([&] { return is_down(g) || is_up(g); }, 30s),
               "the group comes to no rest");
}

/// Not even csccmgr reaches a coordinator without sockets; a signal of an operator's does.
void end_the_group(group_under_test& g, const hostile_case& c)
{
    const auto primary = g.in_role("primary");
    if (c.may(cuts_off) && primary && g.watch().signal(*primary, SIGTERM))
        g.expect_nothing_left();
    else
        stop_for_good(g);
}

void do_at_start(hostile_group& group, const hostile_case& c)
{
    group_under_test& g = group.g;
    auto start = g.begin_csccmgr({"start"});
    BOOST_REQUIRE(g.eventually([&] { return group.did("deed"); }));
    if (!c.may(stops_primary | cuts_off)) { // then nobody would ever answer
        const program_result r = start.finish(30s);
        BOOST_TEST(!r.timed_out, r.describe());
        const bool harmless = !c.is(ends_self | may_end_self | never_returns) &&
                              !c.may(ends_primary | ends_victim | restarts | crowds_out);
        if (harmless)
            expect(r, 0);
        if (c.is(ends_self | never_returns))
            expect(r, 1, {"B"});
        come_to_rest(g, c);
    }
    end_the_group(g, c);
    static_cast<void>(start.finish(30s));
}

void do_at_work(hostile_group& group, const hostile_case& c)
{
    group_under_test& g = group.g;
    expect(g.csccmgr({"start"}), 0);
    BOOST_REQUIRE(g.eventually([&] { return is_up(g); }));
    const members before = members_of(g);
    group.let_it_act();
    await_consequence(group, c, before);
    const bool harmless = !c.is(ends_self | may_end_self) &&
                          !c.may(ends_primary | stops_primary | ends_victim | restarts | cuts_off);
    if (!c.may(cuts_off))
        come_to_rest(g, c);
    if (harmless)
        BOOST_TEST((members_of(g) == before), "somebody was ended or restarted");
    end_the_group(g, c);
}

void do_at_stop(group_under_test& g)
{
    expect(g.csccmgr({"start"}), 0);
    stop_for_good(g);
}

void expect_attempts_failed(const hostile_group& group, const hostile_case& c)
{
    BOOST_TEST((!c.as_another || !c.is(against) || group.did("attempt")), "it did not even try");
    for (const log_event& e : group.g.events()) {
        if (c.as_another && e.kind == "attempt" && e.id == "B")
            BOOST_TEST(e.number("code") != 0, "an attempt was successful: " << e.text);
    }
}

void live_through(const hostile_case& c)
{
    hostile_group group(c);
    if (c.phase == "start")
        do_at_start(group, c);
    else if (c.phase == "steady")
        do_at_work(group, c);
    else
        do_at_stop(group.g);
    BOOST_TEST(group.did("deed"), "it did nothing");
    expect_attempts_failed(group, c);
    strangers::expect_untouched();
}

} // namespace

BOOST_AUTO_TEST_CASE(whatever_a_service_does_the_group_ends_up_or_down_and_nobody_else_suffers)
{
    for (const hostile_case& c : chosen_hostile_cases()) {
        BOOST_TEST_CONTEXT("CSCC_HOSTILE=" << c.name())
        {
            BOOST_TEST_MESSAGE(c.name());
            live_through(c);
        }
    }
}
