#include "test/cluster/judged_cluster.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace cscc::test {
namespace {

namespace json = boost::json;

/// The cluster's view in the status of a machine; null while there is none.
json::value view_of(clustered_group& cluster, int node)
{
    const program_result r = cluster.csccmgr(node, {"--json", "status"});
    boost::system::error_code ec;
    const json::value status = json::parse(r.out, ec);
    if (ec || !status.is_object())
        return nullptr;
    const json::value* const part = status.as_object().if_contains("cluster");
    if (part == nullptr || !part->is_object())
        return nullptr;
    return part->as_object().at("view");
}

bool is_up_with(const json::value& view, const std::vector<int>& nodes)
{
    if (!view.is_object() || !view.at("agreed").as_bool() || !view.at("quorate").as_bool())
        return false;
    const json::array& machines = view.at("machines").as_array();
    if (machines.size() != nodes.size())
        return false;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (machines[i].at("node").to_number<int>() != nodes[i] ||
            machines[i].at("state").as_string() != "up")
            return false;
    }
    return true;
}

} // namespace

std::int64_t judged_cluster::incident(int node)
{
    const json::value view = view_of(*this, node);
    return view.is_object() ? view.at("incident").to_number<std::int64_t>() : -1;
}

bool judged_cluster::all_agree(const std::vector<int>& nodes)
{
    std::set<std::int64_t> numbers;
    for (const int n : nodes) {
        const json::value view = view_of(*this, n);
        if (!is_up(n) || !is_up_with(view, nodes))
            return false;
        numbers.insert(view.at("incident").to_number<std::int64_t>());
    }
    return numbers.size() == 1;
}

std::optional<process_key> judged_cluster::service_of(int node)
{
    std::optional<process_key> found;
    for (const log_event& e : read_log(on(node).event_log()).events) {
        const process_key who{e.pid, e.start};
        if (e.role == "cluster" && watch().lives(who))
            found = who;
    }
    return found;
}

void judged_cluster::await_agreement(const std::vector<int>& nodes)
{
    if (eventually([&] { return all_agree(nodes); }))
        return;
    for (const int n : nodes)
        BOOST_TEST_MESSAGE("machine " << n << ": " << json::serialize(view_of(*this, n)));
    BOOST_FAIL("the machines do not come to rest, up and agreed");
}

void judged_cluster::judge_and_stop()
{
    std::vector<machine_log> logs;
    for (const int n : all())
        logs.push_back({"n" + std::to_string(n), read_log(on(n).event_log()), lost_.contains(n)});
    for (const violation& v : check_cluster(logs))
        BOOST_ERROR(to_text(v));
    for (const int n : all()) {
        if (lost_.contains(n))
            continue;
        const program_result r = csccmgr(n, {"stop"});
        BOOST_TEST(r.code == 0, "stop of machine " << n << ": " << r.describe());
        on(n).expect_nothing_left();
    }
}

} // namespace cscc::test
