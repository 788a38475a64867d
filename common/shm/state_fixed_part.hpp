// state_fixed_part.hpp: the fixed part of .state as bytes, and back with every bound checked.
#pragma once

#include "common/base/error.hpp"
#include "common/shm/state_table.hpp"

#include <cstddef>
#include <span>

namespace cscc::shm {

/// How many bytes the fixed part of a group with n components takes.
[[nodiscard]] constexpr std::size_t fixed_part_bytes(std::size_t n) noexcept
{
    return sizeof(state_fixed) + n * sizeof(component_fixed);
}

/// Writes the fixed part. The specification comes from a validated configuration: names of at most
/// name_max and id_max characters, at most components_max components, steps within their sequence.
void write_fixed_part(std::span<std::byte> out, const state_spec& spec) noexcept;

/// Reads it from a copy that nobody else can change.
/// @param object_bytes  size of the whole object, which must be just what its components need
/// Errors: errc::object_damaged.
[[nodiscard]] result<state_spec> read_fixed_part(std::span<const std::byte> copy,
                                                 std::size_t object_bytes);

} // namespace cscc::shm
