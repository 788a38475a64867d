// What a service is born with, with the real programs: every line that `fixture_service
// --print-context` writes, for services with none and with all of the keys that are about it.
//
// csccmgr is started in surroundings of which nothing may reach a service but what is allowed to:
// variables, ignored and blocked signals, a descriptor, a umask, a working directory.
#define BOOST_TEST_MODULE launch_context
#include "test/integration/said.hpp"
#include "test/support/group_under_test.hpp"
#include "test/unit/core/golden.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <regex>

#include <sys/stat.h>
#include <unistd.h>

using namespace cscc::test;
namespace fs = std::filesystem;

namespace {

using words = std::vector<std::string>;

struct fixture
{
    group_under_test g{group_of({"A"})};
    const std::string program = g.file("service");

    fixture()
    {
        // A copy in the group's folder: the build's own may be closed to other users.
        fs::copy_file(group_description(g.description()).at("A").executable, program);
        BOOST_REQUIRE(::chmod(g.file("").c_str(), 0755) == 0);
        BOOST_REQUIRE(::chmod(g.file("events.log").c_str(), 0666) == 0);
        fs::create_directory(g.file("place"));
    }
    ~fixture()
    {
        expect(g.csccmgr({"stop"}), 0);
        g.expect_nothing_left();
    }

    void start_spoilt();
    words context_of(const std::string& file);
    std::string daemon_folder() { return "/proc/" + std::to_string(g.daemon()->pid) + "/"; }
    bool limits_are_set = false;

private:
    std::string outside(const std::string& line);

    words outside_;
};

/// csccmgr start, where a shell and env(1) have spoilt the surroundings.
void fixture::start_spoilt()
{
    start_spec spec = g.csccmgr_spec({"start"});
    words arguments{"-c",
                    "umask 0; ulimit -S -n 512; ulimit -H -n 1024; exec 9<\"$0\"; "
                    "exec /usr/bin/env --ignore-signal=HUP,USR1,PIPE,TERM,QUIT,CHLD,RTMIN,RTMAX "
                    "--block-signal=INT,USR2,TERM,CHLD,ALRM,RTMAX \"$@\"",
                    g.configuration_file(), spec.program};
    arguments.insert(arguments.end(), spec.arguments.begin(), spec.arguments.end());
    spec.program = "/bin/sh";
    spec.arguments = std::move(arguments);
    const words allowed{"HOME=/home/somebody", "USER=somebody", "LOGNAME=somebody", "LC_ALL=C",
                        "SHELL=/bin/sh",       "TZ=UTC",        "LANGUAGE=en",      "TMPDIR=/tmp"};
    const words others{"TERM=xterm",
                       "SECRET=hidden",
                       "PATHS=x",
                       "LC=x",
                       "JOURNAL_STREAM=1:2",
                       "NOTIFY_SOCKET=/nowhere",
                       "WATCHDOG_USEC=1",
                       "LISTEN_FDS=3",
                       "CSCC_SERVICE=forged",
                       "CSCC_GENERATION=99",
                       "CSCC_ANYTHING=x",
                       "CSCC_FAILPOINTS=service:before-alive=kill"};
    for (const words& more : {allowed, others})
        spec.environment.insert(spec.environment.end(), more.begin(), more.end());
    spec.directory = "/usr";
    expect(run_program(g.watch(), spec, 30s), 0);
}

void replace(std::string& text, const std::string& what, const std::string& with)
{
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
}

/// What was printed into a file last, with words for what differs from run to run and from machine
/// to machine.
words fixture::context_of(const std::string& file)
{
    std::string text = read_file(file);
    const auto newest = text.rfind("program: ");
    BOOST_REQUIRE_MESSAGE(newest != std::string::npos, "no context in " << file << ": " << text);
    text.erase(0, newest);
    replace(text, g.file(""), "FOLDER/");
    replace(text, g.name() + "." + std::to_string(::geteuid()) + ".", "OBJECT.");
    replace(text, g.name(), "GROUP");
    text = std::regex_replace(text, std::regex("(NOTIFY_SOCKET=@)[0-9a-f]+|(pipe:\\[)[0-9]+"),
                              "$1$2N");
    words lines = lines_of(text);
    for (std::string& line : lines)
        line = outside(line);
    return lines;
}

/// "limit nproc: as outside", if the harness itself has that limit; for ids and scores too.
std::string fixture::outside(const std::string& line)
{
    if (outside_.empty()) {
        const start_spec spec{program, {"--print-context", "--exit-at-once", "0"}, {}};
        const program_result r = run_program(g.watch(), spec, 10s);
        expect(r, 0);
        outside_ = lines_of(r.out);
    }
    const std::string key = line.substr(0, line.find(": "));
    const bool is_limit = key.starts_with("limit ") && key != "limit core";
    const bool inherited = (is_limit && !limits_are_set) || key == "uid" || key == "gid" ||
                           key == "groups" || key == "nice" || key == "oom_score_adj";
    const bool same = std::find(outside_.begin(), outside_.end(), line) != outside_.end();
    return inherited && same ? key + ": as outside" : line;
}

/// All keys about the context that need no other rights than root's in a container.
const char* const every_key = R"(
working_directory = "FOLDER/place"
environment_file = "FOLDER/variables"
umask = "0027"
nice = 5
oom_score_adjust = 500
no_new_privileges = true
output = "file"
output_file = "FOLDER/OUTPUT"
[cs_components.limits]
as = 140000000000000
core = 0
cpu = [1000, 2000]
data = 130000000000000
fsize = 1000000000
locks = 1234
memlock = [16384, 32768]
msgqueue = 123456
nice = 0
nofile = [300, 400]
nproc = [5000, 6000]
rss = 123456789
rtprio = 0
rttime = [800000, 900000]
sigpending = 4321
stack = [4194304, 6291456]
)";

std::string filled_in(std::string keys, const fixture& f, const std::string& output)
{
    replace(keys, "FOLDER", fs::path(f.g.file("")).parent_path());
    replace(keys, "OUTPUT", output);
    return keys;
}

auto needs_root = [](boost::unit_test::test_unit_id) -> boost::test_tools::assertion_result {
    return ::geteuid() == 0;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(with_no_key_set_a_service_gets_what_is_allowed_and_nothing_else, fixture)
{
    group_description d = g.description();
    d.at("A").executable = program;
    d.at("A").arguments = {"--print-context"};
    g.configure(d);
    start_spoilt();
    const std::string output = g.log_directory() + "/" + g.name() + "/A.log";
    words context = context_of(output);
    cscc::core::check_golden("launch_context/nothing_set.txt", context);
    std::error_code closed; // meanwhile: the last csccmgr's connection
    for (const auto& fd : fs::directory_iterator(daemon_folder() + "fd"))
        BOOST_TEST(fs::read_symlink(fd, closed) != g.configuration_file()); // the shell's 9

    g.kill("A");
    BOOST_REQUIRE(g.eventually([&] { return g.generation() == 2 && g.all_ready(); }));
    for (std::string& line : context)
        replace(line, "CSCC_GENERATION=1", "CSCC_GENERATION=2");
    BOOST_TEST(context_of(output) == context, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(with_all_keys_set_a_service_gets_what_they_say, fixture,
                        *boost::unit_test::precondition(needs_root))
{
    write_file(g.file("variables"), "# of the service\nFROM_FILE=\"two words\"\nBOTH=file\n");
    group_description d = group_of({"A", "B"});
    for (service_description& s : d.services) {
        s.executable = program;
        s.arguments = {"--print-context", "--status", "two words; $HOME \"quoted\" \\ *",
                       "--status", ""};
        s.environment = {{"BOTH", "table"}, {"FROM_TABLE", "a=b;  c"}, {"TZ", "Europe/Berlin"}};
    }
    d.at("A").extra = filled_in(every_key, *this, "A.out");
    d.at("B").extra = "user = \"nobody\"\ngroup = \"daemon\"\n"
                      "supplementary_groups = [\"mail\", \"sys\"]\n" +
                      filled_in(every_key, *this, "B.out");
    g.configure(d);
    limits_are_set = true;
    start_spoilt();
    cscc::core::check_golden("launch_context/every_key.txt", context_of(g.file("A.out")));
    cscc::core::check_golden("launch_context/another_user.txt", context_of(g.file("B.out")));
}

namespace {

void expect_guarded(fixture& f, const std::string& readiness, const words& says,
                    const std::string& extra)
{
    group_description d = f.g.description();
    service_description& a = d.at("A");
    a.executable = f.g.file("plain");
    a.arguments = {"--print-context"};
    a.arguments.insert(a.arguments.end(), says.begin(), says.end());
    a.extra = "readiness = \"" + readiness + "\"\n" + extra;
    fs::copy_file(PLAIN_PROGRAM, a.executable);
    f.g.configure(d);
    f.start_spoilt();
    cscc::core::check_golden("launch_context/guarded_" + readiness + ".txt",
                             f.context_of(f.g.log_directory() + "/" + f.g.name() + "/A.log"));
}

} // namespace

BOOST_FIXTURE_TEST_CASE(a_program_that_notifies_gets_a_socket_and_nothing_of_its_guards, fixture)
{
    expect_guarded(*this, "notify", {"--notify", "READY=1"}, "watchdog_timeout = 60000\n");
}

BOOST_FIXTURE_TEST_CASE(a_program_that_writes_a_newline_gets_a_descriptor_for_it, fixture)
{
    expect_guarded(*this, "fd", {"--newline"}, "");
}
