// The product's event log, read back by the parser that knows nothing of it. Each case in a child
// of its own: a process has one log.
#include "common/reactor/event_log.hpp"
#include "test/support/event_log.hpp"
#include "test/unit/reactor/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <cstdlib>
#include <functional>
#include <string>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace cscc;

namespace {

struct fixture
{
    test::temporary_directory folder;
    const std::string file = folder.path("events");

    /// What a child that runs `body` with this log open wrote.
    [[nodiscard]] test::parsed_log lines_of(const std::function<void()>& body,
                                            event_role role = event_role::none) const
    {
        const pid_t child = ::fork();
        if (child == 0) {
            if (event_log_open(file, role))
                ::_exit(1);
            body();
            ::_exit(0);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        BOOST_TEST(status == 0);
        auto log = test::read_log(file);
        BOOST_TEST(log.malformed.empty());
        for (const test::log_event& e : log.events)
            BOOST_TEST(e.pid == child);
        return log;
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_line_says_who_when_and_what, fixture)
{
    const auto log = lines_of([] {
        event_log_enter(event_role::primary, 3, 77);
        event_log_generation(2);
        note_event("kill", "id", std::string("CSQL"), "cause", "late", "of", 17);
    });
    BOOST_REQUIRE(log.events.size() == 2u);
    const test::log_event& role = log.events[0];
    BOOST_TEST(role.kind == "role");
    BOOST_TEST(role.role == "primary");
    BOOST_TEST(role.word("from") == "none");
    BOOST_TEST(role.word("to") == "primary");
    BOOST_TEST(role.number("epoch") == 3);
    BOOST_TEST(role.number("config_hash") == 77);
    const test::log_event& kill = log.events[1];
    BOOST_TEST(kill.text.starts_with("{\"t_ns\":"));
    BOOST_TEST(kill.start != 0u);
    BOOST_TEST(kill.role == "primary");
    BOOST_TEST(kill.generation == 2u);
    BOOST_TEST(kill.id == "CSQL");
    BOOST_TEST(kill.word("cause") == "late");
    BOOST_TEST(kill.number("of") == 17);
    BOOST_TEST(kill.t_ns >= role.t_ns);
}

BOOST_FIXTURE_TEST_CASE(the_role_that_ends_is_the_one_that_says_so, fixture)
{
    const auto log = lines_of([] {
        event_log_enter(event_role::standby, 0, 77);
        event_log_enter(event_role::primary, 2, 77);
        event_log_enter(event_role::none, 2, 77);
    });
    BOOST_REQUIRE(log.events.size() == 3u);
    BOOST_TEST(log.events[0].role == "standby");
    BOOST_TEST(log.events[1].word("from") == "standby");
    BOOST_TEST(log.events[2].role == "primary");
    BOOST_TEST(log.events[2].word("to") == "none");
}

BOOST_FIXTURE_TEST_CASE(no_text_breaks_a_line, fixture)
{
    const auto log = lines_of(
        [] {
            note_event("state", "reason", "a \"b\" \\ \n \x7f \xff c");
            note_event("state", "reason", std::string(1000, 'x'));
        },
        event_role::library);
    BOOST_REQUIRE(log.events.size() == 2u);
    BOOST_TEST(log.events[0].word("reason") == "a ?b? ? ? ? ? c");
    BOOST_TEST(log.events[1].word("reason") == std::string(120, 'x'));
}

BOOST_FIXTURE_TEST_CASE(a_line_is_at_most_512_bytes_long, fixture)
{
    const std::string part(120, 'y');
    const pid_t child = ::fork();
    if (child == 0) {
        if (event_log_open(file, event_role::manager))
            ::_exit(1);
        note_event("state", "a", part, "b", part, "c", part, "d", part);
        ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
    struct stat found = {};
    BOOST_REQUIRE(::stat(file.c_str(), &found) == 0);
    BOOST_TEST(found.st_size == 512);
    BOOST_TEST(test::read_log(file).malformed.size() == 1u); // seen, rather than taken for whole
}

BOOST_FIXTURE_TEST_CASE(without_a_file_nothing_is_noted, fixture)
{
    const pid_t child = ::fork();
    if (child == 0) {
        ::unsetenv("CSCC_EVENT_LOG");
        const bool fine = !event_log_open_named(event_role::library) && !event_log_is_open();
        event_log_enter(event_role::primary, 1, 77);
        note_event("release");
        ::_exit(fine ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    BOOST_TEST(status == 0);
    struct stat found = {};
    BOOST_TEST(::stat(file.c_str(), &found) != 0);
}

BOOST_FIXTURE_TEST_CASE(a_file_that_cannot_be_opened_is_said, fixture)
{
    const error_code failed = event_log_open(file + "/x/y", event_role::manager);
    BOOST_TEST(failed == error_code(ENOENT, boost::system::system_category()));
    BOOST_TEST(!event_log_is_open());
}
