// hostile_words.cpp: ill-behaved on the sockets: false names, nonsense, floods, orders.
#include "common/wire/service_frame.hpp"
#include "test/services/hostile.hpp"
#include "test/services/journal.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include <cscc/cscc.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace cscc::test {
namespace {

struct address
{
    sockaddr_un name{};
    socklen_t size = 0;
};

address address_of(const std::string& path)
{
    address a;
    a.name.sun_family = AF_UNIX;
    path.copy(a.name.sun_path, sizeof a.name.sun_path - 1);
    if (path.starts_with('@'))
        a.name.sun_path[0] = '\0';
    a.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    return a;
}

unique_fd connected(const std::string& path, int type)
{
    const address to = address_of(path);
    unique_fd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to.name), to.size) != 0)
        fd.reset();
    return fd;
}

/// The connection that the library keeps; -1 if there is none.
int own_connection(const hostile& me)
{
    for (int fd = 3; fd < 256; ++fd) {
        sockaddr_un peer{};
        socklen_t size = sizeof peer;
        if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
            me.service_socket == peer.sun_path)
            return fd;
    }
    return -1;
}

bool send_frame(int fd, wire::frame_kind kind, std::uint64_t generation, const char* text = "")
{
    wire::frame f;
    f.kind = kind;
    f.generation = generation;
    f.text = text;
    const auto packet = wire::encode(f);
    return ::send(fd, packet.data(), packet.size(), MSG_NOSIGNAL | MSG_DONTWAIT) > 0;
}

std::uint64_t generation()
{
    const char* const number = std::getenv("CSCC_GENERATION");
    return number != nullptr ? std::strtoull(number, nullptr, 10) : 0;
}

void claims_other(const hostile& me)
{
    ::setenv("CSCC_SERVICE", me.victim.c_str(), 1);
    for (const std::uint64_t g : {generation(), generation() + 1}) {
        const unique_fd fd = connected(me.service_socket, SOCK_SEQPACKET);
        send_frame(fd.get(), wire::frame_kind::alive, g);
        send_frame(fd.get(), wire::frame_kind::ready, g);
        send_frame(fd.get(), wire::frame_kind::status, g, me.victim.c_str());
        char byte = 0;
        static_cast<void>(::recv(fd.get(), &byte, 1, 0)); // until it is closed
    }
}

void says_all_twice(const hostile& me)
{
    if (me.guarded) {
        for (int n = 0; n < 3; ++n)
            notify(std::getenv("NOTIFY_SOCKET"), "READY=1\nSTOPPING=1\nRELOADING=1\nMAINPID=0\n");
        return;
    }
    for (int n = 0; n < 2; ++n) {
        send_frame(own_connection(me), wire::frame_kind::alive, generation());
        send_frame(own_connection(me), wire::frame_kind::ready, generation());
    }
}

void sends_garbage(const hostile& me)
{
    std::array<char, 8192> noise{};
    noise.fill('\xa5');
    if (me.guarded) {
        const std::string words(noise.data(), 3000);
        notify(std::getenv("NOTIFY_SOCKET"), words + "\n\n=\nREADY\nMAINPID=-1\nSTATUS=\x1b[31m");
        return;
    }
    const unique_fd another = connected(me.service_socket, SOCK_SEQPACKET);
    for (const int fd : {another.get(), own_connection(me)}) {
        for (const std::size_t size : {wire::frame_bytes, std::size_t{1}, noise.size()})
            static_cast<void>(::send(fd, noise.data(), size, MSG_NOSIGNAL | MSG_DONTWAIT));
    }
}

/// As much as it can in half a second, and it does not read what it is told.
void floods(const hostile& me)
{
    const int fd = own_connection(me);
    const std::int64_t end = now_ns() + 500'000'000;
    while (now_ns() < end) {
        if (me.guarded)
            notify(std::getenv("NOTIFY_SOCKET"), "STATUS=again\nWATCHDOG=1");
        else
            send_frame(fd, wire::frame_kind::status, generation(), "again");
    }
}

void connects_without_end(const hostile& me)
{
    static std::vector<unique_fd> kept;
    for (int n = 0; n < 300; ++n) {
        kept.push_back(connected(me.service_socket, SOCK_SEQPACKET | SOCK_NONBLOCK));
        kept.push_back(connected(me.control_socket, SOCK_STREAM | SOCK_NONBLOCK));
    }
}

/// 0 or a reason, as if it were a system call: 403 is EACCES.
void order(const hostile& me, const std::string& verb)
{
    const unique_fd fd = connected(me.control_socket, SOCK_STREAM);
    if (!fd)
        return attempt(false);
    const std::string request =
        "POST /v1/" + verb + " HTTP/1.1\r\nHost: cscc\r\nContent-Length: 0\r\n\r\n";
    static_cast<void>(::send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL));
    std::array<char, 13> answer{}; // "HTTP/1.1 403 "
    const auto got = ::recv(fd.get(), answer.data(), answer.size(), MSG_WAITALL);
    const std::string said(answer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    errno = said == "HTTP/1.1 403 " ? EACCES : EPROTO;
    attempt(said.starts_with("HTTP/1.1 2"));
}

void orders_stop(const hostile& me)
{
    order(me, "stop");
}

void orders_restart(const hostile& me)
{
    order(me, "restart");
    order(me, "reset");
}

void forges_notifications(const hostile& me)
{
    notify(me.victim_notify,
           "READY=1\nSTATUS=forged\nWATCHDOG=trigger\nMAINPID=" + std::to_string(::getpid()));
}

/// "My main process is that one": whom its guard would watch, and signal when it is to go.
void names_a_stranger(const hostile& me)
{
    notify(std::getenv("NOTIFY_SOCKET"), "MAINPID=" + std::to_string(me.stranger));
    notify(std::getenv("NOTIFY_SOCKET"), "MAINPID=" + std::to_string(me.daemon_pid));
    notify(std::getenv("NOTIFY_SOCKET"), "MAINPID=1");
}

/// Who would then wait for its own end, and send itself what is meant for its program.
void names_its_guard(const hostile&)
{
    notify(std::getenv("NOTIFY_SOCKET"), "MAINPID=" + std::to_string(::getppid()));
    journal("exiting", 0);
    ::_exit(0);
}

constexpr std::array<deed, 10> deeds{{{"claims-other", claims_other},
                                      {"says-all-twice", says_all_twice},
                                      {"sends-garbage", sends_garbage},
                                      {"floods", floods},
                                      {"connects-without-end", connects_without_end},
                                      {"orders-stop", orders_stop},
                                      {"orders-restart", orders_restart},
                                      {"forges-notifications", forges_notifications},
                                      {"names-a-stranger", names_a_stranger},
                                      {"names-its-guard", names_its_guard}}};

} // namespace

std::span<const deed> deeds_with_words()
{
    return deeds;
}

bool notify(const std::string& socket, const std::string& words)
{
    const address to = address_of(socket);
    const unique_fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    return ::sendto(fd.get(), words.data(), words.size(), MSG_NOSIGNAL,
                    reinterpret_cast<const sockaddr*>(&to.name), to.size) >= 0;
}

} // namespace cscc::test
