#include "test/services/raw_client.hpp"

#include "common/wire/service_frame.hpp"
#include "test/services/journal.hpp"

#include <cstdlib>
#include <cstring>
#include <optional>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace cscc::test {
namespace {

int connected()
{
    const char* path = std::getenv("CSCC_SOCKET");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path == nullptr || std::strlen(path) >= sizeof address.sun_path)
        return -1;
    std::strcpy(address.sun_path, path);
    const int fd = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return -1;
    return fd;
}

std::optional<wire::frame> frame_of(const std::string& word)
{
    wire::frame f;
    if (const char* generation = std::getenv("CSCC_GENERATION"))
        f.generation = std::strtoull(generation, nullptr, 10);
    if (word == "alive-again")
        f.again = true;
    else if (word == "ready")
        f.kind = wire::frame_kind::ready;
    else if (word == "status") {
        f.kind = wire::frame_kind::status;
        f.text = "said by hand";
    }
    else if (word == "answer")
        f.kind = wire::frame_kind::answer;
    else if (word == "turn")
        f.kind = wire::frame_kind::turn;
    else if (word != "alive")
        return std::nullopt;
    return f;
}

void send_bytes(int fd, const void* bytes, std::size_t size)
{
    if (::send(fd, bytes, size, MSG_NOSIGNAL) < 0)
        journal("raw_closed");
}

/// Journals what the coordinator says next; gives up after ten seconds.
void await_answer(int fd)
{
    pollfd waiting{.fd = fd, .events = POLLIN, .revents = 0};
    wire::frame_buffer packet;
    if (::poll(&waiting, 1, 10'000) != 1)
        return journal("raw_silence");
    const ssize_t got = ::recv(fd, packet.data(), packet.size(), 0);
    if (got <= 0)
        return journal("raw_closed");
    const auto frame = wire::decode({packet.data(), static_cast<std::size_t>(got)});
    if (!frame)
        return journal("raw_nonsense");
    if (frame->kind == wire::frame_kind::turn)
        return journal("raw_turn");
    journal("raw_answer", frame->code);
}

} // namespace

void speak_by_hand(const std::vector<std::string>& words)
{
    int fd = connected();
    if (fd < 0)
        return journal("raw_refused");
    for (const std::string& word : words) {
        std::array<char, 1024> noise{};
        noise.fill('x');
        if (const auto frame = frame_of(word)) {
            if (word.starts_with("alive") || word == "ready")
                journal(word == "ready" ? "ready" : "alive");
            const auto packet = wire::encode(*frame);
            send_bytes(fd, packet.data(), packet.size());
        }
        else if (word == "wait")
            await_answer(fd);
        else if (word == "garbage")
            send_bytes(fd, noise.data(), wire::frame_bytes);
        else if (word == "short")
            send_bytes(fd, noise.data(), 1);
        else if (word == "long")
            send_bytes(fd, noise.data(), noise.size());
        else if (word == "close") {
            ::close(fd);
            fd = -1;
        }
    }
}

} // namespace cscc::test
