// What a service does when its coordinator is lost, and how it finds its own turn (FIG. 12).
#include "common/base/text.hpp"
#include "common/reactor/process_ref.hpp"
#include "test/unit/session/coordinator.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

using namespace cscc;
using namespace cscc::test;
using namespace std::chrono_literals;

namespace {

const std::string probe = CSCC_PROBE_STATIC;

time_point turn_of(service_process& p)
{
    const std::string line = p.line();
    BOOST_REQUIRE_MESSAGE(line.starts_with("turn "), line);
    BOOST_TEST(line.find("thread") == std::string::npos, line);
    return from_stamp_ns(std::stoll(line.substr(5)));
}

group_options in_a_row(std::vector<std::chrono::milliseconds> shutdown_timeouts)
{
    group_options options;
    for (std::uint32_t i = 0; i < shutdown_timeouts.size(); ++i)
        options.components.push_back({text("S", i), i, i, 20s, shutdown_timeouts[i]});
    return options;
}

group_options adopting(std::chrono::milliseconds takeover_timeout)
{
    group_options options = lone_service();
    options.policy = coordinator_policy::adopt;
    options.takeover_timeout = takeover_timeout;
    return options;
}

/// A service in a steady group.
struct lone
{
    explicit lone(group_options options = lone_service())
        : c(std::move(options)), p(c.start("SVC", probe, {"status=here", "ready"})),
          link(c.accept_alive())
    {
        for (auto said = link.frame(); said && said->kind != wire::frame_kind::ready;)
            said = link.frame();
        link.answer(0);
        BOOST_TEST(p.line() == "alive ok");
        BOOST_TEST(p.line() == "status ok");
        BOOST_TEST(p.line() == "ready ok");
        c.state().set_component_state(0, component_state::ready, coordinator::generation, {});
    }

    coordinator c;
    service_process p;
    service_link link;
};

/// A member of the group that never heard of this library.
class stranger
{
public:
    stranger(coordinator& c, component_index i, component_state state) : pid_(::fork())
    {
        if (pid_ == 0)
            for (;;)
                ::pause();
        c.state().set_component_identity(i, {pid_, read_start_ticks(pid_).value()});
        c.state().set_component_state(i, state, coordinator::generation, {});
    }
    ~stranger()
    {
        if (pid_ > 0)
            (void)end();
    }
    stranger(const stranger&) = delete;
    stranger& operator=(const stranger&) = delete;

    /// @return how it had ended, if it had, or "signal 9"
    std::string end()
    {
        ::kill(pid_, SIGKILL);
        return collect();
    }
    std::string collect()
    {
        int status = 0;
        ::waitpid(std::exchange(pid_, -1), &status, 0);
        return describe(status);
    }
    bool lives() const
    {
        siginfo_t info{};
        return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
               info.si_pid == 0;
    }

private:
    pid_t pid_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(turn)

BOOST_AUTO_TEST_CASE(a_closed_connection_with_a_live_coordinator_is_made_again)
{
    lone s;
    s.link.close();
    const service_link again = s.c.accept_alive(true);
    BOOST_TEST(!s.p.has_timer());
    again.tell_turn();
    (void)turn_of(s.p);
}

BOOST_AUTO_TEST_CASE(a_coordinator_that_refuses_or_hangs_up_is_asked_again)
{
    lone s;
    s.link.close();
    service_link refusing = s.c.accept();
    BOOST_REQUIRE(refusing.frame().has_value());
    refusing.answer(static_cast<int>(errc::peer_unknown));
    service_link closing = s.c.accept();
    BOOST_REQUIRE(closing.frame().has_value());
    closing.close();
    const service_link again = s.c.accept_alive(true);
    BOOST_TEST(!s.p.has_timer());
}

BOOST_AUTO_TEST_CASE(a_released_component_lock_means_go_at_once)
{
    lone s;
    s.c.locks().release(shm::daemon_lock::component);
    BOOST_TEST(!s.p.has_timer()); // as long as the coordinator is there, it orders
    s.link.close();
    (void)turn_of(s.p);
    BOOST_TEST(s.p.wait() == "exit 0");
}

BOOST_AUTO_TEST_CASE(a_dead_coordinator_means_go_at_once)
{
    lone s;
    s.c.locks().die();
    s.link.close();
    (void)turn_of(s.p);
}

BOOST_AUTO_TEST_CASE(an_adopting_group_that_is_not_steady_goes_at_once)
{
    lone s(adopting(60s));
    s.c.state().set_state(group_state::recovering, {});
    s.c.locks().die();
    s.link.close();
    (void)turn_of(s.p);
}

BOOST_AUTO_TEST_CASE(an_adopting_group_that_is_to_go_down_goes_at_once)
{
    lone s(adopting(60s));
    s.c.state().set_wanted_down(group_outcome::stopped);
    s.c.locks().die();
    s.link.close();
    (void)turn_of(s.p);
}

BOOST_AUTO_TEST_CASE(a_successor_is_waited_for_and_joined)
{
    lone s(adopting(20s));
    s.c.locks().die();
    s.c.close_socket();
    s.link.close();
    s.c.state().set_epoch(2);
    s.c.open_socket();
    s.c.take_locks();
    const service_link again = s.c.accept_alive(true);
    BOOST_TEST(!s.p.has_timer());
    again.tell_turn();
    (void)turn_of(s.p);
}

BOOST_AUTO_TEST_CASE(a_successor_that_does_not_come_in_time_is_not_waited_for_any_longer)
{
    lone s(adopting(300ms));
    const time_point begin = clock::now();
    s.c.locks().die();
    s.link.close();
    const time_point turn = turn_of(s.p);
    BOOST_TEST((turn - begin >= 300ms));
    BOOST_TEST(!s.c.is_called()); // the socket alone is no successor: the epoch is
}

BOOST_AUTO_TEST_CASE(the_coordinator_that_was_joined_is_no_successor_of_its_own)
{
    lone s(adopting(1s));
    s.c.locks().die();
    s.c.state().set_epoch(2);
    s.link.close();
    service_link second = s.c.accept_alive(true);
    s.c.take_locks();
    const auto status = second.frame(); // told once it is registered
    BOOST_TEST((status && status->text == "here"));
    s.c.locks().die();
    second.close();
    (void)turn_of(s.p);
    BOOST_TEST(!s.c.is_called());
}

BOOST_AUTO_TEST_CASE(the_turn_comes_when_every_predecessor_is_gone_and_not_before)
{
    coordinator c(in_a_row({20s, 20s, 20s, 20s}));
    stranger first(c, 0, component_state::ready);
    stranger second(c, 1, component_state::ready);
    stranger successor(c, 3, component_state::ready);
    service_process p = c.start("S2", probe);
    service_link link = c.accept_alive();
    BOOST_TEST(p.line() == "alive ok");
    c.locks().die();
    link.close();
    BOOST_TEST(eventually([&] { return p.has_timer(); })); // go

    const time_point before_first = clock::now();
    BOOST_TEST(first.end() == "signal 9");
    BOOST_TEST(p.has_timer());
    const time_point before_second = clock::now();
    BOOST_TEST(second.end() == "signal 9");
    const time_point turn = turn_of(p);
    BOOST_TEST((turn > before_first));
    BOOST_TEST((turn > before_second));
    BOOST_TEST(successor.lives()); // nobody waits for those who come after
    BOOST_TEST(p.wait() == "exit 0");
}

BOOST_AUTO_TEST_CASE(a_hung_predecessor_is_killed_at_its_deadline_and_not_before)
{
    coordinator c(in_a_row({400ms, 20s}));
    stranger hung(c, 0, component_state::ready);
    service_process p = c.start("S1", probe);
    service_link link = c.accept_alive();
    BOOST_TEST(p.line() == "alive ok");
    const time_point begin = clock::now();
    c.locks().release(shm::daemon_lock::component);
    link.close();
    const time_point turn = turn_of(p);
    BOOST_TEST((turn - begin >= 400ms));
    BOOST_TEST(hung.collect() == "signal 9");
}

BOOST_AUTO_TEST_CASE(a_predecessor_that_is_not_alive_yet_is_killed_at_once)
{
    coordinator c(in_a_row({20s, 20s}));
    stranger deaf(c, 0, component_state::spawned);
    service_process p = c.start("S1", probe);
    service_link link = c.accept_alive();
    BOOST_TEST(p.line() == "alive ok");
    c.locks().die();
    link.close();
    const time_point begin = clock::now();
    const time_point turn = turn_of(p);
    BOOST_TEST((turn - begin < 10s));
    BOOST_TEST(deaf.collect() == "signal 9");
}

BOOST_AUTO_TEST_CASE(a_predecessor_that_never_was_or_is_long_gone_is_not_waited_for)
{
    coordinator c(in_a_row({20s, 20s, 20s}));
    {
        const stranger gone(c, 0, component_state::ready);
    }
    service_process p = c.start("S2", probe); // S1 has no identity
    service_link link = c.accept_alive();
    BOOST_TEST(p.line() == "alive ok");
    const time_point begin = clock::now();
    c.locks().die();
    link.close();
    BOOST_TEST((turn_of(p) - begin < 10s));
}

BOOST_AUTO_TEST_CASE(go_is_final_even_if_a_successor_comes)
{
    coordinator c(in_a_row({20s, 20s}));
    stranger first(c, 0, component_state::ready);
    service_process p = c.start("S1", probe);
    service_link link = c.accept_alive();
    BOOST_TEST(p.line() == "alive ok");
    c.locks().die();
    link.close();
    BOOST_TEST(eventually([&] { return p.has_timer(); }));
    c.state().set_epoch(2);
    c.take_locks();
    BOOST_TEST(first.end() == "signal 9");
    (void)turn_of(p);
    BOOST_TEST(p.wait() == "exit 0");
    BOOST_TEST(!c.is_called()); // it did not register with anybody
}

BOOST_AUTO_TEST_CASE(the_kernel_ends_a_service_that_hangs_in_its_callback)
{
    group_options options = lone_service();
    options.components[0].shutdown_timeout = 300ms;
    coordinator c(options);
    service_process p = c.start("SVC", probe, {"block"});
    const service_link link = c.accept_alive();
    BOOST_TEST(p.line() == "alive ok");
    link.tell_turn();
    const time_point turn = turn_of(p);
    BOOST_TEST(p.wait() == "signal 9");
    BOOST_TEST((clock::now() - turn >= 290ms));
}

BOOST_AUTO_TEST_CASE(the_kernel_ends_a_stopped_service_after_all_predecessors_had_their_time)
{
    coordinator c(in_a_row({300ms, 300ms}));
    stranger first(c, 0, component_state::ready);
    service_process p = c.start("S1", probe, {"stay"});
    service_link link = c.accept_alive();
    BOOST_TEST(p.line() == "alive ok");
    c.locks().die();
    const time_point begin = clock::now();
    link.close();
    BOOST_TEST(eventually([&] { return p.has_timer(); }));
    p.signal(SIGSTOP);
    BOOST_TEST(p.wait() == "signal 9");
    BOOST_TEST((clock::now() - begin >= 590ms));
    BOOST_TEST(first.lives()); // it was stopped before it could kill anybody
}

BOOST_AUTO_TEST_CASE(the_reactor_ends_by_itself_after_the_callback)
{
    coordinator c;
    service_process p = c.start("SVC", probe, {"stay"});
    const service_link link = c.accept_alive();
    BOOST_TEST(p.line() == "alive ok");
    link.tell_turn();
    (void)turn_of(p);
    BOOST_TEST(p.line() == "end");
    BOOST_TEST(p.wait() == "exit 0");
}

BOOST_AUTO_TEST_CASE(the_status_is_told_to_the_next_coordinator_too)
{
    coordinator c;
    service_process p = c.start("SVC", probe, {"status=serving"});
    service_link link = c.accept_alive();
    const auto first = link.frame();
    BOOST_TEST((first && first->text == "serving"));
    link.close();
    const service_link again = c.accept_alive(true);
    const auto second = again.frame();
    BOOST_TEST((second && second->text == "serving"));
}

BOOST_AUTO_TEST_SUITE_END()
