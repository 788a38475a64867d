// probe.cpp: a C++ service that tells the test on its standard output what happened to it. Built as
// any program outside this project is: with its own, header-only Asio.
//
//   probe -cc [word...]    ready       says ready after alive
//                          early       says ready before alive
//                          twice       says alive, and ready, twice
//                          status=TEXT after alive
//                          beat=N      N heartbeats after alive
//                          cancel      cancels alive soon after it was said
//                          flags       tells, first of all, whether 3 and 4 are close-on-exec
//                          stay        goes on after the callback
//                          block       never returns from the callback
//                          busy        drives a socket pair of its own meanwhile
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <chrono>
#include <cscc/service.hpp>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace asio = boost::asio;

namespace {

constexpr auto as_code = asio::as_tuple(asio::use_awaitable);

void say(const std::string& line)
{
    const std::string with_end = line + "\n";
    if (::write(STDOUT_FILENO, with_end.data(), with_end.size()) < 0)
        std::abort();
}

void say(const std::string& what, cscc::error_code ec)
{
    say(what + " " + (ec ? ec.message() : "ok"));
}

struct words
{
    std::vector<std::string> all;

    bool has(std::string_view word) const
    {
        return std::find(all.begin(), all.end(), word) != all.end();
    }
    std::string value(std::string_view name) const
    {
        for (const std::string& word : all) {
            if (word.starts_with(name))
                return word.substr(name.size());
        }
        return {};
    }
};

// The program's own traffic on the same reactor, with edges that nobody waits for.
asio::awaitable<void> be_busy(asio::local::stream_protocol::socket& a,
                              asio::local::stream_protocol::socket& b, bool& stop)
{
    char byte = 'x';
    while (!stop) {
        co_await asio::async_write(a, asio::buffer(&byte, 1), asio::use_awaitable);
        co_await asio::async_read(b, asio::buffer(&byte, 1), asio::use_awaitable);
    }
}

asio::awaitable<void> live(cscc::service& service, const words& options)
{
    const auto thread = std::this_thread::get_id();
    auto shut_down = [&service, &options, thread] {
        const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
        say("turn " + std::to_string(now) +
            (thread == std::this_thread::get_id() ? "" : " on another thread"));
        if (options.has("block"))
            for (;;)
                ::pause();
        if (!options.has("stay"))
            std::exit(0);
        static_cast<void>(service);
    };

    if (options.has("early")) {
        const auto [early] = co_await service.async_ready(as_code);
        say("early", early);
    }
    const auto [alive] = co_await service.async_alive(shut_down, as_code);
    say("alive", alive);
    if (alive)
        co_return;
    if (options.has("twice")) {
        const auto [again] = co_await service.async_alive(shut_down, as_code);
        say("alive", again);
    }
    if (const std::string status = options.value("status="); !status.empty())
        say("status", service.status(status));
    const std::string beats = options.value("beat=");
    for (int i = 0; i < std::atoi(beats.c_str()); ++i)
        service.heartbeat();
    if (!beats.empty())
        say("beaten");
    if (options.has("ready") || options.has("twice")) {
        const auto [ready] = co_await service.async_ready(as_code);
        say("ready", ready);
    }
    if (options.has("twice")) {
        const auto [ready] = co_await service.async_ready(as_code);
        say("ready", ready);
    }
}

void cancel_alive(asio::io_context& io, cscc::service& service)
{
    asio::cancellation_signal signal;
    asio::steady_timer soon(io, std::chrono::milliseconds(20));
    soon.async_wait([&](cscc::error_code) { signal.emit(asio::cancellation_type::total); });
    auto done = [](cscc::error_code ec) {
        say(ec == asio::error::operation_aborted ? "alive cancelled" : "alive not cancelled");
    };
    service.async_alive([] { say("turn"); }, asio::bind_cancellation_slot(signal.slot(), done));
    io.run(); // returns: a cancelled alive is no work
}

} // namespace

int main(int argc, char** argv)
{
    const words options{{argv + std::min(argc, 2), argv + argc}};
    asio::io_context io{1};
    cscc::service service{io.get_executor(), argc, argv};
    if (options.has("flags"))
        say((::fcntl(3, F_GETFD) & ::fcntl(4, F_GETFD)) == FD_CLOEXEC ? "close-on-exec" : "kept");
    if (options.has("cancel")) {
        cancel_alive(io, service);
        say("end");
        return 0;
    }
    const auto report = [](std::exception_ptr thrown) {
        if (thrown)
            std::rethrow_exception(thrown);
    };
    asio::local::stream_protocol::socket a{io};
    asio::local::stream_protocol::socket b{io};
    bool stop = false;
    if (options.has("busy")) {
        asio::local::connect_pair(a, b);
        asio::co_spawn(io, be_busy(a, b, stop), report);
    }
    asio::co_spawn(io, live(service, options), report);
    io.run();
    say("end");
}
