// cxx_service: a well-behaved service for the tests that speaks through the C++ library on a
// reactor of its own, and so ends as such programs do: by leaving main. It writes the lines of
// fixture_service.
#include "test/services/journal.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cscc/service.hpp>
#include <exception>
#include <optional>

namespace asio = boost::asio;
using namespace cscc::test;

namespace {

asio::awaitable<void> run(cscc::service& service)
{
    asio::steady_timer until_the_end(service.get_executor(), asio::steady_timer::time_point::max());
    auto shut_down = [&until_the_end] {
        journal("callback_begin");
        until_the_end.cancel();
        journal("callback_end");
    };
    journal("alive");
    co_await service.async_alive(shut_down);
    journal("alive_answer", 0);
    journal("ready");
    co_await service.async_ready();
    journal("ready_answer", 0);
    boost::system::error_code cancelled;
    auto awaited = asio::redirect_error(asio::use_awaitable, cancelled);
    co_await until_the_end.async_wait(awaited);
}

} // namespace

int main(int argc, char** argv)
{
    journal_open();
    journal("spawned");
    int code = 0;
    asio::io_context io(1);
    std::optional<cscc::service> service(std::in_place, io.get_executor(), argc, argv);
    asio::co_spawn(io, run(*service),
                   [&code](std::exception_ptr failed) { code = failed ? 3 : 0; });
    io.run();
    service.reset();
    journal("exiting", code);
    return code;
}
