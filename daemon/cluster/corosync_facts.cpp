#include "daemon/cluster/corosync_facts.hpp"

#include "common/base/text.hpp"
#include "daemon/cluster/corosync_error.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>

#include <corosync/cmap.h>

namespace cscc::cluster {
namespace {

class cmap_connection
{
public:
    cmap_connection() : error_(corosync_error(::cmap_initialize(&handle_))) {}
    ~cmap_connection()
    {
        if (!error_)
            ::cmap_finalize(handle_);
    }
    cmap_connection(const cmap_connection&) = delete;
    cmap_connection& operator=(const cmap_connection&) = delete;

    [[nodiscard]] error_code error() const noexcept { return error_; }

    /// Empty if there is no such key, or it is no text.
    [[nodiscard]] std::optional<std::string> string(const std::string& key) const
    {
        char* value = nullptr;
        if (::cmap_get_string(handle_, key.c_str(), &value) != CS_OK)
            return std::nullopt;
        const std::unique_ptr<char, decltype(&std::free)> owner(value, &std::free);
        return std::string(value);
    }
    [[nodiscard]] std::optional<std::uint32_t> number(const std::string& key) const
    {
        std::uint32_t value = 0;
        if (::cmap_get_uint32(handle_, key.c_str(), &value) != CS_OK)
            return std::nullopt;
        return value;
    }

private:
    cmap_handle_t handle_ = 0;
    error_code error_;
};

bool is_usable(const std::string& name)
{
    return !name.empty() && name.size() <= corosync_facts::name_bytes_max &&
           std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~'; });
}

std::string name_of(const cmap_connection& map, std::uint32_t node)
{
    if (const auto position = map.number("nodelist.local_node_pos")) {
        const std::string place = text("nodelist.node.", *position);
        const auto name = map.string(place + ".name");
        if (name && is_usable(*name) && map.number(place + ".nodeid").value_or(node) == node)
            return *name;
    }
    return text("node ", node);
}

} // namespace

result<corosync_facts> read_corosync_facts(std::uint32_t node)
{
    const cmap_connection map;
    if (map.error())
        return map.error();
    config::corosync_totem totem;
    totem.transport = map.string("totem.transport");
    totem.secauth = map.string("totem.secauth");
    totem.crypto_model = map.string("totem.crypto_model");
    totem.crypto_cipher = map.string("totem.crypto_cipher");
    totem.crypto_hash = map.string("totem.crypto_hash");
    return corosync_facts{node, name_of(map, node), config::security_of(totem)};
}

} // namespace cscc::cluster
