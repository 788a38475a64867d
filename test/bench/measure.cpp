#include "test/bench/measure.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <poll.h>

namespace cscc::bench {
namespace fs = std::filesystem;
namespace {

/// The number behind `key:` in a file of lines.
std::uint64_t number_in(const fs::path& file, const std::string& key)
{
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with(key + ":"))
            return std::strtoull(line.c_str() + key.size() + 1, nullptr, 10);
    }
    give_up(file.string() + " has no " + key);
}

} // namespace

double milliseconds_of(const std::function<void()>& what)
{
    const auto began = std::chrono::steady_clock::now();
    what();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began)
        .count();
}

double median(std::vector<double> values)
{
    if (values.empty())
        give_up("a median of nothing");
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

std::uint64_t pss_kib(int pid)
{
    return number_in("/proc/" + std::to_string(pid) + "/smaps_rollup", "Pss");
}

activity activity_of(int pid)
{
    activity sum;
    for (const auto& task : fs::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
        sum.wakeups += number_in(task.path() / "status", "voluntary_ctxt_switches");
        std::uint64_t on_cpu_ns = 0;
        std::ifstream(task.path() / "schedstat") >> on_cpu_ns;
        sum.cpu_ms += static_cast<double>(on_cpu_ns) / 1e6;
    }
    return sum;
}

activity settled_activity_of(int pid)
{
    constexpr int rounds = 50;
    activity last = activity_of(pid);
    for (int i = 0; i < rounds; ++i) {
        ::poll(nullptr, 0, 100);
        const activity now = activity_of(pid);
        if (now.wakeups == last.wakeups)
            return now;
        last = now;
    }
    give_up("csccd does not come to rest");
}

void nap()
{
    const timespec half_a_millisecond{0, 500'000};
    ::ppoll(nullptr, 0, &half_a_millisecond, nullptr);
}

void idle_for(int seconds)
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    while (std::chrono::steady_clock::now() < end)
        ::poll(nullptr, 0, 1000 * seconds);
}

void give_up(const std::string& why)
{
    std::fprintf(stderr, "cscc_bench: %s\n", why.c_str());
    std::exit(1);
}

} // namespace cscc::bench
