// cluster.hpp: one machine's group as the cluster service has to know it - in the core, in
// GET /v1/cluster, in the incident machine.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cscc {

/// The cluster's count of incidents, 0 before the first: each is answered by one restart of the
/// group on every machine.
using incident_number = std::uint64_t;

enum class cluster_phase : std::uint8_t
{
    starting, // coming up, or about to
    up,
    falling, // going down, to be started again
    waiting, // all is gone: it starts when it is told to proceed, or at the barrier's end
    ending,  // going down for good
};
inline constexpr std::array all_cluster_phases{cluster_phase::starting, cluster_phase::up,
                                               cluster_phase::falling, cluster_phase::waiting,
                                               cluster_phase::ending};

struct cluster_facts
{
    cluster_phase phase = cluster_phase::starting;
    std::optional<incident_number> covered; // empty: no incident is known to this group yet
    std::uint64_t failure = 0; // names the failure that began this recovery; 0: none, or numbered
    std::string cause;         // of the failure, or of going down for good
    bool gave_up = false;      // with ending

    friend bool operator==(const cluster_facts&, const cluster_facts&) = default;
};

[[nodiscard]] std::string_view to_string(cluster_phase) noexcept;
[[nodiscard]] std::optional<cluster_phase> parse_cluster_phase(std::string_view) noexcept;

} // namespace cscc
