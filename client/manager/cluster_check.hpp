// cluster_check.hpp: whether the Corosync that a group's machines talk through is protected.
#pragma once

#include <string>

namespace cscc {

/// Which file Corosync reads: COROSYNC_MAIN_CONFIG_FILE, else /etc/corosync/corosync.conf.
[[nodiscard]] std::string corosync_file();

/// What is to be warned of, a sentence; empty: Corosync's traffic is encrypted and authenticated.
[[nodiscard]] std::string corosync_warning(const std::string& file);

} // namespace cscc
