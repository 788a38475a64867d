// this_version.cpp: what the configuration can say already and this version cannot carry out yet.
#include "config/checker.hpp"

#include <algorithm>

namespace cscc::config {
namespace {

/// What is no exit code at all has been told as such.
bool are_exit_codes(const component& c)
{
    return std::all_of(c.success_exit_codes.begin(), c.success_exit_codes.end(),
                       [](std::int32_t code) { return code >= 0 && code <= 255; });
}

void check_component_of_this_version(checker& to, std::size_t n)
{
    const component& c = to.value().components[n];
    to.expect(c.success_exit_codes == component{}.success_exit_codes || !are_exit_codes(c),
              component_path(n, "success_exit_codes"),
              "'success_exit_codes' other than [0] is not in this version; remove it: a service "
              "that ends before its turn has failed, whatever its exit code");
}

/// The address before the port of "127.0.0.1:8080", "[::1]:8080", "localhost:8080"; else empty.
std::string_view host_of(std::string_view listen)
{
    const std::size_t colon = listen.rfind(':');
    if (colon == std::string_view::npos)
        return {};
    const std::string_view port = listen.substr(colon + 1);
    const bool number = !port.empty() && port.size() <= 5 &&
                        port.find_first_not_of("0123456789") == std::string_view::npos;
    return number ? listen.substr(0, colon) : std::string_view{};
}

bool is_loopback(std::string_view host)
{
    const bool ipv4 =
        host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos;
    return ipv4 || host == "[::1]" || host == "localhost";
}

void check_http(checker& to, const std::string& listen)
{
    const std::string path = "csccd_environment.http_listen";
    const std::string_view host = host_of(listen);
    if (host.empty()) {
        to.wrong(path, text("'http_listen' is '", listen,
                            "'; it must be a loopback address and a port: \"127.0.0.1:8080\""));
    }
    else if (!is_loopback(host)) {
        to.wrong(path, text("'http_listen' is '", listen,
                            "', which others can reach; it must be "
                            "a loopback address: \"127.0.0.1:8080\""));
    }
    else {
        to.wrong(path, "'http_listen' is not in this version; remove it and use the control socket "
                       "(curl --unix-socket)");
    }
}

} // namespace

void check_this_version(checker& to)
{
    const model& m = to.value();
    for (std::size_t n = 0; n < m.components.size(); ++n)
        check_component_of_this_version(to, n);
    if (m.csccd.http_listen && to.usable("csccd_environment.http_listen"))
        check_http(to, *m.csccd.http_listen);
}

} // namespace cscc::config
