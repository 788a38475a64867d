// cluster_json.hpp: the cluster's part of other JSON. For .cpp files of this folder only.
#pragma once

#include "common/wire/cluster_types.hpp"
#include "common/wire/json_reader.hpp"
#include "common/wire/json_writer.hpp"

namespace cscc::wire {

[[nodiscard]] json::value cluster_value(const std::optional<cluster_status>& status,
                                        const json::storage_ptr& storage);
/// Absent and null are the same: the group is in no cluster.
[[nodiscard]] std::optional<cluster_status> read_cluster_status(const member_reader& parent,
                                                                std::string_view key, bool& good);

} // namespace cscc::wire
