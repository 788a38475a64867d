// check_log: the checker as a program: check_log [--tolerance MS] FILE; exit 0 green, 1 red, 2
// usage.
#include "test/support/checker.hpp"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>

using namespace cscc::test;

int main(int argc, char** argv)
{
    checker_options options;
    if (argc == 4 && std::strcmp(argv[1], "--tolerance") == 0)
        options.tolerance = std::chrono::milliseconds(std::atoi(argv[2]));
    else if (argc != 2) {
        std::cerr << "usage: check_log [--tolerance MS] FILE\n";
        return 2;
    }
    const std::string path = argv[argc - 1];
    if (!std::filesystem::is_regular_file(path)) {
        std::cerr << "check_log: " << path << ": no such file\n";
        return 2;
    }

    const parsed_log log = read_log(path);
    const auto found = check(log, options);
    for (const violation& v : found)
        std::cout << to_text(v);
    std::cout << log.events.size() << " lines, " << found.size() << " violations\n";
    return found.empty() ? 0 : 1;
}
