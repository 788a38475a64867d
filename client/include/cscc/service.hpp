// service.hpp: what a program needs to be a service of a group, in C++20 on Asio.
//
//   asio::io_context io{1};
//   cscc::service service{io.get_executor(), argc, argv}; // "-cc" says whether there is a
//   coordinator auto shut_down = [&] { acceptor.close(); }; co_await
//   service.async_alive(shut_down); open_database(); co_await service.async_ready();
//
// (g++ 12 destroys a capturing lambda that is written inside a co_await statement twice: name it.)
//
// Order: alive, own initialisation, ready, work; the shutdown callback when it is this service's
// turn; then the program ends. Any error code means: end the program. Link with cscc::cscc
// (libcscc.so) or cscc::cscc_static (libcscc.a). Needs Boost 1.81 or later, any.
#pragma once

#if __cplusplus < 202002L
#error "<cscc/service.hpp> needs C++20; <cscc/cscc.h> is for everything else."
#endif

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cscc/detail/pump.hpp>
#include <cscc/error.hpp>
#include <cscc/version.hpp>
#include <memory>
#include <string_view>
#include <utility>

namespace cscc {

/// This process as a service of a group. One object a process.
///
/// Not thread-safe: every function is called where the executor's handlers run (or before they do);
/// heartbeat() alone may be called anywhere. While a callback is still to come the object counts as
/// work of the executor, so that io_context::run() does not return.
///
/// A fork()ed child that does not exec must not use it: it is not the service.
class service
{
public:
    using executor_type = boost::asio::any_io_executor;

    /// Finds out whether there is a coordinator, and touches nothing if there is none: then every
    /// function succeeds and does nothing.
    /// @param executor  where the callback and (by default) completions run
    /// @param argc,argv main's; only argv[1] is looked at
    /// An invalid environment is reported by async_alive.
    service(executor_type executor, int argc, const char* const* argv)
        : pump_(std::make_shared<detail::pump>(std::move(executor), argc, argv))
    {}
    /// What is under way completes with operation_aborted; the callback will not run any more.
    ~service() { pump_->close(); }
    service(const service&) = delete;
    service& operator=(const service&) = delete;

    [[nodiscard]] executor_type get_executor() const noexcept { return pump_->get_executor(); }

    /// True if a coordinator started this process.
    [[nodiscard]] bool has_coordinator() const noexcept { return pump_->has_coordinator(); }

    /// Says "alive": from now on the coordinator watches this process.
    ///
    /// Called once, first of all, from the main thread if possible: this thread takes the service's
    /// own lock, and the library keeps a sleeping thread for it otherwise.
    /// @param on_shutdown  `void()`, movable. Runs once, on its associated executor (by default
    /// this
    ///        object's), when it is this service's turn to end, never before this operation
    ///        succeeded. The process has `shutdown_timeout` from then on; a kernel timer of the
    ///        library's ends it after that. Also runs when no coordinator lives any more.
    /// Completes with void(error_code):
    ///   - service_errc::environment_invalid: not started by a coordinator, or by an unknown one
    ///   - service_errc::said_twice, refused, going_down, timed_out (`startup_timeout`)
    ///   - service_errc::coordinator_gone: the one that started us is not in charge any more
    ///   - service_errc::lock_unavailable, protocol_error
    ///   - system errors of the way there: ENOENT, ECONNREFUSED, EMFILE, ENOMEM, …
    /// Cancellation: any type, completes with operation_aborted; whether the coordinator has heard
    /// it is then unknown, and the program must end.
    /// Lifetime: the object must live until the program ends, or the group takes it for failed.
    /// Source: FIG. 6 of US 6,467,050.
    template <class Callback, class Token = boost::asio::use_awaitable_t<>>
    auto async_alive(Callback on_shutdown, Token&& token = Token())
    {
        auto initiate = [pump = pump_](auto handler, auto callback) {
            pump->alive(std::move(callback), std::move(handler));
        };
        return boost::asio::async_initiate<Token, void(error_code)>(std::move(initiate), token,
                                                                    std::move(on_shutdown));
    }

    /// Says "ready": initialised, at work. Called once, after async_alive has succeeded.
    ///
    /// If the coordinator dies and is replaced meanwhile, this waits for the new one.
    /// Completes with void(error_code):
    ///   - service_errc::not_alive: before a successful async_alive
    ///   - service_errc::said_twice, refused, going_down, timed_out (`startup_timeout`)
    /// Cancellation: as async_alive.
    template <class Token = boost::asio::use_awaitable_t<>>
    auto async_ready(Token&& token = Token())
    {
        auto initiate = [pump = pump_](auto handler) { pump->ready(std::move(handler)); };
        return boost::asio::async_initiate<Token, void(error_code)>(std::move(initiate), token);
    }

    /// Counts one sign of life, for a component with `watchdog_timeout`. No system call; any
    /// thread.
    void heartbeat() noexcept { pump_->heartbeat(); }

    /// What `csccmgr status` shows of this service, kept for the next coordinator too.
    /// @param text  UTF-8, at most 120 bytes; control characters are shown as '?'
    /// Errors: service_errc::text_too_long; not_alive before a successful async_alive.
    [[nodiscard]] error_code status(std::string_view text) { return pump_->status(text); }

    /// Asks for more time to become ready: at least `more` from now on, where `startup_timeout`
    /// would end sooner. To be repeated before it has passed; of no effect once ready was said, on
    /// the limit of the whole start, and while no coordinator lives.
    /// Errors: service_errc::not_alive before a successful async_alive.
    /// Source: EXTEND_TIMEOUT_USEC of sd_notify(3).
    [[nodiscard]] error_code extend_startup(std::chrono::milliseconds more)
    {
        return pump_->extend(more);
    }

private:
    std::shared_ptr<detail::pump> pump_;
};

} // namespace cscc
