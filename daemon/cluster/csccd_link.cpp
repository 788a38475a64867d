#include "daemon/cluster/csccd_link.hpp"

#include "common/base/text.hpp"
#include "common/reactor/log.hpp"
#include "common/reactor/pause.hpp"
#include "common/reactor/spawn.hpp"
#include "common/wire/cluster_types.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace asio = boost::asio;

namespace cscc::cluster {
namespace {

using namespace std::chrono_literals;

constexpr duration answer_limit = 5s;
constexpr duration try_again_after = 50ms;

constexpr const char* facts_target = "/v1/cluster";

} // namespace

csccd_link::csccd_link(asio::any_io_executor reactor, std::string socket, uid_t owner,
                       csccd_link_events events)
    : reactor_(std::move(reactor)), socket_(std::move(socket)), owner_(owner),
      events_(std::move(events)), work_to_do_(reactor_)
{}

void csccd_link::start()
{
    spawn(reactor_, "events of the coordinator", follow());
    spawn(reactor_, "orders to the coordinator", work());
}

void csccd_link::order(std::string target, std::string body)
{
    if (is_lost_)
        return;
    orders_.push_back({std::move(target), std::move(body)});
    wake();
}

void csccd_link::report(std::string view)
{
    report_ = std::move(view);
    wake();
}

// --- what happens there

asio::awaitable<void> csccd_link::follow()
{
    for (;;) {
        co_await follow_once();
        static_cast<void>(co_await pause_until(clock::now() + try_again_after));
    }
}

// An event says that something changed, and when to look; what it is now is asked.
asio::awaitable<void> csccd_link::follow_once()
{
    auto client = co_await control_client::connect(socket_, owner_, clock::now() + answer_limit);
    if (!client)
        co_return;
    const error_code refused = co_await client->follow(std::nullopt, clock::now() + answer_limit);
    if (refused)
        co_return;
    facts_changed_ = true; // before the first event
    wake();
    for (;;) {
        const auto event = co_await client->next_event(time_point::max());
        if (!event)
            co_return;
        if (event->kind != wire::event_kind::group && event->kind != wire::event_kind::cluster)
            continue;
        facts_changed_ = true;
        wake();
    }
}

// --- what is asked and ordered

asio::awaitable<void> csccd_link::work()
{
    for (;;) {
        const bool reached = co_await work_off();
        if (!reached) {
            lose();
            static_cast<void>(co_await pause_until(clock::now() + try_again_after));
            continue;
        }
        work_to_do_.expires_at(time_point::max());
        static_cast<void>(co_await work_to_do_.async_wait(asio::as_tuple(asio::use_awaitable)));
    }
}

/// False if the coordinator cannot be reached.
asio::awaitable<bool> csccd_link::work_off()
{
    while (facts_changed_ || !orders_.empty() || report_) {
        request next{facts_target, {}};
        if (std::exchange(facts_changed_, false)) {
            // as it is
        }
        else if (!orders_.empty()) {
            next = std::move(orders_.front());
            orders_.pop_front();
        }
        else {
            next.body = *std::exchange(report_, std::nullopt);
        }
        auto answer = co_await ask(next);
        if (!answer) { // an idle connection is closed at the other end; an order may be doubled
            client_.reset();
            answer = co_await ask(next);
        }
        if (!take(answer))
            co_return false;
    }
    co_return true;
}

asio::awaitable<result<http_answer>> csccd_link::ask(const request& what)
{
    const time_point limit = clock::now() + answer_limit;
    if (!client_) {
        auto made = co_await control_client::connect(socket_, owner_, limit);
        if (!made)
            co_return made.error();
        client_ = std::move(*made);
    }
    if (what.body.empty()) {
        co_return co_await client_->get(what.target, limit);
    }
    co_return co_await client_->post(what.target, limit, what.body);
}

bool csccd_link::take(const result<http_answer>& answer)
{
    if (!answer)
        return false;
    if (!answer->good()) { // it goes down, or we are not, or not any more, its cluster service
        log(log_level::info, "cluster",
            text("the coordinator refused (", answer->status, "): ", answer->body));
        return answer->status == 409;
    }
    const auto facts = wire::parse_cluster_facts(answer->body);
    if (!facts)
        return false;
    if (std::exchange(is_lost_, false))
        events_.on_open();
    events_.on_facts(*facts);
    return true;
}

void csccd_link::lose()
{
    client_.reset();
    orders_.clear();
    facts_changed_ = true;
    if (!std::exchange(is_lost_, true))
        events_.on_lost();
}

} // namespace cscc::cluster
