// guard.hpp: makes an unmodified program a member of the group: the library on one side, the
// program on the other, the guard machine between them.
#pragma once

#include "client/guard/guard_machine.hpp"
#include "client/guard/notify_socket.hpp"
#include "client/guard/program.hpp"
#include "common/reactor/process_ref.hpp"
#include "config/guard_command.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cscc/service.hpp>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace cscc {

/// How the guard is to end.
struct guard_end
{
    int code = 1;                      // if it is no image of the program's end
    std::optional<process_exit> image; // as the program did
};

/// One object a process, which has one thread. Runs until the reactor is stopped by it.
class guard
{
public:
    guard(boost::asio::io_context& reactor, config::guard_command command, int argc,
          const char* const* argv);

    void begin();
    [[nodiscard]] guard_end end() const;

private:
    void notify(guard_event event);
    void apply(const guard_verdict& verdict);
    void carry_out(guard_action action);
    void watch_deadline();
    void complain(std::string_view what) const;

    boost::asio::awaitable<void> introduce();
    boost::asio::awaitable<void> say_ready();
    boost::asio::awaitable<void> serve_signals();
    void pass_on(int signal);

    void start();
    [[nodiscard]] error_code prepare_readiness(program_start& start);
    void watch_readiness();
    boost::asio::awaitable<void> await_newline(unique_fd reading);
    boost::asio::awaitable<void> await_probe();
    void hear(const notification& said);
    void change_main(pid_t pid);
    void show_main();

    boost::asio::awaitable<void> watch(process_ref process);
    void stop_program();
    void kill_all() const;
    boost::asio::awaitable<void> sweep();

    boost::asio::io_context& reactor_;
    config::guard_command command_;
    guard_policy policy_;
    std::string name_; // of the component, for what it says
    service service_;
    boost::asio::signal_set signals_;

    guard_state state_ = guard_state::introducing;
    std::optional<time_point> deadline_;
    boost::asio::steady_timer deadline_timer_;
    std::deque<guard_event> events_;
    bool stepping_ = false;
    bool failed_ = false;
    int code_ = 1; // of a guard that failed

    children children_;
    std::optional<process_ref> main_; // the program's main process
    std::optional<process_exit> main_exit_;
    std::optional<notify_socket> notifications_;
    unique_fd ready_reading_;                       // with readiness "fd"
    unique_fd ready_writing_;                       // until the program has it
    boost::asio::cancellation_signal stop_waiting_; // for readiness
};

} // namespace cscc
