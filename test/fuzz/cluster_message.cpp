// cluster_message.cpp: messages between machines. The input is a message; and the parts of one.
#include "common/wire/cluster_message.hpp"

#include "test/fuzz/input.hpp"

using namespace cscc;
using namespace cscc::fuzz;

namespace {

void promise_text(std::string_view text, std::size_t bytes_max)
{
    promise(text.size() <= bytes_max, "a text has its limit");
    promise(std::none_of(text.begin(), text.end(), is_control),
            "a text is free of control characters");
}

void hear(std::span<const std::byte> bytes)
{
    const auto heard = wire::decode_cluster_message(bytes);
    promise(heard.has_value() || heard.error() == errc::frame_malformed ||
                heard.error() == errc::peer_other_version,
            "a refusal says why");
    if (!heard)
        return;
    promise(bytes.size() <= wire::cluster_message_max, "a message has a limit");
    if (const auto* m = std::get_if<wire::incident_message>(&*heard))
        promise_text(m->cause, wire::cluster_cause_max);
    if (const auto* m = std::get_if<wire::gave_up_message>(&*heard))
        promise_text(m->cause, wire::cluster_cause_max);
    if (const auto* m = std::get_if<wire::state_message>(&*heard)) {
        promise_text(m->cause, wire::cluster_cause_max);
        promise_text(m->name, wire::cluster_name_max);
        promise_text(m->origin, wire::cluster_name_max);
        promise(m->released <= m->number && m->stopped <= m->number && m->up <= m->stopped,
                "a state does not contradict itself");
        promise(!m->lost.contains(0) && !m->missing.contains(0), "no node is 0");
    }
    const auto again = wire::encode(*heard);
    promise(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()),
            "there is one way to say a thing");
}

void say(input in)
{
    wire::state_message said;
    said.tag = in.take<std::uint64_t>();
    said.number = in.take<std::uint16_t>();
    said.released = in.take<std::uint16_t>() % (said.number + 1);
    said.stopped = in.take<std::uint16_t>() % (said.number + 1);
    said.up = in.take<std::uint16_t>() % (said.stopped + 1);
    said.leaving = in.take<std::uint8_t>() % 2 == 1;
    for (int n = in.take<std::uint8_t>() % 8; n > 0; --n) {
        said.lost.insert(1 + in.take<std::uint16_t>());
        said.last_failures[1 + in.take<std::uint16_t>()] = 1 + in.take<std::uint16_t>();
    }
    said.name = in.take_text(2 * wire::cluster_name_max);
    said.cause = in.rest();
    const auto heard = wire::decode_cluster_message(wire::encode(said));
    promise(heard.has_value(), "every message of ours is understood");
    said.name = wire::as_cluster_text(said.name, wire::cluster_name_max);
    said.cause = wire::as_cluster_text(said.cause, wire::cluster_cause_max);
    promise(*heard == wire::cluster_message(said), "what is said is what is heard");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    hear(std::as_bytes(std::span(data, size)));
    say(input(data, size));
    return 0;
}
