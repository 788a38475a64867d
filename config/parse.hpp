// parse.hpp: the text of a configuration to its model, and where each value was written.
#pragma once

#include "config/diagnostics.hpp"
#include "config/model.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

namespace cscc::config {

/// Where each value was written, by its path: "cscc_environment.lock_name",
/// "cs_components.3.id", "cscc_environment.startup_sequence.0.1" (step, member).
class positions
{
public:
    void set(std::string path, position at) { entries_[std::move(path)].at = at; }
    /// It is there but has no usable value: that was said already, whoever comes later keeps still.
    void set_broken(std::string path) { entries_[std::move(path)].broken = true; }

    /// Of the value, or of what encloses it if it was not written down.
    [[nodiscard]] position of(std::string_view path) const;
    /// Neither it nor what encloses it is broken.
    [[nodiscard]] bool usable(const std::string& path) const;

private:
    struct entry
    {
        position at;
        bool broken = false;
    };
    std::unordered_map<std::string, entry> entries_;
};

/// The path of a key of the n-th component, as they stand in the file.
[[nodiscard]] std::string component_path(std::size_t n, std::string_view key);

struct document
{
    model value; // components as they stand in the file
    positions where;
};

/// Reads all tables and keys. Mistakes of form are added to `found`: syntax, unknown or missing
/// keys, wrong types, unknown words. What the values mean is for validate.
[[nodiscard]] document parse(std::string_view text, diagnostics& found);

} // namespace cscc::config
