#include "test/unit/config/group_text.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace cscc::config;

BOOST_AUTO_TEST_CASE(a_sequence_names_every_component_once_and_nothing_else)
{
    check({
        {"[\"A\", \"B\"]",
         "[\"A\", \"C\"]",
         {"18:20: 'B' is missing from 'startup_sequence'; every component stands in it once",
          "18:26: unknown id 'C' in 'startup_sequence'; it is one of 'A', 'B'"}},
        {"[\"A\", \"B\"]",
         "[\"Aa\", \"B\"]",
         {"18:20: 'A' is missing from 'startup_sequence'; every component stands in it once",
          "18:21: unknown id 'Aa' in 'startup_sequence'; it is one of 'A', 'B'"}},
        {"[\"A\", \"B\"]",
         "[\"A\"]",
         {"18:20: 'B' is missing from 'startup_sequence'; every component stands in it once"}},
        {"[\"A\", \"B\"]",
         "[\"A\", \"B\", \"A\"]",
         {"18:31: 'A' stands twice in 'startup_sequence', first in line 18 column 21; remove one"}},
        {"[\"A\", \"B\"]",
         "[[\"A\", \"A\"], \"B\"]",
         {"18:27: 'A' stands twice in 'startup_sequence', first in line 18 column 22; remove one"}},
        {"[\"A\", \"B\"]",
         "[\"A\", [], \"B\"]",
         {"18:26: an empty step in 'startup_sequence'; remove it"}},
        {"[\"A\", \"B\"]",
         "[]",
         {"18:20: 'A' is missing from 'startup_sequence'; every component stands in it once",
          "18:20: 'B' is missing from 'startup_sequence'; every component stands in it once"}},
        {"[\"A\", \"B\"]",
         "\"A,,B\"",
         {"18:23: an empty id in 'startup_sequence'; write ids with a comma between"}},
        {"[\"A\", \"B\"]",
         "\" A , Bx\"",
         {"18:20: 'B' is missing from 'startup_sequence'; every component stands in it once",
          "18:26: unknown id 'Bx' in 'startup_sequence'; it is one of 'A', 'B'"}},
        {"[\"A\", \"B\"]",
         "\"\"",
         {"18:20: 'A' is missing from 'startup_sequence'; every component stands in it once",
          "18:20: 'B' is missing from 'startup_sequence'; every component stands in it once",
          "18:21: an empty id in 'startup_sequence'; write ids with a comma between"}},
        {"[\"A\", \"B\"]",
         "'''A,X'''",
         {"18:20: unknown id 'X' in 'startup_sequence'; it is one of 'A', 'B'",
          "18:20: 'B' is missing from 'startup_sequence'; every component stands in it once"}},
        {"\"B, A\"",
         "\"B, CSGS\"",
         {"19:21: 'A' is missing from 'shutdown_sequence'; every component stands in it once",
          "19:25: unknown id 'CSGS' in 'shutdown_sequence'; it is one of 'A', 'B'"}},
    });
}

BOOST_AUTO_TEST_CASE(an_impossible_timeout_is_refused)
{
    check({
        {"startup_timeout = 7000",
         "startup_timeout = 20001",
         {"5:19: 'startup_timeout' is 20001ms, longer than the whole (20s, line 20); shorten it, "
          "or raise 'startup_timeout' in [cscc_environment]"}},
        {"shutdown_timeout = \"7s\"",
         "shutdown_timeout = \"11s\"",
         {"13:20: 'shutdown_timeout' is 11s, longer than the whole (10s, line 21); shorten it, or "
          "raise 'shutdown_timeout' in [cscc_environment]"}},
        {"startup_timeout = 7000",
         "startup_timeout = 0",
         {"5:19: 'startup_timeout' is 0; it must be longer"}},
        {"shutdown_timeout = 10000",
         "shutdown_timeout = 0",
         {"21:20: 'shutdown_timeout' is 0; it must be longer"}},
        {"restart_time_span = 60000",
         "restart_time_span = 0",
         {"23:21: 'restart_time_span' is 0; it must be longer"}},
        {"restart_time_span = 60000",
         "restart_time_span = 60000\nheartbeat_timeout = 999",
         {"24:21: 'heartbeat_timeout' is 999ms; it must be at least 1s: less gives false alarms on "
          "a loaded machine"}},
        {"restart_time_span = 60000",
         "restart_time_span = 60000\nheartbeat_interval = 0",
         {"24:22: 'heartbeat_interval' is 0; it must be longer"}},
        {"restart_time_span = 60000",
         "restart_time_span = 60000\nheartbeat_interval = 3000",
         {"24:22: 'heartbeat_interval' is 3s; it must be shorter than 'heartbeat_timeout', 3s"}},
        {"restart_time_span = 60000",
         "restart_time_span = 60000\ntakeover_timeout = 0",
         {"24:20: 'takeover_timeout' is 0; it must be longer"}},
        {"restart_time_span = 60000",
         "restart_time_span = 60000\nrestart_delay = \"2min\"",
         {"24:17: 'restart_delay' is 2min; it must be at most 'restart_delay_max', 1min"}},
        {"restart_time_span = 60000",
         "restart_time_span = 60000\nrestart_delay_max = 0\nrestart_delay = 1",
         {"25:17: 'restart_delay' is 1ms; it must be at most 'restart_delay_max', 0ms"}},
        {"mem_shared_name = \"group\"",
         "mem_shared_name = \"group\"\n[cluster]\nbarrier_timeout = 0",
         {"36:19: 'barrier_timeout' is 0; it must be longer"}},
        {"mem_shared_name = \"group\"",
         "mem_shared_name = \"group\"\n[cluster]\nrestart_budget_span = 0",
         {"36:23: 'restart_budget_span' is 0; it must be longer"}},
    });
}

BOOST_AUTO_TEST_CASE(in_a_cluster_a_failure_restarts_all)
{
    const std::string wrong = "in a cluster a failure restarts all services on all machines; write "
                              "restart_strategy = \"one_for_all\", or enabled = false in [cluster]";
    const auto with = [](const std::string& strategy, const std::string& cluster) {
        const std::string text =
            changed("restart_time_span = 60000", "restart_time_span = 60000\n" + strategy);
        return findings(text + cluster);
    };
    const std::string enabled = "[cluster]\nenabled = true\n";
    for (const std::string strategy : {"one_for_one", "rest_for_one"}) {
        const std::string line = "restart_strategy = \"" + strategy + "\"";
        BOOST_TEST(with(line, enabled) == std::vector<std::string>{"24:20: " + wrong},
                   boost::test_tools::per_element());
        BOOST_TEST(with(line, "[cluster]\nenabled = false\n").empty());
        BOOST_TEST(with(line, "[cluster]\nbarrier_timeout = 1000\n").empty());
        BOOST_TEST(with(line, "").empty());
    }
    BOOST_TEST(with("restart_strategy = \"one_for_all\"", enabled).empty());
    BOOST_TEST(with("", enabled).empty()); // which is the default
}

BOOST_AUTO_TEST_CASE(a_value_out_of_its_range_is_refused)
{
    check({
        {"restart_retry_counter = 5",
         "restart_retry_counter = 65",
         {"22:25: 'restart_retry_counter' is 65; it must be at most 64"}},
        {"mem_shared_name = \"group\"",
         "mem_shared_name = \"group\"\n[cluster]\nrestart_budget = 65",
         {"36:18: 'restart_budget' is 65; it must be at most 64"}},
        {"mem_shared_name = \"group\"",
         "mem_shared_name = \"group\"\n[cluster]\ngroup = \"a b\"",
         {"36:9: 'group' is 'a b'; it must be 1 to 200 of A-Z a-z 0-9 _ . -"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nnice = 20",
         {"5:8: 'nice' is 20; it must be between -20 and 19"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nnice = -21",
         {"5:8: 'nice' is -21; it must be between -20 and 19"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\noom_score_adjust = -1001",
         {"5:20: 'oom_score_adjust' is -1001; it must be between -1000 and 1000"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\noom_score_adjust = 1001",
         {"5:20: 'oom_score_adjust' is 1001; it must be between -1000 and 1000"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nsuccess_exit_codes = [256]",
         {"5:22: 'success_exit_codes' is 256; it must be between 0 and 255"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nsuccess_exit_codes = [-1]",
         {"5:22: 'success_exit_codes' is -1; it must be between 0 and 255"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nlimits = {nofile = [5, 2]}",
         {"5:20: the soft limit of 'nofile' is above the hard one; write [soft, hard]"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nenvironment = {\"1A\" = \"\"}",
         {"5:16: '1A' cannot be the name of a variable; it must be letters, digits and _, not "
          "beginning with a digit"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nenvironment = {\"a b\" = \"\"}",
         {"5:16: 'a b' cannot be the name of a variable; it must be letters, digits and _, not "
          "beginning with a digit"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nenvironment = {CSCC_GROUP = \"\"}",
         {"5:16: the variable 'CSCC_GROUP' is the coordinator's own; give yours another name"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nenvironment = {NOTIFY_SOCKET = \"\"}",
         {"5:16: the variable 'NOTIFY_SOCKET' is the coordinator's own; give yours another name"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nworking_directory = \"x\"",
         {"5:21: 'working_directory' is 'x'; it must be an absolute path"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nenvironment_file = \"x\"",
         {"5:20: 'environment_file' is 'x'; it must be an absolute path"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\noutput_file = \"x\"",
         {"5:15: 'output_file' is 'x'; it must be an absolute path"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\noutput = \"null\"\noutput_file = \"/x\"",
         {"6:15: 'output_file' means nothing with output = \"null\"; remove one of them"}},
        {"restart_time_span = 60000",
         "restart_time_span = 60000\nexecutable_path = [\"\"]",
         {"24:19: 'executable_path' contains an empty string; write directories"}},
        {"sem_shared_daemon_comp_name = \"sem_comp\"",
         "sem_shared_daemon_comp_name = \"sem_comp\"\nlog_file = \"x\"",
         {"29:12: 'log_file' is 'x'; it must be an absolute path"}},
        {"sem_shared_daemon_comp_name = \"sem_comp\"",
         "sem_shared_daemon_comp_name = \"sem_comp\"\ncontrol_mode = \"0060\"",
         {"29:16: 'control_mode' must let the owner read and write, and nobody execute; write "
          "\"0660\", \"0600\" or \"0666\""}},
        {"sem_shared_daemon_comp_name = \"sem_comp\"",
         "sem_shared_daemon_comp_name = \"sem_comp\"\ncontrol_mode = \"0770\"",
         {"29:16: 'control_mode' must let the owner read and write, and nobody execute; write "
          "\"0660\", \"0600\" or \"0666\""}},
        {"sem_shared_daemon_comp_name = \"sem_comp\"",
         "sem_shared_daemon_comp_name = \"sem_comp\"\nhttp_listen = \"0.0.0.0:80\"",
         {"29:15: 'http_listen' is '0.0.0.0:80', which others can reach; it must be a loopback "
          "address: \"127.0.0.1:8080\""}},
        {"sem_shared_daemon_comp_name = \"sem_comp\"",
         "sem_shared_daemon_comp_name = \"sem_comp\"\nhttp_listen = \"127.0.0.1.example.org:80\"",
         {"29:15: 'http_listen' is '127.0.0.1.example.org:80', which others can reach; it must be "
          "a loopback address: \"127.0.0.1:8080\""}},
        {"sem_shared_daemon_comp_name = \"sem_comp\"",
         "sem_shared_daemon_comp_name = \"sem_comp\"\nhttp_listen = \"localhost\"",
         {"29:15: 'http_listen' is 'localhost'; it must be a loopback address and a port: "
          "\"127.0.0.1:8080\""}},
    });
}

BOOST_AUTO_TEST_CASE(what_contradicts_the_way_to_readiness_is_refused)
{
    check({
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nreadiness = \"exec\"",
         {"1:1: readiness = \"exec\" needs a 'readiness_command': a program and its arguments that "
          "ends with exit code 0 once the service is ready"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nreadiness = \"exec\"\nreadiness_command = [\"bin/x\"]",
         {"6:21: 'readiness_command' is 'bin/x'; it must be an absolute path, or a name without "
          "'/' "
          "to look up in 'executable_path'"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nreadiness = \"fd\"\nreadiness_command = [\"x\"]",
         {"6:21: 'readiness_command' means nothing with readiness = \"fd\"; remove it, or write "
          "readiness = \"exec\""}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nreadiness = \"none\"\nwatchdog_timeout = 1000",
         {"6:20: 'watchdog_timeout' means nothing with readiness = \"none\": only a service with "
          "\"api\" or \"notify\" can send heartbeats; remove it"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nreadiness = \"notify\"\nwatchdog_timeout = 1000",
         {}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nreadiness = \"notify\"\nenvironment = "
         "{NOTIFY_SOCKET = \"run/notify\"}",
         {"6:16: 'NOTIFY_SOCKET' is 'run/notify'; it must be an absolute path, or @ and the name "
          "of "
          "an abstract socket; without it the guard makes one up"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nreadiness = \"fd\"\nenvironment = {NOTIFY_SOCKET = \"/n\"}",
         {"6:16: the variable 'NOTIFY_SOCKET' is the coordinator's own; give yours another name"}},
    });
}

BOOST_AUTO_TEST_CASE(what_this_version_cannot_carry_out_is_refused_in_a_sentence)
{
    check({
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nsuccess_exit_codes = [0, 143]",
         {"5:22: 'success_exit_codes' other than [0] is not in this version; remove it: a service "
          "that ends before its turn has failed, whatever its exit code"}},
        {"executable_name = \"a\"",
         "executable_name = \"a\"\nsuccess_exit_codes = []",
         {"5:22: 'success_exit_codes' other than [0] is not in this version; remove it: a service "
          "that ends before its turn has failed, whatever its exit code"}},
        {"sem_shared_daemon_comp_name = \"sem_comp\"",
         "sem_shared_daemon_comp_name = \"sem_comp\"\nhttp_listen = \"127.0.0.1:8080\"",
         {"29:15: 'http_listen' is not in this version; remove it and use the control socket (curl "
          "--unix-socket)"}},
        {"sem_shared_daemon_comp_name = \"sem_comp\"",
         "sem_shared_daemon_comp_name = \"sem_comp\"\nhttp_listen = \"[::1]:80\"",
         {"29:15: 'http_listen' is not in this version; remove it and use the control socket (curl "
          "--unix-socket)"}},
    });
}

BOOST_AUTO_TEST_CASE(the_small_group_of_these_tests_is_right)
{
    BOOST_TEST(findings(group_text) == std::vector<std::string>{},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(values_at_the_edge_of_their_range_are_accepted)
{
    const std::pair<const char*, const char*> edges[] = {
        {"id = \"A\"\n", "id = \"A\"\nnice = -20\noom_score_adjust = -1000\n"},
        {"id = \"A\"\n", "id = \"A\"\nnice = 19\noom_score_adjust = 1000\n"},
        {"id = \"A\"\n", "id = \"A\"\nsuccess_exit_codes = [0]\numask = \"0777\"\n"},
        {"id = \"A\"\n", "id = \"A\"\nlimits = {nofile = [5, 5], cpu = [0, \"unlimited\"]}\n"},
        {"startup_timeout = 7000", "startup_timeout = 20000"}, // as long as the whole
        {"restart_retry_counter = 5", "restart_retry_counter = 64"},
        {"restart_retry_counter = 5", "restart_retry_counter = 0"},
        {"= 60000", "= 60000\nheartbeat_timeout = \"1s\"\nheartbeat_interval = 999"},
        {"= 60000", "= 60000\nrestart_delay = \"1h\"\nrestart_delay_max = \"1h\""},
        {"= 60000", "= \"8784h\""},
        {"\"sem_comp\"", "\"sem_comp\"\ncontrol_mode = \"0600\""},
        {"\"sem_comp\"", "\"sem_comp\"\ncontrol_mode = \"0666\""},
        {"[\"A\", \"B\"]", "[[\"A\", \"B\"]]"},
        {"[\"A\", \"B\"]", "\"A,B \""}};
    for (const auto& [from, to] : edges) {
        BOOST_TEST_CONTEXT(to)
        BOOST_TEST(findings(changed(from, to)) == std::vector<std::string>{},
                   boost::test_tools::per_element());
    }
    const std::string longest(200, 'x');
    BOOST_TEST(findings(changed("lock_a", longest)).empty());
    const std::string id = "0aZ_.-" + std::string(26, 'x');
    std::string renamed = changed("id = \"A\"", "id = \"" + id + "\"");
    renamed = changed("[\"A\",", "[\"" + id + "\",", renamed);
    BOOST_TEST(findings(changed("B, A", "B, " + id, renamed)).empty());
}

BOOST_AUTO_TEST_CASE(components_come_in_startup_order_whatever_the_order_of_the_file)
{
    const model m = read_text(changed("[\"A\", \"B\"]", "[\"B\", \"A\"]")).value();
    BOOST_TEST_REQUIRE(m.components.size() == 2U);
    BOOST_TEST(m.components[0].id == "B");
    BOOST_TEST(m.components[0].lock_name == "lock_b");
    BOOST_TEST(m.components[1].id == "A");
    BOOST_TEST(
        (startup_order(m).steps() == std::vector<std::vector<cscc::component_index>>{{0}, {1}}));
    BOOST_TEST(
        (shutdown_order(m).steps() == std::vector<std::vector<cscc::component_index>>{{0}, {1}}));
}

BOOST_AUTO_TEST_CASE(there_may_be_4096_components_and_no_more)
{
    const auto group_of = [](std::size_t count) {
        std::string components;
        std::string ids;
        for (std::size_t n = 0; n < count; ++n) {
            const std::string number = std::to_string(n);
            components += "[[cs_components]]\nid='" + number + "'\nlock_name='l" + number +
                          "'\nexecutable_name='x'\nstartup_timeout=1\nshutdown_timeout=1\n";
            ids += (n == 0 ? "" : ",") + number;
        }
        const std::string_view rest = group_text.substr(group_text.find("[cscc_environment]"));
        const std::string with_start = changed("[\"A\", \"B\"]", "'" + ids + "'", rest);
        return components + changed("\"B, A\"", "'" + ids + "'", with_start);
    };
    const auto most = read_text(group_of(4096));
    BOOST_TEST_REQUIRE(!!most);
    BOOST_TEST(most->components.size() == 4096U);
    const std::vector<std::string> expected{
        "24577:1: there are 4097 components; at most 4096 are possible"};
    BOOST_TEST(findings(group_of(4097)) == expected, boost::test_tools::per_element());
}
