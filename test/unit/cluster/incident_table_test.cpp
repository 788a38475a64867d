// incident_table_test.cpp: what each kind of event leads to in each phase of the local group, with
// and without a quorum and before the machines agree, as a table for people.
#include "test/unit/cluster/scene.hpp"
#include "test/unit/core/golden.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <iomanip>
#include <sstream>

using namespace cscc;
using namespace cscc::cluster;
using namespace std::chrono_literals;

namespace {

enum class company
{
    quorate,
    not_quorate,
    exchanging,
    disconnected,
};

struct situation
{
    cluster_phase phase;
    company among;
};

std::string_view name(company among)
{
    switch (among) {
    case company::quorate: return "quorate";
    case company::not_quorate: return "not quorate";
    case company::exchanging: return "exchanging";
    case company::disconnected: return "disconnected";
    }
    return "?";
}

// Incident 1 is there and all are down for it but us; our group is in the phase, for 1.
scene make(situation in)
{
    scene s = scene::falling();
    s.hear(2, wire::stopped_message{1});
    s.hear(3, wire::stopped_message{1});
    if (in.among == company::not_quorate)
        s.quorum(false);
    if (in.among == company::exchanging) {
        s.deliver(ring_changed{s.next_ring()});
        s.quorum();
        auto state = s.state_of(2);
        state.stopped = 1;
        state.up = 0;
        s.hear(2, state);
    }
    if (in.among == company::disconnected)
        s.deliver(disconnected{"Corosync ended"});
    s.group(in.phase, 1);
    return s;
}

struct column
{
    std::string name;
    std::function<scene::words_list(scene&, cluster_phase)> happens;
};

std::vector<column> columns()
{
    std::vector<column> all;
    const auto add = [&](std::string name,
                         std::function<scene::words_list(scene&, cluster_phase)> f) {
        all.push_back({std::move(name), std::move(f)});
    };
    const auto hear = [&](std::string name, wire::cluster_message m) {
        add(std::move(name), [=](scene& s, cluster_phase) { return s.hear(2, m); });
    };
    hear("incident", wire::incident_message{6, "another"});
    hear("expired 1", wire::expired_message{1});
    hear("gave_up", wire::gave_up_message{"enough"});
    hear("leaving", wire::leaving_message{});
    add("state of 3", [](scene& s, cluster_phase) { return s.states({3}); });
    add("3 is lost", [](scene& s, cluster_phase) {
        return s.gone({1, 2}, 3, departure_kind::lost);
    });
    add("3 died", [](scene& s, cluster_phase) { return s.gone({1, 2}, 3, departure_kind::died); });
    add("ring changed",
        [](scene& s, cluster_phase) { return s.deliver(ring_changed{s.next_ring()}); });
    add("quorum", [](scene& s, cluster_phase) { return s.quorum(true); });
    add("no quorum", [](scene& s, cluster_phase) { return s.quorum(false); });
    add("disconnected",
        [](scene& s, cluster_phase) { return s.deliver(disconnected{"Corosync ended"}); });
    add("failure 8", [](scene& s, cluster_phase phase) { return s.group(phase, 1, 8); });
    add("new link", [](scene& s, cluster_phase phase) {
        s.deliver(link_lost{});
        return s.group(phase, 1);
    });
    add("new link to 0", [](scene& s, cluster_phase phase) {
        s.deliver(link_lost{});
        return s.group(phase, 0);
    });
    add("30 s pass", [](scene& s, cluster_phase) { return s.advance(30s); });
    return all;
}

std::string row(situation in, const column& c)
{
    scene s = make(in);
    const auto said = c.happens(s, in.phase);
    const incident_view v = s.seen();
    std::ostringstream line;
    line << std::left << std::setw(10) << to_string(in.phase) << std::setw(14) << name(in.among)
         << std::setw(15) << c.name << std::setw(8) << text(v.number, "/", v.released)
         << (said.empty() ? "-" : joined(said));
    return line.str();
}

} // namespace

BOOST_AUTO_TEST_SUITE(incident_table)

BOOST_AUTO_TEST_CASE(every_kind_of_event_in_every_phase_does_what_the_table_says)
{
    std::vector<std::string> table;
    for (const cluster_phase phase : all_cluster_phases) {
        for (const company among :
             {company::quorate, company::not_quorate, company::exchanging, company::disconnected}) {
            for (const column& c : columns())
                table.push_back(row({phase, among}, c));
        }
    }
    core::check_golden("daemon/cluster/incident_table.txt", table);
}

BOOST_AUTO_TEST_SUITE_END()
