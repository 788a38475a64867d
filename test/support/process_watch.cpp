#include "test/support/process_watch.hpp"

#include "test/support/event_log.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cscc::test {
namespace {

using namespace std::chrono_literals;

constexpr int round_ms = 10;
constexpr std::int64_t zombie_limit_ns = 1'000'000'000;

void demand(bool fine, const char* what)
{
    if (!fine)
        throw std::system_error(errno, std::system_category(), what);
}

// <sys/pidfd.h> of glibc 2.36 cannot be used from C++: it lacks extern "C".
int open_pidfd(int pid)
{
    return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

/// Who is stopped reaps nobody.
bool is_parent_stopped(process_key child)
{
    const auto stat = stat_of(child.pid);
    const auto parent = stat && stat->start == child.start ? stat_of(stat->parent) : std::nullopt;
    return parent && parent->state == 'T';
}

bool send_through(int pidfd, int signal_number)
{
    return ::syscall(SYS_pidfd_send_signal, pidfd, signal_number, nullptr, 0) == 0;
}

void add_to(int epoll, int fd, std::uint64_t data)
{
    epoll_event event{.events = EPOLLIN, .data = {.u64 = data}};
    demand(::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
}

} // namespace

process_watch::process_watch(const std::string& log_path)
    : log_(::open(log_path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)), stop_(::eventfd(0, EFD_CLOEXEC)),
      notify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK))
{
    demand(static_cast<bool>(log_), log_path.c_str());
    demand(::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0, "PR_SET_CHILD_SUBREAPER");
    follow(log_path);
    add_to(epoll_.get(), stop_.get(), 0);
    add_to(epoll_.get(), notify_.get(), 1);
    thread_ = std::thread([this] { run(); });
}

process_watch::~process_watch()
{
    // Each pass may set orphans free that the next one finds: until nobody is left.
    const bool all_gone = eventually(
        [this] {
            for (const watched& w : living())
                signal(w.who, SIGKILL);
            const std::lock_guard guard(mutex_);
            return children_of(::getpid()).empty();
        },
        20s);
    {
        const std::lock_guard guard(mutex_);
        stopping_ = true;
    }
    ::eventfd_write(stop_.get(), 1);
    thread_.join();
    if (!all_gone)
        std::fputs("process_watch: processes below us cannot be killed\n", stderr);
}

void process_watch::follow(const std::string& log_path)
{
    followed log{unique_fd(::open(log_path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0666)), {}};
    demand(static_cast<bool>(log.reader), log_path.c_str());
    demand(::inotify_add_watch(notify_.get(), log_path.c_str(), IN_MODIFY) >= 0, "inotify");
    const std::lock_guard guard(mutex_);
    logs_.push_back(std::move(log));
}

process_key process_watch::start(const start_spec& spec)
{
    const std::lock_guard guard(mutex_); // else the thread could meet, and reap, a child unknown
    const int pid = spawn_process(spec);
    const auto stat = stat_of(pid); // a child of ours: its pid is its own until we reap it
    const process_key who{pid, stat ? stat->start : 0};
    learn(who);
    known_.at(who).started_here = true;
    return who;
}

std::optional<int> process_watch::wait(process_key who, std::chrono::nanoseconds limit)
{
    std::unique_lock lock(mutex_);
    entry& e = known_.at(who);
    if (!changed_.wait_for(lock, limit, [&] { return e.status.has_value(); }))
        return std::nullopt;
    return e.status;
}

bool process_watch::lives(process_key who) const
{
    const std::lock_guard guard(mutex_);
    const auto found = known_.find(who);
    return found != known_.end() && !found->second.gone;
}

std::vector<watched> process_watch::living() const
{
    const std::lock_guard guard(mutex_);
    std::vector<watched> list;
    for (const auto& [who, e] : known_) {
        if (!e.gone)
            list.push_back({who, e.command});
    }
    return list;
}

bool process_watch::somebody_is_dying() const
{
    const std::lock_guard guard(mutex_);
    return std::any_of(known_.begin(), known_.end(),
                       [](const auto& one) { return one.second.killed && !one.second.gone; });
}

bool process_watch::signal(process_key who, int signal_number)
{
    const std::lock_guard guard(mutex_);
    const auto found = known_.find(who);
    if (found == known_.end() || found->second.gone)
        return false;
    event_line l(now_ns(), who, "harness", "kill");
    l.add("signal", signal_number).write_to(log_.get());
    found->second.killed = found->second.killed || signal_number == SIGKILL;
    return send_through(found->second.pidfd.get(), signal_number);
}

bool process_watch::eventually(const std::function<bool()>& condition,
                               std::chrono::nanoseconds limit)
{
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        std::unique_lock lock(mutex_);
        if (std::chrono::steady_clock::now() >= deadline)
            return false;
        changed_.wait_for(lock, std::chrono::milliseconds(round_ms));
    }
    return true;
}

event_line process_watch::line(const char* kind) const
{
    return {now_ns(), this_process(), "harness", kind};
}

void process_watch::write(event_line l)
{
    l.write_to(log_.get());
}

// --- the thread

void process_watch::run()
{
    while (true) {
        std::array<epoll_event, 64> events{};
        waited_since_ns_ = std::exchange(waits_since_ns_, now_ns());
        const int count =
            ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), round_ms);
        const std::lock_guard guard(mutex_);
        if (stopping_)
            return;
        for (int i = 0; i < count; ++i) { // first of all: exits are stamped when they are seen
            const int pid = static_cast<int>(events[static_cast<std::size_t>(i)].data.u64 >> 32);
            for (auto it = known_.lower_bound({pid, 0}); it != known_.end() && it->first.pid == pid;
                 ++it) {
                pollfd ready{.fd = it->second.pidfd.get(), .events = POLLIN, .revents = 0};
                if (!it->second.gone && ::poll(&ready, 1, 0) == 1)
                    ended(it->first, it->second);
            }
        }
        look();
        changed_.notify_all();
    }
}

void process_watch::look()
{
    drain_notifications();
    for (followed& log : logs_)
        look_at_log(log);
    look_below(::getpid());
    look_at_ended();
}

void process_watch::look_below(int pid)
{
    for (const int child : children_of(pid)) {
        const auto stat = stat_of(child);
        if (!stat)
            continue;
        learn({child, stat->start});
        look_below(child);
    }
}

void process_watch::drain_notifications()
{
    std::array<char, 4096> buffer{};
    while (::read(notify_.get(), buffer.data(), buffer.size()) > 0) {
    }
}

void process_watch::look_at_log(followed& log)
{
    std::array<char, 4096> buffer{};
    for (ssize_t got = 0; (got = ::read(log.reader.get(), buffer.data(), buffer.size())) > 0;)
        log.unread.append(buffer.data(), static_cast<std::size_t>(got));
    for (auto end = log.unread.find('\n'); end != std::string::npos; end = log.unread.find('\n')) {
        const auto event = parse_log_line(std::string_view(log.unread).substr(0, end), 0);
        log.unread.erase(0, end + 1);
        if (event && event->role != "harness")
            learn({event->pid, event->start});
    }
}

void process_watch::look_at_ended()
{
    for (auto& [who, e] : known_) {
        if (!e.gone || e.reaped)
            continue;
        try_reap(who, e);
        if (is_parent_stopped(who))
            e.to_be_reaped_ns = now_ns();
        if (!e.reaped && !e.reported && now_ns() - e.to_be_reaped_ns > zombie_limit_ns) {
            e.reported = true;
            event_line(now_ns(), who, "harness", "zombie").write_to(log_.get());
        }
    }
}

void process_watch::learn(process_key who)
{
    if (known_.contains(who) || who.pid == ::getpid())
        return;
    entry& e = known_[who];
    e.pidfd.reset(open_pidfd(who.pid));
    const auto stat = stat_of(who.pid); // after pidfd_open: else the pid might be another's by now
    if (!e.pidfd || !stat || stat->start != who.start) {
        ended(who, e);
        e.reaped = true;
        return;
    }
    e.command = stat->command;
    event_line l(now_ns(), who, "harness", "seen");
    l.add("command", e.command)
        .add("network", static_cast<std::int64_t>(network_of(who.pid)))
        .write_to(log_.get());
    add_to(epoll_.get(), e.pidfd.get(), static_cast<std::uint64_t>(who.pid) << 32);
}

void process_watch::ended(process_key who, entry& e)
{
    e.gone = true;
    e.to_be_reaped_ns = now_ns();
    event_line l(e.to_be_reaped_ns, who, "harness", "exit");
    l.add("not_before_ns", waited_since_ns_).write_to(log_.get());
    try_reap(who, e);
    e.pidfd.reset(); // leaves the epoll set with it
}

void process_watch::try_reap(process_key who, entry& e)
{
    const auto stat = stat_of(who.pid);
    e.reaped = !stat || stat->start != who.start; // its parent did; the pid may be another's by now
    int status = 0;
    if (!e.reaped && ::waitpid(who.pid, &status, WNOHANG) == who.pid) {
        e.status = status;
        e.reaped = true;
        look_for_crash(who, stat->command, status);
    }
    if (!e.reaped)
        return;
    event_line l(now_ns(), who, "harness", "reaped");
    if (e.status && WIFEXITED(*e.status))
        l.add("code", WEXITSTATUS(*e.status));
    else if (e.status)
        l.add("signal", WTERMSIG(*e.status));
    l.write_to(log_.get());
}

// Not of a service, which a test may crash, nor of a guard, which ends as its program does. A
// coordinator that crashes is taken over so well that nothing else would show it.
/// @param command  its last name: when it was seen first it may not have been what it became
void process_watch::look_for_crash(process_key who, const std::string& command, int status)
{
    const int signal_number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    const bool by_itself = signal_number == SIGSEGV || signal_number == SIGABRT ||
                           signal_number == SIGBUS || signal_number == SIGILL ||
                           signal_number == SIGFPE;
    if (by_itself && (command == "csccd" || command == "csccmgr"))
        event_line(now_ns(), who, "harness", "crash")
            .add("signal", signal_number)
            .add("command", command)
            .write_to(log_.get());
}

} // namespace cscc::test
