// check_log: the checker as a program: exit 0 green, 1 red, 2 usage.
//
//   check_log [--tolerance MS] FILE     one group
//   check_log --cluster NAME=FILE...    I20, over the logs of all machines
#include "test/support/checker_cluster.hpp"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>

using namespace cscc::test;

namespace {

int tell(const std::vector<violation>& found, std::size_t lines)
{
    for (const violation& v : found)
        std::cout << to_text(v);
    std::cout << lines << " lines, " << found.size() << " violations\n";
    return found.empty() ? 0 : 1;
}

int check_machines(int count, char** words)
{
    std::vector<machine_log> machines;
    std::size_t lines = 0;
    for (int i = 0; i < count; ++i) {
        const std::string word = words[i];
        const auto sign = word.find('=');
        const std::string path = sign == word.npos ? "" : word.substr(sign + 1);
        if (!std::filesystem::is_regular_file(path)) {
            std::cerr << "check_log: " << word << " is no NAME=FILE\n";
            return 2;
        }
        machines.push_back({word.substr(0, sign), read_log(path)});
        lines += machines.back().log.events.size();
    }
    return tell(check_cluster(machines), lines);
}

} // namespace

int main(int argc, char** argv)
{
    if (argc > 2 && std::strcmp(argv[1], "--cluster") == 0)
        return check_machines(argc - 2, argv + 2);
    checker_options options;
    if (argc == 4 && std::strcmp(argv[1], "--tolerance") == 0)
        options.tolerance = std::chrono::milliseconds(std::atoi(argv[2]));
    else if (argc != 2) {
        std::cerr << "usage: check_log [--tolerance MS] FILE, or --cluster NAME=FILE...\n";
        return 2;
    }
    const std::string path = argv[argc - 1];
    if (!std::filesystem::is_regular_file(path)) {
        std::cerr << "check_log: " << path << ": no such file\n";
        return 2;
    }

    const parsed_log log = read_log(path);
    return tell(check(log, options), log.events.size());
}
