// error_test.cpp: what an operator reads, and how failures keep their category.
#include "common/base/error.hpp"
#include "test/unit/base/printing.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <set>
#include <string>

using namespace cscc;

BOOST_AUTO_TEST_SUITE(error)

BOOST_AUTO_TEST_CASE(every_failure_has_a_sentence_of_its_own)
{
    std::set<std::string> messages;
    for (int value = 1; value < static_cast<int>(errc::count_); ++value) {
        const std::string text = error_code(value, error_category()).message();
        BOOST_TEST(text.find("Unknown") == std::string::npos, "no message for " << value);
        BOOST_TEST(text.back() == '.');
        BOOST_TEST(messages.insert(text).second, "said twice: " << text);
    }
    BOOST_TEST(messages.size() == static_cast<std::size_t>(errc::count_) - 1);
}

BOOST_AUTO_TEST_CASE(a_value_that_is_no_failure_of_ours_is_said_to_be_unknown)
{
    for (const int value : {-1, 0, static_cast<int>(errc::count_), 12345}) {
        const std::string text = error_code(value, error_category()).message();
        BOOST_TEST(text == "Unknown cscc error " + std::to_string(value) + ".");
    }
}

BOOST_AUTO_TEST_CASE(a_failure_converts_by_itself_and_keeps_its_category)
{
    const error_code ec = errc::object_foreign;
    BOOST_TEST(ec.failed());
    BOOST_TEST(ec == errc::object_foreign);
    BOOST_TEST(ec != errc::object_damaged);
    BOOST_TEST(ec.category().name() == std::string("cscc"));
    BOOST_TEST((ec != error_code(ec.value(), boost::system::system_category())));
}

BOOST_AUTO_TEST_CASE(the_default_error_code_is_a_success)
{
    BOOST_TEST(!error_code().failed());
}

BOOST_AUTO_TEST_CASE(a_result_carries_a_failure_of_ours)
{
    const result<int> failed = errc::no_space;
    BOOST_TEST(!failed);
    BOOST_TEST(failed.error() == errc::no_space);
}

BOOST_AUTO_TEST_CASE(an_error_of_the_system_stays_one)
{
    errno = ENOSPC;
    const error_code ec = last_system_error();
    BOOST_TEST((ec == error_code(ENOSPC, boost::system::system_category())));
    BOOST_TEST(ec != errc::no_space);
    BOOST_TEST((ec == boost::system::errc::no_space_on_device));
}

BOOST_AUTO_TEST_SUITE_END()
