// bench_service: the service that the benchmark starts by the thousand, as small as a service can
// be.
//
//   bench_service -cc          a member of the group: alive, ready, waits for its turn
//   bench_service --byte FD    the bare loop's: writes one byte to FD, waits for SIGTERM
#include <boost/asio/io_context.hpp>

#include <cscc/service.hpp>
#include <cstdlib>
#include <cstring>

#include <signal.h>
#include <unistd.h>

namespace {

int run_bare(int fd)
{
    sigset_t term;
    ::sigemptyset(&term);
    ::sigaddset(&term, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &term, nullptr); // before the byte: SIGTERM may follow at once
    if (::write(fd, "r", 1) != 1)
        return 1;
    int which = 0;
    return ::sigwait(&term, &which) == 0 ? 0 : 1;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc == 3 && std::strcmp(argv[1], "--byte") == 0)
        return run_bare(std::atoi(argv[2]));

    boost::asio::io_context io{1};
    cscc::service service(io.get_executor(), argc, argv);
    const auto ready = [&](cscc::error_code error) {
        if (error)
            std::_Exit(3);
    };
    const auto alive = [&](cscc::error_code error) {
        if (error)
            std::_Exit(3);
        service.async_ready(ready);
    };
    service.async_alive([&] { io.stop(); }, alive);
    io.run();
    return 0;
}
