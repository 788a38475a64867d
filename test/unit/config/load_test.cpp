#include "config/load.hpp"
#include "test/unit/config/group_text.hpp"
#include "test/unit/config/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

using namespace cscc::config;

namespace {

constexpr std::uint32_t somebody = 23456; // neither root nor who runs the tests

/// A directory with everything that group_text names.
struct installed_group
{
    temporary_directory directory;
    surroundings around = surroundings::of_this_process();
    std::string file = directory.file("group.cfg", group_text);

    installed_group()
    {
        around.program_directory = directory.path() + "/bin";
        around.cscc_runtime_dir = "/run/x";
        around.cscc_log_dir = "/log/x/";
        for (const char* name : {"sbin/csccd", "libexec/cscc/a", "bin/b"})
            (void)directory.program(name);
    }
    [[nodiscard]] checked<model> load_as(depth how) const { return load(file, how, around); }
    /// What load says of the file, as one text.
    [[nodiscard]] std::string refusal(depth how = depth::full) const
    {
        const auto read = load_as(how);
        return read ? "(accepted)" : render("F", read.error());
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_whole_configuration_is_loaded_and_resolved)
{
    const installed_group g;
    const auto read = g.load_as(depth::full);
    BOOST_TEST_REQUIRE(!!read, g.refusal());
    const model& m = *read;
    const std::string& root = g.directory.path();
    BOOST_TEST(m.components[0].resolved.executable == root + "/libexec/cscc/a");
    BOOST_TEST(m.components[1].resolved.executable == root + "/bin/b");
    BOOST_TEST(m.components[0].resolved.output_file == "/log/x/group/A.log");
    BOOST_TEST(!m.components[0].resolved.uid);
    BOOST_TEST(!m.components[0].resolved.gid);
    BOOST_TEST(!m.components[0].resolved.supplementary_gids);
    BOOST_TEST(m.components[0].resolved.environment.empty());
    BOOST_TEST(m.resolved.csccd == root + "/sbin/csccd");
    BOOST_TEST(m.resolved.file == g.file);
    BOOST_TEST(m.resolved.uid == ::geteuid());
    BOOST_TEST(m.resolved.runtime_directory == "/run/x");
    BOOST_TEST(m.resolved.log_directory == "/log/x");
    BOOST_TEST(m.resolved.log_file == "/log/x/group/csccd.log");
    BOOST_TEST(control_socket_path(m) == "/run/x/sem_mgr");
    BOOST_TEST(service_socket_path(m) == "/run/x/sem_comp");
    BOOST_TEST(manager_lock_path(m) == "/run/x/lock_mgr");
    const std::string uid = std::to_string(::geteuid());
    BOOST_TEST(config_object_name(m) == "group." + uid + ".config");
    BOOST_TEST(state_object_name(m) == "group." + uid + ".state");
    BOOST_TEST(lock_object_name(m, "A") == "group." + uid + ".lock.A");
}

BOOST_AUTO_TEST_CASE(a_relative_file_name_becomes_absolute)
{
    const installed_group g;
    const std::string relative =
        std::filesystem::relative(g.file, std::filesystem::current_path()).string();
    BOOST_TEST_REQUIRE(!relative.starts_with('/'));
    const auto read = load(relative, depth::names_only, g.around);
    BOOST_TEST_REQUIRE(!!read);
    BOOST_TEST(read->resolved.file == g.file);
}

BOOST_AUTO_TEST_CASE(names_are_enough_to_find_a_group_whose_programs_are_gone)
{
    const installed_group g;
    std::filesystem::remove_all(g.directory.path() + "/sbin");
    std::filesystem::remove_all(g.directory.path() + "/libexec");
    const auto read = g.load_as(depth::names_only);
    BOOST_TEST_REQUIRE(!!read);
    BOOST_TEST(control_socket_path(*read) == "/run/x/sem_mgr");
    BOOST_TEST(group_name(*read) == "group");
    BOOST_TEST(read->components.empty());
    const auto names = g.load_as(depth::names_of_components);
    BOOST_TEST_REQUIRE(!!names);
    BOOST_TEST(names->components.at(1).lock_name == "lock_b");
    BOOST_TEST(group_name(*names) == "group");
    const auto outputs = g.load_as(depth::outputs);
    BOOST_TEST_REQUIRE(!!outputs);
    BOOST_TEST(outputs->components.at(1).resolved.output_file == "/log/x/group/B.log");

    const std::string out = g.refusal();
    BOOST_TEST(out.starts_with("F:4:19: error: there is no executable 'a' in " +
                               g.directory.path() + "/bin, " + g.directory.path() +
                               "/libexec/cscc, "));
    BOOST_TEST(out.find("/bin; install it, or add its directory to 'executable_path'\n"
                        "    4 | executable_name = \"a\"\n"
                        "      |                   ^\n"
                        "F:16:19: error: there is no executable 'csccd' in ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_the_file_says_and_what_the_system_lacks_is_reported_together)
{
    installed_group g;
    (void)g.directory.file(
        "group.cfg", changed("\"lock_b\"", "\"lock b\"",
                             changed("executable_name = \"a\"", "executable_name = \"/no/a\"")));
    std::string places;
    const auto read = g.load_as(depth::full);
    BOOST_TEST_REQUIRE(!read);
    for (const std::string& line : lines_of(read.error()))
        places += line + "\n";
    BOOST_TEST(places == "4:19: there is no executable '/no/a'; install it, or name another\n"
                         "10:13: 'lock_name' is 'lock b'; it must be 1 to 200 of A-Z a-z 0-9 _ . "
                         "-\n");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_used_is_refused_without_a_line)
{
    installed_group g;
    for (const depth how : {depth::full, depth::names_only, depth::names_of_components}) {
        g.file = g.directory.path() + "/none.cfg";
        BOOST_TEST(g.refusal(how) ==
                   "F: error: the file cannot be opened (No such file or directory); name it with "
                   "-c FILE or CSCC_CONFIG\n");
        g.file = g.directory.path();
        BOOST_TEST(g.refusal(how) ==
                   "F: error: the file is a directory; it must be a regular file\n");
        g.file = "/dev/zero";
        BOOST_TEST(g.refusal(how) == "F: error: the file is a device; it must be a regular file\n");
    }
    g.file = g.directory.path() + "/pipe"; // nobody writes to it: opening it must not wait
    BOOST_TEST_REQUIRE(::mkfifo(g.file.c_str(), 0600) == 0);
    BOOST_TEST(g.refusal() == "F: error: the file is a pipe; it must be a regular file\n");
    g.file = g.directory.path() + "/ring";
    std::filesystem::create_symlink("ring", g.file);
    BOOST_TEST(g.refusal() == "F: error: the file cannot be opened (Too many levels of symbolic "
                              "links); name another with -c FILE or CSCC_CONFIG\n");
}

BOOST_AUTO_TEST_CASE(a_file_that_may_not_be_read_is_refused_unless_one_is_root)
{
    installed_group g;
    BOOST_TEST_REQUIRE(::chmod(g.file.c_str(), 0) == 0);
    const std::string expected = ::geteuid() == 0
                                     ? "(accepted)"
                                     : "F: error: the file cannot be opened (Permission denied); "
                                       "run this as somebody who may read it, or name another "
                                       "with -c FILE or CSCC_CONFIG\n";
    BOOST_TEST(g.refusal() == expected);
}

BOOST_AUTO_TEST_CASE(a_file_that_others_may_write_is_refused)
{
    installed_group g;
    BOOST_TEST_REQUIRE(::chmod(g.file.c_str(), 0666) == 0);
    for (const depth how : {depth::full, depth::names_only})
        BOOST_TEST(g.refusal(how) == "F: error: the file is unsafe: others may write it (mode "
                                     "0666); take that away (chmod go-w)\n");
}

BOOST_AUTO_TEST_CASE(a_file_of_somebody_else_is_refused)
{
    installed_group g;
    const uid_t owner = ::geteuid() == 0 ? 12345 : ::geteuid();
    BOOST_TEST_REQUIRE(::chown(g.file.c_str(), owner, static_cast<gid_t>(-1)) == 0);
    g.around.uid = somebody;
    BOOST_TEST(g.refusal() == "F: error: the file is unsafe: it belongs to uid " +
                                  std::to_string(owner) +
                                  "; it must belong to root or to uid 23456, who runs this "
                                  "(chown)\n");
}

BOOST_AUTO_TEST_CASE(a_file_may_have_one_mebibyte_and_no_more)
{
    installed_group g;
    std::string text(group_text);
    text += "#" + std::string(file_bytes_max - text.size() - 2, 'x') + "\n";
    BOOST_TEST_REQUIRE(text.size() == file_bytes_max);
    (void)g.directory.file("group.cfg", text);
    BOOST_TEST(g.refusal() == "(accepted)");
    (void)g.directory.file("group.cfg", text + "\n");
    const std::string expected =
        "F: error: the file is larger than 1048576 bytes, which no file of "
        "its kind needs to be\n";
    BOOST_TEST(g.refusal() == expected);
    BOOST_TEST_REQUIRE(::truncate(g.file.c_str(), off_t{1} << 40U) == 0); // sparse
    BOOST_TEST(g.refusal(depth::names_only) == expected);
}

BOOST_AUTO_TEST_CASE(a_file_of_a_mebibyte_of_mistakes_is_refused_with_the_first_hundred)
{
    installed_group g;
    std::string text;
    while (text.size() < file_bytes_max - 20)
        text += "k" + std::to_string(text.size()) + " = 1\n";
    (void)g.directory.file("group.cfg", text);
    const std::string out = g.refusal();
    BOOST_TEST(out.starts_with("F:1:1: error: outside of all tables there is no key 'k0'"));
    BOOST_TEST(out.find("F: error: and ") != std::string::npos);
    BOOST_TEST(out.size() < 100'000U);
}

BOOST_AUTO_TEST_CASE(directories_come_from_the_environment_or_from_who_runs_it)
{
    installed_group g;
    surroundings& a = g.around;
    const auto directories = [&] {
        const auto read = g.load_as(depth::names_only);
        return read ? read->resolved.runtime_directory + " " + read->resolved.log_directory
                    : render("F", read.error());
    };
    a.cscc_runtime_dir = "/a/./b/";
    a.cscc_log_dir = "/c//d";
    BOOST_TEST(directories() == "/a/b /c/d");
    const std::uint32_t me = ::geteuid();
    a = {};
    a.uid = 0;
    if (me == 0)
        BOOST_TEST(directories() == "/run/cscc /var/log/cscc");
    // As a plain user; the file is then root's or the user's own.
    a.uid = me == 0 ? somebody : me;
    a.xdg_runtime_dir = "/run/user/7";
    a.xdg_state_home = "/state";
    a.home = "/home/x";
    BOOST_TEST(directories() == "/run/user/7/cscc /state/cscc");
    a.xdg_state_home.reset();
    BOOST_TEST(directories() == "/run/user/7/cscc /home/x/.local/state/cscc");
    a.home.reset(); // nobody asks for logs here
    BOOST_TEST(directories() == "/run/user/7/cscc ");
    BOOST_TEST(g.refusal() ==
               "F: error: there is no directory for logs: neither XDG_STATE_HOME nor "
               "HOME is set; set one, or CSCC_LOG_DIR, to a directory of your own\n");
    a.xdg_runtime_dir.reset();
    BOOST_TEST(directories() == "F: error: there is no directory for sockets: XDG_RUNTIME_DIR is "
                                "not set; set it, or CSCC_RUNTIME_DIR, to a directory of your "
                                "own\n");
    a.cscc_runtime_dir = "run";
    BOOST_TEST(directories() == "F: error: the directory 'run' is not absolute; correct "
                                "CSCC_RUNTIME_DIR or XDG_RUNTIME_DIR\n");
}

BOOST_AUTO_TEST_CASE(this_process_is_asked_for_its_surroundings)
{
    ::setenv("CSCC_RUNTIME_DIR", "/somewhere", 1);
    ::setenv("CSCC_LOG_DIR", "", 1); // empty is none
    ::setenv("CSCC_JOURNAL_SOCKET", "/journal", 1);
    const surroundings here = surroundings::of_this_process();
    ::unsetenv("CSCC_RUNTIME_DIR");
    ::unsetenv("CSCC_LOG_DIR");
    ::unsetenv("CSCC_JOURNAL_SOCKET");
    BOOST_TEST(here.cscc_journal_socket.value() == "/journal");
    BOOST_TEST(here.uid == ::geteuid());
    BOOST_TEST(here.gid == ::getegid());
    BOOST_TEST(here.cscc_runtime_dir.value() == "/somewhere");
    BOOST_TEST(!here.cscc_log_dir);
    BOOST_TEST(std::filesystem::exists(here.program_directory + "/unit_config"));
}
