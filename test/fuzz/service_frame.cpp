// service_frame.cpp: packets of the service socket. The input is a packet; and the parts of a
// frame.
#include "common/wire/service_frame.hpp"

#include "test/fuzz/input.hpp"

using namespace cscc;
using namespace cscc::fuzz;

namespace {

bool same(const wire::frame& a, const wire::frame& b)
{
    return a.kind == b.kind && a.code == b.code && a.generation == b.generation &&
           a.again == b.again && a.text == b.text;
}

void hear(std::span<const std::byte> packet)
{
    const auto heard = wire::decode(packet);
    promise(heard.has_value() || heard.error() == errc::frame_malformed, "a refusal says why");
    if (!heard)
        return;
    promise(packet.size() == wire::frame_bytes, "a frame has one size");
    promise(heard->text.size() <= wire::status_text_max, "a status has at most 120 bytes");
    promise(std::none_of(heard->text.begin(), heard->text.end(), is_control),
            "a status is free of control characters");
    const auto again = wire::decode(wire::encode(*heard));
    promise(again && same(*again, *heard), "what was heard can be said again");
}

void say(input in)
{
    wire::frame said;
    said.kind = static_cast<wire::frame_kind>(1 + in.take<std::uint8_t>() % 5);
    said.code = in.take<std::int32_t>();
    said.generation = in.take<std::uint64_t>();
    said.again = in.take<std::uint8_t>() % 2 == 1;
    said.text = in.take_text(wire::status_text_max);
    const auto heard = wire::decode(wire::encode(said));
    promise(heard.has_value(), "every frame of ours is understood");
    std::replace_if(said.text.begin(), said.text.end(), is_control, '?');
    promise(same(*heard, said), "what is said is what is heard, but for control characters");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    hear(std::as_bytes(std::span(data, size)));
    say(input(data, size));
    return 0;
}
