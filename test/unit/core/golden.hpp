// golden.hpp: a table that a test generates is compared, line by line, with the one people read.
#pragma once

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace cscc::core {

/// `path` is relative to the top of the source tree; lines that begin with # are for people only.
/// With UPDATE_GOLDEN in the environment the table is printed, to be looked at and pasted.
inline void check_golden(const std::string& path, const std::vector<std::string>& table)
{
    std::ifstream file(path);
    std::vector<std::string> documented;
    for (std::string line; std::getline(file, line);) {
        if (!line.empty() && line[0] != '#')
            documented.push_back(line);
    }
    BOOST_TEST(table == documented, boost::test_tools::per_element());
    if (std::getenv("UPDATE_GOLDEN") != nullptr) {
        for (const std::string& row : table)
            std::cout << row << "\n";
    }
}

} // namespace cscc::core
