#include "test/support/program.hpp"

#include <array>

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cscc::test {
namespace {

std::string contents(int fd)
{
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t got = 0;
         (got = ::pread(fd, buffer.data(), buffer.size(), static_cast<off_t>(text.size()))) > 0;)
        text.append(buffer.data(), static_cast<std::size_t>(got));
    return text;
}

} // namespace

std::string program_result::describe() const
{
    std::string how =
        signal != 0 ? "signal " + std::to_string(signal) : "exit code " + std::to_string(code);
    if (timed_out)
        how = "timed out";
    return how + "\n--- stdout\n" + out + "--- stderr\n" + err + "---";
}

running_program::running_program(process_watch& watch, const start_spec& spec)
    : watch_(watch), out_(::memfd_create("stdout", MFD_CLOEXEC)),
      err_(::memfd_create("stderr", MFD_CLOEXEC)), began_(std::chrono::steady_clock::now())
{
    start_spec with_output = spec;
    with_output.out = out_.get();
    with_output.err = err_.get();
    who_ = watch_.start(with_output);
}

std::string running_program::out() const
{
    return contents(out_.get());
}

std::string running_program::err() const
{
    return contents(err_.get());
}

program_result running_program::finish(std::chrono::nanoseconds limit)
{
    program_result r;
    auto status = watch_.wait(who_, limit);
    if (!status) {
        r.timed_out = true;
        watch_.signal(who_, SIGKILL);
        status = watch_.wait(who_, std::chrono::seconds(10));
    }
    r.took = std::chrono::steady_clock::now() - began_;
    r.out = out();
    r.err = err();
    if (status && WIFEXITED(*status))
        r.code = WEXITSTATUS(*status);
    else if (status)
        r.signal = WTERMSIG(*status);
    return r;
}

program_result run_program(process_watch& watch, const start_spec& spec,
                           std::chrono::nanoseconds limit)
{
    return running_program(watch, spec).finish(limit);
}

} // namespace cscc::test
