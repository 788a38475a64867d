// demo.cpp: any of the five services of FIG. 13 (csqlced, csqld, csgsd, cstsd, cstrd: copies of one
// program); it initialises itself for a moment, serves nobody, and ends when it is its turn.
//
//   csqld -cc [--initialise MS] [--finish MS]      200 and 100 by default
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <cscc/service.hpp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

namespace asio = boost::asio;

namespace {

struct settings
{
    std::chrono::milliseconds initialise{200};
    std::chrono::milliseconds finish{100};
};

settings read(int argc, char** argv)
{
    settings s;
    for (int i = 1; i + 1 < argc; ++i) {
        if (std::strcmp(argv[i], "--initialise") == 0)
            s.initialise = std::chrono::milliseconds(std::atoi(argv[i + 1]));
        if (std::strcmp(argv[i], "--finish") == 0)
            s.finish = std::chrono::milliseconds(std::atoi(argv[i + 1]));
    }
    return s;
}

asio::awaitable<void> run(cscc::service& service, const char* name, settings times)
{
    asio::steady_timer until_the_end{service.get_executor(), asio::steady_timer::time_point::max()};
    auto shut_down = [&until_the_end, name] {
        std::printf("%s: shutting down\n", name);
        until_the_end.cancel();
    };
    co_await service.async_alive(shut_down);
    std::printf("%s: alive, initialising for %d ms\n", name,
                static_cast<int>(times.initialise.count()));

    asio::steady_timer work{service.get_executor(), times.initialise};
    co_await work.async_wait(asio::use_awaitable);
    co_await service.async_ready();
    std::printf("%s: ready\n", name);
    if (const auto failed = service.status("serving nobody"))
        throw boost::system::system_error(failed);

    boost::system::error_code cancelled;
    co_await until_the_end.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    work.expires_after(times.finish);
    co_await work.async_wait(asio::use_awaitable);
    std::printf("%s: done\n", name);
}

} // namespace

int main(int argc, char** argv)
{
    std::setvbuf(stdout, nullptr, _IOLBF, 0); // a log is read while it is written
    const char* const slash = std::strrchr(argv[0], '/');
    const char* const name = slash != nullptr ? slash + 1 : argv[0];
    try {
        asio::io_context io{1};
        cscc::service service{io.get_executor(), argc, argv};
        asio::co_spawn(io, run(service, name, read(argc, argv)), [](std::exception_ptr failed) {
            if (failed)
                std::rethrow_exception(failed);
        });
        io.run();
    }
    catch (const std::exception& e) {
        std::fprintf(stderr, "%s: %s\n", name, e.what());
        return 1;
    }
}
