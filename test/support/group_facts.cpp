// group_facts.cpp: what a group_under_test knows, read from the event log and from the system.
#include "test/support/group_under_test.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <stdexcept>

namespace cscc::test {
namespace fs = std::filesystem;

std::vector<log_event> group_under_test::events() const
{
    return read_log(dir_.file("events.log")).events;
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

std::vector<std::string> group_under_test::remains() const
{
    std::vector<std::string> found = leftovers();
    for (const watched& w : watch_.living())
        found.push_back("process " + std::to_string(w.who.pid) + " (" + w.command + ")");
    return found;
}

std::vector<std::string> group_under_test::leftovers() const
{
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator("/dev/shm")) {
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
