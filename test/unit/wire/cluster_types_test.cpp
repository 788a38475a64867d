// cluster_types_test.cpp: what csccd and its cluster service say to each other, and what a status
// tells of the cluster, goes over whole. That all else is refused: control_types_strictness_test.
#include "common/wire/cluster_types.hpp"
#include "common/wire/control_types.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>
#include <set>

using namespace cscc;
using wire::cluster_view;
using wire::incident_order;
using wire::machine_state;
using wire::proceed_order;

namespace {

constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
const std::string odd =
    "\"\\\n\x1b\xc3\xa9"; // what JSON has to write otherwise, and what it has not

cluster_view example()
{
    cluster_view view;
    view.group = "shop";
    view.joined = view.agreed = view.quorate = true;
    view.node = 2;
    view.incident = 7;
    view.origin = "n1";
    view.cause = "CSQL was killed";
    view.released = false;
    view.budget_used = 1;
    view.budget_limit = 5;
    view.budget_window_ms = 60000;
    view.machines = {{1, "n1", machine_state::going_down}, {2, "n2", machine_state::up}};
    view.problem = "Corosync runs without a key.";
    return view;
}

const std::string example_text =
    R"({"schema":1,"group":"shop","joined":true,"agreed":true,"quorate":true,"node":2,)"
    R"("incident":7,"origin":"n1","cause":"CSQL was killed","released":false,)"
    R"("budget":{"used":1,"limit":5,"window_ms":60000},)"
    R"("machines":[{"node":1,"name":"n1","state":"going down"},)"
    R"({"node":2,"name":"n2","state":"up"}],"problem":"Corosync runs without a key."})";

cluster_view with_machines(std::size_t count)
{
    cluster_view view = example();
    view.machines.clear();
    for (std::uint32_t node = 1; node <= count; ++node)
        view.machines.push_back({node, "n" + std::to_string(node), machine_state::up});
    return view;
}

wire::group_status status_of(std::optional<wire::cluster_status> cluster)
{
    wire::group_status status;
    status.group = "g";
    status.cluster = std::move(cluster);
    return status;
}

std::string end_of(const std::string& text, const std::string& from)
{
    const auto at = text.find(from);
    return at == std::string::npos ? text : text.substr(at);
}

void check_whole(const wire::cluster_status& sent)
{
    const auto back = wire::parse_group_status(to_json(status_of(sent)));
    BOOST_TEST_REQUIRE(back.has_value());
    BOOST_TEST_REQUIRE(back->cluster.has_value());
    BOOST_TEST((back->cluster->service == sent.service));
    BOOST_TEST((back->cluster->covered == sent.covered));
    BOOST_TEST((back->cluster->view == sent.view));
}

} // namespace

BOOST_AUTO_TEST_SUITE(cluster_types)

BOOST_AUTO_TEST_CASE(facts_read_as_the_interface_shows_them)
{
    cluster_facts facts;
    BOOST_TEST(
        wire::to_json(facts) ==
        R"({"schema":1,"phase":"starting","covered":null,"failure":null,"cause":null,"gave_up":false})");
    facts = {cluster_phase::ending, 0, 41, "CSQL was killed", true};
    BOOST_TEST(wire::to_json(facts) == R"({"schema":1,"phase":"ending","covered":0,"failure":41,)"
                                       R"("cause":"CSQL was killed","gave_up":true})");
}

BOOST_AUTO_TEST_CASE(facts_of_every_phase_go_over_whole)
{
    for (const auto phase : all_cluster_phases)
        for (const auto& covered :
             {std::optional<incident_number>{}, std::optional<incident_number>{0},
              std::optional<incident_number>{7}, std::optional<incident_number>{most}})
            for (const std::uint64_t failure : {std::uint64_t{0}, std::uint64_t{1}, most})
                for (const bool gave_up : {false, true}) {
                    const cluster_facts facts{phase, covered, failure, failure == 0 ? "" : odd,
                                              gave_up};
                    const auto back = wire::parse_cluster_facts(wire::to_json(facts));
                    BOOST_TEST_REQUIRE(back.has_value());
                    BOOST_TEST((*back == facts));
                }
}

BOOST_AUTO_TEST_CASE(an_order_reads_as_the_interface_shows_it)
{
    BOOST_TEST(wire::to_json(incident_order{wire::incident_verb::give_up, 3, 0, "n1 gave up"}) ==
               R"({"schema":1,"verb":"give_up","number":3,"failure":null,"cause":"n1 gave up"})");
    BOOST_TEST(wire::to_json(incident_order{}) ==
               R"({"schema":1,"verb":"restart","number":0,"failure":null,"cause":""})");
    BOOST_TEST(wire::to_json(proceed_order{3, 9}) == R"({"schema":1,"number":3,"failure":9})");
    BOOST_TEST(wire::to_json(proceed_order{}) == R"({"schema":1,"number":0,"failure":null})");
}

BOOST_AUTO_TEST_CASE(every_order_goes_over_whole)
{
    for (const auto verb : wire::all_incident_verbs)
        for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{7}, most})
            for (const std::uint64_t failure : {std::uint64_t{0}, std::uint64_t{7}, most}) {
                const incident_order order{verb, number, failure, odd};
                const auto back = wire::parse_incident_order(wire::to_json(order));
                BOOST_TEST_REQUIRE(back.has_value());
                BOOST_TEST((back->verb == verb));
                BOOST_TEST(back->number == number);
                BOOST_TEST(back->failure == failure);
                BOOST_TEST(back->cause == odd);
                const auto proceed =
                    wire::parse_proceed_order(wire::to_json(proceed_order{number, failure}));
                BOOST_TEST_REQUIRE(proceed.has_value());
                BOOST_TEST(proceed->number == number);
                BOOST_TEST(proceed->failure == failure);
            }
}

BOOST_AUTO_TEST_CASE(a_view_reads_as_the_interface_shows_it)
{
    BOOST_TEST(wire::to_json(example()) == example_text);
    BOOST_TEST(wire::to_json(cluster_view{}) ==
               R"({"schema":1,"group":"","joined":false,"agreed":false,"quorate":false,"node":0,)"
               R"("incident":0,"origin":null,"cause":null,"released":true,)"
               R"("budget":{"used":0,"limit":0,"window_ms":0},"machines":[],"problem":null})");
}

BOOST_AUTO_TEST_CASE(a_view_goes_over_whole)
{
    cluster_view extreme = example();
    extreme.group = extreme.origin = extreme.cause = extreme.problem = odd;
    extreme.node = std::numeric_limits<std::uint32_t>::max();
    extreme.incident = extreme.budget_used = extreme.budget_limit = most;
    extreme.budget_window_ms = std::numeric_limits<std::int64_t>::min();
    extreme.machines.clear();
    for (const auto state : wire::all_machine_states)
        extreme.machines.push_back({extreme.node, odd, state});
    for (const cluster_view& view : {cluster_view{}, example(), extreme}) {
        const auto back = wire::parse_cluster_view(wire::to_json(view));
        BOOST_TEST_REQUIRE(back.has_value());
        BOOST_TEST((*back == view));
    }
}

BOOST_AUTO_TEST_CASE(whatever_a_machine_is_called_the_result_is_json)
{
    cluster_view view = example();
    view.group = view.origin = view.cause = view.problem = view.machines[0].name = "a\xff";
    const auto back = wire::parse_cluster_view(wire::to_json(view));
    BOOST_TEST_REQUIRE(back.has_value());
    for (const auto& shown :
         {back->group, back->origin, back->cause, back->problem, back->machines[0].name})
        BOOST_TEST(shown == "a\xef\xbf\xbd");
}

BOOST_AUTO_TEST_CASE(a_view_of_128_machines_is_taken_and_one_of_129_is_not)
{
    for (const std::size_t count : {0, 1, 128}) {
        const auto back = wire::parse_cluster_view(wire::to_json(with_machines(count)));
        BOOST_TEST_REQUIRE(back.has_value());
        BOOST_TEST(back->machines.size() == count);
    }
    const std::string many = wire::to_json(with_machines(129));
    BOOST_TEST((wire::parse_cluster_view(many).error() == errc::frame_malformed));
    check_whole({1, 1, with_machines(128)});
    const auto status = to_json(status_of(wire::cluster_status{1, 1, with_machines(129)}));
    BOOST_TEST((wire::parse_group_status(status).error() == errc::frame_malformed));
}

BOOST_AUTO_TEST_CASE(a_status_shows_its_cluster_or_that_there_is_none)
{
    const auto shown = [](std::optional<wire::cluster_status> cluster) {
        return end_of(to_json(status_of(std::move(cluster))), R"("cluster":)");
    };
    BOOST_TEST(shown(std::nullopt) == R"("cluster":null})");
    BOOST_TEST(shown(wire::cluster_status{}) ==
               R"("cluster":{"service":null,"covered":null,"view":null}})");
    BOOST_TEST(shown(wire::cluster_status{411, 0, example()}) ==
               R"("cluster":{"service":411,"covered":0,"view":)" + example_text + "}}");
}

BOOST_AUTO_TEST_CASE(a_status_goes_over_with_each_part_of_its_cluster_or_without)
{
    BOOST_TEST(!wire::parse_group_status(to_json(status_of(std::nullopt)))->cluster.has_value());
    for (const auto& service : {std::optional<std::int32_t>{}, std::optional<std::int32_t>{411}})
        for (const auto& covered :
             {std::optional<incident_number>{}, std::optional<incident_number>{most}})
            for (const auto& view :
                 {std::optional<cluster_view>{}, std::optional<cluster_view>{example()}})
                check_whole({service, covered, view});
}

BOOST_AUTO_TEST_CASE(a_status_of_a_coordinator_that_knows_no_clusters_is_of_none)
{
    std::string older = to_json(status_of(std::nullopt));
    const std::string member = R"(,"cluster":null)";
    older.erase(older.find(member), member.size());
    const auto back = wire::parse_group_status(older);
    BOOST_TEST_REQUIRE(back.has_value());
    BOOST_TEST(!back->cluster.has_value());
}

BOOST_AUTO_TEST_CASE(words_and_values_go_together)
{
    std::set<std::string_view> words;
    for (const auto verb : wire::all_incident_verbs) {
        BOOST_TEST((wire::parse_incident_verb(wire::to_string(verb)) == verb));
        BOOST_TEST(words.insert(wire::to_string(verb)).second);
    }
    words.clear();
    for (const auto state : wire::all_machine_states) {
        BOOST_TEST((wire::parse_machine_state(wire::to_string(state)) == state));
        BOOST_TEST(words.insert(wire::to_string(state)).second);
    }
    for (const char* word :
         {"", "?", "Restart", "restart ", "give up", "going_down", "UP", "kill"}) {
        BOOST_TEST(!wire::parse_incident_verb(word).has_value(), word);
        BOOST_TEST(!wire::parse_machine_state(word).has_value(), word);
    }
    const auto past_verbs = static_cast<wire::incident_verb>(wire::all_incident_verbs.size());
    const auto past_states = static_cast<machine_state>(wire::all_machine_states.size());
    BOOST_TEST(wire::to_string(past_verbs) == "?");
    BOOST_TEST(wire::to_string(past_states) == "?");
}

BOOST_AUTO_TEST_SUITE_END()
