// tables.hpp: which tables a configuration has, and the names of locks, sockets and objects in
// them: what a full reading and one for the names alone have in common.
#pragma once

#include "config/table_reader.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace cscc::config {

inline constexpr std::array<std::string_view, 5> table_names{
    "cs_components", "cscc_environment", "csccd_environment", "csccmgr_environment", "cluster"};

/// The table of this name, or nullptr, with the reason added to `found`.
[[nodiscard]] const node* find_table(const node& root, std::string_view name, document& out,
                                     diagnostics& found);

/// The tables [[cs_components]], or none, with the reason added to `found`.
[[nodiscard]] const std::vector<node>& find_components(const node& root, document& out,
                                                       diagnostics& found);

/// How messages call a component: "[[cs_components]] 'CSQL'".
[[nodiscard]] std::string component_title(const node& table);

/// Keeps validate silent about a text that is no TOML.
void mark_all_broken(document& out);

void report_unknown_tables(const node& root, diagnostics& found);

void take_names(table_reader&, component&);
void take_names(table_reader&, csccd_environment&);
void take_names(table_reader&, csccmgr_environment&);

} // namespace cscc::config
