// corosync_facts.hpp: what Corosync's map of settings (cmap_overview(3)) says about this machine.
#pragma once

#include "common/base/error.hpp"
#include "config/corosync_conf.hpp"

#include <cstdint>
#include <string>

namespace cscc::cluster {

struct corosync_facts
{
    static constexpr std::size_t name_bytes_max = 64;

    std::uint32_t node = 0;
    std::string name; // nodelist.node.N.name if that is printable and short enough; else "node 3"
    config::corosync_security security;
};

/// Asks the running Corosync. BLOCKS while it is stopped.
/// @param node  this machine's id
[[nodiscard]] result<corosync_facts> read_corosync_facts(std::uint32_t node);

} // namespace cscc::cluster
