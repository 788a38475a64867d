// group_text.hpp: a small configuration that is right, and ways to make it wrong in one place.
#pragma once

#include "common/base/text.hpp"
#include "config/validate.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace cscc::config {

inline constexpr std::string_view group_text = R"([[cs_components]]
id = "A"
lock_name = "lock_a"
executable_name = "a"
startup_timeout = 7000
shutdown_timeout = 7000

[[cs_components]]
id = "B"
lock_name = "lock_b"
executable_name = "b"
startup_timeout = "7s"
shutdown_timeout = "7s"

[cscc_environment]
executable_name = "csccd"
lock_name = "lock_standby"
startup_sequence = ["A", "B"]
shutdown_sequence = "B, A"
startup_timeout = 20000
shutdown_timeout = 10000
restart_retry_counter = 5
restart_time_span = 60000

[csccd_environment]
lock_shared_daemon_name = "lock_daemon"
lock_shared_daemon_comp_name = "lock_comp"
sem_shared_daemon_comp_name = "sem_comp"

[csccmgr_environment]
lock_shared_name = "lock_shared"
lock_shared_mgr_name = "lock_mgr"
sem_shared_daemon_mgr_name = "sem_mgr"
mem_shared_name = "group"
)";

/// `text` with the first occurrence of `from` replaced. Throws if there is none: a test whose
/// mistake is not in its text must fail.
inline std::string changed(std::string_view from, std::string_view to,
                           std::string_view text = group_text)
{
    std::string result(text);
    const std::size_t at = result.find(from);
    if (at == std::string::npos)
        throw std::logic_error("nothing to change: " + std::string(from));
    return result.replace(at, from.size(), to);
}

/// Each mistake as "line:column: message".
inline std::vector<std::string> lines_of(const mistakes& all)
{
    std::vector<std::string> lines;
    for (const diagnostic& d : all.list)
        lines.push_back(text(d.line, ":", d.column, ": ", d.message));
    return lines;
}

/// What read_text says about `text`, empty if it accepts it.
inline std::vector<std::string> findings(std::string_view text)
{
    const auto read = read_text(text);
    return read ? std::vector<std::string>{} : lines_of(read.error());
}

struct mistaken
{
    const char* from; // what is changed in group_text
    const char* to;
    std::vector<std::string> expected; // line:column: message
};

inline void check(const std::vector<mistaken>& table)
{
    for (const mistaken& m : table) {
        BOOST_TEST_CONTEXT(m.to)
        BOOST_TEST(findings(changed(m.from, m.to)) == m.expected, boost::test_tools::per_element());
    }
}

} // namespace cscc::config
