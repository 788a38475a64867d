// session.hpp: carries out what session_machine decides: descriptors, pages, the socket, the
// timers.
//
// One queue of events, one deadline, on one reactor. Nothing here is for the program: it learns
// what happened by take_happenings().
#pragma once

#include "client/service/birth.hpp"
#include "client/service/connection.hpp"
#include "client/service/session_machine.hpp"
#include "common/base/time.hpp"
#include "common/base/turn_plan.hpp"
#include "common/reactor/async_wait_turn.hpp"
#include "common/shm/lock_object.hpp"
#include "common/shm/state_table.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <cscc/detail/session_port.hpp>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cscc {

/// On the reactor's thread, but for prepare() and heartbeat().
class session
{
public:
    session(boost::asio::any_io_executor reactor, birth given);

    /// Maps the inherited pages and takes the service's own lock, on the calling thread if that is
    /// the main one. Once, before ask_alive; from any thread.
    void prepare();
    /// Instead of prepare(): alive will fail.
    void refuse(service_errc why) noexcept { prepare_code_ = static_cast<int>(why); }

    void ask_alive();
    void ask_ready();
    /// 0, or a service_errc. The text goes to every coordinator to come as well.
    [[nodiscard]] int set_status(std::string_view text);
    /// Asks the coordinator for more time to become ready; lost if there is none just now.
    /// 0, or a service_errc.
    [[nodiscard]] int extend_startup(std::chrono::milliseconds more);
    /// One sign of life; any thread, once prepare() has returned. False before alive succeeded.
    bool heartbeat() noexcept;

    /// What became known since the last call.
    [[nodiscard]] detail::happenings take_happenings() noexcept;

    /// Gives up the connection and every wait; the reactor must run once more before the session
    /// may be destroyed. The own lock stays held until the process ends.
    void close();

private:
    struct pages
    {
        shm::state_view state;
        shm::service_lock lock;
        component_index me = 0;
    };

    [[nodiscard]] error_code open_pages();
    void open_event_log();
    void note_registered();
    void notify(session_event event, int code = 0);
    void apply(session_event event, int code);
    void act(session_action action, int code);
    void watch_deadline();
    void connect();
    void on_frame(const result<wire::frame>& frame);
    void send_alive(bool again);
    void look_at_word();
    void look_at_epoch();
    void look_again_in(duration pause, void (session::*look)(), session_state while_in);
    void wait_for_turn();
    boost::asio::awaitable<void> find_turn();
    [[nodiscard]] predecessor look_at(std::size_t index) const;
    void run_callback();
    [[nodiscard]] session_policy policy() const;

    boost::asio::any_io_executor reactor_;
    birth birth_;
    int prepare_code_ = static_cast<int>(service_errc::environment_invalid);
    std::optional<pages> pages_;
    std::atomic<bool> registered_once_ = false; // by the coordinator, read by heartbeat()

    session_facts facts_;
    std::optional<time_point> deadline_;
    std::deque<std::pair<session_event, int>> events_;
    bool stepping_ = false;
    boost::asio::steady_timer deadline_timer_;
    std::optional<time_point> armed_for_;  // what deadline_timer_ waits for
    boost::asio::steady_timer slow_timer_; // the backstop of a connect or a take-over under way

    std::shared_ptr<connection> link_;
    std::uint64_t epoch_ = 0; // of the coordinator that we were registered with last
    std::string status_;
    turn_plan plan_;
    time_point go_{};
    boost::asio::cancellation_signal stop_finding_;
    detail::happenings happened_;
};

} // namespace cscc
