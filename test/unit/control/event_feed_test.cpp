// event_feed_test.cpp: numbering, keeping and handing out of events.
#include "daemon/adapters/event_feed.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <vector>

using namespace cscc;

namespace {

using numbers = std::vector<std::uint64_t>;

void publish(event_feed& feed, int count)
{
    wire::event e;
    e.reason = "test";
    for (; count > 0; --count)
        feed.publish(e);
}

event_feed::listener into(numbers& heard)
{
    return [&heard](const event_feed::entry& e) { heard.push_back(e.number); };
}

void check_equal(const numbers& a, const numbers& b)
{
    BOOST_TEST(a == b, boost::test_tools::per_element());
}

} // namespace

BOOST_AUTO_TEST_SUITE(event_feed_)

BOOST_AUTO_TEST_CASE(events_are_numbered_from_one_whatever_number_they_bring)
{
    event_feed feed;
    BOOST_TEST(feed.last_number() == 0u);
    wire::event e;
    e.number = 99;
    e.kind = wire::event_kind::service;
    e.reason = "test";
    feed.publish(e);
    BOOST_TEST(feed.last_number() == 1u);
    const auto* kept = feed.next(0);
    BOOST_REQUIRE(kept != nullptr);
    BOOST_TEST(kept->number == 1u);
    BOOST_TEST((kept->kind == wire::event_kind::service));
    const auto parsed = wire::parse_event(*kept->json);
    BOOST_REQUIRE(parsed.has_value());
    BOOST_TEST(parsed->number == 1u);
}

BOOST_AUTO_TEST_CASE(a_subscriber_hears_what_is_kept_then_what_comes_without_a_gap)
{
    event_feed feed;
    publish(feed, 3);
    numbers all;
    numbers some;
    numbers later;
    const auto a = feed.subscribe(0, into(all));
    const auto b = feed.subscribe(2, into(some));
    const auto c = feed.subscribe(3, into(later));
    check_equal(all, {1, 2, 3}); // inside the call
    publish(feed, 2);
    check_equal(all, {1, 2, 3, 4, 5});
    check_equal(some, {3, 4, 5});
    check_equal(later, {4, 5});
}

BOOST_AUTO_TEST_CASE(a_subscriber_from_the_future_hears_only_what_comes)
{
    event_feed feed;
    publish(feed, 2);
    numbers heard;
    const auto s = feed.subscribe(1000, into(heard));
    publish(feed, 1);
    check_equal(heard, {3});
}

BOOST_AUTO_TEST_CASE(an_ended_subscription_hears_nothing)
{
    event_feed feed;
    numbers heard;
    {
        const auto s = feed.subscribe(0, into(heard));
        publish(feed, 1);
    }
    publish(feed, 1);
    check_equal(heard, {1});
}

BOOST_AUTO_TEST_CASE(a_subscription_goes_with_its_object)
{
    event_feed feed;
    numbers first;
    numbers second;
    auto a = feed.subscribe(0, into(first));
    auto b = feed.subscribe(0, into(second));
    event_feed::subscription moved(std::move(a));
    publish(feed, 1);
    moved = std::move(b); // ends the first
    publish(feed, 1);
    auto& same = moved;
    moved = std::move(same); // a move onto itself ends nothing
    publish(feed, 1);
    moved = {};
    publish(feed, 1);
    check_equal(first, {1});
    check_equal(second, {1, 2, 3});
}

BOOST_AUTO_TEST_CASE(a_listener_may_end_its_own_subscription_inside_the_call)
{
    event_feed feed;
    numbers heard;
    numbers other;
    std::optional<event_feed::subscription> own;
    const std::string captured(64, 'x'); // freed with the listener, were it freed too early
    own = feed.subscribe(0, [&heard, &own, captured](const event_feed::entry& e) {
        own.reset();
        heard.push_back(e.number + captured.size());
    });
    const auto s = feed.subscribe(0, into(other));
    publish(feed, 2);
    check_equal(heard, {65});
    check_equal(other, {1, 2});
}

BOOST_AUTO_TEST_CASE(a_listener_may_end_the_next_ones_subscription_inside_the_call)
{
    event_feed feed;
    numbers next;
    numbers last;
    std::optional<event_feed::subscription> victim;
    const auto a = feed.subscribe(0, [&victim](const event_feed::entry&) { victim.reset(); });
    victim = feed.subscribe(0, into(next));
    const auto c = feed.subscribe(0, into(last));
    publish(feed, 2);
    check_equal(next, {});
    check_equal(last, {1, 2});
}

BOOST_AUTO_TEST_CASE(the_last_events_are_kept_and_no_more)
{
    event_feed feed;
    const auto max = static_cast<int>(feed.kept_max());
    publish(feed, max);
    BOOST_TEST(feed.next(0)->number == 1u);
    publish(feed, 10);
    BOOST_TEST(feed.next(0)->number == 11u);
    BOOST_TEST(feed.next(10)->number == 11u);
    BOOST_TEST(feed.next(11)->number == 12u);
    BOOST_TEST(feed.next(feed.last_number() - 1)->number == feed.last_number());
    BOOST_TEST(feed.next(feed.last_number()) == nullptr);
    numbers heard;
    const auto s = feed.subscribe(0, into(heard));
    BOOST_TEST(heard.size() == feed.kept_max());
    BOOST_TEST(heard.front() == 11u);
    BOOST_TEST(heard.back() == feed.last_number());
}

BOOST_AUTO_TEST_CASE(a_follower_of_a_former_coordinator_misses_nothing_of_its_successor)
{
    event_feed former(1, 1);
    publish(former, 3);
    event_feed successor(1, 2);
    BOOST_TEST(successor.next(3) == nullptr); // nothing happened yet
    numbers heard;
    const auto following = successor.subscribe(3, into(heard));
    publish(successor, 2);
    BOOST_TEST(heard.size() == 2U);
    BOOST_TEST(heard.front() > 3U);
    BOOST_TEST(successor.next(3)->number == heard.front());
}

BOOST_AUTO_TEST_CASE(an_empty_feed_has_no_next_event)
{
    const event_feed feed;
    BOOST_TEST(feed.next(0) == nullptr);
    BOOST_TEST(feed.next(1) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
