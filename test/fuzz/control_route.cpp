// control_route.cpp: what a request of the control API comes to. The input is who asks (1 byte),
// three lines: method, target, Last-Event-ID, and the body.
#include "daemon/adapters/control_server_routes.hpp"
#include "test/fuzz/fake_port.hpp"
#include "test/fuzz/input.hpp"

using namespace cscc;
using namespace cscc::fuzz;

namespace {

std::string_view take_line(std::string_view& text)
{
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

event_feed& some_events()
{
    static event_feed feed;
    while (feed.last_number() < 20) {
        wire::event e;
        e.reason = "test";
        feed.publish(e);
    }
    return feed;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    input in(data, size);
    const auto who = in.take<std::uint8_t>();
    const bool may_order = who % 2 == 1;
    const std::int32_t pid = who % 4 < 2 ? fake_port::cluster_service : 123;
    std::string_view text = in.rest();
    const std::string_view method = take_line(text);
    const std::string_view target = take_line(text);
    const std::string_view last_event = take_line(text);

    fake_port port;
    const event_feed& feed = some_events();
    const auto outcome = route({method, target, last_event, text},
                               {"uid 1000 (pid 123)", may_order, pid, 0}, port, feed);
    promise(pid == fake_port::cluster_service || port.cluster_orders == 0,
            "only the cluster service gives the orders of a cluster");
    promise(port.orders <= (may_order && method == "POST" ? 1 : 0),
            "only who may gives orders, one with each POST");
    if (const auto* stream = std::get_if<control_stream>(&outcome)) {
        promise(method == "GET" && stream->after <= feed.last_number(),
                "events are followed from one that there was");
        return 0;
    }
    promise_answer(std::get<control_reply>(outcome));
    return 0;
}
