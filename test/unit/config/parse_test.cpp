#include "test/unit/config/group_text.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace cscc::config;

namespace {

struct mistaken
{
    const char* from; // what is changed in group_text
    const char* to;
    std::vector<std::string> expected; // line:column: message
};

void check(const std::vector<mistaken>& table)
{
    for (const mistaken& m : table) {
        BOOST_TEST_CONTEXT(m.to)
        BOOST_TEST(findings(changed(m.from, m.to)) == m.expected, boost::test_tools::per_element());
    }
}

} // namespace

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

BOOST_AUTO_TEST_CASE(a_value_of_the_wrong_type_is_refused_with_the_right_one)
{
    check({
        {"startup_timeout = 7000",
         "startup_timeout = 7.5",
         {"5:19: 'startup_timeout' is a fractional number; it must be a duration: milliseconds "
          "(7000) or a string such as \"250ms\", \"7s\", \"2min\", \"1h\""}},
        {"startup_timeout = 7000",
         "startup_timeout = true",
         {"5:19: 'startup_timeout' is a boolean; it must be a duration: milliseconds (7000) or a "
          "string such as \"250ms\", \"7s\", \"2min\", \"1h\""}},
        {"startup_timeout = 7000",
         "startup_timeout = -1",
         {"5:19: 'startup_timeout' is -1 ms; it must be between 0 and 31622400000 ms, a year"}},
        {"startup_timeout = 7000",
         "startup_timeout = \"7 parsecs\"",
         {"5:19: 'startup_timeout' is no duration of at most a year: '7 parsecs'; write "
          "milliseconds (7000) or a string such as \"250ms\", \"7s\", \"2min\", \"1h\""}},
        {"startup_timeout = 7000",
         "startup_timeout = 99999999999999",
         {"5:19: 'startup_timeout' is 99999999999999 ms; it must be between 0 and 31622400000 ms, "
          "a year"}},
        {"startup_timeout = 7000",
         "startup_timeout = [7]",
         {"5:19: 'startup_timeout' is a list; it must be a duration: milliseconds (7000) or a "
          "string such as \"250ms\", \"7s\", \"2min\", \"1h\""}},
        {"startup_timeout = 7000",
         "startup_timeout = \"\"",
         {"5:19: 'startup_timeout' is no duration of at most a year: ''; write milliseconds (7000) "
          "or a string such as \"250ms\", \"7s\", \"2min\", \"1h\""}},
        {"executable_name = \"a\"",
         "executable_name = 7",
         {"4:19: 'executable_name' is an integer; it must be a string, in quotes"}},
        {"executable_name = \"a\"",
         "executable_name = \"\"",
         {"4:19: 'executable_name' is empty; write a text, or leave the key out if it has a "
          "default"}},
        {"executable_name = \"a\"",
         "executable_name = [\"a\"]",
         {"4:19: 'executable_name' is a list; it must be a string, in quotes"}},
        {"executable_name = \"a\"",
         "executable_name = {a = 1}",
         {"4:19: 'executable_name' is a table; it must be a string, in quotes"}},
        {"executable_name = \"a\"",
         "executable_name = 2020-01-01",
         {"4:19: 'executable_name' is a date or time; it must be a string, in quotes"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\\u0000b\"",
         {"4:19: 'executable_name' contains control characters; write plain text"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\\u001bb\"",
         {"4:19: 'executable_name' contains control characters; write plain text"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\narguments = \"x\"",
         {"5:13: 'arguments' is a string; it must be a list of strings: [\"one\", \"two\"]"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\narguments = [1]",
         {"5:13: 'arguments' contains an integer; it must be a list of strings: [\"one\", "
          "\"two\"]"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\narguments = [\"a\\u0000\"]",
         {"5:13: 'arguments' contains a NUL character, which no program can be given; remove it"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nenvironment = 3",
         {"5:15: 'environment' is an integer; it must be a table: {NAME = \"value\"}"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nenvironment = {A = 3}",
         {"5:20: the variable 'A' is an integer; it must be a string, in quotes"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nenvironment = {A = \"\\u0000\"}",
         {"5:20: the variable 'A' contains a NUL character, which no program can be given; remove "
          "it"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\numask = 22",
         {"5:9: 'umask' is an integer; it must be a string of octal digits up to \"0777\", such as "
          "\"0660\""}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\numask = \"99\"",
         {"5:9: 'umask' is '99'; it must be a string of octal digits up to \"0777\", such as "
          "\"0660\""}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\numask = \"01777\"",
         {"5:9: 'umask' is '01777'; it must be a string of octal digits up to \"0777\", such as "
          "\"0660\""}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nlimits = 3",
         {"5:10: 'limits' is an integer; it must be a table: {nofile = 1024, core = 0}"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nlimits = {nofile = -3}",
         {"5:20: 'nofile' is no limit; write a number from 0, \"unlimited\", or [soft, hard]"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nlimits = {nofile = [1]}",
         {"5:20: 'nofile' is a list of 1; write [soft, hard]"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nlimits = {nofile = [1, \"x\"]}",
         {"5:20: 'nofile' is no limit; write a number from 0, \"unlimited\", or [soft, hard]"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nlimits = {core = \"x\"}",
         {"5:18: 'core' is no limit; write a number from 0, \"unlimited\", or [soft, hard]"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nnice = 99999999999",
         {"5:8: 'nice' is 99999999999; it must be closer to 0"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nnice = 1.0",
         {"5:8: 'nice' is a fractional number; it must be an integer"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nno_new_privileges = \"yes\"",
         {"5:21: 'no_new_privileges' is a string; it must be true or false, without quotes"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nreadiness = \"ap\"",
         {"5:13: 'readiness' cannot be 'ap'; did you mean 'api'?"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nreadiness = 3",
         {"5:13: 'readiness' is an integer; it is one of 'api', 'notify', 'fd', 'exec', 'none'"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nstop_signal = \"TERM\"",
         {"5:15: 'stop_signal' cannot be 'TERM'; did you mean 'SIGTERM'?"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nstop_signal = \"SIGSTOP\"",
         {"5:15: 'stop_signal' cannot be 'SIGSTOP'; it is one of 'SIGTERM', 'SIGINT', 'SIGQUIT', "
          "'SIGHUP', 'SIGKILL', 'SIGUSR1', 'SIGUSR2', 'SIGABRT', 'SIGALRM', 'SIGPWR', 'SIGWINCH'"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\noutput = \"files\"",
         {"5:10: 'output' cannot be 'files'; did you mean 'file'?"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nsuccess_exit_codes = 3",
         {"5:22: 'success_exit_codes' is an integer; it must be a list of integers: [0, 75]"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nsuccess_exit_codes = [\"x\"]",
         {"5:22: 'success_exit_codes' contains a member that is a string; it must be an integer"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nuser = \"\"",
         {"5:8: 'user' is empty; write a text, or leave the key out if it has a default"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nsupplementary_groups = [3]",
         {"5:24: 'supplementary_groups' contains an integer; it must be a list of strings: "
          "[\"one\", \"two\"]"}},
        {"[\"A\", \"B\"]",
         "3",
         {"18:20: 'startup_sequence' is an integer; it must be a list of ids, in which a list "
          "stands for services side by side ([\"A\", [\"B\", \"C\"]]), or a string (\"A,B,C\")"}},
        {"[\"A\", \"B\"]",
         "[\"A\", 3]",
         {"18:26: 'startup_sequence' contains an integer; it must be a list of ids, in which a "
          "list stands for services side by side ([\"A\", [\"B\", \"C\"]]), or a string "
          "(\"A,B,C\")"}},
        {"[\"A\", \"B\"]",
         "[[\"A\", [\"B\"]]]",
         {"18:27: 'startup_sequence' contains a list; it must be a list of ids, in which a list "
          "stands for services side by side ([\"A\", [\"B\", \"C\"]]), or a string (\"A,B,C\")"}},
        {"restart_retry_counter = 5",
         "restart_retry_counter = -1",
         {"22:25: 'restart_retry_counter' is -1; it must not be negative"}},
        {"restart_retry_counter = 5",
         "restart_retry_counter = \"5\"",
         {"22:25: 'restart_retry_counter' is a string; it must be an integer"}},
        {"restart_time_span = 60000",
         "restart_time_span = 60000\nexecutable_path = \"/x\"",
         {"24:19: 'executable_path' is a string; it must be a list of strings: [\"one\", "
          "\"two\"]"}},
        {"restart_time_span = 60000",
         "restart_time_span = 60000\nstandby = 1",
         {"24:11: 'standby' is an integer; it must be true or false, without quotes"}},
        {"restart_time_span = 60000",
         "restart_time_span = 60000\non_coordinator_failure = \"adapt\"",
         {"24:26: 'on_coordinator_failure' cannot be 'adapt'; did you mean 'adopt'?"}},
        {"restart_time_span = 60000",
         "restart_time_span = 60000\nrestart_strategy = 1",
         {"24:20: 'restart_strategy' is an integer; it is one of 'one_for_all', 'rest_for_one', "
          "'one_for_one'"}},
        {"sem_shared_daemon_comp_name = \"sem_comp\"",
         "sem_shared_daemon_comp_name = \"sem_comp\"\nlog_level = \"warn\"",
         {"29:13: 'log_level' cannot be 'warn'; did you mean 'warning'?"}},
        {"sem_shared_daemon_comp_name = \"sem_comp\"",
         "sem_shared_daemon_comp_name = \"sem_comp\"\ncontrol_mode = 660",
         {"29:16: 'control_mode' is an integer; it must be a string of octal digits up to "
          "\"0777\", such as \"0660\""}},
        {"mem_shared_name = \"group\"",
         "mem_shared_name = \"group\"\n[cluster]\non_quorum_loss = \"x\"",
         {"36:18: 'on_quorum_loss' cannot be 'x'; it is one of 'hold', 'stop'"}},
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
