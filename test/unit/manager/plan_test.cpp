#include "client/manager/plan.hpp"
#include "config/validate.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>
#include <string>

namespace cscc {
namespace {

using namespace std::chrono_literals;

config::model figure_13()
{
    std::ifstream file("config/cscomputer.cfg");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    auto model = config::read_text(text);
    BOOST_TEST_REQUIRE(model.has_value());
    model->resolved.file = "config/cscomputer.cfg";
    return std::move(*model);
}

constexpr std::string_view start_and_stop = R"(csc_mem_shared: 5 services, config/cscomputer.cfg

start: within 250 s in all
  1. CSQLCE ready within 7 s
  2. CSQL ready within 7 s
  3. CSGS ready within 120 s
  4. CSTS ready within 30 s
  5. CSTR ready within 7 s
  a service that fails or is late: those started go down in order, the start fails

stop: within 40 s in all
  1. CSTR gone within 7 s, else killed
  2. CSTS gone within 7 s, else killed
  3. CSGS gone within 7 s, else killed
  4. CSQL gone within 7 s, else killed
  5. CSQLCE gone within 7 s, else killed
)";

constexpr std::string_view failure_of_csql = R"(
if CSQL fails: all go down in order, within 40 s, and come up again
  1. CSTR gone within 7 s, else killed
  2. CSTS gone within 7 s, else killed
  3. CSGS gone within 7 s, else killed
  4. CSQL is gone already
  5. CSQLCE gone within 7 s, else killed
  then the start above, as the next generation; all ready at the latest 199 s after the failure
  at most 5 recoveries within 60 s; one more, and the group goes down and stays down
)";

constexpr std::string_view failure_of_csgs_with_its_rest = R"(
if CSGS fails: these go down in order, within 40 s, and come up again
  1. CSTR gone within 7 s, else killed
  2. CSTS gone within 7 s, else killed
  3. CSGS is gone already
  4. CSQL runs on
  5. CSQLCE runs on
  then these come up, within 250 s in all; the generation stays
  1. CSQLCE runs on
  2. CSQL runs on
  3. CSGS ready within 120 s
  4. CSTS ready within 30 s
  5. CSTR ready within 7 s
  all ready at the latest 171 s after the failure
  at most 5 recoveries within 60 s; one more, and the group goes down and stays down
)";

constexpr std::string_view failure_of_csql_in_a_cluster = R"(
if CSQL fails: all go down in order, within 40 s, and come up again
  1. CSTR gone within 7 s, else killed
  2. CSTS gone within 7 s, else killed
  3. CSGS gone within 7 s, else killed
  4. CSQL is gone already
  5. CSQLCE gone within 7 s, else killed
  on every other machine of the cluster shop all go down in order, too; none starts before all are down, or 12.5 s have passed
  then the start above, as the next generation; all ready at the latest 211.5 s after the failure
  at most 3 incidents of the cluster within 600 s; one more, and all machines give up alike
  at most 5 recoveries within 60 s; one more, and the group goes down and stays down
)";

config::model figure_13_in_a_cluster()
{
    auto model = figure_13();
    model.cluster.enabled = true;
    model.cluster.group = "shop";
    model.cluster.barrier_timeout = 12500ms;
    model.cluster.restart_budget = 3;
    return model;
}

BOOST_AUTO_TEST_SUITE(the_plan)

BOOST_AUTO_TEST_CASE(of_figure_13_is_what_the_file_says)
{
    BOOST_TEST(render_plan(make_plan(figure_13(), {})) == start_and_stop);
}

BOOST_AUTO_TEST_CASE(of_a_failure_leaves_out_the_wait_for_the_one_that_failed)
{
    BOOST_TEST(render_plan(make_plan(figure_13(), "CSQL")) ==
               std::string(start_and_stop) + std::string(failure_of_csql));
}

BOOST_AUTO_TEST_CASE(of_members_side_by_side_waits_for_the_slowest_of_them)
{
    auto model = figure_13();
    model.cscc.startup_sequence = {{"CSQLCE"}, {"CSQL", "CSGS"}, {"CSTS"}, {"CSTR"}};
    const group_plan plan = make_plan(model, {});
    BOOST_TEST(plan.start.steps.size() == 4U);
    BOOST_TEST((plan.start.steps[1].over_at == duration(127s)));
    BOOST_TEST(render_plan(plan).find("  2. CSQL ready within 7 s\n"
                                      "     CSGS ready within 120 s\n"
                                      "  3. CSTS") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(never_takes_longer_than_the_whole_is_allowed_to)
{
    auto model = figure_13();
    model.cscc.startup_timeout = 150s;
    const group_plan plan = make_plan(model, {});
    BOOST_TEST((plan.start.steps[2].over_at == duration(134s)));
    BOOST_TEST((plan.start.steps[3].over_at == duration(150s)));
    BOOST_TEST((plan.start.steps[4].over_at == duration(150s)));
}

BOOST_AUTO_TEST_CASE(says_the_pause_and_the_end_of_patience)
{
    auto model = figure_13();
    model.cscc.restart_delay = 500ms;
    model.cscc.restart_retry_counter = 1;
    std::string shown = render_plan(make_plan(model, "CSQL"));
    BOOST_TEST(shown.find("then a pause of 500 ms, doubling") != std::string::npos);
    BOOST_TEST(shown.find("at the latest 199.5 s") != std::string::npos);
    BOOST_TEST(shown.find("at most 1 recovery within") != std::string::npos);
    model.cscc.restart_retry_counter = 0;
    shown = render_plan(make_plan(model, "CSQL"));
    BOOST_TEST(shown.find("no recovery is allowed") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(of_a_failure_says_who_runs_on_by_the_strategy)
{
    auto model = figure_13();
    model.cscc.restart_strategy = restart_strategy::rest_for_one;
    BOOST_TEST(render_plan(make_plan(model, "CSGS")) ==
               std::string(start_and_stop) + std::string(failure_of_csgs_with_its_rest));
    // All are started after the first one.
    BOOST_TEST(render_plan(make_plan(model, "CSQLCE")).find("if CSQLCE fails: all go down") !=
               std::string::npos);
    model.cscc.restart_strategy = restart_strategy::one_for_one;
    const group_plan plan = make_plan(model, "CSGS");
    BOOST_TEST(plan.failure->in_part);
    BOOST_TEST((plan.failure->ready_again == duration(120s))); // it alone
}

BOOST_AUTO_TEST_CASE(of_a_failure_in_a_cluster_says_what_the_other_machines_do)
{
    auto model = figure_13_in_a_cluster();
    BOOST_TEST(render_plan(make_plan(model, "CSQL")) ==
               std::string(start_and_stop) + std::string(failure_of_csql_in_a_cluster));
    BOOST_TEST(render_plan(make_plan(model, {})) == start_and_stop); // no failure, no others
    model.cluster.restart_budget = 1;
    BOOST_TEST(render_plan(make_plan(model, "CSQL")).find("at most 1 incident of the cluster") !=
               std::string::npos);
    model.cluster.group.reset(); // then it has this group's name
    BOOST_TEST(render_plan(make_plan(model, "CSQL")).find("of the cluster csc_mem_shared all go") !=
               std::string::npos);
    model.cluster.enabled = false;
    BOOST_TEST(render_plan(make_plan(model, "CSQL")) ==
               std::string(start_and_stop) + std::string(failure_of_csql));
}

BOOST_AUTO_TEST_CASE(of_a_failure_in_a_cluster_is_also_json)
{
    const auto failure_of = [](const config::model& model) {
        return boost::json::parse(plan_json(make_plan(model, "CSQL"))).at("failure");
    };
    const auto failure = failure_of(figure_13_in_a_cluster());
    BOOST_TEST(failure.at("cluster") ==
               boost::json::parse(R"({"group":"shop","barrier_timeout_ms":12500,)"
                                  R"("restart_budget":3,"restart_budget_span_ms":600000})"));
    BOOST_TEST(failure.at("ready_again_ms").as_int64() == 211500);
    BOOST_TEST(failure_of(figure_13()).at("cluster").is_null());
}

BOOST_AUTO_TEST_CASE(is_also_json)
{
    const auto json = boost::json::parse(plan_json(make_plan(figure_13(), "CSQL")));
    BOOST_TEST(json.at("schema").as_int64() == 1);
    BOOST_TEST(json.at("group").as_string() == "csc_mem_shared");
    BOOST_TEST(json.at("start").at("timeout_ms").as_int64() == 250000);
    const auto& third = json.at("start").at("steps").at(2);
    BOOST_TEST(third.at("over_at_ms").as_int64() == 134000);
    BOOST_TEST(third.at("services").at(0).at("id").as_string() == "CSGS");
    BOOST_TEST(third.at("services").at(0).at("timeout_ms").as_int64() == 120000);
    BOOST_TEST(json.at("failure").at("ready_again_ms").as_int64() == 199000);
    BOOST_TEST(json.at("failure")
                   .at("shutdown")
                   .at("steps")
                   .at(3)
                   .at("services")
                   .at(0)
                   .at("already_gone")
                   .as_bool());
    BOOST_TEST(boost::json::parse(plan_json(make_plan(figure_13(), {}))).at("failure").is_null());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
