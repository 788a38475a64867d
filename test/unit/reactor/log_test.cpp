// The whole way of a line: level, channel, sink, reopening, and what happens when nobody reads.
#include "common/reactor/async_wait_exit.hpp"
#include "common/reactor/log.hpp"
#include "test/unit/reactor/child.hpp"
#include "test/unit/reactor/probe.hpp"
#include "test/unit/reactor/slow_reader.hpp"
#include "test/unit/reactor/temporary_directory.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <sys/stat.h>

using namespace cscc;
using namespace cscc::test;

namespace {

using lines = std::vector<std::string>;

lines split(const std::string& text)
{
    lines all;
    std::size_t from = 0;
    for (std::size_t end = 0; (end = text.find('\n', from)) != std::string::npos; from = end + 1)
        all.push_back(text.substr(from, end - from));
    BOOST_TEST(from == text.size(), "the last line has no end");
    return all;
}

lines lines_of(const std::string& path)
{
    std::ifstream file(path);
    return split(std::string(std::istreambuf_iterator<char>(file), {}));
}

/// Without the time, which begins each line of a file.
std::string after_time(const std::string& line)
{
    return line.substr(std::min<std::size_t>(line.size(), sizeof("2026-11-22T10:00:00.123Z")));
}

struct fixture
{
    temporary_directory directory;
    std::string path = directory.path("log");

    ~fixture() { (void)log_open({}); } // back to stderr
    void open(log_level level = log_level::info, log_format format = log_format::text)
    {
        BOOST_REQUIRE(!log_open({level, format, path}));
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(log_test, fixture)

BOOST_AUTO_TEST_CASE(a_line_goes_to_the_file_at_once)
{
    open();
    log(log_level::info, "group", "CSQL is ready");
    const lines all = lines_of(path);
    BOOST_REQUIRE(all.size() == 1U);
    BOOST_TEST(after_time(all[0]) == "info  [group] CSQL is ready");
    BOOST_TEST(all[0].substr(0, 2) == "20");
    BOOST_TEST(all[0].substr(19, 1) == ".");
}

BOOST_AUTO_TEST_CASE(the_level_decides_what_is_written)
{
    for (int least = 3; least <= 7; ++least) {
        std::filesystem::remove(path);
        open(static_cast<log_level>(least));
        for (int level = 3; level <= 7; ++level)
            log(static_cast<log_level>(level), "x", std::to_string(level));
        const lines all = lines_of(path);
        BOOST_REQUIRE(all.size() == static_cast<std::size_t>(least - 2));
        for (std::size_t i = 0; i < all.size(); ++i)
            BOOST_TEST(all[i].ends_with("[x] " + std::to_string(i + 3)));
    }
}

BOOST_AUTO_TEST_CASE(json_lines_carry_everything)
{
    open(log_level::info, log_format::json);
    log(log_level::warning, "control", "a \"quoted\" client\nof two lines");
    const lines all = lines_of(path);
    BOOST_REQUIRE(all.size() == 1U);
    const boost::json::value line = boost::json::parse(all[0]);
    BOOST_TEST(line.at("level").as_string() == "warning");
    BOOST_TEST(line.at("channel").as_string() == "control");
    BOOST_TEST(line.at("message").as_string() == "a \"quoted\" client of two lines");
    BOOST_TEST(line.at("time").as_string().size() == 24U);
}

BOOST_AUTO_TEST_CASE(a_file_that_was_moved_away_is_made_anew_when_asked)
{
    open();
    log(log_level::info, "x", "before");
    std::filesystem::rename(path, path + ".1");
    log(log_level::info, "x", "between");
    BOOST_TEST(!log_reopen());
    log(log_level::info, "x", "after");
    BOOST_TEST(lines_of(path + ".1").size() == 2U);
    const lines fresh = lines_of(path);
    BOOST_REQUIRE(fresh.size() == 1U);
    BOOST_TEST(fresh[0].ends_with("after"));
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_made_anew_leaves_the_old_one_in_use)
{
    const std::string folder = directory.path("folder");
    std::filesystem::create_directory(folder);
    path = folder + "/log";
    open();
    std::filesystem::rename(folder, folder + ".1");
    BOOST_TEST(log_reopen() == error_code(ENOENT, boost::system::system_category()));
    log(log_level::info, "x", "still here");
    BOOST_TEST(lines_of(folder + ".1/log").size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_opened_changes_nothing)
{
    open();
    const log_settings impossible{log_level::error, log_format::json, directory.path("no/log")};
    BOOST_TEST(log_open(impossible).failed());
    log(log_level::info, "x", "as before");
    BOOST_REQUIRE(lines_of(path).size() == 1U);
    BOOST_TEST(after_time(lines_of(path)[0]) == "info  [x] as before");
}

BOOST_AUTO_TEST_CASE(there_is_nothing_to_reopen_on_stderr)
{
    BOOST_REQUIRE(!log_open({}));
    BOOST_TEST(!log_reopen());
}

BOOST_AUTO_TEST_CASE(lines_that_were_dropped_are_counted_and_said_once)
{
    BOOST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    const unique_fd reader{::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
    open();
    const std::uint64_t before = log_lines_dropped();
    const std::string message(500, 'x');
    while (log_lines_dropped() == before) // the first that is dropped ends it
        log(log_level::info, "x", message);
    for (int i = 0; i < 36; ++i)
        log(log_level::info, "x", message);
    BOOST_TEST(log_lines_dropped() == before + 37);

    (void)drain(reader.get());
    log(log_level::info, "x", "flows again"); // its first try takes the end of a torn line, if any
    log(log_level::info, "x", "and on");
    const lines all = split(drain(reader.get()));
    BOOST_REQUIRE(all.size() >= 3U);
    BOOST_TEST(after_time(all[all.size() - 3]) == "warning [log] 37 lines were dropped");
    BOOST_TEST(after_time(all[all.size() - 2]) == "info  [x] flows again");
    BOOST_TEST(after_time(all[all.size() - 1]) == "info  [x] and on");
    BOOST_TEST(log_lines_dropped() == before + 37);
}

BOOST_AUTO_TEST_CASE(a_full_stderr_never_blocks_and_stays_as_it_was_for_others)
{
    channel_ends ends = make_pipe();
    child writer([&] { // from its first line on, as a program that has not opened a log
        ::dup2(ends.written.get(), STDERR_FILENO);
        if (log_open({}))
            return 1;
        for (int i = 0; i < 10000; ++i)
            log(log_level::notice, "launcher", "nobody reads this");
        return log_lines_dropped() > 0 ? 0 : 2;
    });
    asio::io_context io{1};
    probe<error_code> exit(io, async_wait_exit_until(writer.ref(), clock::now() + patience));
    BOOST_TEST(!exit.finish(2 * patience));
    BOOST_TEST(writer.collect() == 0);
    BOOST_TEST((::fcntl(ends.written.get(), F_GETFL) & O_NONBLOCK) == 0);
    const lines all = split(drain(ends.read.get()) + "\n"); // the last may be torn by the exit
    BOOST_TEST(all.front() == "<5>[launcher] nobody reads this");
}

BOOST_AUTO_TEST_SUITE_END()
