// csccmgr logs, with the real programs: what the services wrote, whoever lives, and what they
// write.
#define BOOST_TEST_MODULE logs
#include "test/integration/as_json.hpp"
#include "test/integration/said.hpp"
#include "test/support/group_under_test.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

#include <unistd.h>

using namespace cscc::test;

namespace {

namespace fs = std::filesystem;
using words = std::vector<std::string>;

constexpr int timed_out = 124;
constexpr int interrupted = 130;

/// Two services, of which A is the first in the file and the second to start.
group_description two()
{
    group_description d = group_of({"A", "BB"});
    d.startup = {{"BB"}, {"A"}};
    return d;
}

std::string log_of(const group_under_test& g, const std::string& id)
{
    return g.log_directory() + "/" + g.name() + "/" + id + ".log";
}

void write(const group_under_test& g, const std::string& id, const std::string& text)
{
    fs::create_directories(fs::path(log_of(g, id)).parent_path());
    std::ofstream(log_of(g, id), std::ios::app) << text;
}

/// "line 17" and "error 18", as a fixture counts aloud: the numbers, in the order in which they
/// came.
std::vector<int> counted(const std::string& said, const std::string& id)
{
    std::vector<int> numbers;
    for (const std::string& line : lines_of(said)) {
        if (line.starts_with(id + " "))
            numbers.push_back(std::stoi(line.substr(line.rfind(' ') + 1)));
    }
    return numbers;
}

bool has(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

/// Each number is the one after the last.
void expect_gapless(const std::vector<int>& numbers)
{
    for (std::size_t i = 1; i < numbers.size(); ++i)
        BOOST_TEST(numbers[i] == numbers[i - 1] + 1);
}

void expect_interrupted(group_under_test& g, running_program& logs)
{
    BOOST_TEST(g.watch().signal(logs.who(), SIGINT));
    expect(logs.finish(10s), interrupted);
}

} // namespace

BOOST_AUTO_TEST_CASE(the_last_lines_of_each_service_come_in_startup_order_without_a_coordinator)
{
    group_under_test g(two());
    for (int n = 0; n < 12; ++n) {
        write(g, "A", "a " + std::to_string(n) + "\n");
        write(g, "BB", "b " + std::to_string(n) + "\n");
    }
    write(g, "BB", "no end");
    const program_result all = g.csccmgr({"logs"});
    expect(all, 0);
    const words shown = lines_of(all.out);
    BOOST_TEST_REQUIRE(shown.size() == 20U); // ten of each
    BOOST_TEST(shown.at(0) == "BB | b 3");
    BOOST_TEST(shown.at(9) == "BB | no end");
    BOOST_TEST(shown.at(10) == "A  | a 2");
    BOOST_TEST(all.err.empty());

    BOOST_TEST(g.csccmgr({"logs", "-n", "1"}).out == "BB | no end\nA  | a 11\n");
    BOOST_TEST(g.csccmgr({"logs", "-n", "2", "A"}).out == "A | a 10\nA | a 11\n");
    BOOST_TEST(g.csccmgr({"logs", "-n", "0"}).out.empty());
    BOOST_TEST(g.csccmgr({"--json", "logs", "-n", "1"}).out ==
               "{\"id\":\"BB\",\"line\":\"no end\",\"cut_bytes\":0}\n"
               "{\"id\":\"A\",\"line\":\"a 11\",\"cut_bytes\":0}\n");
    expect(g.csccmgr({"logs", "A", "C"}), 4, {"has no service \"C\"", "csccmgr status"});
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(of_output_that_is_in_no_file_it_is_said_where_it_is)
{
    group_description d = group_of({"A", "B", "C", "D"});
    d.at("A").extra = "output = \"inherit\"\n";
    d.at("B").extra = "output = \"null\"\n";
    d.at("C").extra = "output = \"journal\"\n";
    group_under_test g(d);
    const program_result r = g.csccmgr({"logs"});
    expect(r, 0,
           {"A: its output goes where csccd's own does", "B: its output is thrown away",
            "C: its output is in the journal: journalctl -t C",
            "D: nothing yet: there is no " + log_of(g, "D")});
    BOOST_TEST(r.out.empty());
    expect(g.csccmgr({"logs", "-f", "A", "B"}), 0); // there is nothing to follow
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(the_files_are_those_of_the_running_group_and_not_of_a_changed_file)
{
    group_description d = group_of({"A"});
    d.at("A").arguments = {"--say-every", "5"};
    group_under_test g(d);
    expect(g.csccmgr({"start"}), 0);
    const auto said = [&] { return has(g.csccmgr({"logs", "-n", "1000000"}).out, "error 1"); };
    BOOST_TEST(g.eventually(said));
    d.at("A").extra = "output_file = \"" + g.file("elsewhere.log") + "\"\n";
    g.configure(d);
    BOOST_TEST(said());
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
    expect(g.csccmgr({"logs"}), 0, {"nothing yet: there is no " + g.file("elsewhere.log")});
}

BOOST_AUTO_TEST_CASE(followed_from_before_the_start_nothing_is_missed_in_any_life)
{
    group_description d = two();
    d.on_coordinator_failure = "adopt";
    for (service_description& s : d.services)
        s.arguments = {"--say-every", "5"};
    group_under_test g(d);
    fs::remove(g.log_directory()); // not even the place is there
    auto logs = g.begin_csccmgr({"logs", "-f"});
    BOOST_TEST(g.eventually([&] { return has(logs.err(), "BB: nothing yet: there is no "); }));
    expect(g.csccmgr({"start"}), 0);
    const auto lines_beyond = [&](int number) {
        return g.eventually([&] {
            const std::string all = logs.out();
            const auto a = counted(all, "A");
            const auto b = counted(all, "BB");
            return !a.empty() && a.back() >= number && !b.empty() && b.back() >= number;
        });
    };
    BOOST_TEST(lines_beyond(5));
    BOOST_TEST(has(logs.err(), "A: " + log_of(g, "A") + " is there now"));

    const process_key former = g.await_role("primary");
    BOOST_TEST(g.watch().signal(former, SIGKILL));
    const process_key successor = g.await_role("primary", former);
    BOOST_TEST(g.watch().lives(successor));
    const int now = counted(logs.out(), "A").back();
    BOOST_TEST(lines_beyond(now + 5)); // the services went on, and so do we

    const std::string all = logs.out();
    for (const char* const id : {"A", "BB"}) {
        const auto numbers = counted(all.substr(0, all.rfind('\n') + 1), id);
        BOOST_TEST(numbers.at(0) == 0);
        expect_gapless(numbers);
    }
    expect(g.csccmgr({"stop"}), 0);
    BOOST_TEST(g.watch().lives(logs.who())); // as tail -F: the next start is followed, too
    expect_interrupted(g, logs);
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_file_that_is_renamed_replaced_or_truncated_is_followed_and_that_is_said)
{
    group_under_test g(group_of({"A"}));
    const std::string log = log_of(g, "A");
    write(g, "A", "one\n");
    auto logs = g.begin_csccmgr({"logs", "-f"});
    const auto said = [&](const std::string& out, const std::string& err) {
        return g.eventually([&] { return logs.out() == out && has(logs.err(), err); });
    };
    BOOST_TEST(said("A | one\n", ""));
    std::ofstream held(log, std::ios::app); // by a service that does not reopen
    fs::rename(log, log + ".1");
    BOOST_TEST(said("A | one\n", log + " was moved or removed; waiting for a new one"));
    held << "two\n" << std::flush;
    BOOST_TEST(said("A | one\nA | two\n", ""));
    write(g, "A", "three\n");
    BOOST_TEST(said("A | one\nA | two\nA | three\n", log + " is a new file"));
    BOOST_TEST(::truncate(log.c_str(), 0) == 0);
    BOOST_TEST(said("A | one\nA | two\nA | three\n", log + " was truncated"));
    write(g, "A", "four\n");
    BOOST_TEST(said("A | one\nA | two\nA | three\nA | four\n", ""));
    expect_interrupted(g, logs);
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(following_ends_at_its_timeout_with_a_code_of_its_own)
{
    group_under_test g(group_of({"A"}));
    write(g, "A", "one\ntwo");
    const program_result r = g.csccmgr({"logs", "-f", "--timeout", "300ms"});
    expect(r, timed_out);
    BOOST_TEST(r.out == "A | one\nA | two\n"); // the unfinished line, too
    BOOST_TEST(r.took >= 250ms);
    expect(g.csccmgr({"logs", "-f", "B"}), 4);
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(following_at_rest_takes_no_time_of_the_processor)
{
    group_under_test g(group_of({"A"}));
    write(g, "A", "one\n");
    auto logs = g.begin_csccmgr({"logs", "-f"});
    BOOST_TEST(g.eventually([&] { return logs.out() == "A | one\n"; }));
    // Switches of a process that sleeps: one each time that it is woken.
    const auto woken = [&] {
        const std::string status = read_file("/proc/" + std::to_string(logs.who().pid) + "/status");
        const std::string key = "\nvoluntary_ctxt_switches:";
        const auto at = status.find(key);
        BOOST_TEST_REQUIRE(at != std::string::npos);
        return std::stoll(status.substr(at + key.size()));
    };
    BOOST_TEST(g.eventually([&] { // asleep
        return has(read_file("/proc/" + std::to_string(logs.who().pid) + "/stat"), ") S ");
    }));
    const auto before = woken();
    const program_result other = g.csccmgr({"logs", "-f", "--timeout", "2500ms"});
    expect(other, timed_out);
    BOOST_TEST(woken() - before <= 1); // a timer of one second would have come twice or more
    write(g, "A", "two\n");
    BOOST_TEST(g.eventually([&] { return logs.out() == "A | one\nA | two\n"; }));
    expect_interrupted(g, logs);
    g.expect_nothing_left();
}
