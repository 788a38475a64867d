// member.hpp: who is in a closed process group, and how one goes: the adapter's words and the
// machine's.
#pragma once

#include <array>
#include <compare>
#include <cstdint>

namespace cscc::cluster {

/// A process of the group. The pid is of its node, and as that claims.
struct member_id
{
    std::uint32_t node = 0;
    std::uint32_t pid = 0;
    friend auto operator<=>(const member_id&, const member_id&) = default;
};

enum class departure_kind : std::uint8_t
{
    left, // on its own will
    died, // its process did, or lost its Corosync; its machine is there
    lost, // its machine, or the way to it
};
inline constexpr std::array all_departure_kinds{departure_kind::left, departure_kind::died,
                                                departure_kind::lost};

struct departure
{
    member_id who;
    departure_kind how = departure_kind::left;
    friend bool operator==(const departure&, const departure&) = default;
};

} // namespace cscc::cluster
