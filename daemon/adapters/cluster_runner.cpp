#include "daemon/adapters/cluster_runner.hpp"

#include <utility>

#include <unistd.h>

namespace cscc {
namespace {

using namespace std::chrono_literals;

// It says that it leaves and waits until Corosync has taken that.
constexpr duration farewell = 2s;

kept_process_settings kept(const cluster_settings& settings)
{
    return {"cluster service",
            settings.program,
            "cscc-clusterd",
            {"--config-object", settings.config_object, "--parent", std::to_string(::getpid())},
            settings.descriptor_limit,
            settings.umask,
            farewell};
}

} // namespace

// That it is gone is known to the machines that it was with, and so its last word is forgotten.
cluster_runner::cluster_runner(const boost::asio::any_io_executor& reactor,
                               const cluster_settings& settings, const shm::state_writer& state,
                               const low_descriptors& low, std::function<void()> on_dismissed)
    : process_(reactor, kept(settings), state, identity_, low,
               {[](process_identity) {}, [] {}, [this] { view_.reset(); }, [] {},
                std::move(on_dismissed)})
{}

bool cluster_runner::is(std::int32_t pid) const noexcept
{
    return process_.has_process() && process_.identity().pid == pid;
}

} // namespace cscc
