// lock_owner.hpp: the thread of a test that holds a coordinator's locks, and can die with them.
#pragma once

#include "common/base/contract.hpp"
#include "common/shm/state_table.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace cscc::test {

/// Robust locks belong to threads, and the end of a thread is to them the death of their owner.
class lock_owner
{
public:
    /// Takes the coordinator and the component lock, whoever died with them.
    explicit lock_owner(shm::state_writer& state) : state_(state), thread_([this] { run(); })
    {
        order([this] {
            for (const auto which : {shm::daemon_lock::coordinator, shm::daemon_lock::component})
                EXPECTS(state_.lock(which).try_lock().has_value());
        });
    }
    ~lock_owner()
    {
        if (thread_.joinable())
            die();
    }
    lock_owner(const lock_owner&) = delete;
    lock_owner& operator=(const lock_owner&) = delete;

    void release(shm::daemon_lock which)
    {
        order([this, which] { state_.lock(which).unlock(); });
    }

    /// Ends the thread with what it holds.
    void die()
    {
        order({});
        thread_.join();
    }

private:
    void order(std::function<void()> what)
    {
        std::unique_lock guard(mutex_);
        order_ = std::move(what);
        pending_ = true;
        changed_.notify_all();
        changed_.wait(guard, [this] { return !pending_; });
    }

    void run()
    {
        std::unique_lock guard(mutex_);
        for (bool lives = true; lives;) {
            changed_.wait(guard, [this] { return pending_; });
            lives = static_cast<bool>(order_);
            if (lives)
                order_();
            pending_ = false;
            changed_.notify_all();
        }
    }

    shm::state_writer& state_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::function<void()> order_; // empty: end
    bool pending_ = false;
    std::thread thread_;
};

} // namespace cscc::test
