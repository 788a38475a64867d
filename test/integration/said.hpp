// said.hpp: what the integration tests ask again and again of a program that has ended.
#pragma once

#include "test/support/program.hpp"

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace cscc::test {

/// The exit code is this one, and what it said contains all of `words`, wherever.
inline void expect(const program_result& r, int code,
                   std::initializer_list<std::string_view> words = {})
{
    BOOST_TEST(r.code == code, "exit code " << code << " expected: " << r.describe());
    for (const std::string_view word : words)
        BOOST_TEST((r.out + r.err).find(word) != std::string::npos,
                   "'" << word << "' is not said: " << r.describe());
}

inline std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

} // namespace cscc::test
