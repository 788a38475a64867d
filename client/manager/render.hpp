// render.hpp: what csccmgr says on stdout, as text; it writes nothing itself.
#pragma once

#include "client/manager/exit_mapping.hpp"
#include "common/wire/control_types.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cscc {

/// Where the text goes. The defaults are those of a file or a pipe.
struct page
{
    bool terminal = false; // ages instead of dates, lines cut to the width
    bool colour = false;   // only ever with `terminal` and without NO_COLOR
    std::size_t columns = 80;
    std::size_t rows = 24;
};

enum class tint : std::uint8_t
{
    none,
    good,
    busy,
    bad,
    faint,
};

struct cell
{
    std::string text;
    tint colour = tint::none;
};

/// Columns aligned, two spaces apart, nothing behind the last word of a line.
[[nodiscard]] std::string render_table(const std::vector<std::vector<cell>>& rows, const page&);

/// Text in a colour, or as it is where there are no colours.
[[nodiscard]] std::string tinted(std::string_view words, tint colour, const page&);

/// The group and its services (those named, or all), for people.
/// @param now  against which ages are reckoned
[[nodiscard]] std::string render_status(const status_report&, std::span<const std::string> ids,
                                        wire::wall_time now, const page&);

/// The cluster in one line, or two if something is wrong with it.
[[nodiscard]] std::string render_cluster_line(const wire::cluster_status&, const page&);
/// The cluster and its machines.
[[nodiscard]] std::string render_cluster(const wire::cluster_status&, const page&);

/// One line of `csccmgr events`.
[[nodiscard]] std::string render_event(const wire::event&, const page&);

/// A lock of the group as somebody outside sees it.
struct lock_row
{
    std::string name; // as configured
    std::string kind; // "manager", "shared memory", "daemon", "daemon component", "standby",
                      // "component"
    std::optional<std::string> service; // with "component"
    std::string state;                  // "free", "held", "owner died", "absent"
    std::optional<std::int32_t> holder; // pid or TID
};
[[nodiscard]] std::string render_locks(std::span<const lock_row>, const page&);
[[nodiscard]] std::string locks_json(std::string_view group, std::span<const lock_row>);

} // namespace cscc
