#include "daemon/beginning.hpp"

#include "common/base/text.hpp"
#include "common/shm/checksum.hpp"
#include "common/shm/config_object.hpp"
#include "config/json.hpp"

#include <string_view>
#include <utility>

namespace cscc {

startup_result<group_configuration> read_configuration(const std::string& config_object_name)
{
    const auto json = shm::read_config(config_object_name);
    if (!json) {
        return startup_failure{exit_code::failed,
                               text("The shared object ", config_object_name,
                                    " cannot be read: ", sentence_of(json.error()),
                                    " Start the group with 'csccmgr start'.")};
    }
    auto model = config::from_json(*json);
    if (!model) {
        return startup_failure{exit_code::configuration,
                               text("The shared object ", config_object_name,
                                    " holds no configuration of this version; csccmgr and csccd "
                                    "must be of the same installation.")};
    }
    return group_configuration{std::move(*model), shm::checksum(std::string_view(*json))};
}

log_settings log_settings_of(const config::model& model)
{
    log_settings settings;
    settings.level = static_cast<log_level>(model.csccd.log_level);
    settings.format =
        model.csccd.log_format == config::log_form::json ? log_format::json : log_format::text;
    settings.file = model.resolved.log_file;
    return settings;
}

} // namespace cscc
