// registration_test.cpp: what a service that says alive or ready is answered, cell by cell.
#include "daemon/core/registration.hpp"
#include "test/unit/core/simulation.hpp"

#include <boost/test/unit_test.hpp>

using namespace cscc;
using namespace cscc::core;
using p = component_phase;

namespace {

struct row
{
    component_phase phase;
    error_code alive; // the first time
    error_code again; // after a lost connection
    error_code ready;
};

std::vector<row> rows()
{
    const error_code yes;
    return {
        {p::down, errc::peer_unknown, errc::peer_unknown, errc::peer_unknown},
        {p::spawned, yes, errc::peer_unknown, errc::said_too_early},
        {p::alive, errc::said_twice, yes, yes},
        {p::ready, errc::said_twice, yes, errc::said_twice},
        {p::adopted, errc::said_twice, yes, errc::said_twice},
        {p::leaving, errc::not_accepting, errc::not_accepting, errc::not_accepting},
        {p::stopping, errc::not_accepting, errc::not_accepting, errc::not_accepting},
        {p::killing, errc::not_accepting, errc::not_accepting, errc::not_accepting},
        {p::late, errc::not_accepting, errc::not_accepting, errc::not_accepting},
        {p::draining, errc::peer_unknown, errc::peer_unknown, errc::peer_unknown},
        {p::draining_failed, errc::peer_unknown, errc::peer_unknown, errc::peer_unknown},
        {p::failed, errc::peer_unknown, errc::peer_unknown, errc::peer_unknown},
    };
}

} // namespace

BOOST_AUTO_TEST_SUITE(registration)

BOOST_AUTO_TEST_CASE(a_service_is_answered_by_its_phase)
{
    BOOST_TEST(rows().size() == all_component_phases.size());
    for (const row& r : rows()) {
        BOOST_TEST_CONTEXT(r.phase)
        {
            BOOST_TEST(answer_to_alive(r.phase, true, false) == r.alive);
            BOOST_TEST(answer_to_alive(r.phase, true, true) == r.again);
            BOOST_TEST(answer_to_ready(r.phase) == r.ready);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_service_of_another_generation_is_unknown_in_every_phase)
{
    for (const component_phase phase : all_component_phases) {
        for (const bool again : {false, true}) {
            BOOST_TEST(answer_to_alive(phase, false, again) == make_error_code(errc::peer_unknown),
                       phase);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_accepted_is_what_the_machine_does_not_ignore)
{
    for (const component_phase phase : all_component_phases) {
        const auto deadline =
            needs_deadline(phase).value() ? std::optional(time_point{}) : std::nullopt;
        const auto moves = [&](component_event event) {
            return core::step(phase, event, {}, deadline, {}).next != phase;
        };
        const bool again = phase == p::adopted; // whoever is taken over was alive before
        BOOST_TEST(!answer_to_alive(phase, true, again).failed() ==
                       moves(component_event::said_alive),
                   phase);
        BOOST_TEST(!answer_to_ready(phase).failed() == moves(component_event::said_ready), phase);
    }
}

BOOST_AUTO_TEST_SUITE_END()
