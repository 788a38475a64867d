// render_history.hpp: the flight recorder for people: each recovery as a short story, oldest first,
// and after them the last transitions.
#pragma once

#include "client/manager/render.hpp"
#include "common/wire/history.hpp"

#include <cstddef>
#include <string>

namespace cscc {

enum class history_source : std::uint8_t
{
    coordinator,
    silent_coordinator, // shared memory, though one lives
    shared_memory,      // none lives
    file,               // the group is down
};

/// @param transitions  how many of them at the end, at most
[[nodiscard]] std::string render_history(const wire::group_history&, history_source,
                                         std::size_t transitions, const page&);

} // namespace cscc
