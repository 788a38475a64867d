// outside.cpp: a program of somebody else's, against the installed library.
#include <boost/asio/io_context.hpp>

#include <cscc/service.hpp>

int main(int argc, char** argv)
{
    static_assert(CSCC_VERSION >= 100);
    boost::asio::io_context io{1};
    cscc::service service{io.get_executor(), argc, argv};
    int successes = 0;
    auto count = [&](cscc::error_code failed) { successes += failed ? 0 : 1; };
    service.async_alive([] {}, count);
    service.async_ready(count);
    io.run();
    return successes == 2 ? 0 : 1;
}
