// FIG. 12 with real predecessors: orderly, late, stopped, foreign and never there.
#include "common/reactor/async_wait_turn.hpp"
#include "test/unit/reactor/child.hpp"
#include "test/unit/reactor/probe.hpp"
#include "test/unit/reactor/slow_reader.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <future>
#include <thread>
#include <utility>
#include <vector>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

using namespace cscc;
using namespace cscc::test;

namespace {

using outcome = result<turn_report>;
using numbers = std::vector<std::size_t>;

struct fixture
{
    asio::io_context io{1};
    std::vector<predecessor> table; // in shutdown order
    std::vector<std::size_t> looked_at;

    void add(process_identity who, time_point deadline = time_point::max())
    {
        table.push_back({who, deadline});
    }
    [[nodiscard]] asio::awaitable<outcome> turn()
    {
        return async_wait_turn(table.size(), [this](std::size_t i) {
            looked_at.push_back(i);
            return table.at(i);
        });
    }
    /// Waits for the turn, which must come.
    turn_report finish(probe<outcome>& waiting)
    {
        const outcome end = waiting.finish();
        BOOST_REQUIRE(end);
        return *end;
    }
    void must_still_wait(const probe<outcome>& waiting, duration a_while = 20ms)
    {
        BOOST_REQUIRE(!run_until(
            io, [&] { return waiting.is_done(); }, a_while));
        BOOST_REQUIRE(waiting.is_waiting());
    }
};

bool in_good_order(const turn_report& report)
{
    return report.killed.empty() && report.left_behind.empty();
}

/// From now on the kernel refuses every pidfd_send_signal of this process, as it would for a
/// process of another user. For a child of the test only: it cannot be undone.
bool forbid_signals()
{
    sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_send_signal, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program{sizeof(rules) / sizeof(rules[0]), rules};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(async_wait_turn_test, fixture)

BOOST_AUTO_TEST_CASE(the_first_in_the_sequence_has_its_turn_not_inside_the_call)
{
    probe<outcome> waiting(io, turn());
    BOOST_TEST(in_good_order(finish(waiting)));
}

BOOST_AUTO_TEST_CASE(predecessors_that_were_never_there_are_not_waited_for)
{
    add({});
    add({});
    probe<outcome> waiting(io, turn());
    BOOST_TEST(in_good_order(finish(waiting)));
}

BOOST_AUTO_TEST_CASE(the_turn_comes_when_the_last_of_them_is_gone_whatever_the_order_of_death)
{
    numbers order{0, 1, 2};
    do {
        const std::vector<child> children(order.size());
        table.clear();
        for (const child& c : children)
            add(c.identity());
        probe<outcome> waiting(io, turn());
        for (const std::size_t next : order) {
            must_still_wait(waiting, 5ms);
            children[next].kill();
        }
        BOOST_TEST(in_good_order(finish(waiting)));
    } while (std::next_permutation(order.begin(), order.end()));
}

BOOST_AUTO_TEST_CASE(the_nearest_is_looked_at_first)
{
    const std::vector<child> children(3);
    for (const child& c : children)
        add(c.identity());
    probe<outcome> waiting(io, turn());
    must_still_wait(waiting);
    BOOST_TEST(looked_at == numbers{2}, boost::test_tools::per_element());
    children[2].kill();
    BOOST_REQUIRE(run_until(io, [&] { return looked_at.size() > 1; }));
    BOOST_TEST(looked_at == (numbers{2, 1}), boost::test_tools::per_element());
    for (const child& c : children)
        c.kill();
    BOOST_TEST(in_good_order(finish(waiting)));
}

BOOST_AUTO_TEST_CASE(a_zombie_is_gone)
{
    const child c;
    add(c.identity());
    c.kill();
    c.await_end();
    probe<outcome> waiting(io, turn());
    BOOST_TEST(in_good_order(finish(waiting)));
}

BOOST_AUTO_TEST_CASE(a_stranger_with_the_pid_of_a_predecessor_is_neither_waited_for_nor_killed)
{
    const child stranger;
    process_identity reused = stranger.identity();
    --reused.start_ticks;
    add(reused, time_point::min());
    probe<outcome> waiting(io, turn());
    BOOST_TEST(in_good_order(finish(waiting)));
    BOOST_TEST(!stranger.ref().is_gone());
}

BOOST_AUTO_TEST_CASE(a_stopped_predecessor_is_killed_at_its_deadline_and_not_before)
{
    const child c;
    c.stop();
    const time_point deadline = clock::now() + 100ms;
    add(c.identity(), deadline);
    probe<outcome> waiting(io, turn());
    const turn_report report = finish(waiting);
    BOOST_TEST((clock::now() >= deadline));
    BOOST_TEST(report.killed == numbers{0}, boost::test_tools::per_element());
    BOOST_TEST(report.left_behind.empty());
    BOOST_TEST(c.ref().is_gone());
}

BOOST_AUTO_TEST_CASE(a_predecessor_that_was_killed_is_waited_for)
{
    const auto large = make_pipe(); // its memory takes the kernel a while to give back
    const child c([&] {
        constexpr std::size_t size_bytes = 128U << 20;
        constexpr int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE;
        (void)::mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
        (void)!::write(large.written.get(), "x", 1);
        return child::wait_for_signal();
    });
    char there = 0;
    BOOST_REQUIRE(::read(large.read.get(), &there, 1) == 1);
    const process_ref ref = c.ref();
    add(c.identity(), time_point::min());
    probe<outcome> waiting(io, turn());
    BOOST_REQUIRE(run_until(io, [&] { return waiting.is_done(); }));
    BOOST_TEST(ref.is_gone());
    BOOST_TEST(finish(waiting).killed == numbers{0}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_predecessor_that_goes_before_its_deadline_is_not_killed)
{
    const child c;
    add(c.identity(), clock::now() + 10s);
    probe<outcome> waiting(io, turn());
    must_still_wait(waiting);
    c.kill();
    BOOST_TEST(in_good_order(finish(waiting)));
}

BOOST_AUTO_TEST_CASE(each_predecessor_past_its_deadline_is_killed_and_named)
{
    const std::vector<child> children(3);
    add(children[0].identity(), time_point::min()); // spawned, not yet alive: at once
    add(children[1].identity(), clock::now() + 1h);
    add(children[2].identity(), clock::now() + 20ms);
    probe<outcome> waiting(io, turn());
    BOOST_REQUIRE(run_until(io, [&] { return children[2].ref().is_gone(); }));
    must_still_wait(waiting);
    BOOST_TEST(!children[0].ref().is_gone()); // one at a time
    children[1].kill();
    const turn_report report = finish(waiting);
    BOOST_TEST(report.killed == (numbers{2, 0}), boost::test_tools::per_element());
    BOOST_TEST(report.left_behind.empty());
}

BOOST_AUTO_TEST_CASE(a_predecessor_that_we_may_not_kill_is_named_and_not_waited_for)
{
    const child target;
    add(target.identity(), clock::now() + 20ms);
    child waiter([&] {
        if (!forbid_signals())
            return 2;
        asio::io_context own_io{1};
        probe<outcome> waiting(own_io, turn());
        if (!run_until(own_io, [&] { return waiting.is_done(); }))
            return 3;
        const outcome end = waiting.finish();
        if (!end || !end->killed.empty() || end->left_behind.size() != 1)
            return 4;
        const auto& left = end->left_behind.front();
        return left.index == 0 && left.why == error_code(EPERM, boost::system::system_category())
                   ? 0
                   : 5;
    });
    const int status = waiter.collect();
    BOOST_TEST(WIFEXITED(status));
    BOOST_TEST(WEXITSTATUS(status) == 0);
    BOOST_TEST(!target.ref().is_gone());
}

BOOST_AUTO_TEST_CASE(a_predecessor_that_cannot_be_looked_at_is_named_at_its_deadline)
{
    process_identity thread_id; // of a thread that leads no process: pidfd_open refuses it
    std::promise<void> known, end;
    std::thread other([&] {
        thread_id = {::gettid(), read_start_ticks(::gettid()).value()};
        known.set_value();
        end.get_future().wait();
    });
    known.get_future().wait();
    const time_point deadline = clock::now() + 250ms; // several looks
    add(thread_id, deadline);
    probe<outcome> waiting(io, turn());
    const turn_report report = finish(waiting);
    end.set_value();
    other.join();
    BOOST_TEST((clock::now() >= deadline));
    BOOST_TEST(report.killed.empty());
    BOOST_REQUIRE(report.left_behind.size() == 1U);
    BOOST_TEST(report.left_behind[0].index == 0U);
    BOOST_TEST(report.left_behind[0].why.failed());
}

BOOST_AUTO_TEST_CASE(a_predecessor_that_appears_after_it_was_looked_at_is_waited_for_too)
{
    const child late, near;
    bool looked_at_late = false;
    const auto look = [&](std::size_t i) -> predecessor {
        if (i == 1)
            return {near.identity(), time_point::max()};
        const bool there = std::exchange(looked_at_late, true); // nobody in the first round
        return {there ? late.identity() : process_identity{}, time_point::max()};
    };
    probe<outcome> waiting(io, async_wait_turn(2, look));
    must_still_wait(waiting);
    near.kill();
    BOOST_REQUIRE(run_until(io, [&] { return looked_at_late; }));
    must_still_wait(waiting);
    late.kill();
    BOOST_TEST(in_good_order(finish(waiting)));
}

BOOST_AUTO_TEST_CASE(a_cancellation_ends_the_wait_and_no_predecessor)
{
    const child c;
    add(c.identity(), clock::now() + 1h);
    probe<outcome> waiting(io, turn());
    BOOST_TEST(waiting.finish_by_cancelling().error() == asio::error::operation_aborted);
    BOOST_TEST(!c.ref().is_gone());
}

BOOST_AUTO_TEST_SUITE_END()
