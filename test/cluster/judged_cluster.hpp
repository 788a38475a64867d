// judged_cluster.hpp: three machines that live through something, and are judged by I20 at the end.
#pragma once

#include "test/cluster/clustered_group.hpp"
#include "test/support/checker_cluster.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cscc::test {

class judged_cluster : public clustered_group
{
public:
    explicit judged_cluster(cluster_settings settings = {}) : clustered_group(std::move(settings))
    {
        start();
        BOOST_REQUIRE_MESSAGE(eventually([this] { return all_agree(all()); }),
                              "the machines do not come to agree");
    }

    [[nodiscard]] std::vector<int> all() const
    {
        std::vector<int> nodes;
        for (int n = 1; n <= size(); ++n)
            nodes.push_back(n);
        return nodes;
    }

    /// Each of these sees these and no other, agreed and quorate, and is up again after the same
    /// incident.
    [[nodiscard]] bool all_agree(const std::vector<int>& nodes);

    /// The last incident that the machine's cluster service knows of; -1: it has said nothing.
    [[nodiscard]] std::int64_t incident(int node);

    /// The process of the machine's cluster service, if it lives and has noted anything.
    [[nodiscard]] std::optional<process_key> service_of(int node);

    /// Waits until these are at rest, up, and agree; fails the test if they do not come to that.
    void await_agreement(const std::vector<int>& nodes);

    /// The machine is not to be judged for what it could not finish.
    void write_off(int node) { lost_.insert(node); }

    /// I20 over all logs; then all that live are stopped.
    void judge_and_stop();

private:
    std::set<int> lost_;
};

} // namespace cscc::test
