// The signals that csccd obeys, with the real programs. (SIGTERM and SIGINT to a group at rest, and
// a second SIGTERM: main_job_test.cpp.)
#define BOOST_TEST_MODULE daemon_signals
#include "test/integration/half_way.hpp"
#include "test/integration/said.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

using namespace cscc::test;
namespace fs = std::filesystem;

namespace {

using ids = std::vector<std::string>;

/// A running group, and the log of its daemon.
struct running_group
{
    group_under_test g{group_of({"A", "B"})};
    const std::string folder = g.log_directory() + "/" + g.name();
    const std::string log = folder + "/csccd.log";
    const std::string old_log = folder + "/csccd.log.1";

    running_group() { expect(g.csccmgr({"start"}), 0); }
    ~running_group()
    {
        expect(g.csccmgr({"status"}), 0);
        expect(g.csccmgr({"stop"}), 0);
        g.expect_nothing_left();
    }
    void hang_up() { BOOST_TEST(g.watch().signal(*g.daemon(), SIGHUP)); }
    [[nodiscard]] std::vector<process_key> processes()
    {
        return {*g.daemon(), g.service("A")->who, g.service("B")->who};
    }
};

bool says(const std::string& file, std::string_view what)
{
    return read_file(file).find(what) != std::string::npos;
}

/// The daemon ends, nothing is left, and B was told of its turn before A.
void expect_ordered_end(group_under_test& g)
{
    BOOST_TEST(g.eventually([&] { return !g.daemon(); }));
    g.expect_nothing_left();
    BOOST_TEST(g.order_of("callback_begin") == (ids{"B", "A"}), boost::test_tools::per_element());
}

} // namespace

// --- SIGHUP

BOOST_FIXTURE_TEST_CASE(sighup_after_a_rotation_begins_a_new_log_and_touches_nothing_else,
                        running_group)
{
    const auto before = processes();
    fs::rename(log, old_log);
    expect(g.csccmgr({"reset"}), 0); // until the signal, it writes where it wrote
    BOOST_TEST(g.eventually([&] { return says(old_log, "the retry history is forgotten"); }));
    BOOST_TEST(!fs::exists(log));

    hang_up();
    BOOST_TEST(g.eventually([&] { return says(log, "reopened the log\n"); }));
    const std::string old = read_file(old_log);
    BOOST_TEST(old.ends_with("\n"));
    expect(g.csccmgr({"reset"}), 0);
    BOOST_TEST(g.eventually([&] { return says(log, "the retry history is forgotten"); }));
    BOOST_TEST(read_file(old_log) == old);
    BOOST_TEST((processes() == before));
    BOOST_TEST(g.count("callback_begin") == 0u);
}

BOOST_FIXTURE_TEST_CASE(rotations_during_recoveries_lose_no_line_and_no_recovery, running_group)
{
    const std::size_t descriptors = footprint_of(g.daemon()->pid).descriptors;
    ids logs;
    for (std::uint64_t generation = 2; generation <= 4; ++generation) {
        logs.push_back(log + "." + std::to_string(generation));
        g.kill("A");
        fs::rename(log, logs.back());
        hang_up();
        BOOST_REQUIRE(g.eventually([&] {
            return g.generation() == generation && g.all_ready() &&
                   g.csccmgr({"status"}).code == 0 && says(log, "reopened the log\n");
        }));
    }
    std::string all;
    for (const std::string& file : logs)
        all += read_file(file);
    all += read_file(log);
    std::size_t spawned = 0;
    for (const std::string& line : lines_of(all))
        spawned += line.find(" is spawned: ") != std::string::npos ? 1 : 0;
    BOOST_TEST(spawned == 8u); // two services, four generations
    BOOST_TEST(
        g.eventually([&] { return footprint_of(g.daemon()->pid).descriptors <= descriptors; }));
}

BOOST_FIXTURE_TEST_CASE(a_log_that_cannot_be_reopened_stays_the_old_one_which_says_so,
                        running_group)
{
    const auto before = processes();
    fs::rename(folder, folder + ".away");
    hang_up();
    BOOST_TEST(g.eventually(
        [&] { return says(folder + ".away/csccd.log", "cannot reopen the log: No such file"); }));
    expect(g.csccmgr({"status"}), 0);
    BOOST_TEST((processes() == before));

    fs::rename(folder + ".away", folder);
    hang_up();
    BOOST_TEST(g.eventually([&] { return says(log, "reopened the log\n"); }));
}

// --- SIGTERM and SIGINT

BOOST_AUTO_TEST_CASE(sigterm_or_sigint_during_a_start_takes_down_in_order_what_was_up)
{
    for (const int signal : {SIGTERM, SIGINT}) {
        held_on_its_way_up half;
        group_under_test& g = half.g;
        auto start = g.begin_csccmgr({"start"});
        half.await_half_way();
        BOOST_TEST(g.watch().signal(*g.daemon(), signal));
        expect(start.finish(20s), 1, {"superseded", signal == SIGTERM ? "SIGTERM" : "SIGINT"});
        expect_ordered_end(g);
        expect(g.csccmgr({"status"}), 3, {signal == SIGTERM ? "SIGTERM" : "SIGINT"});
    }
}

BOOST_AUTO_TEST_CASE(sigterm_during_a_recovery_ends_the_group_instead)
{
    group_description d = group_of({"A", "B"});
    d.at("B").arguments = {"--ignore-shutdown"};
    d.at("B").shutdown_timeout_ms = 30'000;
    group_under_test g(d);
    expect(g.csccmgr({"start"}), 0);
    g.kill("A");
    BOOST_REQUIRE(g.eventually([&] { return g.count("callback_begin", "B") == 1; }));
    expect(g.csccmgr({"status"}), 1, {"recovering"});
    BOOST_TEST(g.watch().signal(*g.daemon(), SIGTERM));
    BOOST_TEST(g.eventually(
        [&] { return g.csccmgr({"status"}).out.find("stopping") != std::string::npos; }));
    g.kill("B");
    BOOST_TEST(g.eventually([&] { return !g.daemon(); }));
    g.expect_nothing_left();
    BOOST_TEST(g.count("spawned") == 2u);
    expect(g.csccmgr({"status"}), 3, {"SIGTERM"});
}

BOOST_FIXTURE_TEST_CASE(a_csccmgr_that_stops_and_a_signal_at_once_are_one_stop,
                        held_on_its_way_down)
{
    expect(g.csccmgr({"start"}), 0);
    expect(g.csccmgr({"stop", "--no-wait"}), 0);
    await_half_way();
    auto second = g.begin_csccmgr({"stop"});
    BOOST_TEST(g.watch().signal(*g.daemon(), SIGINT));
    BOOST_TEST(is_half_way());
    let_down();
    expect(second.finish(20s), 0); // "is stopped", or it came when all was over
    expect_ordered_end(g);
}

// --- SIGQUIT: the daemon alone leaves, at once

BOOST_AUTO_TEST_CASE(after_sigquit_the_standby_takes_over)
{
    group_under_test g(group_of({"A", "B"}));
    expect(g.csccmgr({"start"}), 0);
    const process_key standby = g.await_role("standby");
    BOOST_TEST(g.watch().signal(g.await_role("primary"), SIGQUIT));
    BOOST_REQUIRE(g.eventually([&] { return g.generation() == 2 && g.all_ready(); }));
    BOOST_TEST((g.await_role("primary") == standby));
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(after_sigquit_without_a_standby_the_services_go_down_by_themselves)
{
    group_description d = group_of({"A", "B"});
    d.standby = false;
    group_under_test g(d);
    expect(g.csccmgr({"start"}), 0);
    BOOST_TEST(g.watch().signal(*g.daemon(), SIGQUIT));
    BOOST_TEST(g.eventually([&] { return !g.service("A")->lives && !g.service("B")->lives; }));
    BOOST_TEST(g.order_of("callback_begin") == (ids{"B", "A"}), boost::test_tools::per_element());
    expect(g.csccmgr({"stop"}), 0, {"is stopped"}); // and tidies up
    g.expect_nothing_left();
}
