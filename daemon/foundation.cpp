#include "daemon/foundation.hpp"

#include "common/base/text.hpp"
#include "common/reactor/log.hpp"
#include "common/reactor/process_ref.hpp"
#include "common/shm/group_names.hpp"
#include "daemon/beginning.hpp"
#include "daemon/startup_words.hpp"

#include <filesystem>
#include <utility>

#include <sys/stat.h>

namespace cscc {
namespace {

// A service costs a pidfd, the copy that the reactor watches, its lock page, its connection and its
// cgroup; the rest is for ourselves, for control clients, and for what a start opens for a moment.
constexpr std::size_t descriptors_per_service = 5;
constexpr std::size_t descriptors_for_ourselves = 256;

startup_failure failure(exit_code code, std::string sentence)
{
    return {code, std::move(sentence)};
}

startup_result<void> open_log(const config::model& model)
{
    std::error_code ec;
    const std::filesystem::path directory =
        std::filesystem::path(model.resolved.log_directory) / config::group_name(model);
    std::filesystem::create_directories(directory, ec);
    if (ec)
        return no_log_directory(directory.string(), {ec.value(), boost::system::system_category()});
    const log_settings settings = log_settings_of(model);
    if (const error_code refused = log_open(settings))
        return no_log_file(settings.file, refused);
    return {};
}

startup_result<rlimit> raise_descriptor_limit(std::size_t services)
{
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    rlimit raised = before;
    raised.rlim_cur = raised.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &raised);
    const std::size_t needed = services * descriptors_per_service + descriptors_for_ourselves;
    if (raised.rlim_max < needed) {
        return failure(exit_code::failed,
                       text("A group of ", services, " services needs ", needed,
                            " descriptors, but the hard limit is ", raised.rlim_max,
                            "; raise it (ulimit -Hn, LimitNOFILE=)."));
    }
    return before;
}

startup_result<void> take_locks(shm::state_writer& state, const config::model& model)
{
    const std::pair<shm::daemon_lock, const std::string&> wanted[]{
        {shm::daemon_lock::coordinator, model.csccd.lock_shared_daemon_name},
        {shm::daemon_lock::shared_memory, model.csccmgr.lock_shared_name},
        {shm::daemon_lock::standby, model.cscc.lock_name},
    };
    for (const auto& [which, name] : wanted) {
        if (state.lock(which).owned_by_this_process()) // a successor got the first one by waiting
            continue;
        const auto taken = state.lock(which).try_lock();
        if (!taken) {
            return failure(exit_code::failed,
                           text("The lock ", name, " cannot be taken: ", sentence_of(taken.error()),
                                " Another coordinator runs this group; see 'csccmgr status'."));
        }
    }
    return {};
}

} // namespace

startup_result<foundation> lay_foundation(const std::string& config_object_name)
{
    // What we make ourselves has a mode of its own; this is for the folders of a log's path.
    const mode_t umask_before = ::umask(022);
    auto read = read_configuration(config_object_name);
    if (!read)
        return read.error();
    config::model& model = read->model;
    if (auto logging = open_log(model); !logging)
        return logging.error();
    const auto limit = raise_descriptor_limit(model.components.size());
    if (!limit)
        return limit.error();

    const shm::group_names names{config::group_name(model), model.resolved.uid};
    auto state = shm::state_writer::attach(names.state());
    if (!state) {
        return failure(exit_code::failed, text("The shared object ", names.state(),
                                               " cannot be used: ", sentence_of(state.error()),
                                               " Start the group with 'csccmgr start'."));
    }
    return foundation{std::move(model), read->hash, std::move(*state), *limit, umask_before};
}

startup_result<void> take_office(foundation& base)
{
    if (auto locks = take_locks(base.state, base.model); !locks)
        return locks;
    const auto self = self_identity();
    if (!self)
        return failure(exit_code::failed, text("/proc cannot be read: ", sentence_of(self.error()),
                                               " It must be mounted."));
    base.state.set_epoch(base.state.view().epoch() + 1);
    base.state.set_primary(*self);
    base.state.set_standby({});
    return {};
}

} // namespace cscc
