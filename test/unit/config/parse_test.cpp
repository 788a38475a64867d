#include "test/unit/config/group_text.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace cscc::config;

BOOST_AUTO_TEST_CASE(an_error_of_syntax_is_shown_where_it_is_with_what_would_be_right)
{
    check({
        {"executable_name = \"a\"",
         "executable_name = ",
         {"4:19: this is not TOML (key-value pair: expected value, saw '\\n'); write key = value, "
          "one to a line, and strings in quotes"}},
        {"executable_name = \"a\"",
         "executable_name = \"a",
         {"4:21: this is not TOML (string: unescaped control characters other than TAB (U+0009) "
          "are explicitly prohibited); end it with the quote it begins with, in the same line"}},
        {"executable_name = \"a\"",
         "executable_name \"a\"",
         {"4:17: this is not TOML (key-value pair: expected '=', saw '\"'); write key = value, one "
          "to a line, and strings in quotes"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\";",
         {"4:22: this is not TOML (key-value pair: expected a comment or whitespace, saw ';'); "
          "write key = value, one to a line, and strings in quotes"}},
        {"[cscc_environment]",
         "[cscc_environment",
         {"15:18: this is not TOML (table header: expected ']', saw '\\n'); write [name], or "
          "[[cs_components]]"}},
        {"[\"A\", \"B\"]",
         "[\"A\", \"B\"",
         {"19:1: this is not TOML (array: expected comma or closing ']', saw 's'); write [value, "
          "value]"}},
        {"executable_name = \"a\"",
         "limits = {nofile = 1",
         {"4:21: this is not TOML (inline table: expected key or closing '}', saw '\\n'); write "
          "{key = value, key = value} in one line"}},
        {"[csccd_environment]",
         "[cscc_environment]",
         {"25:1: this is not TOML (table header: cannot redefine existing table "
          "'cscc_environment'); each table and each key stands once"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nexecutable_name = \"a\"",
         {"5:19: this is not TOML (key-value pair: cannot redefine existing string "
          "'executable_name'); each table and each key stands once"}},
        {"[[cs_components]]",
         "[cs_components]",
         {"8:1: this is not TOML (table header: cannot redefine existing table 'cs_components' as "
          "array-of-tables); write [[cs_components]] with two brackets each time"}},
        {"executable_name = \"a\"",
         "executable_name = \"\\q\"",
         {"4:21: this is not TOML (string: unknown escape sequence '\\q'); in single quotes a "
          "backslash is a plain character"}},
        {"executable_name = \"a\"",
         "x = [[[[[[[[[[[[[[[[[[[[",
         {"4:21: this is not TOML (value: exceeded maximum nested value depth of 16 "
          "(TOML_MAX_NESTED_VALUES)); no value is nested more than twice"}},
        {"executable_name = \"a\"",
         "x = \xff",
         {"4:4: this is not TOML (Encountered invalid utf-8 sequence); save the file as UTF-8"}},
        {"executable_name = \"a\"",
         "ä = 1",
         {"4:1: this is not TOML (root table: expected keys, tables, whitespace or comments, saw "
          "'ä'); write key = value, one to a line, and strings in quotes"}},
    });
}

BOOST_AUTO_TEST_CASE(a_key_that_is_unknown_or_missing_is_named_with_what_was_meant)
{
    check({
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nstartup_timout = 7000",
         {"5:1: unknown key 'startup_timout' in [[cs_components]] 'A'; did you mean "
          "'startup_timeout'?"}},
        {"lock_name = \"lock_a\"\n",
         "",
         {"1:1: missing key 'lock_name' in [[cs_components]] 'A'; add lock_name = "
          "\"cscc_lock_shared_csql\""}},
        {"[csccd_environment]",
         "[csccd_enviroment]",
         {"25:2: unknown table 'csccd_enviroment'; did you mean 'csccd_environment'?",
          "35:1: missing table [csccd_environment]; add it with lock_shared_daemon_name, "
          "lock_shared_daemon_comp_name and sem_shared_daemon_comp_name"}},
        {"[cscc_environment]",
         "[[cscc_environment]]",
         {"15:3: 'cscc_environment' is a list; write the table [cscc_environment], once"}},
        {"[[cs_components]]\n",
         "standby = true\n[[cs_components]]\n",
         {"1:1: outside of all tables there is no key 'standby'; it is one of 'cs_components', "
          "'cscc_environment', 'csccd_environment', 'csccmgr_environment', 'cluster'"}},
        {"sem_shared_daemon_comp_name = \"sem_comp\"",
         "sem_shared_daemon_comp_name = \"sem_comp\"\nqqqqqqqqqqqq = 1",
         {"29:1: unknown key 'qqqqqqqqqqqq' in [csccd_environment]; it is one of "
          "'lock_shared_daemon_name', 'lock_shared_daemon_comp_name', "
          "'sem_shared_daemon_comp_name', 'log_level', 'log_format', 'log_file', "
          "'containment', 'control_mode', 'control_group', 'http_listen'"}},
        {"mem_shared_name = \"group\"",
         "mem_shared_name = \"group\"\n[cluster]\nenabld = true",
         {"36:1: unknown key 'enabld' in [cluster]; did you mean 'enabled'?"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nlimits = {nofle = 3}",
         {"5:11: unknown key 'nofle' in [[cs_components]] 'A' limits; did you mean 'nofile'?"}},
    });
}

BOOST_AUTO_TEST_CASE(a_missing_table_is_named_with_its_keys_behind_the_end_of_the_file)
{
    const std::vector<std::string> expected{
        "3:1: missing table [[cs_components]]; add one for each service",
        "3:1: missing table [cscc_environment]; add it with executable_name, lock_name, "
        "startup_sequence, shutdown_sequence, startup_timeout, shutdown_timeout, "
        "restart_retry_counter and restart_time_span",
        "3:1: missing table [csccd_environment]; add it with lock_shared_daemon_name, "
        "lock_shared_daemon_comp_name and sem_shared_daemon_comp_name",
        "3:1: missing table [csccmgr_environment]; add it with lock_shared_name, "
        "lock_shared_mgr_name, sem_shared_daemon_mgr_name and mem_shared_name"};
    BOOST_TEST(findings("# nothing\n\n") == expected, boost::test_tools::per_element());
    BOOST_TEST(findings("").size() == 4U);
}

BOOST_AUTO_TEST_CASE(every_key_that_has_no_default_is_missed)
{
    const std::string text = "[[cs_components]]\n[cscc_environment]\n[csccd_environment]\n"
                             "[csccmgr_environment]\n";
    std::string all;
    for (const std::string& line : findings(text))
        all += line.substr(0, line.find(';')) + "\n";
    BOOST_TEST(all == "1:1: missing key 'id' in [[cs_components]]\n"
                      "1:1: missing key 'lock_name' in [[cs_components]]\n"
                      "1:1: missing key 'executable_name' in [[cs_components]]\n"
                      "1:1: missing key 'startup_timeout' in [[cs_components]]\n"
                      "1:1: missing key 'shutdown_timeout' in [[cs_components]]\n"
                      "2:1: missing key 'executable_name' in [cscc_environment]\n"
                      "2:1: missing key 'lock_name' in [cscc_environment]\n"
                      "2:1: missing key 'startup_sequence' in [cscc_environment]\n"
                      "2:1: missing key 'shutdown_sequence' in [cscc_environment]\n"
                      "2:1: missing key 'startup_timeout' in [cscc_environment]\n"
                      "2:1: missing key 'shutdown_timeout' in [cscc_environment]\n"
                      "2:1: missing key 'restart_retry_counter' in [cscc_environment]\n"
                      "2:1: missing key 'restart_time_span' in [cscc_environment]\n"
                      "3:1: missing key 'lock_shared_daemon_name' in [csccd_environment]\n"
                      "3:1: missing key 'lock_shared_daemon_comp_name' in [csccd_environment]\n"
                      "3:1: missing key 'sem_shared_daemon_comp_name' in [csccd_environment]\n"
                      "4:1: missing key 'lock_shared_name' in [csccmgr_environment]\n"
                      "4:1: missing key 'lock_shared_mgr_name' in [csccmgr_environment]\n"
                      "4:1: missing key 'sem_shared_daemon_mgr_name' in [csccmgr_environment]\n"
                      "4:1: missing key 'mem_shared_name' in [csccmgr_environment]\n");
}

BOOST_AUTO_TEST_CASE(components_that_are_no_tables_are_refused)
{
    const std::string_view rest = group_text.substr(group_text.find("[cscc_environment]"));
    for (const char* components :
         {"cs_components = 3\n", "cs_components = [1]\n", "[cs_components]\nid = \"A\"\n"}) {
        const auto found = findings(std::string(components) + std::string(rest));
        BOOST_TEST_REQUIRE(found.size() == 1U, components);
        BOOST_TEST(found[0].ends_with("'cs_components' must be a list of tables; write "
                                      "[[cs_components]] once for each service"),
                   found[0]);
    }
}

BOOST_AUTO_TEST_CASE(keys_nested_without_end_are_refused_and_not_followed)
{
    std::string dots = "a";
    for (int i = 0; i < 200'000; ++i)
        dots += ".a";
    const std::string expected =
        "1:130: this key is nested too deeply; no key of a configuration has more than three parts";
    BOOST_TEST(findings(dots + " = 1\n") == std::vector<std::string>{expected},
               boost::test_tools::per_element());
    BOOST_TEST(findings("[" + dots + "]\n").size() == 1U);
    BOOST_TEST(findings(changed("executable_name = \"a\"", dots + " = 1")).size() == 1U);
    // Dots in strings and comments are not meant.
    const std::string quoted = "# " + dots + "\nexecutable_name = \"/" + dots + "\\\".\"";
    BOOST_TEST(findings(changed("executable_name = \"a\"", quoted)).empty());
    BOOST_TEST(
        findings(changed("executable_name = \"a\"", "executable_name = '/" + dots + "'")).empty());
}

BOOST_AUTO_TEST_CASE(all_mistakes_are_reported_at_once_in_the_order_of_the_file)
{
    std::string text = changed("startup_timeout = 7000", "startup_timeout = \"soon\"");
    text = changed("id = \"B\"", "id = \"B\"\nlok = 1", text);
    text = changed("[\"A\", \"B\"]", "[\"A\", \"b\", \"B\"]", text);
    text = changed("= 60000", "= 60000\nheartbeat_timeout = 1", text);
    text = changed("\"sem_mgr\"", "\"sem mgr\"", text);
    text = changed("mem_shared_name = \"group\"\n", "", text);
    std::string places;
    for (const std::string& line : findings(text))
        places += line.substr(0, line.find(": ")) + "\n";
    BOOST_TEST(places == "5:19\n"    // no duration
                         "10:1\n"    // unknown key
                         "19:26\n"   // unknown id
                         "25:21\n"   // heartbeat_timeout too short
                         "32:1\n"    // missing key
                         "35:30\n"); // no name
}
