// program.hpp: runs a program to its end and says what it said and how it ended.
#pragma once

#include "test/support/process_watch.hpp"

#include <chrono>
#include <string>

namespace cscc::test {

struct program_result
{
    int code = -1;          // exit code; -1 if a signal ended it
    int signal = 0;         // the signal, 0 if it exited
    bool timed_out = false; // it outlived the limit and was killed
    std::string out;
    std::string err;
    std::chrono::nanoseconds took{};

    /// One text for a test's message: how it ended and all it said.
    [[nodiscard]] std::string describe() const;
};

/// A program that was started and is read from later: what it says is kept by the kernel in files,
/// so it can neither block on us nor be cut short by a daemon that inherited its output.
class running_program
{
public:
    running_program(process_watch& watch, const start_spec& spec);

    [[nodiscard]] process_key who() const noexcept { return who_; }
    [[nodiscard]] std::string out() const; // so far
    [[nodiscard]] std::string err() const;

    /// Waits for the end; kills it after `limit`.
    [[nodiscard]] program_result finish(std::chrono::nanoseconds limit);

private:
    process_watch& watch_;
    unique_fd out_;
    unique_fd err_;
    std::chrono::steady_clock::time_point began_;
    process_key who_;
};

[[nodiscard]] program_result run_program(process_watch& watch, const start_spec& spec,
                                         std::chrono::nanoseconds limit);

} // namespace cscc::test
