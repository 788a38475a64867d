// clustered_group.hpp: the same group on each of some machines, which Corosync joins; the fixture
// of the tests of the cluster.
//
//   clustered_group cluster;
//   cluster.start();
//   cluster.kill(2, "B");
//   BOOST_TEST(cluster.eventually([&] { return cluster.all_at(2); }));
//   cluster.stop();
//
// On every machine it is a whole group_under_test, with a folder, a name, an event log and the
// checker's judgement of its own; on(n) is everything that one can do.
#pragma once

#include "test/cluster/corosync_nodes.hpp"
#include "test/support/group_under_test.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace cscc::test {

struct cluster_settings
{
    corosync_settings corosync{};
    bool enabled = true;                                        // [cluster]
    std::string cluster_extra{};                                // further lines of [cluster]
    std::function<void(int node, group_description&)> change{}; // what is different on a machine
};

class clustered_group
{
public:
    static constexpr auto limit = std::chrono::seconds(60);

    /// Three services A, B and C a machine. The Corosyncs run, and are together.
    explicit clustered_group(cluster_settings settings = {});
    ~clustered_group();

    [[nodiscard]] int size() const noexcept { return nodes_.size(); }
    [[nodiscard]] process_watch& watch() noexcept { return watch_; }
    [[nodiscard]] corosync_nodes& nodes() noexcept { return nodes_; }
    [[nodiscard]] group_under_test& on(int node)
    {
        return *groups_.at(static_cast<std::size_t>(node - 1));
    }

    // --- orders

    program_result csccmgr(int node, const std::vector<std::string>& arguments,
                           std::chrono::nanoseconds within = limit);
    void kill(int node, const std::string& service, int signal_number = SIGKILL);
    void start(); // everywhere at once, and waits until it is up
    void stop();  // one machine after the other; nothing may be left

    // --- facts

    /// What Corosyncs and coordinators wrote, for a test's message.
    [[nodiscard]] std::string logs();

    [[nodiscard]] std::uint64_t generation(int node) { return on(node).generation(); }
    [[nodiscard]] bool is_up(int node) { return on(node).all_ready(); }
    /// Every machine is up, in its generation `generation`.
    [[nodiscard]] bool all_at(std::uint64_t generation);
    [[nodiscard]] bool eventually(const std::function<bool()>& condition,
                                  std::chrono::nanoseconds within = limit)
    {
        return watch_.eventually(condition, within);
    }

private:
    temp_dir dir_;
    process_watch watch_{dir_.file("processes.log")};
    corosync_nodes nodes_;
    std::vector<std::unique_ptr<group_under_test>> groups_; // go before the machines
};

} // namespace cscc::test
