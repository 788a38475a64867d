// session_port.hpp: the border between a program and libcscc - numbers and opaque pointers only.
//
// The library has an Asio of its own inside, hidden, with a reactor of its own whose epoll
// descriptor the program's reactor waits for. Nothing of Boost crosses this border: two copies of
// Asio must not work on one io_context (each has its own idea of which thread runs it), and the
// program may use another version of Boost than the library was built with.
//
// Not for direct use: <cscc/service.hpp> is.
#pragma once

#include <cstddef>

#if defined(__GNUC__)
#define CSCC_EXPORT __attribute__((visibility("default")))
#else
#define CSCC_EXPORT
#endif

namespace cscc::detail {

class session_port;

/// What became known since the last poll. Codes: 0, a service_errc (positive) or -errno.
struct happenings
{
    int alive_code = 0;
    int ready_code = 0;
    bool alive_answered = false;
    bool ready_answered = false;
    bool turn = false;     // run the shutdown callback now; said once
    bool finished = false; // nothing more will ever happen
};

/// Null without a coordinator ("-cc" is not the first argument, `*code` is 0), and if this service
/// cannot be one (`*code`: its environment is invalid, no memory, no descriptors). Makes the
/// inherited descriptors close-on-exec at once.
CSCC_EXPORT session_port* session_open(int argc, const char* const* argv, int* code) noexcept;
CSCC_EXPORT void session_close(session_port*) noexcept;

/// Takes the service's own lock (on this thread if it is the main one) and says alive.
CSCC_EXPORT void session_alive(session_port*) noexcept;
CSCC_EXPORT void session_ready(session_port*) noexcept;
CSCC_EXPORT int session_status(session_port*, const char* text, std::size_t bytes) noexcept;
CSCC_EXPORT int session_extend(session_port*, unsigned long milliseconds) noexcept;
CSCC_EXPORT void session_heartbeat(session_port*) noexcept;

/// Readable when session_poll has something to do; the library's, stays open until session_close.
CSCC_EXPORT int session_descriptor(session_port*) noexcept;
/// Does what can be done without waiting.
CSCC_EXPORT happenings session_poll(session_port*) noexcept;

} // namespace cscc::detail
