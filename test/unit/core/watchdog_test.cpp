// watchdog_test.cpp: when a heartbeat counts as missed.
#include "daemon/core/watchdog.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <optional>

using namespace cscc;
using namespace cscc::core;
using namespace std::chrono_literals;

namespace {

constexpr time_point start{1h};
constexpr duration timeout = 2s;

/// Looks when it is time to, at a service that beats every `interval` until `silent_from`; the
/// moment at which it counts as silent, none within a minute.
std::optional<time_point> silent_at(duration interval, time_point silent_from)
{
    pulse known{0, start};
    for (time_point now = start; now < start + 1min;) {
        const auto beats =
            static_cast<std::uint64_t>((std::min(now, silent_from) - start) / interval);
        const pulse_verdict v = look(known, beats, now, timeout);
        if (v.silent)
            return now;
        known = v.next;
        BOOST_REQUIRE((v.next_look > now));
        now = v.next_look;
    }
    return std::nullopt;
}

} // namespace

BOOST_AUTO_TEST_SUITE(watchdog)

BOOST_AUTO_TEST_CASE(a_service_that_beats_at_half_its_limit_is_never_silent)
{
    BOOST_TEST(!silent_at(timeout / 2, start + 1h).has_value());
}

BOOST_AUTO_TEST_CASE(one_that_never_beats_is_silent_at_its_limit)
{
    BOOST_TEST((silent_at(1h, start + 1h) == start + timeout));
}

BOOST_AUTO_TEST_CASE(one_that_falls_silent_is_noticed_between_one_and_one_and_a_half_limits)
{
    for (duration lived = 0ms; lived < 5s; lived += 130ms) {
        const auto noticed = silent_at(100ms, start + lived);
        BOOST_TEST_REQUIRE(noticed.has_value());
        BOOST_TEST((*noticed >= start + lived - 100ms + timeout));
        BOOST_TEST((*noticed <= start + lived + timeout + timeout / 2));
    }
}

BOOST_AUTO_TEST_CASE(a_look_that_comes_late_blames_nobody_who_has_beaten_meanwhile)
{
    const pulse_verdict v = look({7, start}, 8, start + 1h, timeout);
    BOOST_TEST(!v.silent);
    BOOST_TEST((v.next.heard == start + 1h));
}

BOOST_AUTO_TEST_SUITE_END()
