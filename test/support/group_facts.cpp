// group_facts.cpp: what a group_under_test knows, read from the event log and from the system.
#include "test/support/group_under_test.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <stdexcept>

namespace cscc::test {
namespace fs = std::filesystem;

std::vector<log_event> group_under_test::events() const
{
    return everything_logged().events;
}

// On a machine the harness writes into a log for all of them: what it says of this one's processes
// is taken, Corosync's apart, and of those that ended before it could ask where they were.
parsed_log group_under_test::everything_logged() const
{
    parsed_log own = read_log(event_log());
    if (own_watch_)
        return own;
    const parsed_log all = read_log(place_.watch_log);
    std::set<process_key> ours;
    for (const log_event& e : own.events)
        ours.insert({e.pid, e.start});
    for (const log_event& e : all.events) {
        if (e.kind == "seen" && e.word("command") != "corosync" &&
            e.word("network") == std::to_string(place_.network))
            ours.insert({e.pid, e.start});
    }
    std::copy_if(all.events.begin(), all.events.end(), std::back_inserter(own.events),
                 [&](const log_event& e) {
                     return ours.contains({e.pid, e.start});
                 });
    std::stable_sort(own.events.begin(), own.events.end(),
                     [](const auto& a, const auto& b) { return a.t_ns < b.t_ns; });
    return own;
}

std::string group_under_test::shared_memory() const
{
    return own_watch_ ? "/dev/shm" : place_.shared_memory;
}

std::size_t group_under_test::count(const std::string& kind, const std::string& id) const
{
    const auto all = events();
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const log_event& e) {
        return e.kind == kind && (id.empty() || e.id == id);
    }));
}

std::optional<service_process> group_under_test::service(const std::string& id) const
{
    std::optional<service_process> newest;
    for (const log_event& e : events()) {
        if (e.role != "service" || e.id != id)
            continue;
        if (e.kind == "spawned")
            newest = {.who = {e.pid, e.start}, .generation = e.generation};
        if (!newest || newest->who != process_key{e.pid, e.start})
            continue;
        newest->alive = newest->alive || e.kind == "alive";
        newest->ready = newest->ready || e.kind == "ready";
    }
    if (newest)
        newest->lives = watch_.lives(newest->who);
    return newest;
}

std::uint64_t group_under_test::generation() const
{
    std::uint64_t newest = 0;
    for (const log_event& e : events()) {
        if (e.role == "service" && e.kind == "spawned")
            newest = e.generation;
    }
    return newest;
}

bool group_under_test::all_ready() const
{
    return std::all_of(description_.services.begin(), description_.services.end(),
                       [this](const service_description& s) {
                           const auto p = service(s.id);
                           return p && p->lives && p->ready;
                       });
}

std::vector<std::string> group_under_test::order_of(const std::string& kind) const
{
    std::vector<std::string> ids;
    for (const log_event& e : events()) {
        if (e.role == "service" && e.kind == kind)
            ids.push_back(e.id);
    }
    return ids;
}

std::optional<process_key> group_under_test::daemon() const
{
    if (const auto primary = in_role("primary"))
        return primary;
    for (const watched& w : watch_.living()) {
        const auto stat = stat_of(w.who.pid); // it was perhaps seen before its exec
        if (stat && stat->start == w.who.start && stat->command == "csccd")
            return w.who;
    }
    return std::nullopt;
}

std::optional<process_key> group_under_test::in_role(const std::string& role) const
{
    std::map<process_key, std::string> roles;
    for (const log_event& e : events()) {
        if (e.kind == "role")
            roles[{e.pid, e.start}] = e.word("to");
    }
    for (const auto& [who, present] : roles) {
        if (present == role && watch_.lives(who))
            return who;
    }
    return std::nullopt;
}

process_key group_under_test::await_role(const std::string& role,
                                         const std::optional<process_key>& former)
{
    std::optional<process_key> found;
    if (!eventually([&] {
            found = in_role(role);
            return found && (!former || !(*found == *former));
        }))
        throw std::runtime_error("there is no " + role);
    return *found;
}

namespace {

/// Whatever cgroup we live in ourselves, and so everything that we start.
std::vector<std::string> cgroups_of(const std::string& group)
{
    std::vector<std::string> found;
    std::error_code gone; // while we look
    fs::recursive_directory_iterator at("/sys/fs/cgroup", gone);
    for (; !gone && at != fs::recursive_directory_iterator(); at.increment(gone)) {
        if (at->path().filename().string().starts_with("cscc-" + group + "-"))
            found.push_back(at->path());
    }
    return found;
}

} // namespace

std::vector<watched> group_under_test::processes() const
{
    std::vector<watched> found = watch_.living();
    if (!own_watch_)
        std::erase_if(found,
                      [this](const watched& w) { // Corosync is of the machine, not of the group
                          return w.command == "corosync" || network_of(w.who.pid) != place_.network;
                      });
    return found;
}

std::vector<std::string> group_under_test::remains() const
{
    std::vector<std::string> found = leftovers();
    for (const watched& w : processes())
        found.push_back("process " + std::to_string(w.who.pid) + " (" + w.command + ")");
    return found;
}

std::vector<std::string> group_under_test::leftovers() const
{
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(shared_memory())) {
        if (entry.path().filename().string().starts_with(name() + "."))
            found.push_back(entry.path());
    }
    for (const auto& entry : fs::directory_iterator(runtime_directory())) {
        const std::string file = entry.path().filename();
        if (file != "lock_manager" && file != name() + ".final" && // I19 excepts these
            file != name() + ".history")
            found.push_back(entry.path());
    }
    for (const std::string& cgroup : cgroups_of(name()))
        found.push_back(cgroup);
    return found;
}

} // namespace cscc::test
