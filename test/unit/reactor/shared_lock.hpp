// shared_lock.hpp: a robust lock that the test shares with its children, and children that hold it.
#pragma once

#include "common/base/contract.hpp"
#include "common/shm/robust_lock.hpp"
#include "test/unit/reactor/child.hpp"

#include <new>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace cscc::test {

/// In anonymous memory that fork shares.
class shared_lock
{
public:
    shared_lock()
        : page_(
              ::mmap(nullptr, page_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
    {
        EXPECTS(page_ != MAP_FAILED);
        slot_ = new (page_) shm::lock_slot;
        shm::initialise(*slot_);
    }
    ~shared_lock() { ::munmap(page_, page_size); }
    shared_lock(const shared_lock&) = delete;
    shared_lock& operator=(const shared_lock&) = delete;

    [[nodiscard]] shm::robust_lock handle() const noexcept { return shm::robust_lock(*slot_); }
    [[nodiscard]] void* raw() const noexcept { return page_; } // a pthread_mutex_t is first in it
    [[nodiscard]] shm::lock_view look() const noexcept { return shm::lock_view(*slot_); }

private:
    static constexpr std::size_t page_size = 4096;
    void* page_;
    shm::lock_slot* slot_ = nullptr;
};

/// A child that holds the lock when the constructor returns, and lets go of it when it is told to.
class holder
{
public:
    explicit holder(const shared_lock& lock) : holder(lock, pipe_pair(), pipe_pair()) {}

    /// Releases the lock in good order; the child lives on.
    void release()
    {
        (void)!::write(order_.write.get(), "r", 1);
        (void)!::read(report_.read.get(), &answer_, 1);
    }
    [[nodiscard]] const child& process() const noexcept { return child_; }

private:
    struct pipe_pair
    {
        pipe_pair()
        {
            int ends[2];
            EXPECTS(::pipe2(ends, O_CLOEXEC) == 0);
            read.reset(ends[0]);
            write.reset(ends[1]);
        }
        unique_fd read, write;
    };

    holder(const shared_lock& lock, pipe_pair order, pipe_pair report)
        : order_(std::move(order)), report_(std::move(report)), child_([this, &lock] {
              char told = 0;
              shm::robust_lock mine = lock.handle();
              const bool taken = mine.try_lock().has_value();
              (void)!::write(report_.write.get(), taken ? "y" : "n", 1);
              (void)!::read(order_.read.get(), &told, 1);
              mine.unlock();
              (void)!::write(report_.write.get(), "u", 1);
              return child::wait_for_signal();
          })
    {
        (void)!::read(report_.read.get(), &answer_, 1);
        EXPECTS(answer_ == 'y');
    }

    pipe_pair order_;
    pipe_pair report_;
    child child_;
    char answer_ = 0;
};

} // namespace cscc::test
