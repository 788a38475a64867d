// identity_test.cpp: a pid and a start time share one word and come back unharmed.
#include "common/base/identity.hpp"
#include "common/base/time.hpp"
#include "test/unit/base/printing.hpp"

#include <boost/test/unit_test.hpp>

#include <random>

using namespace cscc;

BOOST_AUTO_TEST_SUITE(identity)

BOOST_AUTO_TEST_CASE(nobody_is_all_zero)
{
    BOOST_TEST(process_identity{}.is_nobody());
    BOOST_TEST(process_identity{}.packed() == 0u);
    BOOST_TEST(process_identity::unpacked(0) == process_identity{});
    BOOST_TEST(!(process_identity{1, 0}).is_nobody());
}

BOOST_AUTO_TEST_CASE(the_extremes_of_the_kernel_fit)
{
    constexpr std::int32_t pid_limit = 4 * 1024 * 1024; // PID_MAX_LIMIT: pids are below it
    constexpr std::uint64_t last_tick = (std::uint64_t{1} << 42) - 1;
    for (const std::int32_t pid : {1, 2, 32767, pid_limit - 1}) {
        for (const std::uint64_t ticks : {std::uint64_t{0}, std::uint64_t{1}, last_tick}) {
            const process_identity who{pid, ticks};
            BOOST_TEST(process_identity::unpacked(who.packed()) == who);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_layout_of_the_word_is_pid_below_start_time)
{
    BOOST_TEST((process_identity{5, 3}).packed() == (3ULL << 22 | 5));
}

BOOST_AUTO_TEST_CASE(a_reused_pid_is_somebody_else)
{
    BOOST_TEST((process_identity{7, 100} != process_identity{7, 101}));
    BOOST_TEST((process_identity{7, 100}).packed() != (process_identity{7, 101}).packed());
}

BOOST_AUTO_TEST_CASE(every_word_survives_unpacking_and_packing)
{
    constexpr unsigned seed = 20261122;
    std::mt19937_64 random(seed);
    for (int i = 0; i < 10'000; ++i) {
        const std::uint64_t word = random();
        BOOST_REQUIRE_MESSAGE(process_identity::unpacked(word).packed() == word,
                              "seed " << seed << ", word " << word);
    }
}

BOOST_AUTO_TEST_CASE(a_time_point_survives_as_a_stamp)
{
    for (const std::int64_t ns : {std::int64_t{0}, std::int64_t{1}, std::int64_t{1} << 62}) {
        BOOST_TEST(to_stamp_ns(from_stamp_ns(ns)) == ns);
        BOOST_TEST(from_stamp_ns(ns).time_since_epoch().count() == ns);
    }
}

BOOST_AUTO_TEST_SUITE_END()
