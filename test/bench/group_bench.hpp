// group_bench.hpp: one group of bench services, driven through csccmgr and watched through events.
#pragma once

#include "test/support/temp_dir.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace cscc::bench {

/// Makes the configuration; starts nothing. Stops the group when destroyed.
class group_bench
{
public:
    /// @param containment  the configuration's word: "off" or "auto"
    /// @param policy       on_coordinator_failure
    group_bench(const std::string& bin, std::size_t count, const std::string& containment,
                const std::string& policy = "restart");
    ~group_bench();
    group_bench(const group_bench&) = delete;

    /// `csccmgr VERB` as a whole process; ends the benchmark if it fails.
    double csccmgr_ms(const std::string& verb) const;

    struct recovery
    {
        double detected_ms = 0; // from the kill to the event that the service is gone
        double total_ms = 0;    // to the event that the group is steady again
    };
    /// Kills the last service and waits until the group is steady again.
    [[nodiscard]] recovery recover();

    /// Kills the primary; milliseconds until its successor answers that the group is steady.
    [[nodiscard]] double take_over() const;

    [[nodiscard]] int daemon_pid() const;
    /// How the daemon keeps its services together, in its own words (from its log).
    [[nodiscard]] std::string containment() const;

private:
    [[nodiscard]] int run(const std::vector<std::string>& arguments) const;

    test::temp_dir dir_;
    std::string bin_;
    std::string name_;
    std::string last_id_;
};

} // namespace cscc::bench
