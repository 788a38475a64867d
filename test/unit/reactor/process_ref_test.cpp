// Identity, signals and exits of real processes.
#include "common/reactor/process_ref.hpp"
#include "test/unit/reactor/child.hpp"
#include "test/unit/reactor/printing.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

using namespace cscc;
using cscc::test::child;

namespace {

error_code system_error(int number)
{
    return {number, boost::system::system_category()};
}

/// A stat line with that program name, whose start time is 12345.
std::string stat_of(const std::string& name)
{
    return "42 (" + name + ") S 1 42 42 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 12345 99 88 77\n";
}

bool kernel_is_at_least(int major, int minor)
{
    utsname name{};
    BOOST_REQUIRE(::uname(&name) == 0);
    int found_major = 0;
    int found_minor = 0;
    BOOST_REQUIRE(std::sscanf(name.release, "%d.%d", &found_major, &found_minor) == 2);
    return std::pair(found_major, found_minor) >= std::pair(major, minor);
}

process_exit exit_of(child& c, const process_ref& ref)
{
    c.await_end();
    const auto exit = ref.reap();
    BOOST_REQUIRE(exit);
    BOOST_REQUIRE(exit->has_value());
    return **exit;
}

} // namespace

BOOST_AUTO_TEST_SUITE(process_ref_test)

BOOST_AUTO_TEST_CASE(the_start_time_is_found_behind_any_program_name)
{
    for (const char* name : {"sleep", "a b", "x) S 1 2", "((", "))", ") (", "", "S 1 2 3 4 5 6 7"})
        BOOST_TEST(parse_start_ticks(stat_of(name)).value_or(0) == 12345U, "name: " << name);
}

BOOST_AUTO_TEST_CASE(a_stat_that_is_cut_or_strange_has_no_start_time)
{
    const std::string whole = stat_of("a) b");
    const std::size_t needed = whole.find("12345") + 6; // with the blank: a cut number is another
    for (std::size_t length = 0; length < needed; ++length)
        BOOST_TEST(!parse_start_ticks(whole.substr(0, length)), "cut to " << length);
    BOOST_TEST(!parse_start_ticks("1 (x) S 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 -9 1 1"));
    BOOST_TEST(!parse_start_ticks("1 (x) S 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 12x 1"));
    BOOST_TEST(
        !parse_start_ticks("1 (x) S 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 99999999999999999999 1"));
}

BOOST_AUTO_TEST_CASE(a_process_is_opened_by_its_identity)
{
    const child c;
    const auto ref = process_ref::open(c.identity());
    BOOST_REQUIRE(ref);
    BOOST_TEST(ref->identity().pid == c.pid());
    BOOST_TEST(ref->identity().start_ticks == read_start_ticks(c.pid()).value());
    BOOST_TEST(!ref->is_gone());
    BOOST_TEST((::fcntl(ref->descriptor(), F_GETFD) & FD_CLOEXEC) != 0);
}

BOOST_AUTO_TEST_CASE(a_process_that_started_at_another_time_is_not_the_one_that_was_meant)
{
    const child c;
    for (const std::int64_t off : {-1, +1}) {
        process_identity other = c.identity();
        other.start_ticks += static_cast<std::uint64_t>(off);
        const auto ref = process_ref::open(other);
        BOOST_REQUIRE(!ref);
        BOOST_TEST(ref.error() == errc::process_gone);
    }
}

BOOST_AUTO_TEST_CASE(a_process_that_was_collected_is_gone)
{
    child c;
    const process_identity who = c.identity();
    c.kill();
    (void)c.collect();
    BOOST_TEST(process_ref::open(who).error() == errc::process_gone);
    BOOST_TEST(process_ref::open_pid(who.pid).error() == errc::process_gone);
    BOOST_TEST(read_start_ticks(who.pid).error() == errc::process_gone);
}

BOOST_AUTO_TEST_CASE(nobody_is_gone)
{
    BOOST_TEST(process_ref::open({}).error() == errc::process_gone);
    BOOST_TEST(process_ref::open_pid(0).error() == errc::process_gone);
    BOOST_TEST(process_ref::open_pid(-1).error() == errc::process_gone);
}

BOOST_AUTO_TEST_CASE(a_zombie_is_found_by_its_identity_as_gone_and_not_by_its_pid_alone)
{
    const child c;
    const process_identity who = c.identity();
    c.kill();
    c.await_end();
    const auto ref = process_ref::open(who);
    BOOST_REQUIRE(ref);
    BOOST_TEST(ref->is_gone());
    BOOST_TEST(process_ref::open_pid(who.pid).error() == errc::process_gone);
}

BOOST_AUTO_TEST_CASE(a_reference_that_was_held_knows_its_process_is_gone_after_it_was_collected)
{
    child c;
    const process_ref ref = c.ref();
    c.kill();
    (void)c.collect();
    BOOST_TEST(ref.is_gone());
    BOOST_TEST(ref.send_signal(SIGTERM) == errc::process_gone);
    BOOST_TEST(ref.reap().error() == system_error(ECHILD));
}

BOOST_AUTO_TEST_CASE(a_thread_that_leads_no_process_is_no_process_and_not_gone)
{
    error_code seen;
    std::thread([&] { seen = process_ref::open_pid(::gettid()).error(); }).join();
    BOOST_TEST(seen.failed());
    BOOST_TEST(seen != errc::process_gone);
}

BOOST_AUTO_TEST_CASE(we_know_ourselves)
{
    const auto self = self_identity();
    BOOST_REQUIRE(self);
    BOOST_TEST(self->pid == ::getpid());
    BOOST_TEST(process_ref::open(*self).has_value());
}

BOOST_AUTO_TEST_CASE(a_signal_reaches_the_process)
{
    child c;
    const process_ref ref = c.ref();
    BOOST_TEST(!ref.send_signal(SIGTERM));
    BOOST_TEST((exit_of(c, ref) == process_exit{true, SIGTERM, false}));
}

BOOST_AUTO_TEST_CASE(an_impossible_signal_is_a_system_error)
{
    const child c;
    BOOST_TEST(c.ref().send_signal(12345) == system_error(EINVAL));
}

BOOST_AUTO_TEST_CASE(an_exit_is_collected_once_and_tells_the_code)
{
    child c([] { return 7; });
    const process_ref ref = c.ref();
    BOOST_TEST((exit_of(c, ref) == process_exit{false, 7, false}));
    BOOST_TEST(ref.reap().error() == system_error(ECHILD));
}

BOOST_AUTO_TEST_CASE(an_exit_by_a_signal_without_a_core_says_so)
{
    child c([] {
        const rlimit none{0, 0};
        ::setrlimit(RLIMIT_CORE, &none);
        ::raise(SIGABRT);
        return 0;
    });
    const process_ref ref = c.ref();
    BOOST_TEST((exit_of(c, ref) == process_exit{true, SIGABRT, false}));
}

BOOST_AUTO_TEST_CASE(a_pidfd_that_came_with_the_process_is_taken_as_it_is)
{
    child c;
    process_ref ref = process_ref::adopt(c.ref().clone().value().release(), c.identity());
    BOOST_TEST((ref.identity() == c.identity()));
    c.kill();
    BOOST_TEST((exit_of(c, ref) == process_exit{true, SIGKILL, false}));
}

BOOST_AUTO_TEST_CASE(a_living_child_has_no_exit_yet)
{
    const child c;
    const auto exit = c.ref().reap();
    BOOST_REQUIRE(exit);
    BOOST_TEST(!exit->has_value());
}

// Of a service that a former coordinator started: somebody else collects it.
BOOST_AUTO_TEST_CASE(the_kernel_tells_how_a_process_ended_that_another_one_collected)
{
    const bool can_tell = kernel_is_at_least(6, 15);
    const auto told_of = [](child& c) {
        const process_ref ref = c.ref();
        BOOST_TEST(!ref.exit_told_by_kernel().has_value()); // it lives
        c.kill();
        (void)c.collect();
        return ref.exit_told_by_kernel();
    };
    child killed;
    const auto by_signal = told_of(killed);
    BOOST_TEST(by_signal.has_value() == can_tell);
    if (can_tell)
        BOOST_TEST((*by_signal == process_exit{true, SIGKILL, false}));

    std::array<int, 2> gate{};
    BOOST_REQUIRE(::pipe2(gate.data(), O_CLOEXEC) == 0);
    child ends([&] {
        char byte = 0;
        return ::read(gate[0], &byte, 1) == 1 ? 7 : 8;
    });
    const process_ref ref = ends.ref();
    BOOST_REQUIRE(::write(gate[1], "x", 1) == 1);
    (void)ends.collect();
    ::close(gate[0]);
    ::close(gate[1]);
    if (can_tell)
        BOOST_TEST((ref.exit_told_by_kernel() == process_exit{false, 7, false}));
}

BOOST_AUTO_TEST_CASE(a_clone_outlives_its_original)
{
    const child c;
    std::optional<process_ref> first = c.ref();
    const process_ref second = first->clone().value();
    first.reset();
    BOOST_TEST((second.identity() == c.identity()));
    BOOST_TEST(!second.is_gone());
    c.kill();
    c.await_end();
    BOOST_TEST(second.is_gone());
}

BOOST_AUTO_TEST_SUITE_END()
