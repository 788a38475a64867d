// plain_program: somebody's program that knows nothing of the library, for the tests of cscc-guard.
//
//   --notify WORDS      says that to NOTIFY_SOCKET when it is ready ("," stands for a new line)
//   --early WORDS       says that first of all
//   --newline           writes a new line to descriptor 3 when it is ready
//   --close             closes descriptor 3 instead
//   --file PATH         makes PATH.GENERATION when it is ready
//   --ready-after MS    --linger MS     lives on that long after its stop signal
//   --ignore-stop       no stop signal ends it
//   --stop-signal N     what ends it (15)
//   --exit-after MS     ends by itself, with code 7, that long after it was ready
//   --beats N           says WATCHDOG=1 N times, 50 ms apart, and then no more
//   --background WORDS  goes on in a grandchild with a session of its own, as daemons did, and the
//                       grandchild says WORDS%d with its pid before the first process ends
//   --leave-child       leaves a process behind that ignores SIGTERM, in a session of its own
//   --print-context     writes to stdout what it was born with
//
// It writes the lines of a service into the event log, as if its stop signal were the callback.
#include "test/services/context.hpp"
#include "test/services/journal.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace cscc::test;

namespace {

struct options
{
    std::string notify;
    std::string early;
    std::string background;
    std::string file;
    bool newline = false;
    bool close = false;
    bool ignore_stop = false;
    bool leave_child = false;
    int stop_signal = SIGTERM;
    int ready_after_ms = 0;
    int linger_ms = 0;
    int exit_after_ms = -1;
    int beats = 0;
};

options given;
int go_down = -1;

void pause_ms(int ms)
{
    const std::int64_t end = now_ns() + ms * std::int64_t{1'000'000};
    for (std::int64_t left = 0; (left = end - now_ns()) > 0;)
        ::poll(nullptr, 0, static_cast<int>(left / 1'000'000) + 1);
}

void say(const std::string& words)
{
    const char* const name = std::getenv("NOTIFY_SOCKET");
    if (name == nullptr || words.empty())
        return;
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::strncpy(to.sun_path, name, sizeof to.sun_path - 1);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(name));
    if (name[0] == '@')
        to.sun_path[0] = '\0';
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ::sendto(socket, words.data(), words.size(), 0, reinterpret_cast<sockaddr*>(&to), size);
    ::close(socket);
}

void on_stop(int)
{
    journal("callback_begin");
    if (!given.ignore_stop)
        ::eventfd_write(go_down, 1);
}

/// The first process waits until the second has said who it is.
void go_to_background()
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        ::_exit(9);
    if (::fork() != 0) {
        char said = 0;
        ::close(ends[1]);
        const auto heard = ::read(ends[0], &said, 1);
        ::_exit(heard == 1 ? 0 : 9);
    }
    ::setsid();
    if (::fork() != 0)
        ::_exit(0);
    journal_open();
    journal("spawned");
    char words[200];
    std::snprintf(words, sizeof words, given.background.c_str(), ::getpid());
    say(words);
    if (::write(ends[1], ".", 1) != 1)
        ::_exit(9);
    ::close(ends[0]);
    ::close(ends[1]);
}

void leave_child()
{
    const pid_t child = ::fork();
    if (child == 0) {
        if (::fork() != 0)
            ::_exit(0);
        ::setsid();
        ::signal(SIGTERM, SIG_IGN);
        journal_forked();
        journal("spawned");
        for (;;)
            ::pause();
    }
    ::waitpid(child, nullptr, 0);
}

void become_ready()
{
    pause_ms(given.ready_after_ms);
    journal("alive");
    journal("ready");
    if (!given.file.empty()) {
        const char* const generation = std::getenv("CSCC_GENERATION");
        const std::string name = given.file + "." + (generation != nullptr ? generation : "0");
        ::close(::open(name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    }
    say(given.notify);
    if (given.newline && ::write(3, "\n", 1) != 1)
        ::_exit(9);
    if (given.newline || given.close)
        ::close(3);
}

int end(int code)
{
    journal("exiting", code);
    std::fflush(stdout);
    ::_exit(code);
}

bool read(int argc, char** argv)
{
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        const auto next = [&] { return i + 1 < argc ? argv[++i] : ""; };
        if (word == "--notify")
            given.notify = next();
        else if (word == "--early")
            given.early = next();
        else if (word == "--background")
            given.background = next();
        else if (word == "--file")
            given.file = next();
        else if (word == "--newline")
            given.newline = true;
        else if (word == "--close")
            given.close = true;
        else if (word == "--ignore-stop")
            given.ignore_stop = true;
        else if (word == "--leave-child")
            given.leave_child = true;
        else if (word == "--stop-signal")
            given.stop_signal = std::atoi(next());
        else if (word == "--ready-after")
            given.ready_after_ms = std::atoi(next());
        else if (word == "--linger")
            given.linger_ms = std::atoi(next());
        else if (word == "--exit-after")
            given.exit_after_ms = std::atoi(next());
        else if (word == "--beats")
            given.beats = std::atoi(next());
        else if (word == "--print-context")
            print_context(argc, argv);
        else
            return false;
    }
    for (std::string* words : {&given.notify, &given.early, &given.background})
        std::replace(words->begin(), words->end(), ',', '\n');
    return true;
}

} // namespace

int main(int argc, char** argv)
{
    if (!read(argc, argv))
        return 2;
    go_down = ::eventfd(0, EFD_CLOEXEC);
    struct sigaction action
    {};
    action.sa_handler = on_stop;
    ::sigaction(given.stop_signal, &action, nullptr);
    if (given.background.empty()) {
        journal_open();
        journal("spawned");
    }
    else {
        go_to_background();
    }
    say(given.early);
    if (given.leave_child)
        leave_child();
    become_ready();
    if (given.exit_after_ms >= 0) {
        pause_ms(given.exit_after_ms);
        return end(7);
    }
    pollfd waiting{.fd = go_down, .events = POLLIN, .revents = 0};
    constexpr int beat_interval_ms = 50;
    for (int beats = given.beats; ::poll(&waiting, 1, beats > 0 ? beat_interval_ms : -1) != 1;) {
        if (beats-- > 0)
            say("WATCHDOG=1");
    }
    pause_ms(given.linger_ms);
    return end(0);
}
