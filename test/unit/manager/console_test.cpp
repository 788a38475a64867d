#include "client/manager/console.hpp"
#include "test/unit/manager/support.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <functional>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cscc {
namespace {

struct fixture
{
    test::captured out;
    test::captured err;
    page terminal{true, true, 20, 10};
};

/// What of_process finds in a process of its own whose stdout is `out`, as words.
std::string looks_of(int out, const std::function<void()>& prepare)
{
    const test::captured found;
    test::child looker([&] {
        ::dup2(out, STDOUT_FILENO);
        ::setenv("TERM", "xterm", 1);
        ::unsetenv("NO_COLOR");
        prepare();
        const page p = console::of_process().looks();
        const std::string words = text(p.terminal ? "terminal" : "no terminal",
                                       p.colour ? " in colour " : " ", p.columns, "x", p.rows);
        return ::write(found.descriptor(), words.data(), words.size()) > 0 ? 0 : 1;
    });
    BOOST_TEST(looker.collect() == 0);
    return found.text();
}

/// A terminal of 100 columns and 30 rows.
struct terminal_pair
{
    terminal_pair()
    {
        BOOST_TEST_REQUIRE(::grantpt(master.get()) == 0);
        BOOST_TEST_REQUIRE(::unlockpt(master.get()) == 0);
        std::array<char, 64> name{};
        BOOST_TEST_REQUIRE(::ptsname_r(master.get(), name.data(), name.size()) == 0);
        slave = unique_fd(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
        BOOST_TEST_REQUIRE(slave.get() >= 0);
        resize(30, 100);
    }
    void resize(unsigned short rows, unsigned short columns) const
    {
        const winsize size{rows, columns, 0, 0};
        BOOST_TEST_REQUIRE(::ioctl(slave.get(), TIOCSWINSZ, &size) == 0);
    }
    unique_fd master{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
    unique_fd slave;
};

/// A pipe whose reader is gone.
unique_fd pipe_without_reader()
{
    std::array<int, 2> ends{};
    BOOST_TEST_REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    ::close(ends[0]);
    return unique_fd(ends[1]);
}

BOOST_FIXTURE_TEST_SUITE(the_console, fixture)

BOOST_AUTO_TEST_CASE(results_and_complaints_do_not_mix)
{
    console c(out.descriptor(), err.descriptor(), page{});
    c.say("a result");
    c.say("a line\n");
    c.complain("it broke", "mend it");
    c.complain("it broke again");
    BOOST_TEST(out.text() == "a result\na line\n");
    BOOST_TEST(err.text() == "csccmgr: it broke\n         mend it\ncsccmgr: it broke again\n");
}

BOOST_AUTO_TEST_CASE(live_lines_are_drawn_over_each_other)
{
    console c(out.descriptor(), err.descriptor(), terminal);
    c.redraw({"one", "two"});
    c.redraw({"one again"});
    BOOST_TEST(out.text() == "one\x1b[K\ntwo\x1b[K\n\x1b[J"
                             "\r\x1b[2A"
                             "one again\x1b[K\n\x1b[J");
}

BOOST_AUTO_TEST_CASE(live_lines_stay_when_something_else_is_said)
{
    console c(out.descriptor(), err.descriptor(), terminal);
    c.redraw({"one"});
    c.say("done");
    c.redraw({"two"});
    BOOST_TEST(out.text() == "one\x1b[K\n\x1b[Jdone\ntwo\x1b[K\n\x1b[J");
}

BOOST_AUTO_TEST_CASE(live_lines_are_cut_to_the_width_of_the_terminal)
{
    console c(out.descriptor(), err.descriptor(), terminal);
    c.redraw({std::string(30, 'x')});
    BOOST_TEST(out.text() == std::string(19, 'x') + "…\x1b[K\n\x1b[J");
}

BOOST_AUTO_TEST_CASE(nothing_is_drawn_where_there_is_no_terminal)
{
    console c(out.descriptor(), err.descriptor(), page{});
    c.redraw({"one"});
    BOOST_TEST(out.text() == "");
}

BOOST_AUTO_TEST_CASE(a_reader_that_went_away_does_not_hold_us_up)
{
    const unique_fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    console c(full.get(), err.descriptor(), page{});
    c.say("into the void");
    c.complain("still here");
    BOOST_TEST(err.text() == "csccmgr: still here\n");
}

BOOST_AUTO_TEST_CASE(what_did_not_get_out_is_remembered_by_all_copies)
{
    const unique_fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    for (int way = 0; way < 3; ++way) {
        console c(full.get(), err.descriptor(), terminal);
        console copy = c;
        BOOST_TEST(!c.lost());
        if (way == 0)
            copy.say("a result");
        else if (way == 1)
            copy.redraw({"a line"});
        else
            copy.show_screen("a screen");
        BOOST_TEST(c.lost().value() == ENOSPC);
        BOOST_TEST(copy.lost().message() == "No space left on device");
    }
    console heard(out.descriptor(), full.get(), terminal);
    heard.say("a result");
    heard.complain("a complaint"); // is no result
    BOOST_TEST(!heard.lost());
}

BOOST_AUTO_TEST_CASE(the_first_loss_is_the_one_that_is_told)
{
    const auto handler = std::signal(SIGPIPE, SIG_IGN);
    const unique_fd pipe = pipe_without_reader();
    console c(pipe.get(), err.descriptor(), page{});
    c.say("into the void");
    BOOST_TEST(c.lost().value() == EPIPE);
    const unique_fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    BOOST_TEST_REQUIRE(::dup2(full.get(), pipe.get()) == pipe.get());
    c.say("into the void, for another reason");
    BOOST_TEST(c.lost().value() == EPIPE);
    BOOST_TEST_REQUIRE(::dup2(out.descriptor(), pipe.get()) == pipe.get());
    c.say("heard again");
    BOOST_TEST(out.text() == "heard again\n");
    BOOST_TEST(c.lost().value() == EPIPE);
    std::signal(SIGPIPE, handler);
}

BOOST_AUTO_TEST_CASE(a_terminal_is_one_with_its_size_and_colours)
{
    const terminal_pair tty;
    BOOST_TEST(looks_of(tty.slave.get(), [] {}) == "terminal in colour 100x30");
    tty.resize(0, 0); // one that does not know its size: serial lines
    BOOST_TEST(looks_of(tty.slave.get(), [] {}) == "terminal in colour 80x24");
}

BOOST_AUTO_TEST_CASE(no_color_takes_the_colours_and_a_dumb_terminal_is_none)
{
    const terminal_pair tty;
    const auto with = [&](const char* variable, const char* value) {
        return looks_of(tty.slave.get(), [&] { ::setenv(variable, value, 1); });
    };
    BOOST_TEST(with("NO_COLOR", "1") == "terminal 100x30");
    BOOST_TEST(with("NO_COLOR", "") == "terminal in colour 100x30"); // as if it were not set
    BOOST_TEST(with("TERM", "dumb") == "no terminal 80x24");
    BOOST_TEST(looks_of(tty.slave.get(), [] { ::unsetenv("TERM"); }) == "no terminal 80x24");
}

BOOST_AUTO_TEST_CASE(a_file_is_no_terminal_whatever_the_environment_says)
{
    const test::captured file;
    BOOST_TEST(looks_of(file.descriptor(), [] {}) == "no terminal 80x24");
}

BOOST_AUTO_TEST_CASE(what_is_said_to_a_closed_stdout_gets_into_no_file_of_ours)
{
    test::child talker([] {
        for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
            ::close(fd);
        console c = console::of_process();
        const unique_fd ours(::memfd_create("ours", MFD_CLOEXEC));
        c.say("a result");
        c.complain("a complaint");
        const bool untouched = ours.get() > STDERR_FILENO && ::lseek(ours.get(), 0, SEEK_END) == 0;
        return untouched && c.lost().value() == EBADF ? 0 : 1;
    });
    BOOST_TEST(talker.collect() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
