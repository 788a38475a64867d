// csccd_link.hpp: the connection to the coordinator: its facts as they change, and what it is
// ordered and told, one after the other.
#pragma once

#include "common/base/cluster.hpp"
#include "common/control/control_client.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <functional>
#include <optional>
#include <string>

#include <sys/types.h>

namespace cscc::cluster {

/// Called on the reactor, never inside a call of csccd_link's. All are set.
struct csccd_link_events
{
    std::function<void()> on_open;                      // the coordinator has answered
    std::function<void(const cluster_facts&)> on_facts; // changed, or the answer to an order
    std::function<void()> on_lost; // what was ordered may not have arrived; facts follow when it is
                                   // there again
};

/// Used on the reactor thread only; outlives its coroutines.
class csccd_link
{
public:
    csccd_link(boost::asio::any_io_executor reactor, std::string socket, uid_t owner,
               csccd_link_events events);

    /// Once. Goes on until the io_context is destroyed: the coordinator is our parent.
    void start();

    /// Posts it after what was ordered before. What cannot be delivered is dropped: whoever orders
    /// hears of that by on_lost.
    void order(std::string target, std::string body);
    /// When nothing is left to be ordered; the last report counts.
    void report(std::string view);

private:
    struct request
    {
        std::string target;
        std::string body;
    };
    [[nodiscard]] boost::asio::awaitable<void> follow();
    [[nodiscard]] boost::asio::awaitable<void> follow_once();
    [[nodiscard]] boost::asio::awaitable<void> work();
    [[nodiscard]] boost::asio::awaitable<bool> work_off();
    [[nodiscard]] boost::asio::awaitable<result<http_answer>> ask(const request& what);
    [[nodiscard]] bool take(const result<http_answer>& answer);
    void lose();
    void wake() { work_to_do_.cancel(); }

    boost::asio::any_io_executor reactor_;
    std::string socket_;
    uid_t owner_;
    csccd_link_events events_;
    boost::asio::steady_timer work_to_do_;
    std::optional<control_client> client_; // for requests
    bool facts_changed_ = true;
    std::deque<request> orders_;
    std::optional<std::string> report_;
    bool is_lost_ = true;
};

} // namespace cscc::cluster
