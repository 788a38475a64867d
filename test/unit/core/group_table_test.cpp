// group_table_test.cpp: every kind of event in every situation of a small group, as a table for
// people.
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
simulation in_part(group_phase wanted);

simulation in_phase(group_phase wanted, bool in_a_cluster = false)
{
    if (is_partial(wanted))
        return in_part(wanted);
    group_settings settings = make_group({{"A"}, {"B", "C"}}, {{"B", "C"}, {"A"}});
    settings.retry_count = 1;
    settings.restart_delay = 3s;
    if (in_a_cluster)
        settings.barrier = 7s;
    simulation sim{settings};
    sim.deliver(begin{1});
    if (in_a_cluster)
        sim.deliver(incident_adopted{4});
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
    if (wanted == group_phase::ended)
        sim.deliver(cluster_left{});
    else if (wanted != group_phase::waiting)
        sim.deliver(proceed_ordered{4, sim.machine().cluster().failure});
    if (wanted == group_phase::restarting) { // as in starting
        sim.advance(3s);
        sim.says_ready("A");
        sim.happens("B", ce::said_alive);
    }
    return sim;
}

// A, then B, then C, with rest_for_one and two recoveries allowed: B failed, and C goes with it.
simulation in_part(group_phase wanted)
{
    group_settings settings = make_group({{"A"}, {"B"}, {"C"}}, {{"C"}, {"B"}, {"A"}});
    settings.strategy = restart_strategy::rest_for_one;
    settings.retry_count = 2;
    settings.restart_delay = 3s;
    simulation sim = started(settings);
    sim.exits("B", "signal 9 (KILL)");
    if (wanted == group_phase::partly_falling) // C stopping, B draining after its failure
        return sim;
    sim.all_go_down();
    if (wanted == group_phase::partly_restarting) { // B ready, C alive
        sim.advance(3s);
        sim.says_ready("B");
        sim.happens("C", ce::said_alive);
    }
    return sim;
}

group_settings with_standby()
{
    group_settings settings = make_group({{"A"}, {"B", "C"}}, {{"B", "C"}, {"A"}});
    settings.retry_count = 1;
    settings.restart_delay = 3s;
    settings.takeover_timeout = 4s;
    settings.standby = true;
    return settings;
}

// All is ready but the standby.
simulation waiting()
{
    simulation sim{with_standby()};
    sim.deliver(begin{1});
    sim.all_come_up();
    return sim;
}

// All services are gone for good, the standby is not.
simulation dismissing()
{
    simulation sim{with_standby()};
    sim.start();
    sim.deliver(stop_ordered{2, "a stop"});
    sim.all_go_down();
    return sim;
}

take_over inheritance_of(takeover_course course, component_phase phase)
{
    take_over found;
    found.course = course;
    found.cause = "a death";
    found.generation = 1;
    for (int i = 0; i < 3; ++i) {
        found.components.push_back({component_state::ready, phase, {}, 0, true});
        if (phase == component_phase::adopted)
            found.components.back().deadline = time_point{} + 4s;
    }
    return found;
}

// A successor; B has come back already.
simulation adopting()
{
    simulation sim{with_standby()};
    sim.deliver(inheritance_of(takeover_course::adopt, component_phase::adopted));
    sim.happens("B", ce::said_alive);
    return sim;
}

// A successor; the services go down by themselves, and B has exited.
simulation unattended()
{
    simulation sim{with_standby()};
    sim.deliver(inheritance_of(takeover_course::restart, component_phase::leaving));
    sim.exits("B");
    return sim;
}

struct situation
{
    std::string name;
    std::function<simulation()> make;
};

std::vector<situation> situations()
{
    std::vector<situation> all;
    for (const group_phase phase : all_group_phases)
        all.push_back({std::string(to_string(phase)),
                       [=] { return in_phase(phase, phase == group_phase::waiting); }});
    all.push_back({"for the standby", waiting});
    all.push_back({"dismissing", dismissing});
    all.push_back({"adopting", adopting});
    all.push_back({"unattended", unattended});
    return all;
}

std::vector<situation> cluster_situations()
{
    std::vector<situation> all;
    for (const group_phase phase : all_group_phases) {
        if (!is_partial(phase))
            all.push_back({std::string(to_string(phase)), [=] { return in_phase(phase, true); }});
    }
    return all;
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
    add("standby_settled", standby_settled{});
    add("standby_gone", standby_gone{});
    add("more time for A", more_time_asked{0, 1s});
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

std::vector<column> cluster_columns()
{
    std::vector<column> all;
    const auto add = [&](std::string name, group_event event) {
        all.push_back({std::move(name), [=](const simulation&) { return event; }});
    };
    add("incident 4", incident_ordered{4, 0, "another machine's"});
    add("incident 5", incident_ordered{5, 0, "another machine's"});
    add("adopt 5", incident_adopted{5});
    add("proceed 3", proceed_ordered{3, 0});
    add("proceed 4", proceed_ordered{4, 0});
    all.push_back({"proceed alone", [](const simulation& sim) {
                       return proceed_ordered{4, sim.machine().cluster().failure};
                   }});
    add("give up", give_up_ordered{"another machine did"});
    add("cluster_left", cluster_left{});
    return all;
}

std::string row(const situation& in, const column& c)
{
    simulation sim = in.make();
    const group_phase phase = sim.machine().phase();
    BOOST_REQUIRE((in.name == to_string(phase) || sim.machine().settings().standby));
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
    line << std::left << std::setw(18) << in.name << std::setw(16) << c.name << std::setw(18)
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
    for (const situation& in : situations()) {
        for (const column& c : columns())
            table.push_back(row(in, c));
    }
    for (const situation& in : cluster_situations()) {
        for (const column& c : cluster_columns())
            table.push_back(row(in, c));
    }
    check_golden("daemon/core/group_table.txt", table);
}

BOOST_AUTO_TEST_SUITE_END()
