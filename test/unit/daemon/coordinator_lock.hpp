// coordinator_lock.hpp: what a child of a coordinator looks at before its exec, held by this test.
#pragma once

#include "common/shm/robust_lock.hpp"
#include "daemon/adapters/process_context.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

namespace cscc::test {

class coordinator_lock
{
public:
    coordinator_lock()
    {
        shm::initialise(slot_);
        BOOST_REQUIRE(lock().try_lock().has_value());
    }
    coordinator_lock(const coordinator_lock&) = delete;
    coordinator_lock& operator=(const coordinator_lock&) = delete;
    ~coordinator_lock() { release(); }

    void release()
    {
        if (lock().owned_by_this_process())
            lock().unlock();
    }
    void show_to(process_context& context) const
    {
        context.daemon_lock = &slot_;
        context.parent = ::getpid();
    }

private:
    shm::robust_lock lock() noexcept { return shm::robust_lock(slot_); }

    shm::lock_slot slot_{};
};

} // namespace cscc::test
