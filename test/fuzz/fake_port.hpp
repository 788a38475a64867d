// fake_port.hpp: a coordinator that takes every order, and what each answer must be.
#pragma once

#include "daemon/adapters/control_server_routes.hpp"
#include "test/fuzz/input.hpp"

#include <boost/json/parse.hpp>

namespace cscc::fuzz {

struct fake_port final : control_port
{
    static constexpr std::int32_t cluster_service = 4711;
    int orders = 0;
    int cluster_orders = 0;

    wire::group_status status() const override { return {}; }
    wire::group_history history() const override { return {}; }
    std::string configuration() const override { return R"({"cs_components":[]})"; }
    std::variant<wire::order_answer, wire::problem> order(wire::order_verb verb,
                                                          const std::string&) override
    {
        ++orders;
        if (verb == wire::order_verb::reset)
            return wire::problem{"Conflict", 409, "The group is up: stop it first.", 1};
        return wire::order_answer{1, verb, "accepted", 0};
    }

    bool is_cluster_service(std::int32_t pid) const override { return pid == cluster_service; }
    cluster_facts cluster() const override { return {}; }
    std::optional<wire::problem> incident(const wire::incident_order& order) override
    {
        ++cluster_orders;
        if (order.verb == wire::incident_verb::give_up)
            return wire::problem{"Conflict", 409, "The group goes down for good.", 0};
        return std::nullopt;
    }
    void proceed(const wire::proceed_order&) override { ++cluster_orders; }
    void note_cluster(wire::cluster_view) override { ++cluster_orders; }
};

inline void promise_answer(const control_reply& reply)
{
    promise(reply.status >= 200 && reply.status <= 599, "an answer has a status");
    promise(reply.content_type == "text/event-stream" || reply.body, "an answer has a body");
    promise((reply.status == 405) == !reply.allow.empty(), "405 says what is allowed");
    promise_harmless(reply.content_type + reply.allow, "a head has only lines of ours");
    boost::system::error_code ec;
    (void)boost::json::parse(reply.body.value_or("null"), ec);
    promise(!ec, "an answer is JSON");
    if (reply.status >= 400) {
        const auto problem = wire::parse_problem(*reply.body);
        promise(problem && problem->status == reply.status && !problem->detail.empty(),
                "a refusal says what is wrong and what to do");
    }
}

} // namespace cscc::fuzz
