// guarded.hpp: groups whose members are unmodified programs behind cscc-guard.
#pragma once

#include "test/integration/said.hpp"
#include "test/support/group_under_test.hpp"

#include <string>
#include <vector>

namespace cscc::test {

/// Makes a service of a description one that runs a plain_program with these arguments.
inline void guard(group_description& d, const std::string& id, const std::string& readiness,
                  std::vector<std::string> arguments)
{
    service_description& s = d.at(id);
    s.executable = PLAIN_PROGRAM;
    s.arguments = std::move(arguments);
    s.extra = "readiness = \"" + readiness + "\"\n" + s.extra;
}

/// What the services wrote to their output files, and so what their guards had to say.
inline std::string output_of(const group_under_test& g, const std::string& id)
{
    return read_file(g.log_directory() + "/" + g.name() + "/" + id + ".log");
}

/// The process behind which a service's program lives: its parent.
inline process_key guard_of(const group_under_test& g, const std::string& id)
{
    const auto program = g.service(id);
    BOOST_REQUIRE(program.has_value());
    const auto stat = stat_of(program->who.pid);
    BOOST_REQUIRE(stat.has_value());
    const auto parent = stat_of(stat->parent);
    BOOST_REQUIRE(parent.has_value() && parent->command == "cscc-guard");
    return {stat->parent, parent->start};
}

} // namespace cscc::test
