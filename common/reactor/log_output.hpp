// log_output.hpp: a descriptor that takes whole lines, and never makes the writer wait.
//
// What it writes to may be shared: stderr's open file description belongs to the shell and to
// everybody else on the terminal, and O_NONBLOCK there would be theirs too. So, by kind:
//
//   regular file, device      write as it is; a disk may take its time, but takes it
//   socket (the journal)      send with MSG_DONTWAIT, which is a matter of this one call
//   pipe, FIFO, terminal      opened anew through /proc/self/fd: a description of our own, with
//                             O_NONBLOCK for us alone
//   ... that will not open    (another user's pipe, no /proc) poll with no wait, then write at most
//                             PIPE_BUF bytes: a writable pipe has room for that much. Only another
//                             writer that fills it between the two calls could still make us wait
#pragma once

#include "common/base/error.hpp"
#include "common/base/unique_fd.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace cscc {

/// One thread at a time.
class log_output
{
public:
    /// Opens a file for appending, made with mode 0640 if it is not there. A FIFO needs a reader.
    /// Errors: open(2)'s.
    [[nodiscard]] static result<log_output> to_file(const std::string& path);

    /// Writes to a descriptor that is not ours to close or to change (stderr).
    [[nodiscard]] static log_output to_shared(int fd);

    /// Writes a line. False if it was dropped, all of it: the descriptor takes nothing now, or
    /// failed. A line may be taken in part (longer than PIPE_BUF, a full disk); the rest of it then
    /// goes first in the next call, so that our lines are never mixed.
    [[nodiscard]] bool write(std::string_view line);

    /// True for a pipe or terminal that would not open anew: poll before each write.
    [[nodiscard]] bool is_guarded() const noexcept { return how_ == manner::guarded; }

private:
    enum class manner : std::uint8_t
    {
        file,    // or a device: a write does not block on a reader
        pipe,    // or a terminal, by a description of our own with O_NONBLOCK
        socket,  //
        guarded, // a pipe or a terminal, shared
    };
    log_output(unique_fd own, int fd, manner how) noexcept;

    /// Bytes taken, 0 if none can be taken now or it failed.
    [[nodiscard]] std::size_t write_some(std::string_view bytes) const noexcept;
    [[nodiscard]] bool finish_torn_line();

    unique_fd own_;
    int fd_; // own_'s, or a shared one
    manner how_;
    std::string torn_; // what is still to be written of the last line
};

} // namespace cscc
