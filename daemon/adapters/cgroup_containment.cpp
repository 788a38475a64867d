// cgroup_containment.cpp: one cgroup v2 a component. Source: cgroups(7), kernel
// admin-guide/cgroup-v2.
#include "common/base/text.hpp"
#include "common/base/unique_fd.hpp"
#include "common/reactor/group_cgroup.hpp"
#include "common/reactor/log.hpp"
#include "common/reactor/with_timeout.hpp"
#include "daemon/adapters/containment.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace cscc {
namespace {

std::string read_at(int directory, const char* name)
{
    const unique_fd file(::openat(directory, name, O_RDONLY | O_CLOEXEC));
    std::array<char, 4096> buffer{};
    const ssize_t got = file ? ::read(file.get(), buffer.data(), buffer.size()) : -1;
    return got > 0 ? std::string(buffer.data(), static_cast<std::size_t>(got)) : std::string();
}

class cgroup_containment final : public containment
{
public:
    cgroup_containment(const asio::any_io_executor& reactor, std::string path, unique_fd directory,
                       std::vector<std::string> ids)
        : reactor_(reactor), path_(std::move(path)), directory_(std::move(directory)),
          ids_(std::move(ids)), members_(ids_.size())
    {}

    // Linux (seen: 6.18) kills at birth what is cloned into a cgroup that was ever killed: it
    // compares the wrong counters. So nobody is born into one that was, nor into one that a former
    // coordinator may have killed: it is made anew.
    result<int> prepare(component_index component) override
    {
        unique_fd& member = members_.at(component);
        if (!member) {
            const std::string path = path_of(component);
            static_cast<void>(remove_cgroup(path)); // one that stays is better than none
            if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST)
                return last_system_error();
            member = open_member(component);
            if (!member)
                return last_system_error();
        }
        return member.get();
    }

    asio::awaitable<std::size_t> end_remains(component_index component, process_identity) override
    {
        const unique_fd opened = open_member(component); // by its name: a former one's, perhaps
        const int member = opened.get();
        if (!opened || !is_populated_cgroup(member))
            co_return 0;
        const std::string pids = read_at(member, "cgroup.procs");
        if (const error_code refused = kill_cgroup(member)) {
            log(log_level::error, "containment",
                text("cannot kill the remaining processes of ", ids_.at(component), ": ",
                     refused.message()));
        }
        co_await wait_until_empty(component, member);
        members_.at(component).reset(); // see prepare()
        if (const error_code refused = remove_cgroup(path_of(component))) {
            log(log_level::warning, "containment",
                text("cannot remove the cgroup of ", ids_.at(component), ": ", refused.message()));
        }
        const auto direct = std::count(pids.begin(), pids.end(), '\n');
        co_return static_cast<std::size_t>(std::max<std::ptrdiff_t>(direct, 1)); // or further below
    }

    void clean_up() noexcept override
    {
        for (component_index i = 0; i < members_.size(); ++i) {
            static_cast<void>(remove_cgroup(path_of(i)));
            members_[i].reset();
        }
        directory_.reset();
        ::rmdir(path_.c_str());
    }

    std::string_view kind() const noexcept override { return "cgroup"; }

private:
    [[nodiscard]] std::string path_of(component_index component) const
    {
        return text(path_, "/", ids_.at(component));
    }
    [[nodiscard]] unique_fd open_member(component_index component) const
    {
        return unique_fd(::openat(directory_.get(), ids_.at(component).c_str(),
                                  O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }

    // The kernel raises POLLPRI on cgroup.events at each change. The timer only bounds what is lost
    // if the change came between our look and our wait.
    asio::awaitable<void> wait_until_empty(component_index component, int member)
    {
        asio::posix::stream_descriptor events(
            reactor_, ::openat(member, "cgroup.events", O_RDONLY | O_CLOEXEC));
        for (int rounds = 1; is_populated_cgroup(member); ++rounds) {
            auto change = wait_for_change(events);
            co_await with_timeout(std::move(change), 100ms);
            if (rounds % 100 == 0) {
                log(log_level::warning, "containment",
                    text("still waiting for the kernel to end the processes of ",
                         ids_.at(component)));
            }
        }
    }

    static asio::awaitable<int> wait_for_change(asio::posix::stream_descriptor& events)
    {
        co_await events.async_wait(asio::posix::descriptor_base::wait_error,
                                   asio::as_tuple(asio::use_awaitable));
        std::array<char, 256> seen{};
        co_return static_cast<int>(::pread(events.native_handle(), seen.data(), seen.size(), 0));
    }

    asio::any_io_executor reactor_;
    std::string path_;
    unique_fd directory_;
    std::vector<std::string> ids_;
    std::vector<unique_fd> members_;
};

} // namespace

std::unique_ptr<containment> make_cgroup_containment(const asio::any_io_executor& reactor,
                                                     const containment_settings& settings,
                                                     std::string& why_not)
{
    const auto found = group_cgroup_path(settings.group_name, ::geteuid());
    if (!found) {
        why_not = "no cgroup v2 hierarchy is mounted";
        return nullptr;
    }
    const std::string& path = *found;
    if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) {
        why_not = text("cannot make ", path, ": ", last_system_error().message());
        return nullptr;
    }
    unique_fd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || ::faccessat(directory.get(), "cgroup.kill", W_OK, 0) != 0) {
        why_not = text(path, " has no cgroup.kill that we may write (Linux 5.14)");
        ::rmdir(path.c_str());
        return nullptr;
    }
    return std::make_unique<cgroup_containment>(reactor, path, std::move(directory), settings.ids);
}

} // namespace cscc
