#include "test/cluster/clustered_group.hpp"

#include <boost/test/results_collector.hpp>
#include <boost/test/unit_test.hpp>

#include <unistd.h>

namespace cscc::test {
namespace {

/// The tables of the configuration that come last, so that [cluster] can follow them.
group_description description_of(int node, const cluster_settings& settings)
{
    group_description d = group_of({"A", "B", "C"});
    d.csccmgr_extra = std::string("\n[cluster]\nenabled = ") +
                      (settings.enabled ? "true" : "false") + "\ngroup = \"cscctest\"\n" +
                      settings.cluster_extra;
    if (settings.change)
        settings.change(node, d);
    return d;
}

} // namespace

clustered_group::clustered_group(cluster_settings settings)
    : nodes_(watch_, dir_.file("processes.log"), dir_, settings.corosync)
{
    nodes_.start_all();
    for (int n = 1; n <= nodes_.size(); ++n)
        groups_.push_back(
            std::make_unique<group_under_test>(description_of(n, settings), nodes_.on(n)));
}

clustered_group::~clustered_group()
{
    const auto id = boost::unit_test::framework::current_test_case_id();
    if (boost::unit_test::results_collector.results(id).p_assertions_failed != 0)
        BOOST_TEST_MESSAGE(logs());
}

std::string clustered_group::logs()
{
    std::string all = nodes_.logs();
    for (int n = 1; n <= size(); ++n)
        all += "--- machine " + std::to_string(n) + "\n" +
               read_file(on(n).log_directory() + "/" + on(n).name() + "/csccd.log");
    return all;
}

program_result clustered_group::csccmgr(int node, const std::vector<std::string>& arguments,
                                        std::chrono::nanoseconds within)
{
    return on(node).csccmgr(arguments, within);
}

void clustered_group::kill(int node, const std::string& service, int signal_number)
{
    on(node).kill(service, signal_number);
}

// Side by side: one machine's start need not wait for another's.
void clustered_group::start()
{
    std::vector<std::unique_ptr<running_program>> starts;
    for (int n = 1; n <= size(); ++n)
        starts.push_back(std::make_unique<running_program>(on(n).begin_csccmgr({"start"})));
    for (int n = 1; n <= size(); ++n) {
        const program_result r = starts[static_cast<std::size_t>(n - 1)]->finish(limit);
        BOOST_REQUIRE_MESSAGE(r.code == 0,
                              "csccmgr start on machine " << n << ": " << r.describe());
    }
    for (int n = 1; n <= size(); ++n)
        BOOST_REQUIRE_MESSAGE(eventually([&] { return is_up(n); }),
                              "the group on machine " << n << " is not up");
}

void clustered_group::stop()
{
    for (int n = 1; n <= size(); ++n) {
        const program_result r = csccmgr(n, {"stop"});
        BOOST_TEST_REQUIRE(r.code == 0, "csccmgr stop on machine " << n << ": " << r.describe());
        on(n).expect_nothing_left();
    }
}

bool clustered_group::all_at(std::uint64_t generation)
{
    for (int n = 1; n <= size(); ++n) {
        if (on(n).generation() != generation || !is_up(n))
            return false;
    }
    return true;
}

} // namespace cscc::test
