// output = "journal": a service's output is a stream to the journal from its birth, and nobody
// stands between them.
#define BOOST_TEST_MODULE journal_output
#include "test/integration/said.hpp"
#include "test/support/fake_journal.hpp"
#include "test/support/group_under_test.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

using namespace cscc::test;

namespace {

/// A group of two whose services count aloud; A's output goes to the journal.
class group_with_journal
{
public:
    group_with_journal() : group_(described()) {}

    [[nodiscard]] group_under_test& group() noexcept { return group_; }
    [[nodiscard]] std::string socket() const { return group_.file("journal"); }

    program_result csccmgr(const std::vector<std::string>& arguments)
    {
        start_spec spec = group_.csccmgr_spec(arguments);
        spec.environment.push_back("CSCC_JOURNAL_SOCKET=" + socket());
        return run_program(group_.watch(), spec, 30s);
    }

private:
    static group_description described()
    {
        group_description d = group_of({"A", "B"});
        d.on_coordinator_failure = "adopt";
        for (service_description& s : d.services)
            s.arguments = {"--say-every", "10"};
        d.at("A").extra = "output = \"journal\"\n";
        return d;
    }

    group_under_test group_;
};

/// The last line that is whole.
std::string last_line(const std::string& said)
{
    const auto lines = lines_of(said.substr(0, said.rfind('\n') + 1));
    return lines.empty() ? "" : lines.back();
}

} // namespace

BOOST_AUTO_TEST_CASE(a_stream_begins_with_whose_it_is_and_carries_output_and_errors)
{
    group_with_journal it;
    fake_journal journal(it.socket());
    expect(it.csccmgr({"check"}), 0);
    expect(it.csccmgr({"start"}), 0);
    BOOST_TEST(it.group().eventually([&] {
        const auto& streams = journal.look();
        return streams.size() == 1 && streams[0].said.ends_with("\n") &&
               streams[0].said.find("error 1\n") != std::string::npos;
    }));
    const std::string header = "A\n\n6\n1\n0\n0\n0\n";
    BOOST_TEST(journal.look().at(0).said.starts_with(header + "line 0\nerror 1\n"));
    expect(it.csccmgr({"stop"}), 0);
    it.group().expect_nothing_left();
    const auto& after = journal.look();
    BOOST_TEST(after.size() == 1U);
    BOOST_TEST(after.at(0).ended); // no daemon held it open
}

BOOST_AUTO_TEST_CASE(each_start_of_a_service_is_a_stream_of_its_own)
{
    group_with_journal it;
    fake_journal journal(it.socket());
    expect(it.csccmgr({"start"}), 0);
    it.group().kill("A");
    BOOST_TEST(it.group().eventually([&] {
        return it.group().generation() == 2 && it.group().all_ready() && journal.look().size() == 2;
    }));
    BOOST_TEST(journal.look().at(0).ended);
    BOOST_TEST(journal.look().at(1).identifier() == "A");
    expect(it.csccmgr({"stop"}), 0);
    it.group().expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(output_goes_on_to_arrive_after_the_primary_was_killed)
{
    group_with_journal it;
    fake_journal journal(it.socket());
    expect(it.csccmgr({"start"}), 0);
    const process_key former = it.group().await_role("primary");
    BOOST_TEST(it.group().watch().signal(former, SIGKILL));
    const process_key successor = it.group().await_role("primary", former);
    BOOST_TEST(it.group().watch().lives(successor));
    const std::string before = last_line(journal.look().at(0).said);
    BOOST_TEST(
        it.group().eventually([&] { return last_line(journal.look().at(0).said) != before; }));
    BOOST_TEST(journal.look().size() == 1U); // the same stream of the same process
    BOOST_TEST(!journal.look().at(0).ended);
    BOOST_TEST(it.group().generation() == 1U);
    expect(it.csccmgr({"stop"}), 0);
    it.group().expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(without_a_journal_check_and_start_say_so_and_nothing_begins)
{
    group_with_journal it;
    for (const char* const verb : {"check", "start"}) {
        expect(it.csccmgr({verb}), 6,
               {"output = \"journal\", but there is no journal: '" + it.socket() +
                "' is no socket; start systemd-journald, or write \"file\", \"inherit\" or "
                "\"null\""});
    }
    it.group().expect_nothing_left();
    BOOST_TEST(it.group().count("spawned") == 0U);
}

BOOST_AUTO_TEST_CASE(where_the_journal_does_not_listen_the_start_fails_and_says_what_to_do)
{
    group_with_journal it;
    { // the name stays, as of one that died
        const fake_journal dead(it.socket());
    }
    expect(it.csccmgr({"start"}), 1,
           {"A", "the journal (" + it.socket() + ") cannot be reached: Connection refused",
            "start systemd-journald, or write output = \"file\""});
    it.group().expect_nothing_left();
    BOOST_TEST(it.group().count("spawned") == 0U);
}
