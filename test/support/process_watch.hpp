// process_watch.hpp: the harness's eyes: every process below us, by pidfd, and the moment it ended.
//
// The test process becomes a subreaper, so nothing that the product starts can leave our sight. A
// thread learns of processes from /proc (children of children) and from the event log (whoever
// writes a line), holds a pidfd of each, reaps what becomes our child, and writes the harness's
// lines into the log: `seen`, `exit` (the ground truth of the checker), `zombie`.
//
// It is the one place that starts and signals processes in a test, so that it can never reap a
// stranger's child or signal a reused pid. One at a time in a process.
#pragma once

#include "common/base/unique_fd.hpp"
#include "test/support/event_line.hpp"
#include "test/support/proc.hpp"
#include "test/support/spawn_process.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace cscc::test {

struct watched
{
    process_key who;
    std::string command;
};

class process_watch
{
public:
    /// @param log_path  the event log; made if there is none
    explicit process_watch(const std::string& log_path);
    /// Kills what still lives, and waits until it is gone.
    ~process_watch();
    process_watch(const process_watch&) = delete;

    /// Learns from another event log, too, who lives: of a group that writes one of its own.
    void follow(const std::string& log_path);

    /// Starts a program. Throws std::system_error if that fails.
    process_key start(const start_spec&);

    /// The status of waitpid(2) of a process that was started here; empty if it outlives `limit`.
    [[nodiscard]] std::optional<int> wait(process_key, std::chrono::nanoseconds limit);

    [[nodiscard]] bool lives(process_key) const;
    [[nodiscard]] std::vector<watched> living() const;

    /// SIGKILL was sent from here to somebody who is still there.
    [[nodiscard]] bool somebody_is_dying() const;

    /// Sends a signal through the pidfd and notes it in the log. False if the process is gone.
    bool signal(process_key, int signal_number);

    /// True as soon as `condition` holds; false if it does not within `limit`. Looks again whenever
    /// a process comes, goes or writes a line, and every few milliseconds.
    [[nodiscard]] bool eventually(const std::function<bool()>& condition,
                                  std::chrono::nanoseconds limit);

    /// Adds a line of the harness to the log.
    [[nodiscard]] event_line line(const char* kind) const;
    void write(event_line line);

private:
    struct entry
    {
        unique_fd pidfd;
        std::string command;
        bool started_here = false;
        bool killed = false; // by us
        bool gone = false;
        bool reaped = false; // by whomever
        bool reported = false;
        std::int64_t to_be_reaped_ns = 0; // since then its parent could
        std::optional<int> status;        // if it was ours to reap
    };

    void run();
    void look(); // one round: processes below us, lines in the log, what was not reaped
    void look_below(int pid);
    struct followed
    {
        unique_fd reader;
        std::string unread;
    };
    void look_at_log(followed&);
    void drain_notifications();
    void look_at_ended();
    void learn(process_key);
    void ended(process_key, entry&);
    void try_reap(process_key, entry&);
    void look_for_crash(process_key, const std::string& command, int status);

    unique_fd log_;
    unique_fd epoll_;
    unique_fd stop_;
    unique_fd notify_; // inotify on the logs
    std::vector<followed> logs_;
    std::int64_t waits_since_ns_ = 0;  // the wait for the next exits began
    std::int64_t waited_since_ns_ = 0; // the one before: who was gone then would have been seen

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::map<process_key, entry> known_;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace cscc::test
