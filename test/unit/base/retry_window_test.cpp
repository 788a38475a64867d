// retry_window_test.cpp: how many failures a window admits, in virtual time.
#include "common/base/retry_window.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <random>

using namespace cscc;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(retries)

BOOST_AUTO_TEST_CASE(as_many_failures_as_configured_are_admitted_and_not_one_more)
{
    retry_window window(3, 60s);
    const time_point start{};
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(window.admit(start + i * 1s));
    BOOST_TEST(!window.admit(start + 3s));
    BOOST_TEST(window.used(start + 3s) == 3u);
    BOOST_TEST(window.limit() == 3u);
    BOOST_TEST((window.window() == 60s));
}

BOOST_AUTO_TEST_CASE(a_window_of_zero_admits_nothing)
{
    retry_window window(0, 1s);
    BOOST_TEST(!window.admit(time_point{}));
    BOOST_TEST(!window.admit(time_point{} + 1h));
    BOOST_TEST(window.used(time_point{} + 1h) == 0u);
}

BOOST_AUTO_TEST_CASE(a_failure_exactly_one_window_old_no_longer_counts)
{
    const time_point start{};
    for (const duration age : {duration(60s - 1ns), duration(60s), duration(60s + 1ns)}) {
        retry_window window(1, 60s);
        BOOST_TEST(window.admit(start));
        const bool forgotten = age >= 60s;
        BOOST_TEST(window.used(start + age) == (forgotten ? 0u : 1u));
        BOOST_TEST(window.admit(start + age) == forgotten);
    }
}

BOOST_AUTO_TEST_CASE(a_refused_failure_is_not_counted)
{
    retry_window window(1, 60s);
    const time_point start{};
    BOOST_TEST(window.admit(start));
    BOOST_TEST(!window.admit(start + 59s));
    BOOST_TEST(window.admit(start + 60s)); // only the first was in it
}

BOOST_AUTO_TEST_CASE(asking_how_many_count_changes_nothing)
{
    retry_window window(2, 10s);
    const time_point start{};
    BOOST_TEST(window.admit(start));
    BOOST_TEST(window.used(start + 1h) == 0u);
    BOOST_TEST(window.used(start + 1s) == 1u);
}

BOOST_AUTO_TEST_CASE(after_a_reset_the_whole_window_is_free_again)
{
    retry_window window(2, 60s);
    const time_point start{};
    BOOST_TEST(window.admit(start));
    BOOST_TEST(window.admit(start));
    BOOST_TEST(!window.admit(start));
    window.reset();
    BOOST_TEST(window.used(start) == 0u);
    BOOST_TEST(window.admit(start));
}

BOOST_AUTO_TEST_CASE(the_largest_window_is_admitted_to_the_last)
{
    retry_window window(retry_window::count_max, 1h);
    for (std::size_t i = 0; i < retry_window::count_max; ++i)
        BOOST_REQUIRE(window.admit(time_point{}));
    BOOST_TEST(!window.admit(time_point{}));
}

// Against the plainest model there is: a list of everything that was ever admitted.
BOOST_AUTO_TEST_CASE(no_window_ever_admits_more_than_its_count_over_a_random_life)
{
    constexpr unsigned seed = 6467050;
    std::mt19937 random(seed);
    int refused = 0;
    for (int life = 0; life < 50; ++life) {
        const std::size_t count = random() % 6;
        const duration length = std::chrono::milliseconds(1 + random() % 1000);
        retry_window window(count, length);
        std::deque<time_point> admitted;
        time_point now{};
        for (int i = 0; i < 400; ++i) {
            now += std::chrono::milliseconds(random() % 300);
            while (!admitted.empty() && now - admitted.front() >= length)
                admitted.pop_front();
            BOOST_REQUIRE_MESSAGE(window.used(now) == admitted.size(), "seed " << seed);
            const bool admits = window.admit(now);
            BOOST_REQUIRE_MESSAGE(admits == (admitted.size() < count), "seed " << seed);
            if (admits)
                admitted.push_back(now);
            else
                ++refused;
        }
    }
    BOOST_TEST(refused > 1000); // the lives were not idle
}

BOOST_AUTO_TEST_SUITE_END()
