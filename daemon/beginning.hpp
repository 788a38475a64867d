// beginning.hpp: what csccd and cscc-clusterd begin with: the group's configuration, out of its
// shared object, and how its log is to be.
#pragma once

#include "common/reactor/log.hpp"
#include "config/model.hpp"
#include "daemon/startup_report.hpp"

#include <cstdint>
#include <string>

namespace cscc {

struct group_configuration
{
    config::model model;
    std::uint64_t hash = 0; // of the text that the model was read from
};

[[nodiscard]] startup_result<group_configuration>
read_configuration(const std::string& config_object_name);

[[nodiscard]] log_settings log_settings_of(const config::model& model);

} // namespace cscc
