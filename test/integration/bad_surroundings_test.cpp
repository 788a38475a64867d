// What csccd can find where it is started: no room, no rights, nothing to execute. Each time a
// sentence that says what to do, the right exit code, and nothing left behind.
#define BOOST_TEST_MODULE bad_surroundings
#include "test/integration/bad_surroundings.hpp"

#include <filesystem>

#include <sys/stat.h>

using namespace cscc::test;
namespace fs = std::filesystem;

BOOST_FIXTURE_TEST_SUITE(of_the_log, badly_surrounded)

BOOST_AUTO_TEST_CASE(a_log_directory_that_cannot_be_made_is_told_with_what_to_do)
{
    fs::remove(g.log_directory());
    write_file(g.log_directory(), "a file");
    expect_start_refused(failed, {"The log directory " + g.log_directory() + "/" + g.name(),
                                  "Not a directory.", "set CSCC_LOG_DIR"});
    BOOST_TEST(read_file(g.log_directory()) == "a file");
}

BOOST_AUTO_TEST_CASE(a_log_directory_that_may_not_be_made_is_not_permitted)
{
    const std::string mount = "mount -t tmpfs -o ro none '" + g.log_directory() + "' || exit 99; ";
    expect_refused(in_own_mounts(g.csccmgr_spec({"start"}), mount + "exec \"$@\""), not_permitted,
                   {"The log directory ", "Read-only file system.", "set CSCC_LOG_DIR"});
}

BOOST_AUTO_TEST_CASE(a_log_directory_on_a_full_file_system_is_a_matter_of_space)
{
    const std::string mount =
        "mount -t tmpfs -o nr_inodes=1 none '" + g.log_directory() + "' || exit 99; ";
    expect_refused(
        in_own_mounts(g.csccmgr_spec({"start"}), mount + "exec \"$@\""), failed,
        {"The log directory ", "No space left on device.", "df -i " + g.log_directory()});
}

BOOST_AUTO_TEST_CASE(a_log_file_that_is_a_folder_is_told_and_left_alone)
{
    group_description d = g.description();
    d.csccd_extra = "log_file = \"" + g.file("place") + "\"\n";
    g.configure(d);
    fs::create_directory(g.file("place"));
    expect_start_refused(failed,
                         {"The log file " + g.file("place"), "Is a directory.", "Change log_file"});
    BOOST_TEST(fs::is_directory(g.file("place")));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(of_memory_and_descriptors, badly_surrounded)

BOOST_AUTO_TEST_CASE(a_csccd_for_a_group_that_is_not_there_says_how_one_is_started)
{
    start_spec spec;
    spec.program = csccd;
    spec.arguments = {
        "--config-object", "/cscctest-none", "--manager-lock-fd", "0", "--startup-fd", "1"};
    expect_refused(spec, failed,
                   {"error 1 The shared object /cscctest-none cannot be read: No such "
                    "file or directory. Start the group with 'csccmgr start'."});
}

BOOST_AUTO_TEST_CASE(too_few_descriptors_for_the_group_are_told_before_anything_runs)
{
    expect_refused(
        in_shell(g.csccmgr_spec({"start"}), "ulimit -n 200; exec \"$@\""), failed,
        {"A group of 2 services needs 266 descriptors", "the hard limit is 200", "LimitNOFILE="});
}

BOOST_AUTO_TEST_CASE(a_dev_shm_that_becomes_full_half_way_is_told_and_left_empty)
{
    expect(g.csccmgr({"start"}), 0);
    const auto state = std::filesystem::file_size("/dev/shm/" + g.name() + "." +
                                                  std::to_string(::geteuid()) + ".state");
    expect(g.csccmgr({"stop"}), 0);
    const auto state_kib = static_cast<int>(state / 1024); // with what comes beside it: from too
    bool at_a_lock_page = false;                           // little to enough
    int ran = 0;
    for (int kib = 0; kib <= 28; kib += 4) {
        const std::string script = "mount -t tmpfs -o size=" + std::to_string(state_kib + kib) +
                                   "k none /dev/shm || exit 99\n"
                                   "\"$@\" start; code=$?\n"
                                   "[ $code -ne 0 ] || \"$@\" stop || exit 97\n"
                                   "[ -z \"$(ls -A /dev/shm)\" ] || exit 98\n"
                                   "exit $code";
        g.note_asked("start");
        const program_result r =
            run_program(g.watch(), in_own_mounts(g.csccmgr_spec({}), script), 30s);
        ran += r.code == 0 ? 1 : 0;
        if (r.code != 0)
            expect(r, failed, {"full", "df -h /dev/shm"});
        if (r.err.find("could not be started: its lock page") != std::string::npos)
            at_a_lock_page = true;
        g.expect_nothing_left();
    }
    BOOST_TEST(at_a_lock_page);
    BOOST_TEST(ran > 0); // there is an end to it
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(of_a_service, badly_surrounded)

BOOST_AUTO_TEST_CASE(a_service_that_cannot_be_executed_is_told_why)
{
    group_description d = g.description();
    d.at("B").executable = g.file("program");
    write_file(g.file("program"), "#!/nonexistent/shell\n", 0755);
    g.configure(d);
    expect_b_refused({g.file("program") + ": its interpreter is missing"});
}

BOOST_AUTO_TEST_CASE(a_service_that_is_no_program_is_told_so)
{
    group_description d = g.description();
    d.at("B").executable = g.file("program");
    write_file(g.file("program"), "exec true\n", 0755);
    g.configure(d);
    expect_b_refused({g.file("program") + ": it is no program (no #! line?)"});
}

BOOST_AUTO_TEST_CASE(a_limit_that_the_system_refuses_is_named_with_its_value)
{
    group_description d = g.description();
    d.at("B").extra = "[cs_components.limits]\nnofile = \"unlimited\"\n"; // more than fs.nr_open
    g.configure(d);
    expect_b_refused(
        {"its limit nofile = [\"unlimited\", \"unlimited\"] was refused: Operation not "
         "permitted"});
}

BOOST_AUTO_TEST_CASE(one_that_never_said_alive_and_one_that_never_got_ready_are_told_apart)
{
    group_description d = g.description();
    d.at("B").startup_timeout_ms = 700;
    d.at("B").arguments = {"--never-alive"};
    g.configure(d);
    expect(g.csccmgr({"start"}), failed,
           {"B never said alive within its startup_timeout: 700 ms (does it call cscc_alive?)"});
    g.expect_nothing_left();
    d.at("B").arguments = {"--never-ready"};
    g.configure(d);
    expect(g.csccmgr({"start"}), failed,
           {"B said alive, but not ready within its startup_timeout: 700 ms"});
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(csccd_stays_in_no_folder_and_services_get_the_umask_it_was_started_with)
{
    group_description d = g.description();
    d.at("A").arguments = {"--print-context"};
    g.configure(d);
    start_spec spec = in_shell(g.csccmgr_spec({"start"}), "umask 057; exec \"$@\"");
    spec.directory = "/usr";
    expect(run_program(g.watch(), spec, 30s), 0);
    BOOST_TEST(fs::read_symlink("/proc/" + std::to_string(g.daemon()->pid) + "/cwd") == "/");
    const std::string folder = g.log_directory() + "/" + g.name();
    const std::string context = read_file(folder + "/A.log");
    BOOST_TEST(context.find("\numask: 0057\n") != std::string::npos, context);
    BOOST_TEST(context.find("\ndirectory: /\n") != std::string::npos, context);
    struct stat found = {}; // what csccd makes itself does not depend on it
    BOOST_REQUIRE(::stat(folder.c_str(), &found) == 0);
    BOOST_TEST((found.st_mode & 07777) == 0755u);
    BOOST_REQUIRE(::stat((folder + "/A.log").c_str(), &found) == 0);
    BOOST_TEST((found.st_mode & 07777) == 0640u);
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_SUITE_END()
