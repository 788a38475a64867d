// bad_surroundings.hpp: a group that is started where something is wrong, and how to make it wrong.
#pragma once

#include "test/integration/said.hpp"
#include "test/support/group_under_test.hpp"

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace cscc::test {

inline constexpr int failed = 1;
inline constexpr int not_permitted = 4;
inline constexpr int configuration_error = 6;

/// `script` in a shell; "$@" there is what `spec` runs.
inline start_spec in_shell(start_spec spec, const std::string& script)
{
    std::vector<std::string> arguments{"-c", script, "sh", spec.program};
    arguments.insert(arguments.end(), spec.arguments.begin(), spec.arguments.end());
    spec.program = "/bin/sh";
    spec.arguments = std::move(arguments);
    return spec;
}

/// The same with mounts of its own, which end with it.
inline start_spec in_own_mounts(const start_spec& spec, const std::string& script)
{
    start_spec within = in_shell(spec, script);
    std::vector<std::string> arguments{"--mount"};
    if (::geteuid() != 0)
        arguments.emplace_back("--map-root-user");
    arguments.push_back(within.program);
    arguments.insert(arguments.end(), within.arguments.begin(), within.arguments.end());
    within.program = "/usr/bin/unshare";
    within.arguments = std::move(arguments);
    return within;
}

struct badly_surrounded
{
    group_under_test g{group_of({"A", "B"})};
    const std::string csccd = g.description().daemon;

    void expect_refused(const start_spec& spec, int code,
                        std::initializer_list<std::string_view> words)
    {
        expect(run_program(g.watch(), spec, 30s), code, words);
        g.expect_nothing_left();
        BOOST_TEST(g.count("spawned") == 0u);
    }
    /// From now on `command` runs between csccmgr's look at what is there and csccd's own.
    void before_csccd(const std::string& command)
    {
        group_description d = g.description();
        write_file(g.file("csccd.sh"), "#!/bin/sh\n" + command + "\nexec '" + csccd + "' \"$@\"\n",
                   0755);
        d.daemon = g.file("csccd.sh");
        g.configure(d);
    }
    void expect_start_refused(int code, std::initializer_list<std::string_view> words)
    {
        expect_refused(g.csccmgr_spec({"start"}), code, words);
    }
    void expect_comes_up_and_goes_down()
    {
        expect(g.csccmgr({"start"}), 0);
        expect(g.csccmgr({"stop"}), 0);
        g.expect_nothing_left();
    }
    /// The start fails at B, for this reason; A goes down in order.
    void expect_b_refused(std::initializer_list<std::string_view> words)
    {
        const program_result r = g.csccmgr({"start"});
        expect(r, failed, {"B could not be started: "});
        expect(r, failed, words);
        g.expect_nothing_left();
        BOOST_TEST(g.count("callback_begin", "A") == 1u);
    }
};

} // namespace cscc::test
