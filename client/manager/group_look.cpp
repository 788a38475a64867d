#include "client/manager/group_look.hpp"

#include "client/manager/words.hpp"
#include "common/shm/config_object.hpp"
#include "common/shm/lock_object.hpp"
#include "config/json.hpp"

#include <chrono>
#include <utility>

#include <time.h>
#include <unistd.h>

namespace cscc {
namespace {

/// A word that says held, and a process behind it. Its TID is a pid: csccd has one thread.
bool has_living_coordinator(const shm::state_view& view)
{
    const shm::lock_view lock = view.lock(shm::daemon_lock::coordinator);
    if (lock.state() != shm::lock_state::held)
        return false;
    const auto holder = process_ref::open_pid(lock.owner_tid());
    if (!holder)
        return holder.error() != errc::process_gone; // not allowed to look is no death
    return !holder->is_gone() && view.lock(shm::daemon_lock::coordinator) == lock;
}

/// Alive, or empty: nobody, gone, or a zombie.
result<std::optional<process_ref>> living(process_identity who)
{
    if (who.is_nobody())
        return std::optional<process_ref>{};
    auto process = process_ref::open(who);
    if (!process && process.error() == errc::process_gone)
        return std::optional<process_ref>{};
    if (!process)
        return process.error();
    if (process->is_gone())
        return std::optional<process_ref>{};
    return std::optional<process_ref>(std::move(*process));
}

bool lives(process_identity who)
{
    const auto process = living(who);
    return !process || process->has_value();
}

std::string lock_word(const shm::group_names& names, const std::string& id)
{
    const auto fd = shm::open_lock_object(names, id);
    if (!fd)
        return "free"; // never spawned in this generation
    const auto look = shm::look_at_lock(fd->get());
    return look ? std::string(shm::to_string(look->lock.state())) : "free";
}

/// When a process began, by the clock on the wall: its start ticks count from boot.
wire::wall_time began(process_identity who)
{
    using namespace std::chrono;
    timespec boot{};
    ::clock_gettime(CLOCK_BOOTTIME, &boot);
    const auto up = seconds(boot.tv_sec) + nanoseconds(boot.tv_nsec);
    const auto per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    const auto since_boot = milliseconds(who.start_ticks * 1000 / per_second);
    return time_point_cast<nanoseconds>(system_clock::now()) - up + since_boot;
}

std::optional<std::string> last_exit_of(const shm::exit_report& report)
{
    using kind = shm::exit_report::kind;
    switch (report.how) {
    case kind::none: return std::nullopt;
    case kind::unknown: return "unknown (adopted)";
    case kind::exited:
    case kind::killed: break;
    }
    return exit_text(report.how == kind::killed, report.value, report.core_dumped);
}

wire::service_status service_status_of(const shm::state_view& view, component_index i,
                                       const shm::group_names& names)
{
    const shm::component_snapshot now = view.component(i);
    wire::service_status s;
    s.id = view.spec(i).id;
    s.state = now.state;
    s.generation = now.generation;
    s.restarts = now.restarts;
    s.last_exit = last_exit_of(now.last_exit);
    if (now.since != shm::wall_time{})
        s.since = now.since;
    s.lock = lock_word(names, s.id);
    const bool alive = lives(now.identity);
    if (alive) {
        s.pid = now.identity.pid;
        // What the table says of the living stays true without a coordinator; of the dead it does
        // not.
    }
    else if (now.state != component_state::failed) {
        s.state = component_state::down;
    }
    return s;
}

} // namespace

group_look look_at_group(const shm::group_names& names)
{
    group_look look;
    auto view = shm::state_view::open(names.state(), names.uid);
    if (view) {
        look.finding =
            has_living_coordinator(*view) ? group_finding::coordinated : group_finding::abandoned;
        look.view.emplace(std::move(*view));
        return look;
    }
    look.error = view.error();
    const error_code missing(ENOENT, boost::system::system_category());
    if (look.error == missing) {
        // .config is made first and the state removed last: alone, it is half of a group.
        look.finding =
            shm::exists(names.config()) ? group_finding::half_made : group_finding::absent;
        return look;
    }
    if (look.error == errc::object_half_made)
        look.finding = group_finding::half_made;
    else if (look.error == errc::object_damaged)
        look.finding = group_finding::damaged;
    else
        look.finding = group_finding::unusable;
    return look;
}

result<std::vector<survivor>> find_survivors(const shm::state_view& view)
{
    std::vector<survivor> found;
    for (component_index i = 0; i < view.component_count(); ++i) {
        auto process = living(view.component(i).identity);
        if (!process)
            return process.error();
        if (*process)
            found.push_back({view.spec(i).id, std::move(**process)});
    }
    return found;
}

std::optional<config::model> running_configuration(const shm::group_names& names)
{
    const auto json = shm::read_config(names.config());
    if (!json)
        return std::nullopt;
    auto model = config::from_json(*json);
    return model ? std::optional(std::move(*model)) : std::nullopt;
}

wire::group_status status_of(const shm::state_view& view, const shm::group_names& names)
{
    wire::group_status status;
    status.group = view.group().group_name;
    status.state = view.state();
    status.epoch = view.epoch();
    status.generation = view.generation();
    if (const process_identity primary = view.primary(); !primary.is_nobody() && lives(primary)) {
        wire::daemon_status daemon;
        daemon.pid = primary.pid;
        daemon.since = began(primary);
        status.primary = daemon;
    }
    for (component_index i = 0; i < view.component_count(); ++i)
        status.services.push_back(service_status_of(view, i, names));
    status.retries.used = view.retries().size();
    return status;
}

} // namespace cscc
