// as_json.hpp: what csccmgr says with --json, read back.
#pragma once

#include "test/support/program.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_to.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace cscc::test {

namespace json = boost::json;

/// Of one text; the test ends if it is no JSON.
inline json::value parsed(const std::string& text)
{
    boost::system::error_code error;
    json::value value = json::parse(text, error);
    BOOST_REQUIRE_MESSAGE(!error, "no JSON: " << text);
    return value;
}

/// All of stdout is one JSON value on one line, and stderr is empty if all went well.
inline json::value json_of(const program_result& r)
{
    BOOST_TEST(r.out.find('\n') + 1 == r.out.size(), "not one line: " << r.describe());
    BOOST_TEST((r.code != 0 || r.err.empty()), r.describe());
    return parsed(r.out);
}

/// A member that is a string; "" for null.
inline std::string word_of(const json::value& object, const char* key)
{
    const json::value& member = object.at(key);
    return member.is_null() ? std::string{} : json::value_to<std::string>(member);
}

/// A member that is a number; -1 for null.
inline std::int64_t number_of(const json::value& object, const char* key)
{
    const json::value& member = object.at(key);
    return member.is_null() ? -1 : member.to_number<std::int64_t>();
}

} // namespace cscc::test
