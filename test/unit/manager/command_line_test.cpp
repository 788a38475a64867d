#include "client/manager/command_line.hpp"
#include "common/base/text.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace cscc {
namespace {

using namespace std::chrono_literals;
using words = std::vector<std::string>;

command_line good(const words& arguments)
{
    const auto parsed = parse_command_line(arguments);
    if (const auto* const wrong = std::get_if<usage_error>(&parsed))
        BOOST_FAIL(wrong->sentence);
    return std::get<command_line>(parsed);
}

std::string bad(const words& arguments)
{
    const auto parsed = parse_command_line(arguments);
    const auto* wrong = std::get_if<usage_error>(&parsed);
    BOOST_REQUIRE_MESSAGE(wrong != nullptr, "accepted");
    return wrong->sentence;
}

bool says(const std::string& sentence, const std::string& part)
{
    return sentence.find(part) != std::string::npos;
}

BOOST_AUTO_TEST_SUITE(the_command_line)

BOOST_AUTO_TEST_CASE(every_verb_is_known_by_its_name)
{
    for (int v = 0; v <= static_cast<int>(command_verb::help); ++v) {
        const auto verb = static_cast<command_verb>(v);
        BOOST_TEST_CONTEXT(to_string(verb))
        {
            words line{std::string(to_string(verb))};
            if (verb == command_verb::drill)
                line.emplace_back("primary");
            BOOST_TEST(static_cast<int>(good(line).verb) == v);
            BOOST_TEST(says(std::string(help_text()), std::string(to_string(verb))));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_drill_is_of_one_thing)
{
    BOOST_TEST((good({"drill", "CSQL"}).ids == words{"CSQL"}));
    BOOST_TEST(says(bad({"drill"}), "one thing at a time"));
    BOOST_TEST(says(bad({"drill", "primary", "standby"}), "one thing at a time"));
}

BOOST_AUTO_TEST_CASE(verbs_of_later_versions_are_unknown_and_not_listed)
{
    for (const char* verb : {"timeline"}) {
        BOOST_TEST(says(bad({verb}), "There is no verb"));
        BOOST_TEST(!says(std::string(help_text()), std::string("\n  ") + verb));
    }
}

BOOST_AUTO_TEST_CASE(options_stand_before_or_behind_the_verb)
{
    for (const words& arguments :
         {words{"-c", "f.cfg", "--json", "--timeout", "2min", "--no-wait", "start"},
          words{"start", "-c", "f.cfg", "--json", "--timeout", "2min", "--no-wait"},
          words{"--config=f.cfg", "start", "--timeout=2min", "--json", "--no-wait"}}) {
        const command_line line = good(arguments);
        BOOST_TEST((line.verb == command_verb::start));
        BOOST_TEST(line.file.value_or("") == "f.cfg");
        BOOST_TEST(line.json);
        BOOST_TEST(!line.wait);
        BOOST_TEST((line.timeout == duration(2min)));
    }
}

BOOST_AUTO_TEST_CASE(nothing_is_on_that_was_not_asked_for)
{
    const command_line line = good({"status"});
    BOOST_TEST(!line.file.has_value());
    BOOST_TEST(!line.json);
    BOOST_TEST(line.wait);
    BOOST_TEST(!line.watch);
    BOOST_TEST(!line.timeout.has_value());
    BOOST_TEST(line.ids.empty());
    BOOST_TEST(!line.if_fails.has_value());
}

BOOST_AUTO_TEST_CASE(status_takes_ids_and_the_others_do_not)
{
    const words ids{"CSQL", "CSTS"};
    BOOST_TEST(good({"status", "CSQL", "CSTS"}).ids == ids, boost::test_tools::per_element());
    BOOST_TEST(good({"status", "CSQL", "--json", "CSTS"}).ids == ids,
               boost::test_tools::per_element());
    BOOST_TEST(says(bad({"stop", "CSQL"}), "\"stop\" is about the whole group"));
}

BOOST_AUTO_TEST_CASE(logs_are_followed_of_all_services_or_of_some)
{
    for (const char* const flag : {"-f", "--follow"}) {
        const command_line line = good({"logs", flag, "CSQL", "CSTS"});
        BOOST_TEST(line.follow);
        BOOST_TEST((line.ids == words{"CSQL", "CSTS"}));
    }
    BOOST_TEST(!good({"logs"}).follow);
    BOOST_TEST(says(bad({"events", "-f"}), "--follow goes with \"logs\""));
}

BOOST_AUTO_TEST_CASE(the_cluster_is_asked_for_with_status_and_without_services)
{
    BOOST_TEST(good({"status", "--cluster"}).cluster);
    BOOST_TEST(good({"--cluster", "--json", "status"}).json);
    BOOST_TEST(good({"status", "--cluster", "--watch"}).watch);
    BOOST_TEST(!good({"status"}).cluster);
    BOOST_TEST(bad({"status", "--cluster", "CSQL"}) ==
               "\"status --cluster\" is about machines and takes no service. See \"csccmgr "
               "help\".");
    for (int v = 0; v <= static_cast<int>(command_verb::help); ++v) {
        const std::string verb(to_string(static_cast<command_verb>(v)));
        if (verb == "status")
            continue;
        words line{verb, "--cluster"};
        if (verb == "drill")
            line.emplace_back("primary");
        BOOST_TEST(bad(line) == text("--cluster goes with \"status\", not with \"", verb,
                                     "\". See \"csccmgr help\"."));
    }
    BOOST_TEST(says(bad({"status", "--cluster=n1"}), "\"--cluster\" takes no value"));
    BOOST_TEST(says(bad({"status", "--clustre"}), "Did you mean \"--cluster\"?"));
    BOOST_TEST(says(std::string(help_text()), "--cluster"));
}

BOOST_AUTO_TEST_CASE(a_file_name_never_swallows_the_verb)
{
    const command_line line = good({"-c", "f.cfg", "status", "CSQL"});
    BOOST_TEST(line.file.value_or("") == "f.cfg");
    BOOST_TEST((line.verb == command_verb::status));
}

BOOST_AUTO_TEST_CASE(times_are_read_as_in_the_configuration)
{
    BOOST_TEST((good({"--timeout", "1500", "stop"}).timeout == duration(1500ms)));
    BOOST_TEST((good({"--timeout", "30s", "stop"}).timeout == duration(30s)));
    for (const char* no_time : {"soon", "0", "0s", "-5s", "5 parsecs", "99999999999999", "1e3"})
        BOOST_TEST_CONTEXT(no_time)
        {
            BOOST_TEST(says(bad({"stop", std::string("--timeout=") + no_time}), "is no time"));
        }
}

BOOST_AUTO_TEST_CASE(a_wrong_word_is_answered_with_the_one_that_was_meant)
{
    BOOST_TEST(bad({"statsu"}) ==
               "There is no verb \"statsu\". Did you mean \"status\"? See \"csccmgr help\".");
    BOOST_TEST(says(bad({"frobnicate"}), "There is no verb \"frobnicate\". See"));
    BOOST_TEST(says(bad({"start", "--no-wiat"}),
                    "There is no option \"--no-wiat\". Did you mean \"--no-wait\"?"));
    BOOST_TEST(says(bad({"start", "--jsn=1"}), "Did you mean \"--json\"?"));
    BOOST_TEST(says(bad({"\x1b[2J"}), "\"?[2J\""));
}

BOOST_AUTO_TEST_CASE(a_missing_verb_or_value_is_said)
{
    BOOST_TEST(says(bad({}), "A verb is missing"));
    BOOST_TEST(says(bad({"--json"}), "A verb is missing"));
    const std::string file = "\"-c FILE\" needs a value, the name of the configuration.";
    const std::string time = "\"--timeout T\" needs a value, a time: 30s, 1500ms or 2min.";
    const std::string id = "\"--if-fails ID\" needs a value, the id of a service.";
    const std::string see = " See \"csccmgr help\".";
    BOOST_TEST(bad({"status", "-c"}) == file + see);
    BOOST_TEST(bad({"status", "--config"}) == file + see);
    BOOST_TEST(bad({"status", "--timeout"}) == time + see);
    BOOST_TEST(bad({"plan", "--if-fails"}) == id + see);
    BOOST_TEST(bad({"history", "-n"}) == "\"-n N\" needs a value, a number of lines." + see);
    BOOST_TEST(good({"history", "-n", "7"}).lines == 7U);
    BOOST_TEST(good({"--lines=0", "history"}).lines == 0U);
    for (const char* const no_number : {"x", "1x", "-1", "99999999999999999999"})
        BOOST_TEST(says(bad({"history", std::string("--lines=") + no_number}), "is no number"));
    BOOST_TEST(says(bad({"status", "-n", "7"}), "-n goes with"));
    BOOST_TEST(good({"logs", "-n", "0"}).lines == 0U);
    BOOST_TEST(good({"logs"}).lines == 10U);
    BOOST_TEST(says(bad({"-hc"}), "\"-hc\" lacks a value"));
}

BOOST_AUTO_TEST_CASE(an_empty_value_is_not_taken_for_none)
{
    for (const words& empty : {words{"-c", ""}, words{"--config", ""}, words{"--config="}}) {
        words line = empty;
        line.emplace_back("status");
        BOOST_TEST(says(bad(line), "\"-c FILE\" needs a value"));
        BOOST_TEST(says(bad({"status", "-c", "f.cfg", line[0], ""}), "FILE\""));
    }
    BOOST_TEST(says(bad({"stop", "--timeout", ""}), "\"--timeout T\" needs a value"));
    BOOST_TEST(says(bad({"--timeout=", "stop"}), "\"--timeout T\" needs a value"));
    BOOST_TEST(says(bad({"plan", "--if-fails", ""}), "\"--if-fails ID\" needs a value"));
    BOOST_TEST(says(bad({""}), "There is no verb \"\""));
}

BOOST_AUTO_TEST_CASE(an_option_with_a_value_is_given_once_and_a_flag_has_none)
{
    BOOST_TEST(says(bad({"-c", "a", "--config", "b", "status"}),
                    "\"-c FILE\" is there twice; give it once. See"));
    BOOST_TEST(says(bad({"stop", "--timeout", "1s", "--timeout=1s"}), "\"--timeout T\" is there"));
    BOOST_TEST(says(bad({"plan", "--if-fails", "A", "--if-fails", "B"}), "is there twice"));
    BOOST_TEST(good({"status", "--json", "--json"}).json);
    for (const char* value : {"maybe", "false"})
        BOOST_TEST(says(bad({"status", text("--json=", value)}),
                        text("\"--json\" takes no value, but has \"", value, "\".")));
}

BOOST_AUTO_TEST_CASE(two_dashes_end_the_options)
{
    BOOST_TEST((good({"--", "status"}).verb == command_verb::status));
    BOOST_TEST((good({"-c", "f.cfg", "--", "status"}).file == "f.cfg"));
    const words ids{"-c", "--json", "--"};
    const command_line line = good({"status", "--", "-c", "--json", "--"});
    BOOST_TEST(line.ids == ids, boost::test_tools::per_element());
    BOOST_TEST(!line.json);
    BOOST_TEST(good({"status", "--", "--config="}).ids.front() == "--config=");
    BOOST_TEST(says(bad({"--"}), "A verb is missing"));
    BOOST_TEST(says(bad({"-x", "--", "status"}), "There is no option \"-x\""));
}

BOOST_AUTO_TEST_CASE(what_does_not_go_together_is_refused)
{
    BOOST_TEST(says(bad({"start", "--watch"}), "--watch goes with \"status\""));
    BOOST_TEST(says(bad({"status", "--watch", "--json"}), "does not go with --json"));
    BOOST_TEST(says(bad({"start", "--if-fails", "A"}), "--if-fails goes with \"plan\""));
    BOOST_TEST(says(bad({"status", "--no-wait"}), "--no-wait goes with"));
    BOOST_TEST(says(bad({"help", "--json"}), "has no --json"));
    BOOST_TEST(good({"check", "--json"}).json);
}

BOOST_AUTO_TEST_CASE(the_help_names_the_exit_code_of_every_signal)
{
    BOOST_TEST(says(std::string(help_text()), "interrupted by a signal, 128 + its number"));
}

BOOST_AUTO_TEST_CASE(help_and_version_are_also_options)
{
    BOOST_TEST((good({"--help"}).verb == command_verb::help));
    BOOST_TEST((good({"-h", "start"}).verb == command_verb::help));
    BOOST_TEST((good({"help", "status"}).verb == command_verb::help));
    BOOST_TEST((good({"--version"}).verb == command_verb::version));
    BOOST_TEST(good({"--version", "--json"}).json);
    BOOST_TEST(good({"plan", "--if-fails", "CSQL"}).if_fails.value_or("") == "CSQL");
}

BOOST_AUTO_TEST_CASE(the_file_is_the_options_then_the_environments_then_the_systems)
{
    command_line line;
    BOOST_TEST(configuration_file(line, nullptr) == "/etc/cscc/cscomputer.cfg");
    BOOST_TEST(configuration_file(line, "") == "/etc/cscc/cscomputer.cfg");
    BOOST_TEST(configuration_file(line, "e.cfg") == "e.cfg");
    line.file = "f.cfg";
    BOOST_TEST(configuration_file(line, "e.cfg") == "f.cfg");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
