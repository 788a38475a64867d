// sd_notify.cpp: datagrams of sd_notify(3). The input is a datagram.
#include "client/guard/sd_notify.hpp"

#include "common/base/text.hpp"
#include "common/wire/service_frame.hpp"
#include "test/fuzz/input.hpp"

using namespace cscc;
using namespace cscc::fuzz;

namespace {

std::string as_datagram(const notification& said)
{
    std::string out = text("READY=", said.ready ? 1 : 0, "\nSTOPPING=", said.stopping ? 1 : 0,
                           "\nWATCHDOG=", said.broken ? "trigger" : (said.heartbeat ? "1" : "0"));
    if (said.status)
        out += "\nSTATUS=" + *said.status;
    if (said.main_pid)
        out += text("\nMAINPID=", *said.main_pid);
    if (said.more_time)
        out += text("\nEXTEND_TIMEOUT_USEC=", said.more_time->count());
    return out;
}

void check_status(std::string_view datagram, const std::string& status)
{
    promise(status.size() <= wire::status_text_max, "a status has at most 120 bytes");
    promise(datagram.find("STATUS=" + status) != datagram.npos, "a status is what was said");
    wire::frame frame;
    frame.kind = wire::frame_kind::status;
    frame.text = status;
    const auto heard = wire::decode(wire::encode(frame));
    promise(heard && std::none_of(heard->text.begin(), heard->text.end(), is_control),
            "the coordinator hears a status without control characters");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view datagram(reinterpret_cast<const char*>(data), size);
    const notification said = parse_notification(datagram);
    promise(!(said.heartbeat && said.broken), "nobody works and is broken at once");
    promise(said.main_pid.value_or(1) > 0, "a main process has a pid");
    const auto more = said.more_time.value_or(std::chrono::microseconds(1));
    promise(more.count() > 0 && more <= std::chrono::hours(24), "more time is at most a day");
    if (said.status)
        check_status(datagram, *said.status);
    promise(parse_notification(as_datagram(said)) == said, "what was heard can be said again");
    promise(parse_notification(text(datagram, "\n", as_datagram(said))) == said,
            "what is said last counts");
    return 0;
}
