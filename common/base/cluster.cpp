#include "common/base/cluster.hpp"

#include "common/base/words.hpp"

namespace cscc {

std::string_view to_string(cluster_phase phase) noexcept
{
    switch (phase) {
    case cluster_phase::starting: return "starting";
    case cluster_phase::up: return "up";
    case cluster_phase::falling: return "falling";
    case cluster_phase::waiting: return "waiting";
    case cluster_phase::ending: return "ending";
    }
    return "?";
}

std::optional<cluster_phase> parse_cluster_phase(std::string_view word) noexcept
{
    return find_word(all_cluster_phases, word);
}

} // namespace cscc
