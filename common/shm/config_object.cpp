#include "common/shm/config_object.hpp"

#include "common/shm/layout.hpp"
#include "common/shm/shared_object.hpp"

#include <cerrno>
#include <cstring>

namespace cscc::shm {

error_code create_config(const std::string& name, std::string_view json)
{
    if (json.size() > fixed_bytes_max)
        return {EFBIG, boost::system::system_category()};
    auto object = new_object::create(name, sizeof(object_header) + json.size());
    if (!object)
        return object.error();
    std::memcpy(object->data() + sizeof(object_header), json.data(), json.size());
    static_cast<void>(object->publish(object_kind::config, json.size()));
    return {};
}

result<std::string> read_config(const std::string& name, uid_t owner)
{
    const auto object = open(name, object_kind::config, access_mode::read_only, owner);
    if (!object)
        return object.error();
    const auto json = object->bytes().subspan(sizeof(object_header));
    // The checksum covered fixed_bytes; text that it does not cover is not the manager's.
    const auto* header = reinterpret_cast<const object_header*>(object->data());
    if (header->fixed_bytes != json.size())
        return errc::object_damaged;
    return std::string(reinterpret_cast<const char*>(json.data()), json.size());
}

} // namespace cscc::shm
