// spawn_process.hpp: how a test starts a program: all that it gets from us, and where it runs.
//
// For process_watch: who starts a process by himself has nobody who watches and reaps it.
#pragma once

#include <string>
#include <vector>

namespace cscc::test {

/// Namespaces that a program is started in, by descriptors of theirs; -1: the test's own.
struct namespaces_of
{
    int net = -1;
    int mount = -1;
};

struct start_spec
{
    std::string program;
    std::vector<std::string> arguments;   // without the program's name
    std::vector<std::string> environment; // NAME=value, all of it
    std::string directory = "/";
    int in = -1; // descriptors to become 0, 1 and 2; -1: /dev/null
    int out = -1;
    int err = -1;
    namespaces_of inside{};
};

/// The pid of a child that runs the program. Throws std::system_error if there is none.
[[nodiscard]] int spawn_process(const start_spec& spec);

} // namespace cscc::test
