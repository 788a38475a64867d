// cluster_service.hpp: joins the incident machine to the world: Corosync on one side, this
// machine's coordinator on the other. It carries out and decides nothing.
//
//   Corosync --> closed_group --view, ring, quorum, message--> incident_machine --> act()
//   csccd    --> csccd_link   --facts------------------------>                        |
//   csccd    <-- csccd_link   <--incident, adopt, proceed, give_up, stop, report------+
//   Corosync <-- closed_group <--multicast--------------------------------------------+
#pragma once

#include "config/model.hpp"
#include "daemon/cluster/closed_group.hpp"
#include "daemon/cluster/csccd_link.hpp"
#include "daemon/cluster/incident_machine.hpp"
#include "daemon/cluster/situation_notes.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace cscc::cluster {

/// Used on the reactor thread only. Everything passed in must outlive it.
class cluster_service
{
public:
    /// @param on_ready   once the coordinator has answered
    /// @param on_left    after leave()
    cluster_service(boost::asio::any_io_executor reactor, const config::model& model,
                    std::function<void()> on_ready, std::function<void()> on_left);

    void start() { link_.start(); }

    /// The group is down for good: tells the other machines, leaves them, then on_left.
    void leave();

private:
    [[nodiscard]] closed_group_events group_events();
    [[nodiscard]] csccd_link_events link_events();
    void happened(const incident_event& event);
    void act(const multicast& what);
    void act(const order_incident& what);
    void act(const adopt& what);
    void act(const order_proceed& what);
    void act(const order_give_up& what);
    void act(const order_stop& what);
    void act(const rejoin& what);
    void order(wire::incident_order what);
    void watch_deadline(std::optional<time_point> deadline);

    void join();
    void join_later(duration pause);
    void take(member_id from, std::string_view bytes);
    void gone(error_code why);

    boost::asio::any_io_executor reactor_;
    std::string group_name_;
    incident_machine machine_;
    std::optional<time_point> deadline_;
    boost::asio::steady_timer timer_; // the one deadline
    boost::asio::steady_timer join_timer_;
    closed_group group_;
    csccd_link link_;
    cluster_facts facts_; // the last ones heard
    situation_notes notes_;
    std::function<void()> on_ready_;
    std::function<void()> on_left_;
    bool asked_to_join_ = false;
    bool began_to_join_ = false; // the first try had an end
    time_point patient_until_;
    bool is_leaving_ = false;
};

} // namespace cscc::cluster
