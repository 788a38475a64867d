// What CSCC_FAILPOINTS may say, and what is said of everything else.
#include "common/base/failpoint.hpp"
#include "common/base/failpoint_order.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <set>

using namespace cscc;

namespace {

std::vector<failpoint_order> orders(std::string_view text)
{
    auto parsed = parse_failpoints(text);
    if (const auto* mistake = std::get_if<failpoint_mistake>(&parsed))
        BOOST_ERROR(mistake->sentence);
    else
        return std::get<std::vector<failpoint_order>>(parsed);
    return {};
}

void expect_mistake(std::string_view text, const std::string& sentence)
{
    const auto parsed = parse_failpoints(text);
    const auto* mistake = std::get_if<failpoint_mistake>(&parsed);
    BOOST_REQUIRE_MESSAGE(mistake != nullptr, text << " was accepted");
    BOOST_TEST(mistake->sentence == sentence);
}

constexpr std::size_t spawn = failpoint_index("primary:before-spawn");
constexpr std::size_t wait = failpoint_index("manager:before-wait");

} // namespace

BOOST_AUTO_TEST_CASE(every_action_can_be_asked_for)
{
    using deed = failpoint_deed;
    const auto got = orders("primary:before-spawn=kill@3;manager:before-wait=delay:500;"
                            "manager:before-wait=stop;manager:before-wait=abort@1;"
                            "primary:before-spawn=errno:ENOMEM;primary:before-spawn=errno:11@2");
    const std::vector<failpoint_order> expected{
        {spawn, deed::kill, 0, 3},       {wait, deed::delay, 500, 0},
        {wait, deed::stop, 0, 0},        {wait, deed::abort, 0, 1},
        {spawn, deed::error, ENOMEM, 0}, {spawn, deed::error, EAGAIN, 2}};
    BOOST_TEST((got == expected));
}

BOOST_AUTO_TEST_CASE(nothing_asks_for_nothing)
{
    BOOST_TEST(orders("").empty());
    BOOST_TEST(orders(";;").empty());
    BOOST_TEST(orders("manager:before-wait=stop;").size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_mistake_is_told_with_what_would_be_right)
{
    const std::string begin = "CSCC_FAILPOINTS: \"";
    expect_mistake("kill", begin + "kill\": an order is NAME=ACTION, or NAME=ACTION@N");
    expect_mistake("primary:nowhere=kill",
                   begin + "primary:nowhere=kill\": there is no such failpoint; \"csccd "
                           "--failpoints\" names them all");
    const std::string action = ": an action is kill, abort, stop, delay:MS or errno:NAME_OR_NUMBER";
    for (const std::string word : {"", "KILL", "delay:", "delay:-1", "delay:1s", "delay:99999999",
                                   "errno:ENOSUCH", "errno:0", "errno:1000", "errno:", "killed"}) {
        const std::string order = "primary:before-spawn=" + word;
        expect_mistake(order, begin + order + "\"" + action);
    }
    for (const std::string nth : {"", "0", "-1", "x", "1x"}) {
        const std::string order = "primary:before-spawn=kill@" + nth;
        expect_mistake(order, begin + order +
                                  "\": behind the @ stands which time is meant, from "
                                  "1 on");
    }
    expect_mistake("manager:before-wait=errno:EIO",
                   begin + "manager:before-wait=errno:EIO\": this place has no error to return; "
                           "kill, stop or delay it");
    expect_mistake("manager:before-wait=stop;x=kill",
                   begin + "x=kill\": there is no such failpoint; \"csccd --failpoints\" names "
                           "them all");
}

BOOST_AUTO_TEST_CASE(the_table_has_each_name_once_and_of_a_program)
{
    std::set<std::string_view> names;
    for (const failpoint_name& one : failpoint_names) {
        BOOST_TEST(names.insert(one.name).second, one.name << " is there twice");
        const std::string_view program = one.name.substr(0, one.name.find(':'));
        BOOST_TEST((program == "manager" || program == "primary" || program == "standby" ||
                    program == "service"),
                   one.name << " is of no program");
    }
    BOOST_TEST(names.size() == 54u);
}
