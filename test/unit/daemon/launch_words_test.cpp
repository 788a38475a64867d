// Why a service could not be started: the sentence names what was refused and its value.
#include "daemon/adapters/launch_words.hpp"
#include "test/support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <string>

#include <sys/resource.h>

using namespace cscc;

namespace {

using step = launch_failure::step;

config::component full_component()
{
    config::component c;
    c.id = "CSQL";
    c.user = "web";
    c.group = "www";
    c.working_directory = "/srv/web";
    c.nice = -5;
    c.oom_score_adjust = -900;
    c.limits[config::limit_kind::nofile] = {300, config::unlimited};
    c.limits[config::limit_kind::core] = {0, 0};
    c.resolved.executable = "/nonexistent/program";
    c.resolved.uid = 33;
    c.resolved.gid = 44;
    return c;
}

std::string said(const config::component& component, step at, int error, int resource = 0)
{
    launch_failure failure;
    failure.at = at;
    failure.error = error;
    failure.resource = resource;
    return launch_words(component, component.resolved.executable, failure);
}

} // namespace

BOOST_AUTO_TEST_CASE(a_refused_limit_is_named_with_its_values)
{
    BOOST_TEST(
        said(full_component(), step::limits, EPERM, RLIMIT_NOFILE) ==
        "its limit nofile = [300, \"unlimited\"] was refused: Operation not permitted; lower "
        "it, or give csccd CAP_SYS_RESOURCE (sysctl fs.nr_open bounds it all the same)");
    BOOST_TEST(said(full_component(), step::limits, EPERM, RLIMIT_CORE) ==
               "its limit core = [0, 0] was refused: Operation not permitted; lower it, or give "
               "csccd CAP_SYS_RESOURCE");
    BOOST_TEST(said({}, step::limits, EPERM, RLIMIT_NOFILE) ==
               "its limit nofile, csccd's own, was refused: Operation not permitted");
}

BOOST_AUTO_TEST_CASE(an_output_that_cannot_be_opened_is_named_with_a_way_out)
{
    const auto words = [](config::output_kind kind, int error) {
        config::component c = full_component();
        c.output = kind;
        c.resolved.output_file = "/log/CSQL.log";
        return output_words(c, "/journal", error_code(error, boost::system::system_category()));
    };
    BOOST_TEST(words(config::output_kind::file, EACCES) ==
               "its output file /log/CSQL.log cannot be opened: Permission denied");
    BOOST_TEST(words(config::output_kind::journal, ENOENT) ==
               "the journal (/journal) cannot be reached: No such file or directory; start "
               "systemd-journald, or write output = \"file\"");
    BOOST_TEST(words(config::output_kind::journal, EAGAIN) ==
               "the journal (/journal) accepts nobody now; see 'systemctl status "
               "systemd-journald', or write output = \"file\"");
}

BOOST_AUTO_TEST_CASE(a_refused_value_is_named)
{
    BOOST_TEST(said(full_component(), step::priority, EACCES) ==
               "its nice = -5 was refused: Permission denied; raise it, or give csccd "
               "CAP_SYS_NICE");
    BOOST_TEST(said(full_component(), step::oom_score, EACCES) ==
               "its oom_score_adjust = -900 was refused: Permission denied; raise it, or give "
               "csccd CAP_SYS_RESOURCE");
}

BOOST_AUTO_TEST_CASE(a_refused_place_or_account_is_named)
{
    BOOST_TEST(said(full_component(), step::working_directory, EACCES) ==
               "its working_directory /srv/web cannot be entered: Permission denied; see whether "
               "user web may");
    BOOST_TEST(said(full_component(), step::user, EPERM) ==
               "its user web (uid 33) cannot be assumed: Operation not permitted; csccd needs "
               "CAP_SETUID");
    BOOST_TEST(said(full_component(), step::groups, EPERM) ==
               "its group www (gid 44) and supplementary groups cannot be assumed: Operation not "
               "permitted; csccd needs CAP_SETGID");
    config::component plain;
    plain.working_directory = "/nonexistent";
    BOOST_TEST(said(plain, step::working_directory, ENOENT) ==
               "its working_directory /nonexistent cannot be entered: No such file or directory; "
               "make it, or change the key");
}

BOOST_AUTO_TEST_CASE(a_missing_program_and_a_missing_interpreter_are_told_apart)
{
    cscc::test::temp_dir directory;
    config::component c = full_component();
    BOOST_TEST(said(c, step::exec, ENOENT) ==
               "/nonexistent/program cannot be executed: No such file or directory; see 'csccmgr "
               "check', and 'ls -l /nonexistent/program'");
    c.resolved.executable = directory.file("script");
    cscc::test::write_file(c.resolved.executable, "#!/nonexistent/shell\n", 0755);
    BOOST_TEST(said(c, step::exec, ENOENT) ==
               c.resolved.executable + ": its interpreter is missing; see its #! line, or 'file " +
                   c.resolved.executable + "'");
    BOOST_TEST(said(c, step::exec, ENOEXEC) ==
               c.resolved.executable + ": it is no program (no #! line?)");
}

BOOST_AUTO_TEST_CASE(what_the_configuration_has_no_part_in_is_told_without_the_executable)
{
    BOOST_TEST(said(full_component(), step::session, EPERM) ==
               "beginning its session failed: Operation not permitted");
}

BOOST_AUTO_TEST_CASE(a_full_dev_shm_at_a_lock_page_says_where_to_look)
{
    BOOST_TEST(lock_page_words(errc::no_space) ==
               "its lock page in /dev/shm cannot be made: The shared memory file system is full. "
               "Free some of it: df -h /dev/shm");
    BOOST_TEST(lock_page_words({EMFILE, boost::system::system_category()}) ==
               "its lock page in /dev/shm cannot be made: Too many open files");
}
