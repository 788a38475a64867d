#include "common/base/text.hpp"
#include "daemon/adapters/journal_stream.hpp"
#include "daemon/adapters/launch_plan.hpp"
#include "test/support/fake_journal.hpp"
#include "test/support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

using namespace cscc;

namespace {

config::component some_component()
{
    config::component component;
    component.id = "CSQL";
    component.arguments = {"--port", "1"};
    component.output = config::output_kind::null;
    component.resolved.executable = "/bin/true";
    return component;
}

bool has(const launch_plan& plan, const std::string& variable)
{
    return std::count(plan.environment.begin(), plan.environment.end(), variable) == 1;
}

} // namespace

BOOST_AUTO_TEST_CASE(only_variables_on_the_list_pass_from_the_daemon_to_a_service)
{
    const char* const given[]{"PATH=/bin", "LC_ALL=C",   "LD_PRELOAD=x", "SECRET=y",
                              "PATHS=no",  "HOME=/root", nullptr};
    const std::vector<std::string> expected{"PATH=/bin", "LC_ALL=C", "HOME=/root"};
    BOOST_TEST(allowed_environment(given) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_service_is_told_who_it_is_and_cannot_be_configured_into_another)
{
    config::component component = some_component();
    component.resolved.environment = {{"CSCC_SERVICE", "OTHER"}, {"COLOUR", "red"}};
    launch_surroundings around;
    around.group_name = "group";
    around.service_socket = "/run/cscc/socket";
    around.base_environment = {"COLOUR=green", "PATH=/bin"};
    const auto plan = plan_launch(component, around, 3, -1);
    BOOST_REQUIRE(plan);
    for (const char* const variable : {"CSCC_SERVICE=CSQL", "CSCC_GROUP=group", "CSCC_GENERATION=3",
                                       "CSCC_SOCKET=/run/cscc/socket", "CSCC_STATE_FD=3",
                                       "CSCC_LOCK_FD=4", "COLOUR=red", "PATH=/bin"})
        BOOST_TEST(has(*plan, variable), "missing or doubled: " << variable);
    const std::vector<std::string> arguments{"-cc", "--port", "1"};
    BOOST_TEST(plan->arguments == arguments, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_descriptor_limit_is_the_one_from_before_unless_configured)
{
    config::component component = some_component();
    launch_surroundings around;
    around.descriptor_limit = {1024, 4096};
    const auto plain = plan_launch(component, around, 1, -1);
    BOOST_REQUIRE(plain);
    BOOST_TEST(plain->context.limits.at(0).value.rlim_cur == 1024U);

    component.limits[config::limit_kind::nofile] = {10, 20};
    const auto configured = plan_launch(component, around, 1, -1);
    BOOST_REQUIRE(configured);
    BOOST_TEST(configured->context.limits.size() == 1U);
    BOOST_TEST(configured->context.limits.at(0).value.rlim_max == 20U);
}

BOOST_AUTO_TEST_CASE(an_output_file_that_cannot_be_opened_is_an_error_and_no_symlink_is_followed)
{
    config::component component = some_component();
    component.output = config::output_kind::file;
    component.resolved.output_file = "/nonexistent/file.log";
    const auto missing = plan_launch(component, {}, 1, -1);
    BOOST_TEST(missing.error().value() == ENOENT);

    component.resolved.output_file = "/proc/self/cwd"; // a symbolic link
    const auto link = plan_launch(component, {}, 1, -1);
    BOOST_TEST(link.error().value() == ELOOP);
}

BOOST_AUTO_TEST_CASE(
    output_to_the_journal_is_a_stream_that_waits_and_that_the_service_can_recognise)
{
    const test::temp_dir directory;
    launch_surroundings around;
    around.journal_socket = directory.file("journal");
    config::component component = some_component();
    component.output = config::output_kind::journal;
    component.resolved.environment = {{"JOURNAL_STREAM", "1:2"}}; // another's
    BOOST_TEST(plan_launch(component, around, 1, -1).error().value() == ENOENT);

    test::fake_journal journal(around.journal_socket);
    const auto plan = plan_launch(component, around, 1, -1);
    BOOST_REQUIRE(plan);
    const int stream = plan->output.get();
    BOOST_TEST(plan->context.descriptors.at(1) == stream);
    BOOST_TEST(plan->context.descriptors.at(2) == stream);
    BOOST_TEST((::fcntl(stream, F_GETFL) & O_NONBLOCK) == 0);
    struct stat found = {};
    BOOST_TEST(::fstat(stream, &found) == 0);
    BOOST_TEST(has(*plan, text("JOURNAL_STREAM=", found.st_dev, ":", found.st_ino)));
    BOOST_TEST(journal.look().at(0).said == "CSQL\n\n6\n1\n0\n0\n0\n");
}

BOOST_AUTO_TEST_CASE(a_journal_that_accepts_nobody_is_not_waited_for)
{
    const test::temp_dir directory;
    const test::fake_journal busy(directory.file("journal"));
    std::vector<unique_fd> waiting; // in its queue, until that is full
    for (;;) {
        auto stream = open_journal_stream(directory.file("journal"), "CSQL");
        if (!stream) {
            BOOST_TEST(stream.error().value() == EAGAIN);
            break;
        }
        waiting.push_back(std::move(*stream));
        BOOST_REQUIRE(waiting.size() < 1000U);
    }
    BOOST_TEST(open_journal_stream(std::string(200, 'x'), "CSQL").error().value() == ENAMETOOLONG);
}

BOOST_AUTO_TEST_CASE(the_umask_is_the_daemon_s_own_unless_configured)
{
    config::component component = some_component();
    launch_surroundings around;
    around.umask = 077;
    const auto plain = plan_launch(component, around, 1, -1);
    BOOST_REQUIRE(plain);
    BOOST_TEST(plain->context.umask == 077U);

    component.umask = 027;
    const auto configured = plan_launch(component, around, 1, -1);
    BOOST_REQUIRE(configured);
    BOOST_TEST(configured->context.umask == 027U);
}
