#include "config/resolve.hpp"
#include "config/validate.hpp"
#include "test/support/fake_journal.hpp"
#include "test/unit/config/group_text.hpp"
#include "test/unit/config/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include <unistd.h>

using namespace cscc;
using namespace cscc::config;

namespace {

/// Resolves a group whose programs all exist, with keys added to its first component or elsewhere.
class resolution
{
public:
    resolution()
    {
        around_.uid = ::geteuid();
        around_.gid = ::getegid();
        around_.program_directory = directory_.path() + "/bin";
        for (const char* name : {"bin/csccd", "bin/a", "bin/b"})
            (void)directory_.program(name);
    }

    std::vector<std::string> run(std::string_view from, std::string_view to)
    {
        return run(changed(from, to));
    }
    std::vector<std::string> run_with(std::string_view keys)
    {
        return run("id = \"A\"\n", "id = \"A\"\n" + std::string(keys) + "\n");
    }
    std::vector<std::string> run(const std::string& text)
    {
        diagnostics found(text);
        document doc = parse(text, found);
        validate(doc, found);
        BOOST_TEST_REQUIRE(found.empty());
        doc.value.resolved.file = directory_.path() + "/etc/group.cfg";
        doc.value.resolved.runtime_directory = runtime_directory_;
        doc.value.resolved.log_directory = "/log";
        doc.value.resolved.journal_socket = journal_socket_;
        resolve(doc, around_, found);
        model_ = doc.value;
        return found.empty() ? std::vector<std::string>{} : lines_of(std::move(found).finish());
    }

    temporary_directory directory_;
    surroundings around_;
    std::string runtime_directory_ = "/run/cscc";
    std::string journal_socket_;
    model model_;
};

const std::vector<std::string> none;

} // namespace

BOOST_FIXTURE_TEST_SUITE(resolving, resolution)

BOOST_AUTO_TEST_CASE(a_guard_is_looked_up_for_whoever_needs_one_and_for_nobody_else)
{
    resolution r;
    BOOST_TEST(r.run_with("").empty());
    BOOST_TEST(r.model_.resolved.guard.empty());
    const auto missing = r.run_with("readiness = \"none\"");
    BOOST_TEST_REQUIRE(missing.size() == 1U);
    BOOST_TEST(missing[0].find("there is no executable 'cscc-guard'") != std::string::npos);
    const std::string guard = r.directory_.program("bin/cscc-guard");
    const std::string probe = r.directory_.program("bin/probe");
    BOOST_TEST(r.run_with("readiness = \"exec\"\nreadiness_command = [\"probe\", \"-x\"]").empty());
    BOOST_TEST(r.model_.resolved.guard == guard);
    BOOST_TEST(r.model_.components[0].resolved.readiness_program == probe);
}

BOOST_AUTO_TEST_CASE(a_cluster_service_is_looked_up_in_a_cluster_and_nowhere_else)
{
    const auto with = [&](const std::string& enabled) {
        return run("mem_shared_name = \"group\"",
                   "mem_shared_name = \"group\"\n[cluster]\n" + enabled);
    };
    BOOST_TEST(run(std::string(group_text)) == none, boost::test_tools::per_element());
    BOOST_TEST(model_.resolved.clusterd.empty());
    BOOST_TEST(with("enabled = false") == none, boost::test_tools::per_element());
    BOOST_TEST(model_.resolved.clusterd.empty());
    const auto missing = with("enabled = true");
    BOOST_TEST_REQUIRE(missing.size() == 1U);
    BOOST_TEST(missing[0].starts_with("36:11: there is no executable 'cscc-clusterd' in "));
    BOOST_TEST(missing[0].ends_with("; install it, or add its directory to 'executable_path'"));
    const std::string service = directory_.program("bin/cscc-clusterd");
    BOOST_TEST(with("enabled = true") == none, boost::test_tools::per_element());
    BOOST_TEST(model_.resolved.clusterd == service);
}

BOOST_AUTO_TEST_CASE(a_program_is_looked_up_in_executable_path_first)
{
    const std::string own = directory_.program("etc/tools/a");
    const std::string absolute = directory_.program("elsewhere/a");
    const auto with_path = [&](const std::string& list) {
        return run("= 60000", "= 60000\nexecutable_path = " + list);
    };
    BOOST_TEST(run(std::string(group_text)) == none, boost::test_tools::per_element());
    BOOST_TEST(model_.components[0].resolved.executable == directory_.path() + "/bin/a");
    BOOST_TEST(with_path("[\"none\", \"tools\"]").empty()); // relative to the file's directory
    BOOST_TEST(model_.components[0].resolved.executable == own);
    BOOST_TEST(model_.components[1].resolved.executable == directory_.path() + "/bin/b");
    BOOST_TEST(with_path("[\"" + directory_.path() + "/elsewhere/\", \"tools\"]").empty());
    BOOST_TEST(model_.components[0].resolved.executable == absolute);
    BOOST_TEST(with_path("[\"../elsewhere\"]").empty());
    BOOST_TEST(model_.components[0].resolved.executable == absolute);
}

BOOST_AUTO_TEST_CASE(an_installed_tree_finds_its_programs_under_any_prefix)
{
    for (const char* place : {"libexec/cscc", "sbin", "bin"}) {
        const temporary_directory prefix;
        around_.program_directory = prefix.path() + "/bin";
        for (const char* name : {"/a", "/b", "/csccd"})
            (void)prefix.program(place + std::string(name));
        BOOST_TEST(run(std::string(group_text)) == none, boost::test_tools::per_element());
        BOOST_TEST(model_.components[0].resolved.executable == prefix.path() + "/" + place + "/a");
        around_.program_directory = prefix.path() + "/sbin"; // as csccd sees it
        BOOST_TEST(run(std::string(group_text)) == none, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(system_directories_are_searched_last)
{
    BOOST_TEST(run("executable_name = \"a\"", "executable_name = \"true\"").empty());
    BOOST_TEST(model_.components[0].resolved.executable == "/usr/bin/true");
    const std::string own = directory_.program("bin/true");
    BOOST_TEST(run("executable_name = \"a\"", "executable_name = \"true\"").empty());
    BOOST_TEST(model_.components[0].resolved.executable == own);
    BOOST_TEST(run("executable_name = \"a\"", "executable_name = \"/bin/sh\"").empty());
    BOOST_TEST(model_.components[0].resolved.executable == "/bin/sh");
}

BOOST_AUTO_TEST_CASE(an_executable_that_is_none_is_refused)
{
    const std::string plain = directory_.file("bin/plain", "x", 0644);
    const std::string shared = directory_.file("bin/shared", "x", 0775);
    const auto with = [&](const std::string& name) {
        return run("executable_name = \"a\"", "executable_name = \"" + name + "\"");
    };
    const auto one = [](const std::string& line) { return std::vector<std::string>{line}; };
    BOOST_TEST(with("plain") == one("4:19: the executable '" + plain +
                                    "' is not executable (mode 0644); chmod +x"),
               boost::test_tools::per_element());
    BOOST_TEST(with(plain) == with("plain"), boost::test_tools::per_element());
    BOOST_TEST(with("shared") == one("4:19: the executable '" + shared +
                                     "' is unsafe: others may write it (mode 0775); take that "
                                     "away (chmod go-w)"),
               boost::test_tools::per_element());
    BOOST_TEST(with("/usr") ==
                   one("4:19: the executable '/usr' is a directory; it must be a regular file"),
               boost::test_tools::per_element());
    BOOST_TEST(with("/no/such") == one("4:19: there is no executable '/no/such'; install it, or "
                                       "name another"),
               boost::test_tools::per_element());
    BOOST_TEST(with("/usr/bin/true/x") == one("4:19: there is no executable '/usr/bin/true/x'; "
                                              "install it, or name another"),
               boost::test_tools::per_element());
    BOOST_TEST(with("no-such-program").size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_unsafe_executable_is_not_passed_over_for_a_later_one)
{
    const std::string unsafe = directory_.file("etc/tools/a", "x", 0777);
    const auto found = run("= 60000", "= 60000\nexecutable_path = [\"tools\"]");
    BOOST_TEST_REQUIRE(found.size() == 1U);
    BOOST_TEST(found[0].starts_with("4:19: the executable '" + unsafe + "' is unsafe"));
}

BOOST_AUTO_TEST_CASE(an_executable_of_somebody_else_is_refused)
{
    const uid_t owner = ::geteuid() == 0 ? 12345 : ::geteuid();
    const std::string theirs = directory_.program("bin/theirs");
    BOOST_TEST_REQUIRE(::chown(theirs.c_str(), owner, static_cast<gid_t>(-1)) == 0);
    const std::string text = changed("executable_name = \"a\"", "executable_name = \"theirs\"");
    around_.uid = 23456;
    const auto found = run(text);
    BOOST_TEST_REQUIRE(!found.empty());
    BOOST_TEST(found[0] == "4:19: the executable '" + theirs + "' is unsafe: it belongs to uid " +
                               std::to_string(owner) +
                               "; it must belong to root or to uid 23456, who runs this (chown)");
}

BOOST_AUTO_TEST_CASE(the_daemon_itself_is_looked_up_too)
{
    const auto found = run("\"csccd\"", "\"no-such-daemon\"");
    BOOST_TEST_REQUIRE(found.size() == 1U);
    BOOST_TEST(found[0].starts_with("16:19: there is no executable 'no-such-daemon' in "));
}

BOOST_AUTO_TEST_CASE(a_user_that_is_unknown_is_refused)
{
    const auto with = [&](const std::string& key, const std::string& value) {
        return run_with(key + " = " + value);
    };
    const auto one = [](const std::string& line) { return std::vector<std::string>{line}; };
    BOOST_TEST(with("user", "\"roott\"") == one("3:8: unknown user 'roott'; did you mean 'root'?"),
               boost::test_tools::per_element());
    BOOST_TEST(with("user", "\"zzzzzzzzzzzz\"") ==
                   one("3:8: unknown user 'zzzzzzzzzzzz'; name one in /etc/passwd, or its number"),
               boost::test_tools::per_element());
    BOOST_TEST(with("group", "\"zzzzzzzzzzzz\"") ==
                   one("3:9: unknown group 'zzzzzzzzzzzz'; name one in /etc/group, or its number"),
               boost::test_tools::per_element());
    BOOST_TEST(run("\"sem_comp\"", "\"sem_comp\"\ncontrol_group = \"roott\"") ==
                   one("29:17: unknown group 'roott'; did you mean 'root'?"),
               boost::test_tools::per_element());
    BOOST_TEST(run("\"sem_comp\"", "\"sem_comp\"\ncontrol_group = \"root\"").empty());
    BOOST_TEST(model_.resolved.control_gid.value() == 0U);
}

BOOST_AUTO_TEST_CASE(root_may_start_a_service_as_anybody)
{
    // Whoever runs this test: files that belong to root are root's to trust.
    around_.uid = 0;
    around_.gid = 0;
    const auto as_root = [&](const std::string& keys) {
        std::string text = changed("id = \"A\"\n", "id = \"A\"\n" + keys + "\n");
        for (const char* name : {"\"a\"", "\"b\"", "\"csccd\""})
            text = changed("executable_name = " + std::string(name),
                           "executable_name = \"/bin/sh\"", text);
        return run(text);
    };
    BOOST_TEST(as_root("user = \"root\"") == none, boost::test_tools::per_element());
    const auto& root = model_.components[0].resolved;
    BOOST_TEST(root.uid.value() == 0U);
    BOOST_TEST(root.gid.value() == 0U);
    BOOST_TEST_REQUIRE(!!root.supplementary_gids);
    BOOST_TEST(root.supplementary_gids->at(0) == 0U);
    BOOST_TEST(root.environment.at("USER") == "root");
    BOOST_TEST(root.environment.at("LOGNAME") == "root");
    BOOST_TEST(root.environment.at("HOME") == "/root");

    BOOST_TEST(as_root("user = \"4000001\"\ngroup = \"4000002\"\nsupplementary_groups = [\"root\", "
                       "\"4000003\"]\nenvironment = {HOME = \"/x\"}")
                   .empty());
    const auto& other = model_.components[0].resolved;
    BOOST_TEST(other.uid.value() == 4000001U);
    BOOST_TEST(other.gid.value() == 4000002U);
    BOOST_TEST(other.supplementary_gids.value() == (std::vector<std::uint32_t>{0, 4000003}),
               boost::test_tools::per_element());
    BOOST_TEST(other.environment.at("HOME") == "/x");

    BOOST_TEST(as_root("group = \"4000002\"").empty()); // a group alone
    BOOST_TEST(!model_.components[0].resolved.uid);
    BOOST_TEST(model_.components[0].resolved.gid.value() == 4000002U);
    BOOST_TEST(!model_.components[0].resolved.supplementary_gids);

    BOOST_TEST(as_root("supplementary_groups = []").empty());
    BOOST_TEST(model_.components[0].resolved.supplementary_gids.value().empty());

    BOOST_TEST(as_root("user = \"4000001\"") ==
                   (std::vector<std::string>{"3:8: user 4000001 has no entry in /etc/passwd that "
                                             "names its group; add 'group'"}),
               boost::test_tools::per_element());
    BOOST_TEST(as_root("supplementary_groups = [\"root\", \"zzzzzzzzzzzz\"]").size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_plain_user_may_start_services_only_as_itself)
{
    around_.uid = ::geteuid() == 0 ? 4000001 : ::geteuid();
    around_.gid = 4000002;
    const std::string me = std::to_string(around_.uid);
    BOOST_TEST(run_with("user = \"" + me + "\"\ngroup = \"4000002\"") == none,
               boost::test_tools::per_element());
    BOOST_TEST(!model_.components[0].resolved.uid); // it is so already, and may not be set
    BOOST_TEST(!model_.components[0].resolved.gid);
    BOOST_TEST(!model_.components[0].resolved.supplementary_gids);
    const std::vector<std::string> expected{
        "3:8: only root can start a service as user 'root', and this is uid " + me +
            "; remove 'user'",
        "4:9: only root can start a service in group 'root', and this is uid " + me +
            "; remove 'group'",
        "5:24: only root can choose 'supplementary_groups', and this is uid " + me + "; remove it"};
    BOOST_TEST(run_with("user = \"root\"\ngroup = \"root\"\nsupplementary_groups = [\"root\"]") ==
                   expected,
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_environment_file_is_read_and_wins)
{
    const std::string file = directory_.file("a.env", "A=file\nB=file\n");
    BOOST_TEST(run_with("environment = {A = \"table\", C = \"table\"}\nenvironment_file = \"" +
                        file + "\"")
                   .empty());
    const std::map<std::string, std::string> expected{{"A", "file"}, {"B", "file"}, {"C", "table"}};
    BOOST_TEST((model_.components[0].resolved.environment == expected));
    BOOST_TEST(model_.components[1].resolved.environment.empty());
}

BOOST_AUTO_TEST_CASE(an_environment_file_that_cannot_be_used_is_refused)
{
    const auto with = [&](const std::string& file) {
        return run_with("environment_file = \"" + file + "\"");
    };
    const auto one = [](const std::string& line) { return std::vector<std::string>{line}; };
    BOOST_TEST(with("/no/such") == one("3:20: the file '/no/such' cannot be opened (No such file "
                                       "or directory)"),
               boost::test_tools::per_element());
    const std::string wrong = directory_.file("a.env", "A=1\nexport\n");
    BOOST_TEST(with(wrong) ==
                   one("3:20: the file '" + wrong + "', line 2 is not of the form NAME=value"),
               boost::test_tools::per_element());
    const std::string shared = directory_.file("b.env", "A=1\n", 0666);
    BOOST_TEST(with(shared) == one("3:20: the file '" + shared +
                                   "' is unsafe: others may write it (mode 0666); take that away "
                                   "(chmod go-w)"),
               boost::test_tools::per_element());
    const std::string large = directory_.file("c.env", std::string(65537, '#'));
    BOOST_TEST(with(large) == one("3:20: the file '" + large +
                                  "' is larger than 65536 bytes, which no file of its kind needs "
                                  "to be"),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_working_directory_must_be_there)
{
    BOOST_TEST(run_with("working_directory = \"" + directory_.path() + "\"").empty());
    for (const std::string& path : {std::string("/no/such"), directory_.path() + "/bin/a"})
        BOOST_TEST(run_with("working_directory = \"" + path + "\"") ==
                       (std::vector<std::string>{"3:21: there is no directory '" + path +
                                                 "'; make it, or name another"}),
                   boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(output_goes_to_a_file_of_its_own_unless_said_otherwise)
{
    BOOST_TEST(run(std::string(group_text)).empty());
    BOOST_TEST(model_.components[0].resolved.output_file == "/log/group/A.log");
    BOOST_TEST(model_.resolved.log_file == "/log/group/csccd.log");
    const std::string own = directory_.path() + "/a.log"; // need not be there yet
    BOOST_TEST(run_with("output_file = \"" + own + "\"").empty());
    BOOST_TEST(model_.components[0].resolved.output_file == own);
    for (const char* output : {"inherit", "null"}) {
        BOOST_TEST(run_with("output = \"" + std::string(output) + "\"").empty());
        BOOST_TEST(model_.components[0].resolved.output_file == "");
    }
    BOOST_TEST(run("\"sem_comp\"", "\"sem_comp\"\nlog_file = \"/x/d\"").empty());
    BOOST_TEST(model_.resolved.log_file == "/x/d");
}

BOOST_AUTO_TEST_CASE(output_to_the_journal_needs_one)
{
    const std::string plain = directory_.file("journal", "");
    journal_socket_ = plain;
    BOOST_TEST(run_with("output = \"journal\"") ==
                   (std::vector<std::string>{
                       "3:10: output = \"journal\", but there is no journal: '" + plain +
                       "' is no socket; start systemd-journald, or write \"file\", \"inherit\" or "
                       "\"null\""}),
               boost::test_tools::per_element());
    const test::fake_journal journal(directory_.path() + "/socket");
    journal_socket_ = directory_.path() + "/socket";
    BOOST_TEST(run_with("output = \"journal\"") == none, boost::test_tools::per_element());
    BOOST_TEST(model_.components[0].resolved.output_file == "");
}

BOOST_AUTO_TEST_CASE(the_directory_of_an_output_file_must_be_there)
{
    const auto with = [&](const std::string& file) {
        return run_with("output_file = \"" + file + "\"");
    };
    const auto one = [](const std::string& line) { return std::vector<std::string>{line}; };
    BOOST_TEST(with("/no/such/a.log") ==
                   one("3:15: there is no directory '/no/such' for 'output_file'; make it, or name "
                       "another"),
               boost::test_tools::per_element());
    const std::string program = directory_.path() + "/bin/a"; // no directory
    BOOST_TEST(with(program + "/a.log") == one("3:15: there is no directory '" + program +
                                               "' for 'output_file'; make it, or name another"),
               boost::test_tools::per_element());
    for (const std::string& directory : {directory_.path(), directory_.path() + "/"})
        BOOST_TEST(with(directory) == one("3:15: 'output_file' is '" + directory +
                                          "', a directory; name a file in it"),
                   boost::test_tools::per_element());
    BOOST_TEST(with("/dev/null").empty());
}

BOOST_AUTO_TEST_CASE(a_socket_whose_path_the_system_cannot_hold_is_refused)
{
    runtime_directory_ = "/" + std::string(98, 'r'); // 99 + "/sem_mgr" is 107, "/sem_comp" 108
    const std::vector<std::string> expected{
        "28:31: the socket '" + runtime_directory_ +
        "/sem_comp' would have a path of 108 bytes, and the system allows 107; write a shorter "
        "name, or set CSCC_RUNTIME_DIR to a shorter directory"};
    BOOST_TEST(run(std::string(group_text)) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
