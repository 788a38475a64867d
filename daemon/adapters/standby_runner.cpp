#include "daemon/adapters/standby_runner.hpp"

#include "common/base/failpoint.hpp"
#include "common/reactor/event_log.hpp"

#include <utility>

namespace asio = boost::asio;

namespace cscc {
namespace {

kept_process_settings kept(const standby_settings& settings)
{
    return {"standby",
            "/proc/self/exe", // of the child, too: the same build as ours
            settings.program,
            {"--standby", "--config-object", settings.config_object},
            settings.descriptor_limit,
            settings.umask,
            duration::zero()};
}

} // namespace

standby_runner::standby_runner(const asio::any_io_executor& reactor,
                               const standby_settings& settings, shm::state_writer& state,
                               const low_descriptors& low,
                               std::function<void(core::group_event)> on_change)
    : state_(state), beat_interval_(settings.beat_interval), beat_timer_(reactor),
      process_(reactor, kept(settings), state, state.standby_word(), low,
               {[this](process_identity who) {
                    note_event("coordinator", "child", who.pid, "child_start", who.start_ticks);
                    FAILPOINT("primary:standby-spawned");
                    beat();
                },
                [] { FAILPOINT("primary:standby-seen"); },
                [this] {
                    state_.set_standby({});
                    beat_timer_.cancel();
                },
                [tell = on_change] { tell(core::standby_settled{}); },
                [tell = std::move(on_change)] { tell(core::standby_gone{}); }})
{}

// What the group costs while nothing happens: two wake-ups a second, so that somebody can tell a
// primary that is stopped from one that has nothing to do.
void standby_runner::beat()
{
    state_.beat();
    beat_timer_.expires_after(beat_interval_);
    beat_timer_.async_wait([this](error_code cancelled) {
        if (!cancelled && process_.has_process())
            beat();
    });
}

} // namespace cscc
