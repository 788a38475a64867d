// scene.hpp: one incident machine among machines that are played by the test, in virtual time.
#pragma once

#include "common/base/text.hpp"
#include "daemon/cluster/incident_machine.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace cscc::cluster {

/// What an action is, in a few words: "incident 1", "say stopped 1", "adopt 0".
inline std::string words(const wire::cluster_message& message)
{
    struct say
    {
        std::string operator()(const wire::incident_message& m)
        {
            return text("incident ", m.failure);
        }
        std::string operator()(const wire::stopped_message& m)
        {
            return text("stopped ", m.number);
        }
        std::string operator()(const wire::started_message& m)
        {
            return text("started ", m.number);
        }
        std::string operator()(const wire::expired_message& m)
        {
            return text("expired ", m.number);
        }
        std::string operator()(const wire::lost_message& m) { return text("lost ", m.node); }
        std::string operator()(const wire::gave_up_message&) { return "gave_up"; }
        std::string operator()(const wire::leaving_message&) { return "leaving"; }
        std::string operator()(const wire::state_message&) { return "state"; }
    };
    return text("say ", std::visit(say(), message));
}

inline std::string words(const incident_action& action)
{
    struct name
    {
        std::string operator()(const multicast& a) { return words(a.message); }
        std::string operator()(const order_incident& a) { return text("restart ", a.number); }
        std::string operator()(const adopt& a) { return text("adopt ", a.number); }
        std::string operator()(const order_proceed& a) { return text("proceed ", a.number); }
        std::string operator()(const order_give_up&) { return "give_up"; }
        std::string operator()(const order_stop&) { return "stop"; }
        std::string operator()(const rejoin&) { return "rejoin"; }
    };
    return std::visit(name(), action);
}

/// Machine 1 with machines 2 and 3, whose states, messages and deaths the test makes up. What our
/// own machine says comes back to it at once, unless `echo` is off.
class scene
{
public:
    using words_list = std::vector<std::string>;

    explicit scene(incident_settings settings = {}) : machine_(settings) {}

    words_list deliver(const incident_event& event)
    {
        const incident_verdict v = machine_.step(event, now_);
        deadline_ = v.deadline;
        words_list said;
        std::vector<wire::cluster_message> back;
        for (const incident_action& a : v.actions) {
            said.push_back(words(a));
            last_ = a;
            if (const auto* m = std::get_if<multicast>(&a)) {
                if (const auto* s = std::get_if<wire::state_message>(&m->message))
                    own_state_ = *s;
                back.push_back(m->message);
            }
        }
        for (const auto& m : back) {
            if (!echo)
                break;
            const words_list more = deliver(delivered{self, m});
            said.insert(said.end(), more.begin(), more.end());
        }
        return said;
    }
    words_list hear(node_id from, wire::cluster_message message)
    {
        return deliver(delivered{{from, 100 * from}, std::move(message)});
    }
    words_list group(cluster_phase phase, std::optional<incident_number> covered = {},
                     std::uint64_t failure = 0, bool gave_up = false)
    {
        return deliver(local_changed{
            {phase, covered, failure, failure != 0 || gave_up ? "it broke" : "", gave_up}});
    }
    words_list view(std::vector<node_id> nodes, std::vector<departure> departed = {})
    {
        view_changed v;
        for (const node_id n : nodes)
            v.members.push_back({n, 100 * n});
        v.departed = std::move(departed);
        return deliver(v);
    }
    words_list gone(std::vector<node_id> left, node_id who, departure_kind how)
    {
        return view(std::move(left), {{{who, 100 * who}, how}});
    }
    words_list quorum(bool quorate = true) { return deliver(quorum_known{quorate}); }

    /// Another machine's state in this view: it knows what we know, and is up.
    wire::state_message state_of(node_id node) const
    {
        wire::state_message s = own_state_;
        s.name = text("n", node);
        s.stopped = s.up = s.number;
        s.covers = s.identity;
        s.leaving = s.fresh = false;
        s.quorate = true;
        return s;
    }
    words_list states(const std::vector<node_id>& nodes)
    {
        words_list said;
        for (const node_id n : nodes) {
            const words_list more = hear(n, state_of(n));
            said.insert(said.end(), more.begin(), more.end());
        }
        return said;
    }
    words_list advance(duration by)
    {
        now_ += by;
        return deliver(deadline_reached{});
    }

    /// Up for incident 0, in a synced and quorate view of 1, 2 and 3.
    static scene synced(incident_settings settings = {})
    {
        scene s(settings);
        s.group(cluster_phase::up, 0);
        s.deliver(connected{s.self, "n1"});
        s.view({1, 2, 3});
        s.deliver(ring_changed{++s.ring_});
        s.quorum();
        s.states({2, 3});
        return s;
    }
    /// ... and incident 1 is there, which is machine 2's; our group falls.
    static scene falling(incident_settings settings = {})
    {
        scene s = synced(settings);
        s.hear(2, wire::incident_message{5, "CSQL exited"});
        s.group(cluster_phase::falling, 1);
        return s;
    }

    [[nodiscard]] incident_view seen() const { return machine_.view(now_); }
    [[nodiscard]] const incident_action& last() const { return last_; }
    [[nodiscard]] std::optional<duration> left() const
    {
        return deadline_ ? std::optional(*deadline_ - now_) : std::nullopt;
    }
    [[nodiscard]] const wire::state_message& own_state() const { return own_state_; }
    std::uint64_t next_ring() { return ++ring_; }

    member_id self{1, 100};
    bool echo = true;

private:
    incident_machine machine_;
    time_point now_{std::chrono::hours(1)};
    std::optional<time_point> deadline_;
    wire::state_message own_state_;
    incident_action last_;
    std::uint64_t ring_ = 0;
};

/// Compares two lists of words, and shows both when they differ.
inline std::string joined(const scene::words_list& all)
{
    std::string out;
    for (const std::string& s : all)
        out += out.empty() ? s : ", " + s;
    return out;
}

} // namespace cscc::cluster
