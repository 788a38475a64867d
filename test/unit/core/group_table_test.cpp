// group_table_test.cpp: every kind of event in every phase of a small group, as a table for people.
#include "common/base/text.hpp"
#include "daemon/core/wording.hpp"
#include "test/unit/core/golden.hpp"
#include "test/unit/core/simulation.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <iomanip>
#include <sstream>

using namespace cscc;
using namespace cscc::core;
using namespace std::chrono_literals;
using ce = component_event;

namespace {

// A, then B beside C; down in the opposite order; one recovery allowed, a pause of 3 s.
simulation in_phase(group_phase wanted)
{
    group_settings settings = make_group({{"A"}, {"B", "C"}}, {{"B", "C"}, {"A"}});
    settings.retry_count = 1;
    settings.restart_delay = 3s;
    simulation sim{settings};
    sim.deliver(begin{1});
    sim.says_ready("A");
    sim.happens("B", ce::said_alive);
    if (wanted == group_phase::starting) // A ready, B alive, C spawned
        return sim;
    sim.all_come_up();
    if (wanted == group_phase::steady)
        return sim;
    if (wanted == group_phase::ending || wanted == group_phase::ended) {
        sim.deliver(stop_ordered{2, "a stop"});
    }
    else {
        sim.exits("B", "signal 9 (KILL)");
    }
    if (wanted == group_phase::falling || wanted == group_phase::ending)
        return sim; // C stopping, A ready, B draining after its failure or stopping
    sim.all_go_down();
    if (wanted == group_phase::restarting) { // as in starting
        sim.advance(3s);
        sim.says_ready("A");
        sim.happens("B", ce::said_alive);
    }
    return sim;
}

struct column
{
    std::string name;
    std::function<group_event(const simulation&)> make;
};

std::vector<column> columns()
{
    std::vector<column> all;
    const auto add = [&](std::string name, group_event event) {
        all.push_back({std::move(name), [=](const simulation&) { return event; }});
    };
    add("start_ordered", start_ordered{9});
    add("stop_ordered", stop_ordered{9, "test"});
    add("restart_ordered", restart_ordered{9, "test"});
    add("force_ordered", force_ordered{"test"});
    add("reset_ordered", reset_ordered{9});
    add("nothing is due", deadline_reached{});
    add("its deadline", deadline_reached{}); // time is advanced to it
    for (const ce event :
         {ce::said_alive, ce::said_ready, ce::spawn_refused, ce::exited, ce::emptied}) {
        for (const std::string id : {"A", "B", "C"}) {
            all.push_back({text(id, " ", to_string(event)), [=](const simulation& sim) {
                               return component_happened{sim.index(id), event, {}};
                           }});
        }
    }
    return all;
}

std::string row(group_phase phase, const column& c)
{
    simulation sim = in_phase(phase);
    BOOST_REQUIRE(sim.machine().phase() == phase);
    simulation until = sim;
    if (c.name == "its deadline" && sim.deadline()) {
        until.advance(*sim.deadline() - sim.now() - 1ns);
        sim = until;
        BOOST_REQUIRE(sim.machine().phase() == phase);
        sim.forget();
        sim.advance(1ns);
    }
    else {
        sim.forget();
        sim.deliver(c.make(sim));
    }
    std::ostringstream line;
    line << std::left << std::setw(11) << phase << std::setw(16) << c.name << std::setw(11)
         << sim.machine().phase() << std::setw(7)
         << (sim.deadline() ? in_words(*sim.deadline() - sim.now()) : "-")
         << (sim.actions().empty() ? "-" : words(sim.actions(), sim.machine().settings()));
    return line.str();
}

} // namespace

BOOST_AUTO_TEST_SUITE(group_table)

BOOST_AUTO_TEST_CASE(every_kind_of_event_in_every_phase_does_what_the_table_says)
{
    std::vector<std::string> table;
    for (const group_phase phase : all_group_phases) {
        for (const column& c : columns())
            table.push_back(row(phase, c));
    }
    check_golden("daemon/core/group_table.txt", table);
}

BOOST_AUTO_TEST_SUITE_END()
