// What a user can get wrong before anything runs: a sentence, the right exit code, nothing made.
#define BOOST_TEST_MODULE bad_configuration
#include "test/integration/said.hpp"
#include "test/support/group_under_test.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

using namespace cscc::test;

namespace {

constexpr int configuration_error = 6;

/// Every verb that starts something refuses, in the same words, and leaves nothing.
void expect_refused(group_under_test& g, std::initializer_list<std::string_view> words)
{
    for (const char* const verb : {"check", "start", "restart"})
        expect(g.csccmgr({verb}), configuration_error, words);
    g.expect_nothing_left();
    BOOST_TEST(!std::filesystem::exists(g.runtime_directory() + "/manager.lock"));
}

/// The same run as another user who owns nothing here, where we may; ourselves otherwise.
start_spec as_a_stranger(start_spec spec)
{
    if (::geteuid() != 0)
        return spec;
    std::vector<std::string> arguments{"--reuid=65534", "--regid=65534", "--clear-groups",
                                       spec.program};
    arguments.insert(arguments.end(), spec.arguments.begin(), spec.arguments.end());
    spec.program = "/usr/bin/setpriv";
    spec.arguments = std::move(arguments);
    return spec;
}

} // namespace

BOOST_AUTO_TEST_CASE(all_mistakes_of_a_file_are_told_at_once_with_their_places)
{
    group_description d = group_of({"A", "B"});
    d.at("A").extra = "stratup_timeout = 1\n";
    d.at("B").executable = "/nonexistent/program";
    d.cscc_extra = "restart_delay = \"perhaps\"\n";
    group_under_test g(d);
    const std::string file = g.configuration_file();
    expect_refused(g, {file + ":", "unknown key 'stratup_timeout'", "did you mean",
                       "/nonexistent/program", "'restart_delay'", "^"});
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_toml_is_told_by_line_and_column)
{
    group_under_test g(group_of({"A"}));
    write_file(g.configuration_file(), "[[cs_components]]\nid = 'A'\nx = [\n");
    expect_refused(g, {g.configuration_file() + ":3:", "not TOML"});
}

BOOST_AUTO_TEST_CASE(a_huge_file_is_refused_without_being_read)
{
    group_under_test g(group_of({"A"}));
    write_file(g.configuration_file(), std::string(1024 * 1024 + 1, '#'));
    expect_refused(g, {"larger than 1048576 bytes"});
}

BOOST_AUTO_TEST_CASE(a_file_that_others_may_write_is_unsafe)
{
    group_under_test g(group_of({"A"}));
    BOOST_REQUIRE(::chmod(g.configuration_file().c_str(), 0666) == 0);
    expect_refused(g, {"unsafe", "chmod go-w"});
}

BOOST_AUTO_TEST_CASE(a_missing_file_and_a_folder_are_told_apart)
{
    group_under_test g(group_of({"A"}));
    std::filesystem::remove(g.configuration_file());
    expect_refused(g, {g.configuration_file(), "No such file", "-c FILE or CSCC_CONFIG"});
    std::filesystem::create_directory(g.configuration_file());
    expect_refused(g, {"is a directory"});
}

BOOST_AUTO_TEST_CASE(a_file_that_the_caller_may_not_read_is_told_as_such)
{
    group_under_test g(group_of({"A"}));
    BOOST_REQUIRE(::chmod(g.file("").c_str(), 0755) == 0);
    BOOST_REQUIRE(::chmod(g.configuration_file().c_str(), ::geteuid() == 0 ? 0600 : 0) == 0);
    const auto spec = as_a_stranger(g.csccmgr_spec({"start"}));
    expect(run_program(g.watch(), spec, 20s), configuration_error,
           {"Permission denied", "-c FILE or CSCC_CONFIG"});
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(an_id_that_is_no_component_s_is_named)
{
    group_description d = group_of({"A", "B"});
    d.startup = {{"A"}, {"B"}, {"C"}};
    d.shutdown = {{"B"}, {"A"}};
    group_under_test g(d);
    expect_refused(g, {"unknown id 'C'", "startup_sequence"});
}

BOOST_AUTO_TEST_CASE(the_status_of_an_unknown_service_is_4)
{
    group_under_test g(group_of({"A"}));
    expect(g.csccmgr({"start"}), 0);
    expect(g.csccmgr({"status", "NOBODY"}), 4, {"NOBODY"});
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(an_executable_without_the_right_to_execute_is_a_mistake)
{
    group_description d = group_of({"A"});
    d.at("A").executable = "/etc/passwd";
    group_under_test g(d);
    expect_refused(g, {"/etc/passwd", "not executable", "chmod +x"});
}

BOOST_AUTO_TEST_CASE(a_value_that_this_version_cannot_carry_out_is_refused_not_ignored)
{
    group_description d = group_of({"A"});
    d.at("A").extra = "success_exit_codes = [0, 143]\n";
    group_under_test g(d);
    expect_refused(g, {"success_exit_codes", "[0]"});
}

BOOST_AUTO_TEST_CASE(exit_codes_of_success_are_refused_not_ignored)
{
    group_description d = group_of({"A"});
    d.at("A").extra = "success_exit_codes = [0, 143]\n";
    group_under_test g(d);
    expect_refused(g, {"'success_exit_codes'", "not in this version", "remove it", "^"});
}

BOOST_AUTO_TEST_CASE(the_folder_of_an_output_file_must_be_there)
{
    group_description d = group_of({"A"});
    d.at("A").extra = "output_file = \"/no/such/folder/a.log\"\n";
    group_under_test g(d);
    expect_refused(g, {"'/no/such/folder'", "output_file", "make it, or name another", "^"});
}

BOOST_AUTO_TEST_CASE(bad_usage_is_2_and_says_what_was_perhaps_meant)
{
    group_under_test g(group_of({"A"}));
    expect(g.csccmgr({"strat"}), 2, {"start"});
    expect(g.csccmgr({"start", "--timeout", "soon"}), 2, {"soon"});
    expect(g.csccmgr({}), 2);
    expect(g.csccmgr({"status", "-c", ""}), 2, {"-c FILE"});
    expect(g.csccmgr({"status", "-c"}), 2, {"-c FILE"});
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(no_permission_for_the_runtime_directory_is_4)
{
    group_under_test g(group_of({"A"}));
    BOOST_REQUIRE(::chmod(g.file("").c_str(), 0755) == 0);
    std::filesystem::create_directory(g.file("closed"));
    BOOST_REQUIRE(::chmod(g.file("closed").c_str(), ::geteuid() == 0 ? 0755 : 0555) == 0);
    start_spec spec = as_a_stranger(g.csccmgr_spec({"start"}));
    spec.environment.push_back("CSCC_RUNTIME_DIR=" + g.file("closed/run"));
    std::erase_if(spec.environment, [&](const std::string& variable) {
        return variable == "CSCC_RUNTIME_DIR=" + g.runtime_directory();
    });
    expect(run_program(g.watch(), spec, 20s), 4, {g.file("closed/run"), "Permission denied"});
    g.expect_nothing_left();
    BOOST_TEST(std::filesystem::is_empty(g.file("closed")));
}
