// The promises of the public operations as Asio operations; what they promise with a coordinator is
// in service_test, because a process has one session.
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <cscc/service.hpp>
#include <memory>
#include <string>
#include <utility>

using namespace cscc;
namespace asio = boost::asio;

namespace {

struct fixture
{
    asio::io_context io{1};
    cscc::service service{io.get_executor(), 0, nullptr};
};

} // namespace

BOOST_AUTO_TEST_SUITE(tokens)

BOOST_FIXTURE_TEST_CASE(nothing_completes_inside_the_initiating_call, fixture)
{
    int completed = 0;
    asio::post(io, [&] { // on the reactor, where dispatching would be completing
        service.async_alive([] {}, [&](error_code) { ++completed; });
        service.async_ready([&](error_code) { ++completed; });
        BOOST_TEST(completed == 0);
    });
    io.run();
    BOOST_TEST(completed == 2);
}

BOOST_FIXTURE_TEST_CASE(a_handler_runs_on_its_own_executor, fixture)
{
    asio::io_context other{1};
    bool completed = false;
    auto handler = [&](error_code) { completed = true; };
    service.async_alive([] {}, asio::bind_executor(other.get_executor(), handler));
    io.run();
    BOOST_TEST(!completed);
    other.run();
    BOOST_TEST(completed);
}

BOOST_FIXTURE_TEST_CASE(any_completion_token_will_do, fixture)
{
    std::future<void> alive = service.async_alive([] {}, asio::use_future);
    bool completed = false;
    auto ready = service.async_ready(asio::deferred);
    std::move(ready)([&](error_code ec) { completed = !ec; });
    io.run();
    alive.get();
    BOOST_TEST(completed);
}

BOOST_FIXTURE_TEST_CASE(callback_and_handler_may_be_movable_only, fixture)
{
    auto thing = std::make_unique<int>(7);
    int seen = 0;
    auto callback = [owned = std::make_unique<int>(1)] { static_cast<void>(owned); };
    service.async_alive(std::move(callback),
                        [owned = std::move(thing), &seen](error_code) { seen = *owned; });
    io.run();
    BOOST_TEST(seen == 7);
}

BOOST_FIXTURE_TEST_CASE(without_a_coordinator_a_service_is_no_work, fixture)
{
    BOOST_TEST(!service.has_coordinator());
    BOOST_TEST(io.run() == 0u);
    BOOST_TEST(!service.status("alone"));
    service.heartbeat();
}

BOOST_AUTO_TEST_SUITE_END()
