#include "config/accounts.hpp"
#include "config/environment_file.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>

using namespace cscc::config;

namespace {

const accounts people("root:x:0:0:root:/root:/bin/bash\n"
                      "+::::::\n"
                      "broken line\n"
                      "half:x:7\n"
                      "nan:x:x:7::/:/bin/sh\n"
                      "www:x:33:33:www:/var/www:/usr/sbin/nologin\n"
                      "mail:x:8:12::/var/mail:/bin/sh", // without an end of line
                      "root:x:0:\n"
                      "www:x:33:\n"
                      "ssl:x:101:www,postgres\n"
                      "log:x:102:postgres,www\n"
                      "again:x:33:www\n"
                      "nan:x:x:www\n");

} // namespace

BOOST_AUTO_TEST_CASE(a_user_is_found_by_name_and_by_number)
{
    for (const char* name : {"www", "33"}) {
        const auto user = people.user(name);
        BOOST_TEST_REQUIRE(!!user, name);
        BOOST_TEST(user->name == "www");
        BOOST_TEST(user->uid == 33U);
        BOOST_TEST(user->gid.value() == 33U);
        BOOST_TEST(user->home == "/var/www");
    }
    BOOST_TEST(people.user("mail").value().gid.value() == 12U);
}

BOOST_AUTO_TEST_CASE(a_number_without_an_entry_is_a_user_without_a_group)
{
    const auto user = people.user("4711");
    BOOST_TEST_REQUIRE(!!user);
    BOOST_TEST(user->uid == 4711U);
    BOOST_TEST(!user->gid);
    BOOST_TEST(user->home == "/");
}

BOOST_AUTO_TEST_CASE(what_has_no_whole_entry_is_no_user_and_no_group)
{
    for (const char* name :
         {"", "half", "nan", "broken line", "ww", "www:x", "-1", "33x", "4294967295", "4294967296"})
        BOOST_TEST(!people.user(name), name);
    for (const char* name : {"", "nan", "ss", "-1", "4294967295"})
        BOOST_TEST(!people.group(name), name);
}

BOOST_AUTO_TEST_CASE(groups_of_a_user_are_its_own_first_and_each_once)
{
    BOOST_TEST(people.groups_of("www", 33) == (std::vector<std::uint32_t>{33, 101, 102}),
               boost::test_tools::per_element());
    BOOST_TEST(people.groups_of("root", 0) == (std::vector<std::uint32_t>{0}),
               boost::test_tools::per_element());
    BOOST_TEST(people.group("ssl").value() == 101U);
    BOOST_TEST(people.group("4711").value() == 4711U);
}

BOOST_AUTO_TEST_CASE(this_system_knows_root)
{
    const auto root = accounts::of_this_system().user("root");
    BOOST_TEST_REQUIRE(!!root);
    BOOST_TEST(root->uid == 0U);
    BOOST_TEST(accounts::of_this_system().group("root").value() == 0U);
}

BOOST_AUTO_TEST_CASE(an_environment_file_is_lines_of_name_and_value)
{
    std::map<std::string, std::string> got{{"KEPT", "1"}, {"OVER", "old"}};
    BOOST_TEST(read_environment("# comment\n; another\n\nA=1\n B = two words \nC=\"x y\"\r\n"
                                "D='it''s'\nE=\nOVER=new\nF=\"\nG=a=b",
                                got) == "");
    const std::map<std::string, std::string> expected{
        {"KEPT", "1"},  {"OVER", "new"}, {"A", "1"},  {"B", "two words"}, {"C", "x y"},
        {"D", "it''s"}, {"E", ""},       {"F", "\""}, {"G", "a=b"}};
    BOOST_TEST((got == expected));
}

BOOST_AUTO_TEST_CASE(what_tests_tell_the_library_is_no_variable_of_the_coordinator_s_own)
{
    std::map<std::string, std::string> got;
    BOOST_TEST(read_environment("CSCC_EVENT_LOG=x", got) == "");
    BOOST_TEST(read_environment("CSCC_EVENT_LOGS=x", got) != "");
#ifdef CSCC_FAILPOINTS
    constexpr bool can_break = true;
#else
    constexpr bool can_break = false; // then nobody would hear it
#endif
    BOOST_TEST(read_environment("CSCC_FAILPOINTS=x", got).empty() == can_break);
    BOOST_TEST(read_environment("CSCC_FAILPOINT_LOG=x", got).empty() == can_break);
    BOOST_TEST(read_environment("CSCC_FAILPOINT_ONCE=x", got).empty() == can_break);
}

BOOST_AUTO_TEST_CASE(a_line_that_is_no_variable_is_refused_with_its_number)
{
    std::map<std::string, std::string> got;
    BOOST_TEST(read_environment("A=1\nexport\n", got) == "line 2 is not of the form NAME=value");
    BOOST_TEST(read_environment("1A=1", got) ==
               "line 1: '1A' cannot be the name of a variable; it must be letters, digits and _, "
               "not beginning with a digit");
    BOOST_TEST(read_environment("\n=1", got).starts_with("line 2: '' cannot be"));
    BOOST_TEST(read_environment("CSCC_SOCKET=/x", got) ==
               "line 1: the variable 'CSCC_SOCKET' is the coordinator's own; give yours another "
               "name");
    BOOST_TEST(read_environment(std::string_view("A=\0", 3), got) ==
               "line 1 contains a NUL character; remove it");
}
