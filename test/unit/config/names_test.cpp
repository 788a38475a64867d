#include "config/names.hpp"
#include "test/unit/config/group_text.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace cscc::config;

namespace {

/// What is wrong with the names in `text`; `out` gets what was read.
std::vector<std::string> names_of(std::string_view text, parts wanted, document& out)
{
    diagnostics found(text);
    out = read_names(text, wanted, found);
    return found.empty() ? std::vector<std::string>{} : lines_of(std::move(found).finish());
}

void check_group_names(const model& m)
{
    BOOST_TEST(m.cscc.lock_name == "lock_standby");
    BOOST_TEST(m.csccd.lock_shared_daemon_name == "lock_daemon");
    BOOST_TEST(m.csccd.lock_shared_daemon_comp_name == "lock_comp");
    BOOST_TEST(m.csccd.sem_shared_daemon_comp_name == "sem_comp");
    BOOST_TEST(m.csccmgr.lock_shared_name == "lock_shared");
    BOOST_TEST(m.csccmgr.lock_shared_mgr_name == "lock_mgr");
    BOOST_TEST(m.csccmgr.sem_shared_daemon_mgr_name == "sem_mgr");
    BOOST_TEST(m.csccmgr.mem_shared_name == "group");
}

/// The group's names are read in `text`, by both ways.
void check_found(const std::string& text)
{
    BOOST_TEST_CONTEXT(text)
    {
        document out;
        BOOST_TEST(names_of(text, parts::group_names, out) == std::vector<std::string>{},
                   boost::test_tools::per_element());
        check_group_names(out.value);
        BOOST_TEST(out.value.components.empty());
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(names_are_found_in_a_file_that_is_right)
{
    check_found(std::string(group_text));
    document out;
    BOOST_TEST(names_of(group_text, parts::component_names, out).empty());
    check_group_names(out.value);
    BOOST_TEST_REQUIRE(out.value.components.size() == 2U);
    BOOST_TEST(out.value.components[0].id == "A");
    BOOST_TEST(out.value.components[0].lock_name == "lock_a");
    BOOST_TEST(out.value.components[1].id == "B");
    BOOST_TEST(out.value.components[1].lock_name == "lock_b");
}

BOOST_AUTO_TEST_CASE(mistakes_elsewhere_do_not_hide_the_names)
{
    check_found(changed("executable_name = \"a\"", "executable_nam = 3"));
    check_found(changed("id = \"A\"", ""));
    check_found(changed("[\"A\", \"B\"]", "[\"X\"]"));
    check_found(changed("startup_timeout = 20000", "startup_timeout = \"soon\""));
    check_found(changed("\"sem_comp\"", "\"sem_comp\"\nlog_level = 3\nunheard_of = 1"));
    check_found(changed("\"sem_mgr\"", "\"sem_mgr\"\nunheard_of = 1"));
    check_found("[unheard_of]\nx = 1\n" + std::string(group_text));
    // Not even TOML, but only within a component.
    check_found(changed("executable_name = \"a\"", "executable_name = \"a"));
}

BOOST_AUTO_TEST_CASE(names_are_found_wherever_their_tables_stand)
{
    const std::string components(group_text.substr(0, group_text.find("[cscc_environment]")));
    const std::string rest(group_text.substr(components.size()));
    check_found(rest + components);
    check_found(changed("[csccd_environment]", components + "[csccd_environment]", rest));
    check_found(changed("[csccd_environment]", " [ \tcsccd_environment ] # x"));
    check_found(changed("[[cs_components]]", "\t[[ cs_components ]] # [csccd_environment]"));
    check_found(changed("shutdown_timeout = 7000\n",
                        "shutdown_timeout = 7000\n[cs_components.environment]\nA = \"[x]\"\n"));
    check_found(changed("shutdown_timeout = 7000\n",
                        "shutdown_timeout = 7000\narguments = [\n\"[csccd_environment]\",\n]\n"));
}

BOOST_AUTO_TEST_CASE(what_only_looks_like_a_table_within_a_string_is_none)
{
    const std::string fake = "arguments = [\"\"\"\n[csccmgr_environment]\n"
                             "mem_shared_name = \"other\"\n\"\"\"]\n";
    check_found(changed("shutdown_timeout = 7000\n", "shutdown_timeout = 7000\n" + fake));
    check_found(changed("mem_shared_name = \"group\"",
                        "mem_shared_name = \"group\"\nx = '''\n[[cs_components]]\n'''"));
}

BOOST_AUTO_TEST_CASE(a_table_that_stands_only_within_a_string_is_missing)
{
    const std::size_t at = group_text.find("[csccmgr_environment]");
    const std::string table(group_text.substr(at));
    const std::string hidden =
        changed("shutdown_timeout = 7000\n",
                "shutdown_timeout = 7000\narguments = [\"\"\"\n" + table + "# \"\"\"]\n",
                group_text.substr(0, at));
    document out;
    const auto found = names_of(hidden, parts::group_names, out);
    BOOST_TEST_REQUIRE(found.size() == 1U);
    BOOST_TEST(found[0].find("missing table [csccmgr_environment]") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_mistake_in_a_name_is_shown_where_it_stands_in_the_file)
{
    document out;
    const auto wrong = [&](std::string_view from, std::string_view to, parts wanted) {
        return names_of(changed(from, to), wanted, out);
    };
    for (const parts wanted : {parts::group_names, parts::component_names}) {
        BOOST_TEST(wrong("\"sem_mgr\"", "\"../x\"", wanted) ==
                       (std::vector<std::string>{"33:30: 'sem_shared_daemon_mgr_name' is '../x'; "
                                                 "it must be 1 to 200 of A-Z a-z 0-9 _ . -"}),
                   boost::test_tools::per_element());
        BOOST_TEST(wrong("mem_shared_name = \"group\"\n", "", wanted) ==
                       (std::vector<std::string>{
                           "30:1: missing key 'mem_shared_name' in [csccmgr_environment]; add "
                           "mem_shared_name = \"csc_mem_shared\""}),
                   boost::test_tools::per_element());
        BOOST_TEST(wrong("\"lock_comp\"", "7", wanted) ==
                       (std::vector<std::string>{"27:32: 'lock_shared_daemon_comp_name' is an "
                                                 "integer; it must be a string, in quotes"}),
                   boost::test_tools::per_element());
        BOOST_TEST(wrong("[csccd_environment]", "[csccd_environment", wanted).size() == 1U);
        BOOST_TEST(names_of("", wanted, out).size() == (wanted == parts::group_names ? 3U : 4U));
    }
}

BOOST_AUTO_TEST_CASE(names_of_components_need_a_file_that_is_toml)
{
    document out;
    const std::string broken = changed("executable_name = \"a\"", "executable_name = \"a");
    BOOST_TEST(names_of(broken, parts::component_names, out).size() == 1U);
    BOOST_TEST(names_of(changed("id = \"A\"\n", ""), parts::component_names, out).size() == 1U);
}

BOOST_AUTO_TEST_CASE(outputs_are_read_in_startup_order_as_far_as_it_is_known)
{
    document out;
    const auto ids = [&](const std::string& sequence, std::string_view output) {
        const std::string text =
            changed("id = \"B\"\n", std::string("id = \"B\"\n").append(output));
        const auto at = text.find("startup_sequence = ");
        const auto end = text.find('\n', at);
        const auto found =
            names_of(std::string(text).replace(at, end - at, sequence), parts::outputs, out);
        std::string all;
        for (const component& c : out.value.components)
            all += c.id;
        return found.empty() ? all : found.at(0);
    };
    const std::string away = "output = \"null\"\n";
    BOOST_TEST(ids("startup_sequence = \"A, B\"", away) == "AB");
    BOOST_TEST((out.value.components.at(1).output == output_kind::null));
    BOOST_TEST(ids("startup_sequence = [[\"B\", \"A\"]]", "output_file = \"/x\"\n") == "BA");
    BOOST_TEST(out.value.components.at(0).output_file.value_or("") == "/x");
    BOOST_TEST(ids("startup_sequence = [\"C\", \"B\"]", away) == "BA");
    BOOST_TEST(ids("startup_sequence = 7", away) == "AB"); // whatever else is wrong with it
    BOOST_TEST(ids("", away) == "AB");
    BOOST_TEST(ids("", "output = \"fiel\"\n").ends_with("did you mean 'file'?"));
}
