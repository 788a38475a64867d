#include "client/manager/change_watch.hpp"

#include "common/base/text.hpp"
#include "common/reactor/pause.hpp"
#include "common/reactor/with_timeout.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <linux/magic.h>
#include <sys/inotify.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace asio = boost::asio;

namespace cscc {
namespace {

constexpr std::uint32_t of_content = IN_MODIFY;
constexpr std::uint32_t of_directory = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
                                       IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

bool is_shared_with_others(int file)
{
    constexpr std::array<std::uint32_t, 8> kinds{
        NFS_SUPER_MAGIC,  SMB_SUPER_MAGIC, CIFS_SUPER_MAGIC, SMB2_SUPER_MAGIC,
        FUSE_SUPER_MAGIC, V9FS_MAGIC,      CEPH_SUPER_MAGIC, AFS_FS_MAGIC};
    struct statfs found = {};
    return ::fstatfs(file, &found) != 0 ||
           std::find(kinds.begin(), kinds.end(), static_cast<std::uint32_t>(found.f_type)) !=
               kinds.end();
}

} // namespace

change_watch::change_watch(const asio::any_io_executor& reactor, std::size_t files)
    : inotify_(reactor), files_(files)
{
    const int descriptor = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (descriptor >= 0)
        inotify_.assign(descriptor);
}

bool change_watch::watch_content(std::size_t number, int file)
{
    // By way of /proc the file itself is watched, whatever is called by its name now.
    const std::string path = text("/proc/self/fd/", file);
    return watch(&watched::content, number, path, of_content) && !is_shared_with_others(file);
}

bool change_watch::watch_directory(std::size_t number, const std::string& directory)
{
    return watch(&watched::directory, number, directory, of_directory);
}

bool change_watch::watch(int watched::*which, std::size_t number, const std::string& path,
                         std::uint32_t mask)
{
    const int former = std::exchange(files_.at(number).*which, -1);
    if (inotify_.is_open())
        files_[number].*which = ::inotify_add_watch(inotify_.native_handle(), path.c_str(), mask);
    if (former != files_[number].*which)
        forget(former);
    return files_[number].*which >= 0;
}

/// Unless another file needs it.
void change_watch::forget(int descriptor)
{
    const auto needs_it = [&](const watched& file) {
        return file.content == descriptor || file.directory == descriptor;
    };
    if (descriptor >= 0 && std::none_of(files_.begin(), files_.end(), needs_it))
        ::inotify_rm_watch(inotify_.native_handle(), descriptor);
}

asio::awaitable<int> change_watch::until_readable()
{
    co_await inotify_.async_wait(asio::posix::descriptor_base::wait_read,
                                 asio::as_tuple(asio::use_awaitable));
    co_return 0;
}

asio::awaitable<std::set<std::size_t>> change_watch::wait(time_point deadline)
{
    std::set<std::size_t> touched;
    if (!inotify_.is_open()) {
        static_cast<void>(co_await pause_until(deadline));
        co_return touched;
    }
    auto readable = until_readable();
    co_await with_timeout(std::move(readable), remaining_until(deadline));
    take_events(touched);
    co_return touched;
}

void change_watch::take_events(std::set<std::size_t>& touched)
{
    std::array<char, 16 * 1024> bytes; // NOLINT(cppcoreguidelines-pro-type-member-init): read into
    ssize_t got = 0;
    while ((got = ::read(inotify_.native_handle(), bytes.data(), bytes.size())) > 0) {
        for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
            inotify_event event{};
            std::memcpy(&event, &bytes[at], sizeof event);
            note(event.wd, event.mask, touched);
            at += sizeof event + event.len;
        }
    }
}

void change_watch::note(int descriptor, std::uint32_t mask, std::set<std::size_t>& touched)
{
    for (std::size_t number = 0; number < files_.size(); ++number) {
        watched& file = files_[number];
        const bool is_its = file.content == descriptor || file.directory == descriptor;
        if (!is_its && (mask & IN_Q_OVERFLOW) == 0) // then somebody's event was lost
            continue;
        touched.insert(number);
        if ((mask & IN_IGNORED) == 0)
            continue;
        int& ended = file.content == descriptor ? file.content : file.directory;
        ended = -1; // its number may be another's from now on
    }
}

} // namespace cscc
