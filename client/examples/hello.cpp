// hello.cpp: a whole service in C++. It is built like hello.c, with g++ -std=c++20.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cscc/service.hpp>
#include <cstdio>
#include <exception>

namespace asio = boost::asio;

asio::awaitable<void> run(cscc::service& service, asio::steady_timer& until_the_end)
{
    auto shut_down = [&] { until_the_end.cancel(); }; // when it is our turn to end
    co_await service.async_alive(shut_down);          // throws on any error: then we must end
    std::puts("hello: open files, connect to databases ...");
    co_await service.async_ready();
    if (service.status("says hello"))
        std::puts("hello: nobody wants to know how I am");

    boost::system::error_code cancelled; // a real service would work instead of waiting
    co_await until_the_end.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    std::puts("hello: close files, say goodbye");
}

int main(int argc, char** argv)
try {
    std::setvbuf(stdout, nullptr, _IOLBF, 0); // a log is read while it is written
    asio::io_context io{1};
    asio::steady_timer until_the_end{io, asio::steady_timer::time_point::max()};
    cscc::service service{io.get_executor(), argc, argv};
    asio::co_spawn(io, run(service, until_the_end), [](std::exception_ptr failed) {
        if (failed)
            std::rethrow_exception(failed);
    });
    io.run();
}
catch (const std::exception& e) {
    std::fprintf(stderr, "hello: %s\n", e.what());
    return 1;
}
