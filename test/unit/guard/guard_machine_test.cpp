// guard_machine_test.cpp: a guard's decisions, cell by cell and in virtual time.
#include "client/guard/guard_machine.hpp"
#include "test/unit/core/golden.hpp"

#include <boost/test/unit_test.hpp>

#include <iomanip>
#include <random>
#include <sstream>

using namespace cscc;
using namespace std::chrono_literals;
using s = guard_state;
using e = guard_event;
using a = guard_action;

namespace {

const guard_policy policy{4s, 2s};
constexpr time_point now{100s};

std::optional<time_point> deadline_in(s state)
{
    return needs_deadline(state) ? std::optional(now + 1s) : std::nullopt;
}

guard_verdict after(s state, e event)
{
    return step(state, event, now, deadline_in(state), policy);
}

std::string deadline_words(s state, const guard_verdict& v)
{
    if (!v.deadline)
        return "-";
    if (v.deadline == deadline_in(state) && v.next == state)
        return "kept";
    return *v.deadline == now + policy.kill_after ? "kill_after" : "sweep_limit";
}

/// Plays the driver: keeps the state and the one deadline, and writes down the actions.
class life
{
public:
    life& deliver(e event)
    {
        const guard_verdict v = step(state_, event, at_, deadline_, policy);
        state_ = v.next;
        deadline_ = v.deadline;
        failed_ = failed_ || v.failed;
        if (v.action != a::none)
            actions_.emplace_back(to_string(v.action));
        return *this;
    }
    life& advance(duration by)
    {
        at_ += by;
        if (deadline_ && *deadline_ <= at_)
            deliver(e::deadline_reached);
        return *this;
    }
    [[nodiscard]] s state() const { return state_; }
    [[nodiscard]] bool failed() const { return failed_; }
    [[nodiscard]] const std::vector<std::string>& actions() const { return actions_; }

private:
    s state_ = s::introducing;
    time_point at_ = now;
    std::optional<time_point> deadline_;
    bool failed_ = false;
    std::vector<std::string> actions_;
};

using words = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(guard_machine)

BOOST_AUTO_TEST_CASE(every_event_in_every_state_does_what_the_table_says)
{
    std::vector<std::string> table;
    for (const s state : all_guard_states) {
        for (const e event : all_guard_events) {
            const guard_verdict v = after(state, event);
            std::ostringstream row;
            row << std::left << std::setw(12) << to_string(state) << std::setw(17)
                << to_string(event);
            if (v.next == state && v.action == a::none)
                row << "ignored";
            else
                row << std::setw(10) << to_string(v.next) << std::setw(10) << to_string(v.action)
                    << std::setw(12) << deadline_words(state, v) << (v.failed ? "failed" : "-")
                    << (v.complaint.empty() ? "" : "  ") << v.complaint;
            table.push_back(row.str());
        }
    }
    core::check_golden("client/guard/guard_table.txt", table);
}

BOOST_AUTO_TEST_CASE(a_program_that_heeds_its_stop_signal_is_not_killed)
{
    life l;
    l.deliver(e::registered).deliver(e::became_ready).deliver(e::turn_came).advance(3999ms);
    l.deliver(e::program_gone).deliver(e::swept);
    BOOST_TEST((l.state() == s::ended));
    BOOST_TEST(!l.failed());
    const words expected{"start", "say_ready", "stop", "sweep", "end"};
    BOOST_TEST(l.actions() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_program_that_ignores_its_stop_signal_is_killed_when_its_time_is_over)
{
    life l;
    l.deliver(e::registered).deliver(e::became_ready).deliver(e::turn_came);
    l.advance(3999ms);
    BOOST_TEST((l.state() == s::stopping));
    l.deliver(e::stop_asked).advance(1ms); // asking again does not lengthen its time
    BOOST_TEST((l.state() == s::killing));
    l.deliver(e::program_gone).advance(2s);
    BOOST_TEST((l.state() == s::ended));
    const words expected{"start", "say_ready", "stop", "kill", "sweep", "end"};
    BOOST_TEST(l.actions() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_guard_that_no_coordinator_takes_starts_nothing)
{
    life l;
    l.deliver(e::refused).deliver(e::registered);
    BOOST_TEST((l.state() == s::ended));
    BOOST_TEST(l.failed());
    BOOST_TEST(l.actions() == words{"end"}, boost::test_tools::per_element());
}

// Whatever happens in whatever order: it ends once, starts once, and never ends beside a program
// that it has neither seen go nor killed.
BOOST_AUTO_TEST_CASE(no_order_of_events_ends_a_guard_beside_its_program)
{
    const unsigned seed = std::random_device{}();
    BOOST_TEST_MESSAGE("CSCC_SEED=" << seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 2000; ++round) {
        life l;
        bool runs = false;
        for (int n = 0; n < 30; ++n) {
            const e event = all_guard_events[random() % all_guard_events.size()];
            if ((event == e::program_gone && !runs) || (event == e::swept && runs))
                continue; // the world is not so
            const bool may_fail = l.state() == s::starting && event == e::start_failed;
            runs = runs && event != e::program_gone && !may_fail;
            const std::size_t before = l.actions().size();
            l.deliver(event);
            if (l.actions().size() > before && l.actions().back() == "start")
                runs = true;
            const bool killed = std::count(l.actions().begin(), l.actions().end(), "kill") != 0;
            BOOST_TEST_REQUIRE((l.state() != s::ended || !runs || killed), "seed " << seed);
        }
        const auto& did = l.actions();
        BOOST_TEST_REQUIRE(std::count(did.begin(), did.end(), "start") <= 1, "seed " << seed);
        BOOST_TEST_REQUIRE(std::count(did.begin(), did.end(), "end") <= 1, "seed " << seed);
    }
}

BOOST_AUTO_TEST_SUITE_END()
