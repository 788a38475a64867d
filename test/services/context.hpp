// context.hpp: prints what a service was born with, for the test that compares it with what it
// should be.
#pragma once

namespace cscc::test {

/// To stdout: program, arguments, environment, descriptors, signals, limits, umask, working
/// directory, session, credentials, nice, oom_score_adj, no_new_privs; one "name: value" a line.
void print_context(int argc, char** argv);

} // namespace cscc::test
