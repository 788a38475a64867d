#include "common/base/failpoint.hpp"

#include "common/base/failpoint_order.hpp"
#include "common/base/time.hpp"
#include "common/base/unique_fd.hpp"

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace cscc {
namespace {

constexpr int exit_code_of_usage = 2;

std::string_view variable(const char* name) noexcept
{
    const char* const value = std::getenv(name);
    return value != nullptr ? std::string_view(value) : std::string_view();
}

std::vector<failpoint_order> read_orders()
{
    auto parsed = parse_failpoints(variable("CSCC_FAILPOINTS"));
    if (const auto* mistake = std::get_if<failpoint_mistake>(&parsed)) {
        std::fprintf(stderr, "%s\n", mistake->sentence.c_str());
        std::_Exit(exit_code_of_usage);
    }
    return std::get<std::vector<failpoint_order>>(std::move(parsed));
}

struct all_failpoints
{
    const std::vector<failpoint_order> orders = read_orders();
    const std::string log{variable("CSCC_FAILPOINT_LOG")};
    const std::string once{variable("CSCC_FAILPOINT_ONCE")};
    std::array<std::atomic<std::uint32_t>, failpoint_names.size()> reached{};
};

/// Never destroyed: a thread of the library may reach a place while the program ends.
all_failpoints& all()
{
    static all_failpoints& only = *new all_failpoints;
    return only;
}

/// Opened for each line: a descriptor of a test's must not change what the test counts.
void record(std::string_view name) noexcept
{
    const std::string& path = all().log;
    if (path.empty())
        return;
    const std::string line = std::string(name) + "\n";
    const unique_fd file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666));
    [[maybe_unused]] const auto written = ::write(file.get(), line.data(), line.size());
}

void wait_ms(int ms) noexcept
{
    const time_point end = clock::now() + std::chrono::milliseconds(ms);
    for (duration left = end - clock::now(); left > duration::zero(); left = end - clock::now()) {
        const auto whole = std::chrono::ceil<std::chrono::milliseconds>(left);
        ::poll(nullptr, 0, static_cast<int>(whole.count()));
    }
}

/// Of all that reach an armed place only one can take the file away.
bool is_ours_to_do() noexcept
{
    const std::string& path = all().once;
    return path.empty() || ::unlink(path.c_str()) == 0;
}

error_code carry_out(const failpoint_order& order) noexcept
{
    switch (order.deed) {
    case failpoint_deed::kill: std::raise(SIGKILL); break;
    case failpoint_deed::abort: std::abort();
    case failpoint_deed::stop: std::raise(SIGSTOP); break;
    case failpoint_deed::delay: wait_ms(order.value); break;
    case failpoint_deed::error: return {order.value, boost::system::system_category()};
    }
    return {};
}

} // namespace

error_code reach_failpoint(std::size_t which) noexcept
{
    const std::uint32_t nth = all().reached[which].fetch_add(1) + 1;
    record(failpoint_names[which].name);
    error_code failed;
    for (const failpoint_order& order : all().orders) {
        if (order.which != which || (order.nth != 0 && order.nth != nth) || !is_ours_to_do())
            continue;
        if (const error_code error = carry_out(order))
            failed = error;
    }
    return failed;
}

void read_failpoints() noexcept
{
    static_cast<void>(all());
}

void print_failpoints() noexcept
{
    for (const failpoint_name& one : failpoint_names)
        std::printf("%.*s\n", static_cast<int>(one.name.size()), one.name.data());
}

} // namespace cscc
