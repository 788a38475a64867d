// coordinator.hpp: a coordinator as a service sees one - the shared pages, the locks, the socket -
// played by a test, step by step. Every wait has a deadline and fails the test that it stops.
#pragma once

#include "common/base/unique_fd.hpp"
#include "common/shm/group_names.hpp"
#include "common/shm/lock_object.hpp"
#include "common/shm/state_table.hpp"
#include "common/wire/service_frame.hpp"
#include "test/unit/session/lock_owner.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace cscc::test {

inline constexpr std::chrono::seconds patience{20}; // for what happens at once on an idle machine

/// A process started as the coordinator would; killed and collected by the destructor at the
/// latest.
class service_process
{
public:
    service_process(pid_t pid, unique_fd output, unique_fd lock)
        : pid_(pid), output_(std::move(output)), lock_(std::move(lock))
    {}
    service_process(service_process&& other) noexcept
        : pid_(std::exchange(other.pid_, -1)), output_(std::move(other.output_)),
          lock_(std::move(other.lock_)), read_(std::move(other.read_))
    {}
    service_process& operator=(service_process&&) = delete;
    ~service_process();

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    /// The next line of its output, without the end of line; "(end)" when it closed it.
    [[nodiscard]] std::string line();
    void signal(int number) const;
    /// Its end: "exit 0", "signal 9".
    [[nodiscard]] std::string wait();
    /// Whether and by which thread its own lock is held.
    [[nodiscard]] shm::lock_look lock() const { return shm::look_at_lock(lock_.get()).value(); }
    /// True once the library armed the kernel timer: go or the turn was seen.
    [[nodiscard]] bool has_timer() const;

private:
    pid_t pid_;
    unique_fd output_;
    unique_fd lock_;
    std::string read_;
};

/// The coordinator's end of one connection.
class service_link
{
public:
    explicit service_link(unique_fd socket) : socket_(std::move(socket)) {}

    /// The next frame; empty when the service closed the connection.
    [[nodiscard]] std::optional<wire::frame> frame() const;
    /// True if nothing came in `limit`.
    [[nodiscard]] bool is_silent_for(std::chrono::milliseconds limit) const;
    void answer(int code) const;
    void tell_turn() const;
    void send_raw(const std::string& bytes) const;
    [[nodiscard]] pid_t peer() const;
    void close() { socket_.reset(); }

private:
    unique_fd socket_;
};

struct group_options
{
    std::vector<shm::component_spec> components;
    coordinator_policy policy = coordinator_policy::restart;
    std::chrono::milliseconds takeover_timeout{5000};
};

/// One service SVC whose timeouts are longer than our patience.
[[nodiscard]] group_options lone_service();

class coordinator
{
public:
    static constexpr std::uint64_t generation = 7;

    explicit coordinator(group_options options = lone_service());
    ~coordinator();
    coordinator(const coordinator&) = delete;
    coordinator& operator=(const coordinator&) = delete;

    /// Runs `program` as service `id`, with `-cc` and then `arguments`.
    /// @param change  NAME=VALUE that replace or add to its environment; NAME alone removes
    [[nodiscard]] service_process start(const std::string& id, const std::string& program,
                                        std::vector<std::string> arguments = {},
                                        const std::vector<std::string>& change = {});
    /// The next connection.
    [[nodiscard]] service_link accept() const;
    /// Accepts, expects alive, answers 0.
    [[nodiscard]] service_link accept_alive(bool again = false) const;
    /// True if a connection waits to be accepted.
    [[nodiscard]] bool is_called() const;
    void close_socket() { listener_.reset(); }
    void open_socket();

    shm::state_writer& state() { return state_; }
    /// Holds the coordinator and the component lock.
    lock_owner& locks() { return *locks_; }
    void take_locks() { locks_.emplace(state_); }

private:
    shm::group_names names_;
    std::string directory_;
    shm::state_writer state_;
    std::optional<lock_owner> locks_;
    unique_fd listener_;
};

/// True as soon as `condition` holds, false after `patience`.
template <class Condition>
[[nodiscard]] bool eventually(Condition condition);

[[nodiscard]] std::string describe(int wait_status);
[[nodiscard]] bool wait_readable(int fd, std::chrono::milliseconds limit);

template <class Condition>
bool eventually(Condition condition)
{
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        (void)wait_readable(-1, std::chrono::milliseconds(2));
    }
    return true;
}

} // namespace cscc::test
