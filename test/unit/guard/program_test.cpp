// program_test.cpp: what a guard's program is started with, and how its end is told.
#include "client/guard/program.hpp"
#include "test/support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace cscc;

namespace {

std::optional<process_exit> run(children& family, const program_start& start)
{
    auto program = family.start(start);
    BOOST_REQUIRE(program);
    pollfd gone{program->descriptor(), POLLIN, 0};
    BOOST_REQUIRE(::poll(&gone, 1, 10'000) == 1);
    return family.collect(*program);
}

program_start shell(const std::string& script)
{
    program_start start;
    start.words = {"/bin/sh", "-c", script};
    start.environment = {"PATH=/usr/bin:/bin"};
    return start;
}

} // namespace

BOOST_AUTO_TEST_SUITE(program)

BOOST_AUTO_TEST_CASE(it_has_three_descriptors_and_the_one_that_it_was_given)
{
    const test::temp_dir dir;
    const unique_fd ours(::open("/dev/null", O_RDONLY)); // not close-on-exec, as a library's may be
    int ends[2];
    BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const unique_fd reading(ends[0]);
    program_start start = shell("exec > " + dir.file("list") + "; ls /proc/$$/fd; echo ready >&3");
    start.descriptor = ends[1];
    children family;
    BOOST_TEST(run(family, start)->value == 0);
    ::close(ends[1]);
    BOOST_TEST(test::read_file(dir.file("list")) == "0\n1\n2\n3\n");
    char word[16] = {};
    BOOST_TEST(::read(reading.get(), word, sizeof word) == 6);
    BOOST_TEST(::read(reading.get(), word, sizeof word) == 0); // nobody holds the other end

    start.descriptor = -1;
    start.words.back() = "exec > " + dir.file("list") + "; ls /proc/$$/fd";
    BOOST_TEST(run(family, start)->value == 0);
    BOOST_TEST(test::read_file(dir.file("list")) == "0\n1\n2\n");
}

BOOST_AUTO_TEST_CASE(no_signal_is_blocked_or_ignored_in_it)
{
    const test::temp_dir dir;
    const auto before = ::signal(SIGPIPE, SIG_IGN);
    children family;
    run(family, shell("grep -E '^Sig(Blk|Ign)' /proc/self/status > " + dir.file("signals")));
    ::signal(SIGPIPE, before);
    BOOST_TEST(test::read_file(dir.file("signals")) ==
               "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

BOOST_AUTO_TEST_CASE(its_end_is_told_as_it_was)
{
    children family;
    BOOST_TEST((*run(family, shell("exit 3")) == process_exit{false, 3, false}));
    BOOST_TEST((*run(family, shell("kill -9 $$")) == process_exit{true, SIGKILL, false}));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_executed_is_said_and_leaves_no_child)
{
    const test::temp_dir dir;
    test::write_file(dir.file("plain"), "no program");
    children family;
    program_start start;
    const std::vector<std::pair<std::string, int>> cases{
        {"/nowhere/at/all", ENOENT}, {"/etc", EACCES}, {dir.file("plain"), EACCES}};
    for (const auto& [word, error] : cases) {
        start.words = {word};
        const auto refused = family.start(start);
        BOOST_TEST_REQUIRE(!refused);
        BOOST_TEST(refused.error().value() == error, word);
    }
    BOOST_TEST(::waitpid(-1, nullptr, WNOHANG) == -1); // ECHILD
}

BOOST_AUTO_TEST_CASE(an_orphan_is_collected_and_a_program_of_ours_is_not)
{
    children family;
    auto program = family.start(shell("exit 4"));
    BOOST_REQUIRE(program);
    pollfd gone{program->descriptor(), POLLIN, 0};
    BOOST_REQUIRE(::poll(&gone, 1, 10'000) == 1);
    family.collect_orphans();
    BOOST_TEST(family.collect(*program)->value == 4);

    auto forgotten = family.start(shell("exit 5"));
    BOOST_REQUIRE(forgotten);
    family.forget(*forgotten);
    pollfd ended{forgotten->descriptor(), POLLIN, 0};
    BOOST_REQUIRE(::poll(&ended, 1, 10'000) == 1);
    family.collect_orphans();
    BOOST_TEST(::waitpid(-1, nullptr, WNOHANG) == -1);
}

BOOST_AUTO_TEST_CASE(its_environment_is_the_guards_but_for_what_is_the_guards_own)
{
    const char* const given[]{"PATH=/bin",      "CSCC_STATE_FD=3", "CSCC_LOCK_FD=4", "CSCC_GROUP=g",
                              "CSCC_SERVICE=A", "CSCC_SOCKET=/s",  "NOTIFY_SOCKET=", nullptr};
    const std::vector<std::string> expected{"PATH=/bin", "CSCC_GROUP=g", "CSCC_SERVICE=A",
                                            "CSCC_SOCKET=/s", "NOTIFY_SOCKET=@x"};
    BOOST_TEST(program_environment(given, {"NOTIFY_SOCKET=@x"}) == expected,
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
