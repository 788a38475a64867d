// probe.hpp: starts an asynchronous operation on the reactor and watches how it completes.
#pragma once

#include "common/base/error.hpp"
#include "common/base/time.hpp"
#include "test/unit/reactor/printing.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

namespace cscc::test {

namespace asio = boost::asio;
using namespace std::chrono_literals;

inline constexpr duration patience =
    20s; // far more than any of it takes: only a hang waits so long

/// Runs the reactor until the condition holds. False if it does not within `limit`, or cannot any
/// more because nothing is left to run.
inline bool run_until(asio::io_context& io, const std::function<bool()>& condition,
                      duration limit = patience)
{
    const time_point deadline = clock::now() + limit;
    io.restart();
    while (!condition()) {
        if (io.stopped() || clock::now() >= deadline)
            return false;
        io.run_one_until(deadline);
    }
    return true;
}

/// One operation. Must outlive it.
template <class T>
class probe
{
public:
    explicit probe(asio::io_context& io) : io_(io) {}
    probe(asio::io_context& io, asio::awaitable<T> operation) : io_(io)
    {
        start(std::move(operation));
    }

    /// Initiates it on the reactor's thread, where completing inside the call would be possible.
    void start(asio::awaitable<T> operation)
    {
        asio::post(io_, [this, operation = std::move(operation)]() mutable {
            initiating_ = true;
            asio::co_spawn(io_, std::move(operation),
                           asio::bind_cancellation_slot(
                               stop_.slot(), [this](const std::exception_ptr& thrown, T value) {
                                   completed_inside_ |= initiating_;
                                   thrown_ = thrown;
                                   value_ = std::move(value);
                                   ++completions_;
                               }));
            initiating_ = false;
            initiated_ = true;
        });
    }

    [[nodiscard]] bool is_done() const noexcept { return completions_ > 0; }
    [[nodiscard]] bool is_waiting() const noexcept { return initiated_ && !is_done(); }
    void cancel() { stop_.emit(asio::cancellation_type::terminal); }

    /// Runs until it has completed; then to the end of all work: it must leave nothing behind.
    /// @return what it completed with
    T finish(duration limit = patience)
    {
        BOOST_REQUIRE(run_until(
            io_, [this] { return is_done(); }, limit));
        io_.restart();
        io_.run_for(patience);
        BOOST_TEST(io_.stopped(), "work is left on the reactor");
        BOOST_TEST(completions_ == 1);
        BOOST_TEST(!completed_inside_);
        BOOST_TEST(!thrown_);
        return std::move(*value_);
    }

    /// Cancels it while it waits; it must then complete within a moment.
    T finish_by_cancelling()
    {
        BOOST_REQUIRE(run_until(io_, [this] { return initiated_; }));
        for (int turn = 0; turn < 10; ++turn) // into its wait, wherever that is
            io_.poll_one();
        BOOST_REQUIRE(!is_done());
        cancel();
        return finish(5s);
    }

private:
    asio::io_context& io_;
    asio::cancellation_signal stop_;
    bool initiating_ = false;
    bool initiated_ = false;
    bool completed_inside_ = false;
    int completions_ = 0;
    std::exception_ptr thrown_;
    std::optional<T> value_;
};

} // namespace cscc::test
