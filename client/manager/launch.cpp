#include "client/manager/launch.hpp"

#include "client/manager/words.hpp"
#include "common/base/text.hpp"
#include "common/reactor/spawn_lists.hpp"
#include "common/reactor/with_timeout.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <charconv>
#include <cstdlib>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace asio = boost::asio;

namespace cscc {
namespace {

constexpr int lock_number = 3; // what csccd finds them under
constexpr int startup_number = 4;
constexpr int first_to_close = 5;

/// True if our stderr is the journal's stream: systemd.exec(5), JOURNAL_STREAM is "DEVICE:INODE".
bool stderr_is_journal()
{
    const char* const stream = std::getenv("JOURNAL_STREAM");
    struct stat found = {};
    return stream != nullptr && ::fstat(STDERR_FILENO, &found) == 0 &&
           text(found.st_dev, ":", found.st_ino) == stream;
}

error_code system_error(int number)
{
    return {number, boost::system::system_category()};
}

result<pid_t> spawn_process(const launch_order& order, int lock, int startup)
{
    spawn_lists lists;
    lists.open_null(STDIN_FILENO);
    lists.open_null(STDOUT_FILENO);
    if (!stderr_is_journal())
        lists.open_null(STDERR_FILENO);
    lists.duplicate(lock, lock_number); // the sources are above all targets: none is overwritten
    lists.duplicate(startup, startup_number);
    lists.close_from(first_to_close);
    std::vector<std::string> words{order.program,
                                   "--config-object",
                                   order.config_object,
                                   "--manager-lock-fd",
                                   std::to_string(lock_number),
                                   "--startup-fd",
                                   std::to_string(startup_number)};
    if (!order.event_log.empty())
        words.insert(words.end(), {"--event-log", order.event_log});
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t pid = 0;
    const int bad = lists.spawn(pid, order.program.c_str(), arguments.data(), ::environ);
    return bad != 0 ? result<pid_t>(system_error(bad)) : result<pid_t>(pid);
}

/// A duplicate with a number above those that the child will use.
result<unique_fd> out_of_the_way(int fd)
{
    unique_fd high(::fcntl(fd, F_DUPFD_CLOEXEC, 10));
    return high ? result<unique_fd>(std::move(high)) : result<unique_fd>(last_system_error());
}

} // namespace

std::optional<startup_word> parse_startup_word(std::string_view line)
{
    startup_word word;
    if (line == "ok") {
        word.good = true;
        word.code = 0;
        return word;
    }
    constexpr std::string_view error = "error ";
    if (!line.starts_with(error))
        return std::nullopt;
    const char* const end = line.data() + line.size();
    const auto [rest, bad] = std::from_chars(line.data() + error.size(), end, word.code);
    if (bad != std::errc{} || rest == end || *rest != ' ')
        return std::nullopt;
    word.sentence.assign(rest + 1, end);
    return word;
}

result<launched_daemon> launch_daemon(const launch_order& order)
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return last_system_error();
    unique_fd reading(ends[0]);
    unique_fd writing(ends[1]);
    const auto startup = out_of_the_way(writing.get());
    const auto lock = out_of_the_way(order.manager_lock);
    if (!startup || !lock)
        return startup ? lock.error() : startup.error();
    const auto pid = spawn_process(order, lock->get(), startup->get());
    if (!pid)
        return pid.error();
    // Nobody has collected it yet, so the pid is its own even if it is dead already.
    unique_fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, *pid, 0)));
    if (!pidfd)
        return last_system_error();
    process_identity who;
    who.pid = *pid;
    if (const auto ticks = read_start_ticks(*pid))
        who.start_ticks = *ticks;
    return launched_daemon{process_ref::adopt(std::move(pidfd), who), std::move(reading)};
}

namespace {

/// Everything up to the first newline; end of file before it is a death.
asio::awaitable<result<std::string>> read_line(unique_fd from)
{
    constexpr std::size_t line_max = 4096;
    asio::posix::stream_descriptor pipe(co_await asio::this_coro::executor, from.release());
    std::string line;
    std::array<char, 512> block{};
    while (line.find('\n') == line.npos) {
        if (line.size() > line_max)
            co_return errc::frame_malformed;
        const auto [error, size] =
            co_await pipe.async_read_some(asio::buffer(block), asio::as_tuple(asio::use_awaitable));
        if (error == asio::error::eof)
            co_return errc::process_gone;
        if (error)
            co_return error;
        line.append(block.data(), size);
    }
    line.resize(line.find('\n'));
    co_return line;
}

} // namespace

asio::awaitable<result<startup_word>> async_hear_startup(unique_fd startup, time_point deadline)
{
    const auto line = co_await with_timeout(read_line(std::move(startup)), deadline - clock::now());
    if (!line)
        co_return errc::timed_out;
    if (!*line)
        co_return line->error();
    const auto word = parse_startup_word(**line);
    if (!word)
        co_return errc::frame_malformed;
    co_return *word;
}

std::string collect_exit(const process_ref& child)
{
    const auto exit = child.reap();
    if (!exit || !*exit)
        return {};
    const process_exit& how = **exit;
    return exit_text(how.killed, how.value, how.core_dumped);
}

} // namespace cscc
