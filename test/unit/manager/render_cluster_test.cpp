// render_cluster_test.cpp: how the cluster looks to people: what is wrong is said first, and no
// other machine's word steers a terminal.
#include "client/manager/render.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace cscc {
namespace {

using wire::machine_state;

constexpr page coloured{true, true, 100, 24};

wire::cluster_view three_machines()
{
    wire::cluster_view view;
    view.group = "shop";
    view.joined = view.agreed = view.quorate = true;
    view.node = 2;
    view.budget_used = 1;
    view.budget_limit = 5;
    view.budget_window_ms = 600000;
    view.machines = {{1, "n1", machine_state::going_down},
                     {2, "n2", machine_state::up},
                     {11, "n11", machine_state::missing}};
    return view;
}

wire::cluster_status of(wire::cluster_view view)
{
    return {411, view.incident, std::move(view)};
}

std::string line_of(wire::cluster_view view)
{
    return render_cluster_line(of(std::move(view)), page{});
}

BOOST_AUTO_TEST_SUITE(the_cluster_as_shown)

// One of the three is missing, and is not counted.
BOOST_AUTO_TEST_CASE(a_quiet_cluster_is_one_line)
{
    BOOST_TEST(line_of(three_machines()) ==
               "cluster shop: 2 machines, quorate; no incident so far\n");
    auto alone = three_machines();
    alone.machines.resize(1);
    BOOST_TEST(line_of(alone) == "cluster shop: 1 machine, quorate; no incident so far\n");
}

BOOST_AUTO_TEST_CASE(an_incident_is_told_with_its_origin_and_whether_all_are_down_for_it)
{
    auto view = three_machines();
    view.incident = 7;
    view.origin = "n1";
    view.cause = "CSQL was killed";
    BOOST_TEST(line_of(view) ==
               "cluster shop: 2 machines, quorate; incident 7, of n1: CSQL was killed\n");
    view.origin.clear(); // from before anybody here remembers
    BOOST_TEST(line_of(view) == "cluster shop: 2 machines, quorate; incident 7\n");
    view.origin = "n1";
    view.released = false;
    BOOST_TEST(line_of(view) == "cluster shop: 2 machines, quorate; incident 7, of n1: CSQL was "
                                "killed; not all machines are down for it\n");
}

BOOST_AUTO_TEST_CASE(what_keeps_the_machines_from_acting_together_is_said_the_nearest_first)
{
    auto view = three_machines();
    view.quorate = false;
    BOOST_TEST(line_of(view) == "cluster shop: 2 machines, without quorum; no incident so far\n");
    view.agreed = false;
    BOOST_TEST(line_of(view) ==
               "cluster shop: the machines are coming to agree; no incident so far\n");
    view.joined = false;
    BOOST_TEST(line_of(view) == "cluster shop: without the others; no incident so far\n");
    view.problem = "Corosync does not run; start it.";
    BOOST_TEST(line_of(view) == "cluster shop: without the others; no incident so far\n"
                                "Corosync does not run; start it.\n");
}

BOOST_AUTO_TEST_CASE(a_service_that_does_not_run_or_was_not_heard_is_named_as_such)
{
    wire::cluster_status cluster;
    const std::string none = "cluster: its service does not run; the coordinator tries to start "
                             "it, see its log\n";
    BOOST_TEST(render_cluster_line(cluster, page{}) == none);
    BOOST_TEST(render_cluster(cluster, page{}) == none);
    cluster.covered = 7; // of a former one
    BOOST_TEST(render_cluster(cluster, page{}) == none);
    cluster.service = 411;
    const std::string silent = "cluster: its service has said nothing yet\n";
    BOOST_TEST(render_cluster_line(cluster, page{}) == silent);
    BOOST_TEST(render_cluster(cluster, page{}) == silent);
}

BOOST_AUTO_TEST_CASE(the_machines_are_listed_and_this_one_marked)
{
    BOOST_TEST(render_cluster(of(three_machines()), page{}) ==
               "cluster shop: 2 machines, quorate; no incident so far\n"
               "restarts 1 of 5 within 600 s\n"
               "NODE  MACHINE  STATE\n"
               "1     n1       going down\n"
               "2     n2       up          this one\n"
               "11    n11      missing\n");
}

BOOST_AUTO_TEST_CASE(without_machines_there_is_no_table)
{
    auto view = three_machines();
    view.joined = view.agreed = view.quorate = false;
    view.machines.clear();
    BOOST_TEST(render_cluster(of(view), page{}) ==
               "cluster shop: without the others; no incident so far\n"
               "restarts 1 of 5 within 600 s\n");
}

BOOST_AUTO_TEST_CASE(every_state_of_a_machine_is_shown_by_its_word)
{
    auto view = three_machines();
    view.machines.clear();
    for (const machine_state state : wire::all_machine_states)
        view.machines.push_back({1, "n", state});
    const std::string shown = render_cluster(of(view), page{});
    const std::string in_colour = render_cluster(of(view), coloured);
    for (const machine_state state : wire::all_machine_states) {
        const std::string word(to_string(state));
        BOOST_TEST(shown.find("\n1     n        " + word + "\n") != std::string::npos, word);
        BOOST_TEST(in_colour.find("m" + word + "\x1b[0m") != std::string::npos, word);
    }
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_red)
{
    auto view = three_machines();
    view.quorate = false;
    view.problem = "p";
    const std::string shown = render_cluster(of(view), coloured);
    for (const char* words : {"without quorum", "p", "missing"})
        BOOST_TEST(shown.find("\x1b[31m" + std::string(words) + "\x1b[0m") != std::string::npos,
                   words);
    BOOST_TEST(shown.find("\x1b[32mup\x1b[0m") != std::string::npos);
    BOOST_TEST(render_cluster_line({}, coloured).find("\x1b[31mits service does not run\x1b[0m") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_name_of_another_machine_cannot_steer_a_terminal)
{
    const std::string evil = "n\x1b[2J\r\n\x9b";
    auto view = three_machines();
    view.incident = 1;
    view.group = view.origin = view.cause = view.problem = view.machines[0].name = evil;
    for (const bool joined : {true, false}) {
        view.joined = joined;
        const std::string shown = render_cluster(of(view), page{});
        BOOST_TEST(shown.find_first_of("\x1b\r\x9b") == std::string::npos);
        BOOST_TEST(shown.find("\n1     n?[2J???  going down\n") != std::string::npos, shown);
        BOOST_TEST(std::count(shown.begin(), shown.end(), '\n') == 7); // none but ours
    }
}

BOOST_AUTO_TEST_CASE(a_row_never_exceeds_the_terminal)
{
    auto view = three_machines();
    view.machines[0].name = std::string(64, 'n');
    page narrow{true, false, 40, 24};
    const std::string shown = render_cluster(of(view), narrow);
    const std::string row = shown.substr(shown.find("\n1 ") + 1);
    BOOST_TEST(row.substr(0, row.find('\n')).size() <= 42U); // "…" has three bytes
}

BOOST_AUTO_TEST_CASE(the_status_of_a_group_has_its_clusters_line_and_no_other_has)
{
    status_report report;
    report.life = group_life::coordinated;
    report.status.group = "g";
    const auto shown = [&] { return render_status(report, {}, wire::wall_time{}, page{}); };
    BOOST_TEST(shown().find("cluster") == std::string::npos);
    report.status.cluster = of(three_machines());
    BOOST_TEST(shown().find("\ncluster shop: 2 machines, quorate; no incident so far\n") !=
               std::string::npos);
    BOOST_TEST(shown().find("NODE") == std::string::npos);
    report.answered = false; // so nobody has said anything of a cluster
    BOOST_TEST(shown().find("cluster") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
