// Whole lines into descriptors of every kind that do not take them.
#include "common/reactor/log_output.hpp"
#include "test/unit/reactor/child.hpp"
#include "test/unit/reactor/slow_reader.hpp"
#include "test/unit/reactor/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <sstream>
#include <string>

#include <sys/resource.h>
#include <sys/stat.h>

using namespace cscc;
using namespace cscc::test;

namespace {

std::string content_of(const std::string& path)
{
    std::ostringstream all;
    all << std::ifstream(path).rdbuf();
    return all.str();
}

/// Numbered lines of that length, until one is dropped.
/// @return what was accepted
std::string fill(log_output& output, std::size_t length)
{
    std::string accepted;
    for (int number = 0; number < 100000; ++number) {
        std::string line = std::to_string(number);
        line.resize(length - 1, '.');
        line += '\n';
        if (!output.write(line))
            return accepted;
        accepted += line;
    }
    BOOST_FAIL("it took everything");
    return accepted;
}

/// Nothing blocks, nothing is mixed or torn, and it goes on when the reader does.
void check_that_it_drops_and_recovers(const channel_ends& ends, log_output output,
                                      std::size_t length)
{
    // A line may be taken in part: its rest comes out first once there is room again.
    std::string expected = fill(output, length);
    // The kernel moves on what a terminal was given in its own time, and may then have room for
    // some more; not for ever, since nobody reads. (Of full length: a shorter one might fit into a
    // gap.)
    const std::string another = std::string(length - 1, '-') + "\n";
    std::size_t more = 0;
    for (; more < 1000 && output.write(another); ++more)
        expected += another;
    BOOST_TEST(more < 1000U);
    std::string seen = drain(ends.read.get(), 10);
    for (int attempt = 0; attempt < 100 && !output.write("after\n"); ++attempt)
        seen += drain(ends.read.get(), 10);
    expected += "after\n";
    seen += drain(ends.read.get(), 10);
    BOOST_TEST((seen == expected), "read " << seen.size() << " of " << expected.size());
    BOOST_TEST((::fcntl(ends.written.get(), F_GETFL) & O_NONBLOCK) == 0); // others share it
}

/// As in check_..., but a descriptor cannot be opened anew: there is none left.
log_output open_with_no_descriptor_left(int fd)
{
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{0, before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
    log_output output = log_output::to_shared(fd);
    ::setrlimit(RLIMIT_NOFILE, &before);
    BOOST_TEST(output.is_guarded());
    return output;
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_output_test)

BOOST_AUTO_TEST_CASE(a_pipe_that_nobody_reads_never_blocks)
{
    for (const std::size_t length : {16U, 1000U, 4096U, 5000U, 8192U}) {
        const channel_ends ends = make_pipe();
        check_that_it_drops_and_recovers(ends, log_output::to_shared(ends.written.get()), length);
    }
}

BOOST_AUTO_TEST_CASE(a_pipe_that_cannot_be_opened_anew_never_blocks_either)
{
    for (const std::size_t length : {16U, 1000U, 4096U, 5000U, 8192U}) {
        const channel_ends ends = make_pipe();
        check_that_it_drops_and_recovers(ends, open_with_no_descriptor_left(ends.written.get()),
                                         length);
    }
}

BOOST_AUTO_TEST_CASE(a_terminal_that_is_held_never_blocks)
{
    for (const std::size_t length : {16U, 1000U}) {
        const channel_ends ends = make_terminal();
        check_that_it_drops_and_recovers(ends, log_output::to_shared(ends.written.get()), length);
    }
}

BOOST_AUTO_TEST_CASE(a_socket_that_nobody_reads_never_blocks)
{
    for (const std::size_t length : {16U, 8192U}) {
        const channel_ends ends = make_stream_socket();
        check_that_it_drops_and_recovers(ends, log_output::to_shared(ends.written.get()), length);
    }
}

BOOST_AUTO_TEST_CASE(a_reader_that_has_gone_costs_lines_and_no_signal)
{
    for (auto make : {make_pipe, make_stream_socket}) {
        for (const bool guarded : {false, true}) {
            child writer([&] {
                ::signal(SIGPIPE, SIG_DFL); // which would kill it
                channel_ends ends = make();
                const int fd = ends.written.get();
                log_output output = guarded && make == make_pipe ? open_with_no_descriptor_left(fd)
                                                                 : log_output::to_shared(fd);
                ends.read.reset();
                const bool dropped = !output.write("line\n") && !output.write("line\n");
                sigset_t pending, blocked;
                ::sigpending(&pending);
                ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
                const bool clean =
                    ::sigismember(&pending, SIGPIPE) == 0 && ::sigismember(&blocked, SIGPIPE) == 0;
                return dropped && clean ? 0 : 1;
            });
            BOOST_TEST(writer.collect() == 0);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_file_is_made_for_its_owner_and_group_and_appended_to)
{
    const temporary_directory directory;
    const std::string path = directory.path("log");
    const mode_t mask = ::umask(0);
    for (const char* line : {"one\n", "two\n"}) {
        auto output = log_output::to_file(path);
        BOOST_REQUIRE(output);
        BOOST_TEST(output->write(line));
    }
    ::umask(mask);
    BOOST_TEST(content_of(path) == "one\ntwo\n");
    struct stat what
    {};
    BOOST_REQUIRE(::stat(path.c_str(), &what) == 0);
    BOOST_TEST((what.st_mode & 07777) == 0640U);
}

BOOST_AUTO_TEST_CASE(a_file_that_others_append_to_is_shared_line_by_line)
{
    const temporary_directory directory;
    const std::string path = directory.path("log");
    auto ours = log_output::to_file(path), theirs = log_output::to_file(path);
    BOOST_REQUIRE(ours && theirs);
    BOOST_TEST(ours->write("one\n"));
    BOOST_TEST(theirs->write("two\n"));
    BOOST_TEST(ours->write("three\n"));
    BOOST_TEST(content_of(path) == "one\ntwo\nthree\n");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_opened_says_why)
{
    const temporary_directory directory;
    const auto output = log_output::to_file(directory.path("no/such/folder"));
    BOOST_REQUIRE(!output);
    BOOST_TEST(output.error() == error_code(ENOENT, boost::system::system_category()));
}

BOOST_AUTO_TEST_CASE(a_fifo_without_a_reader_does_not_hold_up_the_opening)
{
    const temporary_directory directory;
    const std::string path = directory.path("fifo");
    BOOST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    const auto output = log_output::to_file(path);
    BOOST_REQUIRE(!output);
    BOOST_TEST(output.error() == error_code(ENXIO, boost::system::system_category()));
}

BOOST_AUTO_TEST_CASE(a_full_disk_costs_lines)
{
    auto output = log_output::to_file("/dev/full");
    BOOST_REQUIRE(output);
    BOOST_TEST(!output->write("line\n"));
}

BOOST_AUTO_TEST_CASE(no_descriptor_is_inherited_by_children)
{
    const channel_ends ends = make_pipe();
    const int free_number = ::dup(ends.read.get());
    ::close(free_number);
    const log_output output = log_output::to_shared(ends.written.get());
    BOOST_TEST(!output.is_guarded());
    BOOST_TEST(::fcntl(free_number, F_GETFD) == FD_CLOEXEC); // the one it opened anew
}

BOOST_AUTO_TEST_SUITE_END()
