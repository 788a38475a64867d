// The numbers that a service sees, in both languages.
#include "client/service/codes.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <cscc/error.hpp>
#include <cstring>
#include <set>
#include <string>

using namespace cscc;

BOOST_AUTO_TEST_SUITE(codes)

BOOST_AUTO_TEST_CASE(every_failure_has_a_sentence_and_an_errno_of_its_own)
{
    std::set<std::string> sentences;
    std::set<int> numbers;
    for (int value = 1; value < static_cast<int>(service_errc::count_); ++value) {
        const std::string sentence_of = error_code(value, category()).message();
        BOOST_TEST(sentence_of.find("Unknown") == std::string::npos, "no sentence for " << value);
        BOOST_TEST(sentence_of.back() == '.');
        BOOST_TEST(sentences.insert(sentence_of).second, "said twice: " << sentence_of);
        const int number = to_errno(value);
        BOOST_TEST(number < 0);
        BOOST_TEST(numbers.insert(number).second);
        BOOST_TEST(describe_errno(number) == sentence_of);
    }
    BOOST_TEST(error_code(99, category()).message() == "Unknown cscc.service error 99.");
}

BOOST_AUTO_TEST_CASE(the_category_is_compared_by_its_id_and_named_as_promised)
{
    static const detail::service_category another_copy;
    BOOST_TEST((error_code(1, another_copy) == error_code(1, category())));
    BOOST_TEST(category().name() == std::string("cscc.service"));
    const error_code ec = service_errc::going_down;
    BOOST_TEST((ec == service_errc::going_down));
}

BOOST_AUTO_TEST_CASE(every_failure_of_ours_and_of_the_coordinator_becomes_one_of_a_service)
{
    for (int value = 1; value < static_cast<int>(errc::count_); ++value) {
        const int code = to_code(error_code(value, error_category()));
        BOOST_TEST(code > 0);
        BOOST_TEST(code < static_cast<int>(service_errc::count_));
        BOOST_TEST(to_code(value) == code);
    }
    BOOST_TEST(to_code(static_cast<int>(errc::peer_unknown)) ==
               static_cast<int>(service_errc::refused));
    BOOST_TEST(to_code(static_cast<int>(errc::not_accepting)) ==
               static_cast<int>(service_errc::going_down));
    BOOST_TEST(to_code(12345) == static_cast<int>(service_errc::protocol_error));
    BOOST_TEST(to_code(0) == 0);
    BOOST_TEST(to_code(error_code()) == 0);
}

BOOST_AUTO_TEST_CASE(the_system_s_errors_stay_what_they_are)
{
    const error_code absent(ENOENT, boost::system::system_category());
    BOOST_TEST(to_code(absent) == -ENOENT);
    BOOST_TEST(to_errno(-ENOENT) == -ENOENT);
    BOOST_TEST(describe_errno(-ENOENT) == std::string(std::strerror(ENOENT)));
    BOOST_TEST(describe_errno(0) == std::string("Success."));
    BOOST_TEST(describe_errno(-123456) == std::string("Unknown error."));
}

BOOST_AUTO_TEST_SUITE_END()
