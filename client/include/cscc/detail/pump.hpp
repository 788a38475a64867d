// pump.hpp: lets the program's own reactor drive the library's session; compiled in the program.
//
// It waits for one descriptor, polls the session when that is readable, and completes what the poll
// reports. Nothing completes inside an initiating call: the first poll after one is posted.
#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_category.hpp>

#include <chrono>
#include <cscc/detail/session_port.hpp>
#include <cscc/error.hpp>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace cscc::detail {

/// A handler that waits for its result: counted as work of its executor, cancellable.
template <class... Results>
class pending
{
public:
    using handler = boost::asio::any_completion_handler<void(Results...)>;

    [[nodiscard]] explicit operator bool() const noexcept { return kept_.has_value(); }

    void keep(handler h, const boost::asio::any_io_executor& fallback)
    {
        const auto where = boost::asio::get_associated_executor(h, fallback);
        kept_.emplace(kept{std::move(h), boost::asio::make_work_guard(where)});
    }

    /// Completes on the handler's executor, by way of ours. At once if we are on both already,
    /// which no initiating function may ask for.
    void complete_now(const boost::asio::any_io_executor& ours, Results... results)
    {
        boost::asio::dispatch(ours, take(results...));
    }
    void complete_soon(const boost::asio::any_io_executor& ours, Results... results)
    {
        boost::asio::post(ours, take(results...));
    }

    template <class Cancel>
    void on_cancel(Cancel cancel)
    {
        auto slot = boost::asio::get_associated_cancellation_slot(kept_->function);
        if (slot.is_connected())
            slot.assign(std::move(cancel));
    }

    void forget() noexcept { kept_.reset(); }

private:
    using executor = boost::asio::associated_executor_t<handler, boost::asio::any_io_executor>;
    struct kept
    {
        handler function;
        boost::asio::executor_work_guard<executor> work;
    };
    auto take(Results... results)
    {
        kept k = std::move(*kept_);
        kept_.reset();
        auto slot = boost::asio::get_associated_cancellation_slot(k.function);
        if (slot.is_connected())
            slot.clear();
        const executor where = k.work.get_executor();
        auto call = [f = std::move(k.function), w = std::move(k.work), results...]() mutable {
            std::move(f)(results...);
        };
        return boost::asio::bind_executor(where, std::move(call));
    }

    std::optional<kept> kept_;
};

/// One session and the reactor that drives it. Kept alive by what it waits for.
class pump : public std::enable_shared_from_this<pump>
{
public:
    using completion = pending<error_code>;
    using callback = pending<>;

    pump(boost::asio::any_io_executor executor, int argc, const char* const* argv)
        : executor_(std::move(executor)), port_(session_open(argc, argv, &open_code_))
    {}

    [[nodiscard]] const boost::asio::any_io_executor& get_executor() const noexcept
    {
        return executor_;
    }
    [[nodiscard]] bool has_coordinator() const noexcept { return port_ || open_code_ != 0; }

    void alive(callback::handler on_shutdown, completion::handler handler)
    {
        if (!port_ || std::exchange(said_alive_, true))
            return answer_at_once(std::move(handler), port_ ? said_twice : open_code_);
        turn_.keep(std::move(on_shutdown), executor_);
        start(alive_, std::move(handler), session_alive);
    }

    void ready(completion::handler handler)
    {
        if (!port_ || ready_)
            return answer_at_once(std::move(handler), port_ ? said_twice : open_code_);
        start(ready_, std::move(handler), session_ready);
    }

    void heartbeat() noexcept
    {
        if (port_)
            session_heartbeat(port_.get());
    }

    error_code status(std::string_view text)
    {
        if (!port_)
            return to_error(open_code_);
        const error_code ec = to_error(session_status(port_.get(), text.data(), text.size()));
        kick();
        return ec;
    }

    error_code extend(std::chrono::milliseconds more)
    {
        if (!port_)
            return to_error(open_code_);
        const auto count = more.count() > 0 ? static_cast<unsigned long>(more.count()) : 0UL;
        const error_code ec = to_error(session_extend(port_.get(), count));
        kick();
        return ec;
    }

    void close()
    {
        closed_ = true;
        stop_watching();
        turn_.forget();
        if (alive_)
            alive_.complete_soon(executor_, error_code(boost::asio::error::operation_aborted));
        if (ready_)
            ready_.complete_soon(executor_, error_code(boost::asio::error::operation_aborted));
        port_.reset();
    }

private:
    struct closer
    {
        void operator()(session_port* port) const noexcept { session_close(port); }
    };
    static constexpr int said_twice = static_cast<int>(service_errc::said_twice);

    static error_code to_error(int code) noexcept
    {
        return code >= 0 ? error_code(code, category())
                         : error_code(-code, boost::system::system_category());
    }

    void answer_at_once(completion::handler handler, int code)
    {
        completion one;
        one.keep(std::move(handler), executor_);
        one.complete_soon(executor_, to_error(code));
    }

    void start(completion& slot, completion::handler handler, void (*say)(session_port*) noexcept)
    {
        slot.keep(std::move(handler), executor_);
        slot.on_cancel([weak = weak_from_this(), &slot](boost::asio::cancellation_type) {
            const auto self = weak.lock(); // `slot` is a member of it
            if (!self || !slot)
                return;
            slot.complete_soon(self->executor_, error_code(boost::asio::error::operation_aborted));
            self->stop_watching(); // nobody knows what the coordinator knows: the program must end
            self->turn_.forget();
        });
        say(port_.get());
        watch();
        kick();
    }

    // What was said may have been answered already, or be due without any descriptor.
    void kick()
    {
        if (std::exchange(kicked_, true))
            return;
        boost::asio::post(executor_, [self = shared_from_this()] {
            self->kicked_ = false;
            self->drain();
        });
    }

    void watch()
    {
        if (!port_ || finished_ || std::exchange(watching_, true))
            return;
        if (!descriptor_)
            descriptor_.emplace(executor_, session_descriptor(port_.get()));
        descriptor_->async_wait(boost::asio::posix::stream_descriptor::wait_read,
                                [self = shared_from_this()](error_code ec) {
                                    self->watching_ = false;
                                    if (ec)
                                        return;
                                    self->drain();
                                    self->watch();
                                });
    }

    // The descriptor is the library's: taken back, not closed.
    void stop_watching()
    {
        if (descriptor_ && descriptor_->is_open())
            static_cast<void>(descriptor_->release());
        finished_ = true;
    }

    // Looks at `closed_` before each completion: any of them may have destroyed the service.
    void drain()
    {
        if (!port_)
            return;
        const happenings now = session_poll(port_.get());
        if (now.finished)
            stop_watching();
        if (now.alive_answered && now.alive_code != 0)
            turn_.forget();
        if (now.alive_answered && alive_)
            alive_.complete_now(executor_, to_error(now.alive_code));
        if (now.ready_answered && ready_ && !closed_)
            ready_.complete_now(executor_, to_error(now.ready_code));
        if (now.turn && turn_ && !closed_)
            turn_.complete_now(executor_);
    }

    boost::asio::any_io_executor executor_;
    int open_code_ = 0; // why there is no port although there is a coordinator
    std::unique_ptr<session_port, closer> port_;
    std::optional<boost::asio::posix::stream_descriptor> descriptor_;
    completion alive_;
    completion ready_;
    callback turn_;
    bool watching_ = false;
    bool kicked_ = false;
    bool finished_ = false;
    bool closed_ = false;
    bool said_alive_ = false;
};

} // namespace cscc::detail
