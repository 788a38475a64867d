// change_watch.hpp: waits on the reactor until something happens to one of many files (inotify(7)).
//
// A file is known by a number of the caller's. What is watched is what is in a file that is open,
// whatever it is called, and what comes and goes in its directory.
#pragma once

#include "common/base/time.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace cscc {

class change_watch
{
public:
    change_watch(const boost::asio::any_io_executor& reactor, std::size_t files);

    /// From here on a change in the open file is told - in place of the one that was watched as
    /// `number` before. False if none would be: the kernel's limits are reached, or the file system
    /// is shared with machines whose changes are not told here.
    [[nodiscard]] bool watch_content(std::size_t number, int file);
    /// The same for names in a directory. False also if there is none.
    [[nodiscard]] bool watch_directory(std::size_t number, const std::string& directory);

    /// The numbers of the files to which something may have happened; none if nothing did until the
    /// deadline. One wait at a time.
    [[nodiscard]] boost::asio::awaitable<std::set<std::size_t>> wait(time_point deadline);

private:
    struct watched
    {
        int content = -1; // watch descriptors
        int directory = -1;
    };

    [[nodiscard]] boost::asio::awaitable<int> until_readable();
    [[nodiscard]] bool watch(int watched::*which, std::size_t number, const std::string& path,
                             std::uint32_t mask);
    void forget(int descriptor);
    void take_events(std::set<std::size_t>& touched);
    void note(int descriptor, std::uint32_t mask, std::set<std::size_t>& touched);

    boost::asio::posix::stream_descriptor inotify_; // not open if the kernel has none for us
    std::vector<watched> files_;
};

} // namespace cscc
