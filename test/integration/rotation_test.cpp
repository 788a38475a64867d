// config/examples/cscc.logrotate, under the real logrotate(8): logs are rotated while they are
// written.
#define BOOST_TEST_MODULE rotation
#include "test/integration/said.hpp"
#include "test/support/group_under_test.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>

using namespace cscc::test;
namespace fs = std::filesystem;

namespace {

/// The example with this group's places in it. With `signals`, its second part in place of the
/// first.
class rotated_group
{
public:
    explicit rotated_group(group_description d) : group_(std::move(d)) {}

    [[nodiscard]] group_under_test& group() noexcept { return group_; }
    [[nodiscard]] std::string log(const std::string& id) const
    {
        return group_.log_directory() + "/" + group_.name() + "/" + id + ".log";
    }

    void rotate(bool signals = false)
    {
        BOOST_REQUIRE_MESSAGE(fs::exists("/usr/sbin/logrotate"),
                              "logrotate is missing; run scripts/setup");
        const std::string rules = group_.file("rotation");
        write_file(rules, rules_text(signals));
        const start_spec spec{"/usr/sbin/logrotate",
                              {"--force", "--state", group_.file("rotation.state"), rules},
                              group_.csccmgr_spec({}).environment};
        expect(run_program(group_.watch(), spec, 30s), 0);
    }

private:
    [[nodiscard]] std::string rules_text(bool signals) const
    {
        std::string text;
        bool second = false;
        for (std::string line : lines_of(read_file(EXAMPLES_FOLDER "/cscc.logrotate"))) {
            second = second || line.starts_with("#/");
            if (second)
                line.erase(0, 1);
            if (second == signals)
                text += line + "\n";
        }
        put(text, "/var/log/cscc", group_.log_directory());
        if (signals) {
            put(text, "/etc/cscc/cscomputer.cfg", group_.configuration_file());
            put(text, "(csccmgr", "(" + group_.csccmgr_spec({}).program);
        }
        return text;
    }
    static void put(std::string& text, const std::string& what, const std::string& with)
    {
        const auto at = text.find(what);
        BOOST_REQUIRE_MESSAGE(at != std::string::npos, "no " << what << " in: " << text);
        text.replace(at, what.size(), with);
    }

    group_under_test group_;
};

group_description that_counts()
{
    group_description d = group_of({"A", "B"});
    for (service_description& s : d.services)
        s.arguments = {"--say-every", "2"};
    return d;
}

std::vector<int> numbers_in(const std::string& text)
{
    std::vector<int> numbers;
    for (const std::string& line : lines_of(text.substr(0, text.rfind('\n') + 1)))
        numbers.push_back(std::stoi(line.substr(line.rfind(' ') + 1)));
    return numbers;
}

int last_of(const std::string& said)
{
    const auto numbers = numbers_in(said);
    return numbers.empty() ? -1 : numbers.back();
}

} // namespace

BOOST_AUTO_TEST_CASE(logs_are_rotated_without_a_signal_while_they_are_written)
{
    rotated_group it(that_counts());
    expect(it.group().csccmgr({"start"}), 0);
    auto logs = it.group().begin_csccmgr({"logs", "-f", "-n", "1000000", "A"});
    const auto both_write_on = [&] { // ten lines and more, into what now has the names
        const int a = last_of(read_file(it.log("A")));
        const int b = last_of(read_file(it.log("B")));
        return it.group().eventually([&] {
            return last_of(read_file(it.log("A"))) > a + 10 &&
                   last_of(read_file(it.log("B"))) > b + 10;
        });
    };
    for (int round = 1; round <= 3; ++round) {
        BOOST_TEST(both_write_on());
        const int before = last_of(read_file(it.log("A")));
        it.rotate();
        BOOST_TEST(both_write_on());
        for (const char* const id : {"A", "B"}) {
            const std::string now = read_file(it.log(id));
            BOOST_TEST(now.find('\0') == std::string::npos); // no hole where the old lines were
            const auto old = numbers_in(read_file(it.log(id) + ".1"));
            const auto fresh = numbers_in(now);
            BOOST_TEST_REQUIRE((!old.empty() && !fresh.empty()));
            BOOST_TEST(old.back() < fresh.front());
            BOOST_TEST(std::is_sorted(fresh.begin(), fresh.end()));
        }
        // And whoever follows comes along.
        BOOST_TEST(it.group().eventually([&] { return last_of(logs.out()) > before + 10; }));
    }
    BOOST_TEST(logs.err().find(it.log("A") + " was truncated") != std::string::npos);
    BOOST_TEST(it.group().generation() == 1U); // no service was touched
    BOOST_TEST(it.group().count("sigterm") == 0U);
    BOOST_TEST(it.group().watch().signal(logs.who(), SIGINT));
    expect(logs.finish(10s), 130);
    expect(it.group().csccmgr({"stop"}), 0);
    it.group().expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(with_the_signal_both_daemons_open_their_log_anew)
{
    rotated_group it(group_of({"A"}));
    expect(it.group().csccmgr({"start"}), 0);
    const process_key standby = it.group().await_role("standby");
    it.rotate(true);
    const auto says = [&](const std::string& what) {
        return it.group().eventually(
            [&] { return read_file(it.log("csccd")).find(what) != std::string::npos; });
    };
    BOOST_TEST(says("reopened the log"));
    BOOST_TEST(fs::exists(it.log("csccd") + ".1"));
    BOOST_TEST(it.group().watch().lives(standby));
    const std::string link = "/proc/" + std::to_string(standby.pid) + "/fd";
    BOOST_TEST(it.group().eventually([&] { // the standby has none of the old one open
        for (const auto& entry : fs::directory_iterator(link)) {
            std::error_code gone;
            if (fs::read_symlink(entry.path(), gone) == it.log("csccd") + ".1")
                return false;
        }
        return true;
    }));
    expect(it.group().csccmgr({"stop"}), 0);
    it.group().expect_nothing_left();
}
