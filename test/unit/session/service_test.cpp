// <cscc/service.hpp> and <cscc/cscc.h> as programs use them, against a coordinator played here.
#include "test/unit/session/coordinator.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <cscc/error.hpp>
#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

using namespace cscc;
using namespace cscc::test;
using namespace std::chrono_literals;

namespace {

// The same program on libcscc.so and on libcscc.a.
const std::vector<std::string> probes{CSCC_PROBE_SHARED, CSCC_PROBE_STATIC};
const std::string probe = CSCC_PROBE_SHARED;
const std::string c_probe = CSCC_PROBE_C;

std::string failed(const std::string& what, service_errc why)
{
    return what + " " + sentence(static_cast<int>(why));
}

int number(errc e)
{
    return static_cast<int>(e);
}

} // namespace

BOOST_AUTO_TEST_SUITE(service)

BOOST_DATA_TEST_CASE(alive_ready_and_the_turn_go_their_way, probes, program)
{
    coordinator c;
    service_process p = c.start("SVC", program, {"ready", "status=serving", "beat=3", "busy"});
    const service_link link = c.accept();
    BOOST_TEST(link.peer() == p.pid());
    const auto alive = link.frame();
    BOOST_REQUIRE(alive.has_value());
    BOOST_TEST((alive->kind == wire::frame_kind::alive));
    BOOST_TEST(alive->generation == coordinator::generation);
    BOOST_TEST(!alive->again);
    BOOST_TEST(p.lock().lock.owner_tid() == p.pid()); // held before it says so
    link.answer(0);
    BOOST_TEST(p.line() == "alive ok");
    BOOST_TEST(p.line() == "status ok");
    BOOST_TEST(p.line() == "beaten");
    BOOST_TEST(p.lock().heartbeats == 3u);
    std::string text;
    bool ready = false;
    while (!ready || text.empty()) {
        const auto said = link.frame();
        BOOST_REQUIRE(said.has_value());
        ready = ready || said->kind == wire::frame_kind::ready;
        if (said->kind == wire::frame_kind::status)
            text = said->text;
    }
    BOOST_TEST(text == "serving");
    link.answer(0);
    BOOST_TEST(p.line() == "ready ok");
    BOOST_TEST(!p.has_timer()); // at rest there is nothing that could kill it
    link.tell_turn();
    BOOST_TEST(p.line().starts_with("turn "));
    BOOST_TEST(p.wait() == "exit 0");
    BOOST_TEST((p.lock().lock.state() == shm::lock_state::owner_died));
}

BOOST_DATA_TEST_CASE(without_a_coordinator_everything_succeeds_and_the_program_may_end, probes,
                     program)
{
    const std::string command = program + " x ready early status=alone beat=2";
    FILE* const output = ::popen(command.c_str(), "r");
    char buffer[200]{};
    const std::size_t n = ::fread(buffer, 1, sizeof buffer - 1, output);
    BOOST_TEST(::pclose(output) == 0);
    BOOST_TEST(std::string(buffer, n) == "early ok\nalive ok\nstatus ok\nbeaten\nready ok\nend\n");
}

BOOST_DATA_TEST_CASE(what_the_coordinator_refuses_is_told_as_it_is,
                     (std::vector<int>{number(errc::peer_unknown), number(errc::not_accepting),
                                       number(errc::said_twice), 4711}) ^
                         (std::vector<int>{1, 2, 3, 10}),
                     answer, code)
{
    coordinator c;
    service_process p = c.start("SVC", probe);
    const service_link link = c.accept();
    BOOST_REQUIRE(link.frame().has_value());
    link.answer(answer);
    BOOST_TEST(p.line() == failed("alive", static_cast<service_errc>(code)));
    BOOST_TEST(!link.frame().has_value()); // it goes
    BOOST_TEST(p.line() == "end");
    BOOST_TEST(p.wait() == "exit 0");
}

BOOST_AUTO_TEST_CASE(saying_it_twice_or_too_early_fails_without_asking_anybody)
{
    coordinator c;
    service_process p = c.start("SVC", probe, {"early", "twice"});
    BOOST_TEST(p.line() == failed("early", service_errc::not_alive));
    const service_link link = c.accept_alive();
    BOOST_TEST(p.line() == "alive ok");
    BOOST_TEST(p.line() == failed("alive", service_errc::said_twice));
    const auto ready = link.frame();
    BOOST_TEST((ready && ready->kind == wire::frame_kind::ready));
    link.answer(0);
    BOOST_TEST(p.line() == "ready ok");
    BOOST_TEST(p.line() == failed("ready", service_errc::said_twice));
    BOOST_TEST(link.is_silent_for(50ms));
    link.tell_turn(); // the first callback is still the one that counts
    BOOST_TEST(p.line().starts_with("turn "));
}

BOOST_AUTO_TEST_CASE(no_socket_is_the_system_s_error)
{
    coordinator c;
    service_process p = c.start("SVC", probe, {}, {"CSCC_SOCKET=/nonexistent/socket"});
    BOOST_TEST(p.line() == "alive No such file or directory");
    BOOST_TEST(p.line() == "end");
}

BOOST_AUTO_TEST_CASE(a_coordinator_that_does_not_answer_is_given_up_after_the_startup_timeout)
{
    group_options options = lone_service();
    options.components[0].startup_timeout = 200ms;
    coordinator c(options);
    service_process p = c.start("SVC", probe);
    const auto begin = std::chrono::steady_clock::now();
    const service_link link = c.accept();
    BOOST_TEST(p.line() == failed("alive", service_errc::timed_out));
    BOOST_TEST((std::chrono::steady_clock::now() - begin >= 150ms));
}

BOOST_AUTO_TEST_CASE(a_ready_that_is_not_answered_is_given_up_too_and_the_turn_still_comes)
{
    group_options options = lone_service();
    options.components[0].startup_timeout = 300ms;
    coordinator c(options);
    service_process p = c.start("SVC", probe, {"ready"});
    const service_link link = c.accept_alive();
    BOOST_TEST(p.line() == "alive ok");
    BOOST_TEST(p.line() == failed("ready", service_errc::timed_out));
    link.tell_turn();
    BOOST_TEST(p.line().starts_with("turn "));
}

BOOST_AUTO_TEST_CASE(a_coordinator_that_talks_nonsense_is_none)
{
    coordinator c;
    service_process p = c.start("SVC", probe);
    const service_link link = c.accept();
    BOOST_REQUIRE(link.frame().has_value());
    link.send_raw(std::string(4096, 'x'));
    BOOST_TEST(p.line() == failed("alive", service_errc::coordinator_gone));
}

BOOST_DATA_TEST_CASE(an_environment_that_no_coordinator_gives_is_refused,
                     (std::vector<std::string>{
                         "CSCC_SERVICE", "CSCC_SERVICE=NOBODY", "CSCC_GENERATION",
                         "CSCC_GENERATION=7x", "CSCC_GENERATION=-7", "CSCC_SOCKET",
                         "CSCC_SOCKET=relative/path", "CSCC_STATE_FD", "CSCC_STATE_FD=77",
                         "CSCC_STATE_FD=1", "CSCC_STATE_FD=4", "CSCC_LOCK_FD=3",
                         "CSCC_LOCK_FD=", "CSCC_SOCKET=/" + std::string(200, 'x')}),
                     change)
{
    coordinator c;
    service_process p = c.start("SVC", probe, {}, {change});
    BOOST_TEST(p.line() == failed("alive", service_errc::environment_invalid));
    BOOST_TEST(p.line() == "end");
    BOOST_TEST(p.wait() == "exit 0");
}

BOOST_AUTO_TEST_CASE(a_service_of_another_generation_or_without_its_coordinator_is_not_alive)
{
    const std::string gone = failed("alive", service_errc::coordinator_gone);
    coordinator c;
    service_process old = c.start("SVC", probe, {}, {"CSCC_GENERATION=6"});
    BOOST_TEST(old.line() == gone);
    c.locks().release(shm::daemon_lock::coordinator);
    service_process orphan = c.start("SVC", probe);
    BOOST_TEST(orphan.line() == gone);
    c.locks().die();
    service_process late = c.start("SVC", probe);
    BOOST_TEST(late.line() == gone);
}

BOOST_AUTO_TEST_CASE(what_the_coordinator_hands_down_is_handed_to_nobody_else)
{
    coordinator c;
    service_process p = c.start("SVC", probe, {"flags"});
    BOOST_TEST(p.line() == "close-on-exec"); // before alive already
}

BOOST_AUTO_TEST_CASE(a_turn_or_an_end_instead_of_the_answer_fails_alive_and_runs_no_callback)
{
    coordinator c;
    service_process told = c.start("SVC", probe);
    const service_link link = c.accept();
    BOOST_REQUIRE(link.frame().has_value());
    link.tell_turn();
    BOOST_TEST(told.line() == failed("alive", service_errc::going_down));
    BOOST_TEST(told.line() == "end");

    service_process left = c.start("SVC", probe);
    service_link closing = c.accept();
    BOOST_REQUIRE(closing.frame().has_value());
    closing.close();
    BOOST_TEST(left.line() == failed("alive", service_errc::coordinator_gone));
    BOOST_TEST(left.line() == "end");
}

BOOST_AUTO_TEST_CASE(a_cancelled_alive_completes_at_once_and_is_no_work_any_more)
{
    coordinator c;
    service_process p = c.start("SVC", probe, {"cancel"});
    const service_link link = c.accept();
    BOOST_TEST(p.line() == "alive cancelled");
    BOOST_TEST(p.line() == "end");
    BOOST_TEST(p.wait() == "exit 0");
}

BOOST_AUTO_TEST_CASE(a_status_that_is_too_long_is_refused_and_one_of_120_bytes_is_not)
{
    coordinator c;
    service_process longer = c.start("SVC", probe, {"status=" + std::string(121, 's')});
    const service_link first = c.accept_alive();
    BOOST_TEST(longer.line() == "alive ok");
    BOOST_TEST(longer.line() == failed("status", service_errc::text_too_long));

    service_process longest = c.start("SVC", probe, {"status=" + std::string(120, 's')});
    const service_link second = c.accept_alive();
    const auto status = second.frame();
    BOOST_TEST((status && status->text == std::string(120, 's')));
}

// --- C

BOOST_AUTO_TEST_CASE(the_c_api_called_by_the_main_thread_locks_on_it)
{
    coordinator c;
    service_process p = c.start("SVC", c_probe, {"main"});
    BOOST_TEST(p.line() == failed("early", service_errc::not_alive));
    const service_link link = c.accept_alive();
    BOOST_TEST(p.line() == "alive ok");
    BOOST_TEST(p.lock().lock.owner_tid() == p.pid());
    BOOST_TEST(p.line() == failed("alive", service_errc::said_twice));
    BOOST_TEST(p.line() == "status ok");
    BOOST_TEST(p.line() == "heartbeat ok");
    BOOST_TEST(p.lock().heartbeats == 1u);
    const auto status = link.frame();
    BOOST_TEST((status && status->kind == wire::frame_kind::status && status->text == "from C"));
    const auto ready = link.frame();
    BOOST_TEST((ready && ready->kind == wire::frame_kind::ready));
    link.answer(0);
    BOOST_TEST(p.line() == "ready ok");
    link.tell_turn();
    BOOST_TEST(p.line() == "turn ok");
    BOOST_TEST(p.line() == "end ok");
    BOOST_TEST(p.wait() == "exit 0");
}

BOOST_AUTO_TEST_CASE(the_lock_outlives_the_thread_that_said_alive)
{
    coordinator c;
    service_process p = c.start("SVC", c_probe, {"thread"});
    BOOST_TEST(p.line() == failed("early", service_errc::not_alive));
    const service_link link = c.accept_alive();
    BOOST_TEST(p.line() == "alive ok");
    BOOST_TEST(p.line() == failed("alive", service_errc::said_twice)); // its thread has ended
    const shm::lock_view lock = p.lock().lock;
    BOOST_TEST((lock.state() == shm::lock_state::held));
    BOOST_TEST(lock.owner_tid() != p.pid());
    p.signal(SIGKILL);
    BOOST_TEST(p.wait() == "signal 9");
    BOOST_TEST((p.lock().lock.state() == shm::lock_state::owner_died));
}

BOOST_AUTO_TEST_CASE(a_refused_alive_is_a_negative_number_in_c)
{
    coordinator c;
    service_process p = c.start("SVC", c_probe, {"main"});
    BOOST_TEST(p.line() == failed("early", service_errc::not_alive));
    const service_link link = c.accept();
    BOOST_REQUIRE(link.frame().has_value());
    link.answer(number(errc::not_accepting));
    BOOST_TEST(p.line() == failed("alive", service_errc::going_down));
    BOOST_TEST(p.line() == failed("alive", service_errc::said_twice));
    BOOST_TEST(p.line() == failed("status", service_errc::not_alive));
    BOOST_TEST(p.line() == failed("heartbeat", service_errc::not_alive));
    BOOST_TEST(p.line() == failed("ready", service_errc::not_alive));
}

BOOST_AUTO_TEST_CASE(without_a_coordinator_the_c_api_succeeds_at_everything)
{
    FILE* const output = ::popen(c_probe.c_str(), "r");
    char buffer[200]{};
    const std::size_t n = ::fread(buffer, 1, sizeof buffer - 1, output);
    BOOST_TEST(::pclose(output) == 0);
    BOOST_TEST(std::string(buffer, n) == failed("early", service_errc::not_alive) +
                                             "\nalive ok\nalive ok\nstatus ok\nheartbeat ok\n"
                                             "ready ok\n");
}

BOOST_AUTO_TEST_SUITE_END()
