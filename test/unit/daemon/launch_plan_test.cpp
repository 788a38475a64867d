#include "daemon/adapters/launch_plan.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

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
