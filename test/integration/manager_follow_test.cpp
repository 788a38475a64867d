// The verbs of csccmgr that look at a group that changes, with the real programs: events and
// status.
#define BOOST_TEST_MODULE manager_follow
#include "test/integration/as_json.hpp"
#include "test/integration/half_way.hpp"
#include "test/integration/said.hpp"

#include <boost/test/unit_test.hpp>

#include <regex>

using namespace cscc::test;

namespace {

using words = std::vector<std::string>;

constexpr int timed_out = 124;
constexpr int interrupted = 130;

bool says(const running_program& program, std::string_view what)
{
    return program.out().find(what) != std::string::npos;
}

void expect_stopped(group_under_test& g)
{
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

/// Both followers are connected as soon as both have shown an event, which any reset makes.
void await_connected(group_under_test& g, const running_program& one, const running_program& two)
{
    BOOST_REQUIRE(g.eventually([&] {
        return g.csccmgr({"reset"}).code == 0 && !one.out().empty() && !two.out().empty();
    }));
}

/// What happened to services and the group: "A ready" or "group steady".
words happened(const std::string& events)
{
    words found;
    for (const std::string& line : lines_of(events)) {
        const json::value e = parsed(line);
        if (word_of(e, "kind") != "operation")
            found.push_back((word_of(e, "kind") == "group" ? "group" : word_of(e, "service")) +
                            " " + word_of(e, "to"));
    }
    return found;
}

} // namespace

BOOST_FIXTURE_TEST_CASE(events_are_followed_from_the_start_to_the_coordinator_s_end,
                        held_on_its_way_up)
{
    expect(g.csccmgr({"events"}), 7, {"is not running", "csccmgr start"});
    expect(g.csccmgr({"start", "--no-wait"}), 0);
    await_half_way();
    auto text = g.begin_csccmgr({"events"});
    auto lines = g.begin_csccmgr({"--json", "events"});
    await_connected(g, text, lines);
    let_up();
    BOOST_REQUIRE(g.eventually([&] { return g.csccmgr({"status"}).code == 0; }));
    const int b = g.service("B")->who.pid;
    expect(g.csccmgr({"stop"}), 0);

    const program_result json_end = lines.finish(10s);
    expect(json_end, 0);
    BOOST_TEST(json_end.err.empty());
    BOOST_TEST(happened(json_end.out) ==
                   (words{"B ready", "group steady", "group stopping", "B stopping", "B down",
                          "A stopping", "A down", "group stopped"}),
               boost::test_tools::per_element());
    std::int64_t last = 0;
    for (const std::string& line : lines_of(json_end.out)) {
        const json::value e = parsed(line);
        BOOST_TEST(number_of(e, "number") > last);
        last = number_of(e, "number");
        BOOST_TEST(number_of(e, "generation") == 1);
        if (word_of(e, "kind") == "service" && word_of(e, "service") == "B")
            BOOST_TEST(number_of(e, "pid") == b);
    }
    const std::string pid = "(pid " + std::to_string(b) + ")";
    expect(text.finish(10s), 0,
           {"B alive -> ready " + pid + ": said ready",
            "group initializing -> steady, generation 1", "group steady -> stopping",
            "B stopping -> down " + pid + ": is gone: exit 0", "group stopping -> stopped"});
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(following_events_ends_at_its_timeout_or_with_ctrl_c_and_the_group_stays)
{
    group_under_test g(group_of({"A"}));
    expect(g.csccmgr({"start"}), 0);
    const program_result quiet = g.csccmgr({"--timeout", "200ms", "events"});
    expect(quiet, timed_out);
    BOOST_TEST((quiet.out + quiet.err).empty(), quiet.describe());
    BOOST_TEST(quiet.took.count() >= std::chrono::nanoseconds(200ms).count());

    auto one = g.begin_csccmgr({"events"});
    auto two = g.begin_csccmgr({"events", "--json"});
    await_connected(g, one, two);
    for (running_program* const follower : {&one, &two}) {
        BOOST_TEST(g.watch().signal(follower->who(), SIGINT));
        const program_result r = follower->finish(5s);
        expect(r, interrupted);
        BOOST_TEST(r.err.empty(), r.describe());
    }
    expect(g.csccmgr({"status"}), 0);
    expect_stopped(g);
}

// --- status

BOOST_AUTO_TEST_CASE(the_status_as_json_says_what_is_the_case)
{
    group_description d = group_of({"A", "B"});
    d.at("B").arguments = {"--status", "two words \"quoted\""};
    group_under_test g(d);
    const auto status = [&] { return json_of(g.csccmgr({"--json", "status"})); };
    BOOST_TEST(word_of(status(), "state") == "stopped");
    expect(g.csccmgr({"start"}), 0);
    g.kill("A");
    BOOST_REQUIRE(g.eventually([&] {
        return g.generation() == 2 && g.all_ready() && g.csccmgr({"status"}).code == 0 &&
               word_of(status().at("services").at(1), "status") == "two words \"quoted\"";
    }));

    const json::value v = status();
    BOOST_TEST(number_of(v, "schema") == 1);
    BOOST_TEST(word_of(v, "group") == g.name());
    BOOST_TEST(word_of(v, "state") == "steady");
    BOOST_TEST(number_of(v, "epoch") == 1);
    BOOST_TEST(number_of(v, "generation") == 2);
    BOOST_TEST(number_of(v.at("primary"), "pid") == g.daemon()->pid);
    BOOST_TEST(v.at("retries") == parsed(R"({"used": 1, "limit": 5, "window_ms": 60000})"));
    const std::regex time(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)");
    BOOST_TEST(std::regex_match(word_of(v.at("primary"), "since"), time));

    const auto& services = v.at("services").as_array();
    BOOST_REQUIRE(services.size() == 2u);
    for (std::size_t i = 0; i < services.size(); ++i) {
        const json::value& s = services[i];
        const std::string id = i == 0 ? "A" : "B"; // in startup order
        BOOST_TEST(word_of(s, "id") == id);
        BOOST_TEST(word_of(s, "state") == "ready");
        BOOST_TEST(number_of(s, "pid") == g.service(id)->who.pid);
        BOOST_TEST(std::regex_match(word_of(s, "since"), time));
        BOOST_TEST(number_of(s, "generation") == 2);
        BOOST_TEST(number_of(s, "restarts") == 1);
        BOOST_TEST(word_of(s, "last_exit") == (i == 0 ? "signal 9 (KILL)" : "exit 0"));
        BOOST_TEST(word_of(s, "lock") == "held");
    }
    BOOST_TEST(services[0].at("status").is_null());
    expect_stopped(g);

    const json::value after = status();
    BOOST_TEST(word_of(after, "state") == "stopped");
    BOOST_TEST(after.at("primary").is_null());
    for (const json::value& s : after.at("services").as_array()) {
        BOOST_TEST(word_of(s, "state") == "down");
        BOOST_TEST(s.at("pid").is_null());
        BOOST_TEST(word_of(s, "last_exit") == "exit 0");
    }
}

BOOST_FIXTURE_TEST_CASE(the_status_of_one_service_is_about_that_one_only, held_on_its_way_up)
{
    expect(g.csccmgr({"status", "A"}), 3);
    expect(g.csccmgr({"start", "--no-wait"}), 0);
    await_half_way();
    const program_result a = g.csccmgr({"status", "A"});
    expect(a, 0, {"\nA   ready "});
    const json::value only = json_of(g.csccmgr({"status", "A", "--json"}));
    BOOST_TEST(only.at("services").as_array().size() == 1u);
    BOOST_TEST(word_of(only.at("services").at(0), "id") == "A");
    BOOST_TEST(a.out.find("\nB ") == std::string::npos, a.describe());
    const program_result b = g.csccmgr({"status", "B"});
    expect(b, 1, {"\nB   alive "});
    BOOST_TEST(b.out.find("\nA ") == std::string::npos, b.describe());
    expect(g.csccmgr({"status", "B", "A"}), 1, {"\nA ", "\nB "});
    expect(g.csccmgr({"status", "A", "C"}), 4, {"no service \"C\""});
    let_up();
    BOOST_TEST(g.eventually([&] { return g.csccmgr({"status", "B"}).code == 0; }));
    expect_stopped(g);
    expect(g.csccmgr({"status", "A"}), 3, {"\nA   down "});
}

BOOST_AUTO_TEST_CASE(watching_the_status_shows_each_change_until_ctrl_c)
{
    group_under_test g(group_of({"A", "B"}));
    auto watch = g.begin_csccmgr({"status", "--watch"});
    const auto shown = [&](std::string_view what) {
        return g.eventually([&] { return says(watch, what); });
    };
    BOOST_TEST(shown(g.name() + ": stopped\n"));
    expect(g.csccmgr({"start"}), 0);
    BOOST_TEST(shown("steady, epoch 1, generation 1, contained by "));
    BOOST_TEST(shown("A   ready  " + std::to_string(g.service("A")->who.pid)));
    g.kill("A");
    BOOST_TEST(shown("steady, epoch 1, generation 2, contained by "));
    BOOST_TEST(shown("signal 9 (KILL)"));
    BOOST_TEST(shown("recoveries 1 of 5"));
    expect(g.csccmgr({"stop"}), 0);
    BOOST_TEST(shown(g.name() + ": stopped: csccmgr stop by"));

    BOOST_TEST(g.watch().signal(watch.who(), SIGINT));
    const program_result r = watch.finish(5s);
    expect(r, interrupted);
    BOOST_TEST(r.err.empty(), r.describe());
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(watching_the_status_ends_at_its_timeout_with_the_status_s_own_code)
{
    group_under_test g(group_of({"A"}));
    expect(g.csccmgr({"--timeout", "300ms", "status", "--watch"}), 3, {"stopped"});
    expect(g.csccmgr({"start"}), 0);
    const program_result r = g.csccmgr({"--timeout", "1500ms", "status", "--watch"});
    expect(r, 0, {"steady"});
    BOOST_TEST(lines_of(r.out).size() == 4u, r.describe()); // shown once: nothing has changed
    expect(g.csccmgr({"--json", "status", "--watch"}), 2, {"events --json"});
    expect_stopped(g);
}
