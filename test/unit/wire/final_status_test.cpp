#include "common/wire/final_status.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace cscc::wire {
namespace {

final_status sample()
{
    final_status f;
    f.status.group = "csc_mem_shared";
    f.status.state = group_state::stopped;
    f.status.epoch = 1;
    f.status.generation = 3;
    service_status s;
    s.id = "CSQL";
    s.state = component_state::failed;
    s.last_exit = "signal 9 (KILL)";
    f.status.services.push_back(s);
    f.outcome = final_outcome::gave_up;
    f.reason = "gave up: CSQL \"died\"\n";
    return f;
}

BOOST_AUTO_TEST_SUITE(the_final_status)

BOOST_AUTO_TEST_CASE(comes_back_as_it_was_written)
{
    const auto back = parse_final_status(to_json(sample()));
    BOOST_TEST_REQUIRE(back.has_value());
    BOOST_TEST((back->outcome == final_outcome::gave_up));
    BOOST_TEST(back->reason == sample().reason);
    BOOST_TEST(to_json(back->status) == to_json(sample().status));
}

BOOST_AUTO_TEST_CASE(is_a_status_for_whoever_reads_only_that)
{
    const auto status = parse_group_status(to_json(sample()));
    BOOST_TEST_REQUIRE(status.has_value());
    BOOST_TEST(status->services.at(0).id == "CSQL");
}

BOOST_AUTO_TEST_CASE(every_outcome_has_a_word_of_its_own)
{
    for (const final_outcome o :
         {final_outcome::stopped, final_outcome::start_failed, final_outcome::gave_up})
        BOOST_TEST((parse_final_outcome(to_string(o)) == o));
    BOOST_TEST(!parse_final_outcome("?").has_value());
    BOOST_TEST(!parse_final_outcome("").has_value());
}

BOOST_AUTO_TEST_CASE(what_is_no_final_status_is_refused)
{
    const std::string whole = to_json(sample());
    BOOST_TEST(parse_final_status("").has_error());
    BOOST_TEST(parse_final_status("[]").has_error());
    BOOST_TEST(parse_final_status(to_json(sample().status)).has_error()); // no outcome
    for (std::size_t size = 0; size < whole.size(); ++size)
        BOOST_TEST_REQUIRE(parse_final_status(std::string_view(whole).substr(0, size)).has_error());
    std::string other = whole;
    other.replace(other.find("gave up"), 7, "blew up");
    BOOST_TEST(parse_final_status(other).has_error());
    other = whole;
    other.replace(other.find("gave up"), 7, "gave up\\u0000x");
    BOOST_TEST(parse_final_status(other).has_error());
    other = whole;
    other.insert(other.find(',', other.find("\"stop_operation\"")), ".0");
    BOOST_TEST(parse_final_status(other).has_error());
}

BOOST_AUTO_TEST_CASE(a_reason_of_any_bytes_can_be_read_again)
{
    final_status final = sample();
    final.reason = "said \xff\xc3";
    const auto read = parse_final_status(to_json(final));
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST(read->reason == "said \ufffd\ufffd");
}

BOOST_AUTO_TEST_CASE(is_named_after_its_group)
{
    BOOST_TEST(final_status_name("csc_mem_shared") == "csc_mem_shared.final");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc::wire
