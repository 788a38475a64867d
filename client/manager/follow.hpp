// follow.hpp: watches an order until it ends, and shows how far it is.
#pragma once

#include "client/manager/progress.hpp"
#include "client/manager/session.hpp"
#include "common/control/control_client.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace cscc {

/// Progress on the console: redrawn ten times a second on a terminal, else a line for each step.
/// On the reactor's thread; the session outlives it. Only its destruction ends the redrawing, which
/// keeps the reactor running: destroy it before waiting for nothing.
class progress_display
{
public:
    progress_display(boost::asio::any_io_executor reactor, session& run);
    ~progress_display();
    progress_display(const progress_display&) = delete;
    progress_display& operator=(const progress_display&) = delete;

    void begin_with(const wire::group_status& status) { progress_.begin_with(status); }
    void note(const wire::event& event);
    [[nodiscard]] const progress& model() const noexcept { return progress_; }

private:
    void redraw();
    void tick();

    session& run_;
    progress progress_;
    boost::asio::steady_timer timer_;
    bool live_;
    std::shared_ptr<bool> exists_ = std::make_shared<bool>(true); // see tick()
};

/// How the watching ended.
struct followed
{
    enum class how : std::uint8_t
    {
        done,
        failed,
        superseded, // by a later order
        lost,       // the coordinator ended the stream, or died, before it told
        timed_out,
    };
    how end = how::lost;
    std::string reason; // the coordinator's own; with lost: the error, if there was one
};

/// Reads events until the one that ends `operation`.
[[nodiscard]] boost::asio::awaitable<followed> follow_operation(control_client& events,
                                                                std::uint64_t operation,
                                                                progress_display& display,
                                                                time_point deadline);

/// What an order came to at once.
struct order_result
{
    std::optional<wire::order_answer> answer;
    bool is_conflict = false; // 409: the group is being stopped
    bool is_lost = false;     // the connection ended first: the coordinator is dying
    verdict refusal;          // without an answer
};

/// POST /v1/VERB, with a sentence for everything that is no success.
[[nodiscard]] boost::asio::awaitable<order_result>
give_order(session& run, control_client& client, wire::order_verb verb, time_point deadline);

/// GET /v1/status; empty if it is not to be had.
[[nodiscard]] boost::asio::awaitable<std::optional<wire::group_status>>
ask_status(control_client& client, time_point deadline);

} // namespace cscc
