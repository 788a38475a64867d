// bench_member: one and the same service for every supervisor that scripts/bench-members compares.
//
//   bench_member [-cc] FIFO    is ready at once: says so to whoever asks (the library with -cc, a
//                              newline on descriptor 3 with READY_FD=3), writes a byte into the
//                              FIFO, keeps that open as long as it lives, and ends on SIGTERM
#include <cstdlib>
#include <cstring>

#include <cscc/cscc.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

namespace {

void end(int)
{
    ::_exit(0);
}

void shut_down(void*)
{
    ::_exit(0);
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 2)
        return 2;
    ::signal(SIGTERM, end);
    if (cscc_alive(argc, argv, shut_down, nullptr) < 0 || cscc_ready() < 0)
        return 1;
    const char* const named = std::getenv("READY_FD");
    const char* const guarded = std::getenv("CSCC_READY_FD");
    if ((named != nullptr || guarded != nullptr) && ::write(3, "\n", 1) == 1)
        ::close(3);
    const int fifo = ::open(argv[argc - 1], O_WRONLY | O_CLOEXEC);
    if (fifo < 0 || ::write(fifo, ".", 1) != 1)
        return 1;
    for (;;)
        ::pause();
}
