#include "client/manager/console.hpp"

#include "client/manager/words.hpp"
#include "common/base/text.hpp"

#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace cscc {
namespace {

constexpr int patience_ms = 5000;

error_code write_all(int fd, std::string_view text)
{
    while (!text.empty()) {
        const auto written = ::write(fd, text.data(), text.size());
        if (written > 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        }
        else if (written == 0) { // no system that we know does that
            return {EIO, boost::system::system_category()};
        }
        else if (errno == EAGAIN) { // somebody made our terminal non-blocking
            pollfd ready{fd, POLLOUT, 0};
            if (::poll(&ready, 1, patience_ms) <= 0)
                return {ETIMEDOUT, boost::system::system_category()};
        }
        else if (errno != EINTR) {
            return last_system_error();
        }
    }
    return {};
}

/// Opened the wrong way round, so that a use still fails.
void take_closed_descriptors()
{
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(fd, F_GETFD) < 0) // the lowest free number is then this one
            static_cast<void>(::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY));
    }
}

bool is_set(const char* variable)
{
    const char* const value = std::getenv(variable);
    return value != nullptr && *value != '\0';
}

} // namespace

console console::of_process()
{
    take_closed_descriptors();
    page looks;
    const char* const term = std::getenv("TERM");
    const bool dumb = term == nullptr || std::string_view(term) == "dumb";
    looks.terminal = ::isatty(STDOUT_FILENO) == 1 && !dumb;
    looks.colour = looks.terminal && !is_set("NO_COLOR"); // no-color.org: set and not empty
    winsize size{};
    if (looks.terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
        looks.columns = size.ws_col > 0 ? size.ws_col : looks.columns;
        looks.rows = size.ws_row > 0 ? size.ws_row : looks.rows;
    }
    return {STDOUT_FILENO, STDERR_FILENO, looks};
}

void console::put(std::string_view text)
{
    const error_code failed = write_all(out_, text);
    if (failed && !*lost_)
        *lost_ = failed;
}

void console::say(std::string_view text)
{
    drawn_ = 0;
    std::string line(text);
    if (!line.ends_with('\n'))
        line += '\n';
    put(line);
}

void console::complain(std::string_view cause, std::string_view next_step)
{
    std::string lines = text("csccmgr: ", cause, "\n");
    if (!next_step.empty())
        lines += text("         ", next_step, "\n");
    complain_as_is(lines);
}

void console::complain_as_is(std::string_view lines)
{
    drawn_ = 0;
    static_cast<void>(write_all(err_, lines)); // there is nowhere else to say it
}

void console::redraw(const std::vector<std::string>& lines)
{
    if (!looks_.terminal)
        return;
    std::string out = drawn_ == 0 ? std::string{} : text("\r\x1b[", drawn_, "A");
    for (const auto& line : lines)
        out += text(cut(line, looks_.columns), "\x1b[K\n");
    out += "\x1b[J"; // there were more lines before
    drawn_ = lines.size();
    put(out);
}

void console::show_screen(std::string_view screen)
{
    drawn_ = 0;
    put(text("\x1b[H\x1b[2J", screen));
}

} // namespace cscc
