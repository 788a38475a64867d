#include "test/bench/bare_loop.hpp"

#include "common/base/unique_fd.hpp"
#include "test/bench/measure.hpp"

#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace cscc::bench {
namespace {

pid_t start_one(const std::string& executable)
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        give_up("pipe2 failed");
    const unique_fd from(ends[0]);
    unique_fd to(ends[1]);

    constexpr int byte_fd = 3;
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, to.get(), byte_fd);
    std::string program = executable;
    std::string flag = "--byte";
    std::string fd = std::to_string(byte_fd);
    char* arguments[] = {program.data(), flag.data(), fd.data(), nullptr};
    pid_t pid = 0;
    if (::posix_spawn(&pid, executable.c_str(), &actions, nullptr, arguments, environ) != 0)
        give_up(executable + " cannot be started");
    ::posix_spawn_file_actions_destroy(&actions);
    to.reset();

    char byte = 0;
    if (::read(from.get(), &byte, 1) != 1)
        give_up(executable + " did not write its byte");
    return pid;
}

void stop_one(pid_t pid) // our own child, not reaped yet: the pid is its own
{
    ::kill(pid, SIGTERM);
    if (::waitpid(pid, nullptr, 0) != pid)
        give_up("a child of the bare loop cannot be reaped");
}

} // namespace

bare_times run_bare_loop(const std::string& executable, std::size_t count)
{
    std::vector<pid_t> pids;
    bare_times times;
    times.start_ms = milliseconds_of([&] {
        for (std::size_t i = 0; i < count; ++i)
            pids.push_back(start_one(executable));
    });
    times.stop_ms = milliseconds_of([&] {
        for (auto it = pids.rbegin(); it != pids.rend(); ++it)
            stop_one(*it);
    });
    return times;
}

} // namespace cscc::bench
