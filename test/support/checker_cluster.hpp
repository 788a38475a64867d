// checker_cluster.hpp: I20, over the event logs of all machines of a cluster: per incident every
// quorate machine is covered by exactly one restart; a machine without quorum orders nobody; none
// starts before all are down. Knows nothing of the product.
//
// What it reads, of each machine:
//   primary   release, generation: a restart is from the one to the next of the other
//             covered (number): the group was restarted for it, or need not be (adopted)
//             cluster (what: failure, waiting, proceed): all is down, and waits
//             finish: the group is down for good
//   cluster   cluster_view (machines, agreed, quorate), incident (number), released (number)
//
// The logs are of one machine's clock (namespaces), so their times can be compared.
#pragma once

#include "test/support/checker.hpp"
#include "test/support/event_log.hpp"

#include <string>
#include <vector>

namespace cscc::test {

struct machine_log
{
    std::string name; // as cluster_view calls it
    parsed_log log;
    bool lost = false; // it was killed, in the middle of whatever it did
};

[[nodiscard]] std::vector<violation> check_cluster(const std::vector<machine_log>& machines);

} // namespace cscc::test
