#include "daemon/cluster/cluster_service.hpp"

#include "common/base/text.hpp"
#include "common/reactor/log.hpp"
#include "common/wire/cluster_message.hpp"
#include "common/wire/cluster_types.hpp"
#include "daemon/cluster/corosync_error.hpp"

#include <boost/asio/post.hpp>

#include <span>
#include <utility>

namespace asio = boost::asio;

namespace cscc::cluster {
namespace {

using namespace std::chrono_literals;

constexpr duration join_pause = 500ms; // between two tries
constexpr duration short_pause = 20ms; // while Corosync is about to be able to
constexpr duration patience = 5s;      // with that

incident_settings settings_of(const config::cluster_environment& cluster)
{
    incident_settings settings;
    settings.on_quorum_loss = cluster.on_quorum_loss == config::quorum_loss::stop
                                  ? quorum_loss_policy::stop
                                  : quorum_loss_policy::hold;
    settings.barrier_timeout = cluster.barrier_timeout;
    // A Corosync that is restarted in good order is away for 4.7 s with a token of 3 s.
    settings.rejoin_grace = 10s;
    settings.restart_budget = cluster.restart_budget;
    settings.restart_budget_span = cluster.restart_budget_span;
    return settings;
}

std::string as_bytes(const wire::cluster_message& message)
{
    const std::vector<std::byte> bytes = wire::encode(message);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace

cluster_service::cluster_service(asio::any_io_executor reactor, const config::model& model,
                                 std::function<void()> on_ready, std::function<void()> on_left)
    : reactor_(std::move(reactor)),
      group_name_(model.cluster.group.value_or(config::group_name(model))),
      machine_(settings_of(model.cluster)), timer_(reactor_), join_timer_(reactor_),
      group_(reactor_, group_events()),
      link_(reactor_, config::control_socket_path(model), model.resolved.uid, link_events()),
      notes_(group_name_, model.cluster.restart_budget_span), on_ready_(std::move(on_ready)),
      on_left_(std::move(on_left))
{}

closed_group_events cluster_service::group_events()
{
    return {[this](const std::vector<member_id>& members, const std::vector<departure>& departed) {
                happened(view_changed{members, departed});
            },
            [this](std::uint64_t ring) { happened(ring_changed{ring}); },
            [this](bool quorate) { happened(quorum_known{quorate}); },
            [this](member_id from, std::string_view bytes) { take(from, bytes); },
            [this](error_code why) { gone(why); }};
}

csccd_link_events cluster_service::link_events()
{
    return {[this] {
                on_ready_();
                if (std::exchange(asked_to_join_, true))
                    return;
                patient_until_ = clock::now() + patience;
                asio::post(reactor_, [this] { join(); }); // which may block: after our hello
            },
            [this](const cluster_facts& facts) {
                facts_ = facts;
                happened(local_changed{facts});
            },
            [this] { happened(link_lost{}); }};
}

// --- the machine's driver

void cluster_service::happened(const incident_event& event)
{
    const incident_verdict verdict = machine_.step(event, clock::now());
    watch_deadline(verdict.deadline);
    for (const incident_action& action : verdict.actions)
        std::visit([this](const auto& what) { act(what); }, action);
    if (!began_to_join_)
        return; // nothing is known yet
    if (auto view = notes_.note(machine_.view(clock::now())))
        link_.report(to_json(*view));
}

// Why the wait ended is asked of the clock: an expiry may be queued when the deadline moves.
void cluster_service::watch_deadline(std::optional<time_point> deadline)
{
    deadline_ = deadline;
    timer_.expires_at(deadline.value_or(time_point::max()));
    if (!deadline)
        return;
    timer_.async_wait([this](error_code cancelled) {
        if (!cancelled && deadline_ && clock::now() >= *deadline_)
            happened(deadline_reached{});
    });
}

void cluster_service::act(const multicast& what)
{
    group_.multicast(as_bytes(what.message));
}

void cluster_service::act(const order_incident& what)
{
    order({wire::incident_verb::restart, what.number, what.failure, what.cause});
}

void cluster_service::act(const adopt& what)
{
    order({wire::incident_verb::adopt, what.number, 0, "joined"});
}

void cluster_service::act(const order_proceed& what)
{
    link_.order("/v1/proceed", to_json(wire::proceed_order{what.number, facts_.failure}));
}

void cluster_service::act(const order_give_up& what)
{
    order({wire::incident_verb::give_up, 0, 0, what.cause});
}

void cluster_service::act(const order_stop& what)
{
    order({wire::incident_verb::stop, 0, 0, what.cause});
}

void cluster_service::act(const rejoin& what)
{
    log(log_level::warning, "cluster", text("joins the other machines anew: ", what.why));
    group_.close();
    asio::post(reactor_, [this, why = what.why] { // not within a step
        happened(disconnected{why});
        join();
    });
}

void cluster_service::order(wire::incident_order what)
{
    notes_.note(what);
    link_.order("/v1/incident", to_json(what));
}

// --- Corosync

void cluster_service::join()
{
    if (is_leaving_ || group_.is_open())
        return;
    const error_code refused = group_.open(group_name_);
    const bool will_pass = refused == corosync_errc::try_again || refused == corosync_errc::exists;
    if (will_pass && clock::now() < patient_until_)
        return join_later(short_pause);
    began_to_join_ = true;
    if (refused) {
        happened(disconnected{refused.message()});
        join_later(join_pause);
    }
    else {
        notes_.note(group_.facts().security);
        happened(connected{group_.self(), group_.facts().name});
    }
}

void cluster_service::join_later(duration pause)
{
    join_timer_.expires_after(pause);
    join_timer_.async_wait([this](error_code cancelled) {
        if (!cancelled)
            join();
    });
}

void cluster_service::take(member_id from, std::string_view bytes)
{
    const auto message = wire::decode_cluster_message(std::as_bytes(std::span(bytes)));
    if (message)
        happened(delivered{from, *message});
    else
        happened(misread{from, message.error() == errc::peer_other_version});
}

void cluster_service::gone(error_code why)
{
    if (is_leaving_)
        return on_left_();
    happened(disconnected{why.message()});
    join_later(join_pause);
}

void cluster_service::leave()
{
    if (std::exchange(is_leaving_, true))
        return;
    join_timer_.cancel();
    facts_.phase = cluster_phase::ending; // it would not dismiss us otherwise, whatever we heard
    happened(local_changed{facts_});
    if (!group_.is_open())
        return on_left_();
    group_.leave();
}

} // namespace cscc::cluster
