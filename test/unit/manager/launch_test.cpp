#include "client/manager/launch.hpp"
#include "common/base/text.hpp"
#include "common/reactor/async_wait_exit.hpp"
#include "test/unit/manager/support.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>

#include <fcntl.h>

namespace cscc {
namespace {

using namespace std::chrono_literals;

/// A program in csccd's place: a shell script that finds the descriptors as csccd does.
struct fixture
{
    test::temporary_directory directory;
    unique_fd lock{::open(directory.path("lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};

    std::string event_log;

    launch_order order(const std::string& script)
    {
        const std::string program = directory.path("csccd");
        std::ofstream(program) << "#!/bin/sh\n" << script << "\n";
        std::filesystem::permissions(program, std::filesystem::perms::owner_all);
        launch_order o;
        o.program = program;
        o.config_object = "group.0.config";
        o.manager_lock = lock.get();
        o.event_log = event_log;
        return o;
    }

    /// What the script said at the start, and then its end.
    result<startup_word> hear(const std::string& script, duration limit = 10s)
    {
        auto daemon = launch_daemon(order(script));
        BOOST_TEST_REQUIRE(daemon.has_value());
        const auto word = test::run_to_end<result<startup_word>>(
            [&] { return async_hear_startup(std::move(daemon->startup), clock::now() + limit); });
        static_cast<void>(daemon->process.send_signal(SIGKILL));
        const auto gone = test::run_to_end<bool>([&] { return end_of(daemon->process); });
        BOOST_TEST(gone);
        exit = collect_exit(daemon->process);
        return word;
    }
    static boost::asio::awaitable<bool> end_of(const process_ref& process)
    {
        auto watched = process.clone();
        const error_code error = co_await async_wait_exit(std::move(*watched));
        co_return !error;
    }

    std::string read(const std::string& name)
    {
        std::ifstream file(directory.path(name));
        return {std::istreambuf_iterator<char>(file), {}};
    }
    std::string exit;
};

BOOST_FIXTURE_TEST_SUITE(launching_the_daemon, fixture)

BOOST_AUTO_TEST_CASE(its_first_word_is_heard)
{
    const auto word = hear("echo ok >&4; exec sleep 100");
    BOOST_TEST_REQUIRE(word.has_value());
    BOOST_TEST(word->good);
    BOOST_TEST(exit == "signal 9 (KILL)");
}

BOOST_AUTO_TEST_CASE(its_error_is_heard_with_its_exit_code)
{
    const auto word = hear("echo 'error 4 The log cannot be opened: nowhere.' >&4; exit 4");
    BOOST_TEST_REQUIRE(word.has_value());
    BOOST_TEST(!word->good);
    BOOST_TEST(word->code == 4);
    BOOST_TEST(word->sentence == "The log cannot be opened: nowhere.");
}

BOOST_AUTO_TEST_CASE(its_death_without_a_word_is_noticed_at_once)
{
    const auto began = clock::now();
    BOOST_TEST((hear("printf o >&4; kill -9 $$").error() == errc::process_gone));
    BOOST_TEST((clock::now() - began < 5s));
}

BOOST_AUTO_TEST_CASE(its_silence_ends_at_the_deadline)
{
    BOOST_TEST((hear("exec sleep 100", 50ms).error() == errc::timed_out));
}

BOOST_AUTO_TEST_CASE(what_no_csccd_would_say_is_refused)
{
    BOOST_TEST((hear("echo hello >&4").error() == errc::frame_malformed));
    BOOST_TEST(
        (hear("head -c 9000 /dev/zero >&4; exec sleep 100").error() == errc::frame_malformed));
}

BOOST_AUTO_TEST_CASE(it_is_told_of_our_event_log)
{
    event_log = "/somewhere/events";
    BOOST_TEST(hear(text("echo \"$*\" > ", directory.path("args"), "; echo ok >&4")).has_value());
    BOOST_TEST(read("args") == "--config-object group.0.config --manager-lock-fd 3 --startup-fd 4 "
                               "--event-log /somewhere/events\n");
}

BOOST_AUTO_TEST_CASE(it_gets_its_arguments_and_nothing_of_ours)
{
    const unique_fd secret(::fcntl(lock.get(), F_DUPFD, 20)); // inheritable, by mistake
    const std::string where = directory.path("");
    const auto word = hear(text("echo \"$*\" > ", where, "args; ls -l /proc/$$/fd > ", where,
                                "fds; ps -o sid= -p $$ > ", where, "sid; echo $$ >> ", where,
                                "sid; echo ok >&4"));
    BOOST_TEST_REQUIRE(word.has_value());
    BOOST_TEST(read("args") ==
               "--config-object group.0.config --manager-lock-fd 3 --startup-fd 4\n");
    const std::string fds = read("fds");
    BOOST_TEST(test::contains(fds, " 0 -> /dev/null"));
    BOOST_TEST(test::contains(fds, " 1 -> ")); // the redirection of ls itself is not the shell's
    BOOST_TEST(test::contains(fds, " 2 -> /dev/null"));
    BOOST_TEST(test::contains(fds, " 3 -> " + directory.path("lock")));
    BOOST_TEST(test::contains(fds, " 4 -> pipe:"));
    BOOST_TEST(!test::contains(fds, " 5 -> "));
    BOOST_TEST(!test::contains(fds, text(" ", secret.get(), " -> ")));
    const std::string sid = read("sid");
    const auto half = sid.find('\n');
    BOOST_TEST(std::stoi(sid.substr(0, half)) == std::stoi(sid.substr(half + 1))); // leads it
}

BOOST_AUTO_TEST_CASE(what_cannot_be_run_is_an_error_here)
{
    launch_order o = order("exit 0");
    o.program = directory.path("missing");
    BOOST_TEST(launch_daemon(o).error().value() == ENOENT);
    o.program = directory.path("lock");
    BOOST_TEST(launch_daemon(o).error().value() == EACCES);
    std::ofstream(directory.path("text")) << "no program\n";
    std::filesystem::permissions(directory.path("text"), std::filesystem::perms::owner_all);
    o.program = directory.path("text");
    BOOST_TEST(launch_daemon(o).error().value() == ENOEXEC);
}

BOOST_AUTO_TEST_CASE(a_first_word_is_ok_or_an_error_with_a_number)
{
    BOOST_TEST(parse_startup_word("ok")->good);
    BOOST_TEST(parse_startup_word("error 6 bad: worse")->sentence == "bad: worse");
    BOOST_TEST(parse_startup_word("error 6 ")->sentence == "");
    for (const char* line : {"", "okay", "OK", "error", "error ", "error x y", "error 6", "err 6 x",
                             "error 99999999999999 x"})
        BOOST_TEST(!parse_startup_word(line).has_value(), line);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
