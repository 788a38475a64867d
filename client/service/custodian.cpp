#include "client/service/custodian.hpp"

#include <atomic>
#include <csignal>
#include <cstddef>
#include <memory>

#include <pthread.h>
#include <unistd.h>

namespace cscc {
namespace {

error_code try_once(shm::robust_lock lock) noexcept
{
    const result<shm::acquired> taken = lock.try_lock();
    return taken ? error_code() : taken.error();
}

// Shared, because the thread still speaks of it when the one that asked has its answer.
struct order
{
    explicit order(shm::robust_lock l) noexcept : lock(l) {}

    shm::robust_lock lock;
    error_code outcome{};
    std::atomic<bool> answered = false;
};

void* run(void* argument)
{
    const std::unique_ptr<std::shared_ptr<order>> mine(
        static_cast<std::shared_ptr<order>*>(argument));
    order& given = **mine;
    given.outcome = try_once(given.lock);
    const bool taken = !given.outcome;
    given.answered.store(true);
    given.answered.notify_one();
    if (!taken)
        return nullptr;
    for (;;)
        ::pause(); // all signals are blocked: this does not return
}

// Some programs have more thread-local storage than a small stack holds: EINVAL, then the default.
int start_thread(const std::shared_ptr<order>& given)
{
    constexpr std::size_t small_stack_bytes = 131072;
    auto argument = std::make_unique<std::shared_ptr<order>>(given);
    pthread_attr_t attributes;
    ::pthread_attr_init(&attributes);
    ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    ::pthread_attr_setstacksize(&attributes, small_stack_bytes);
    pthread_t thread{};
    int failed = ::pthread_create(&thread, &attributes, run, argument.get());
    if (failed == EINVAL) {
        failed = ::pthread_create(&thread, nullptr, run, argument.get());
        if (failed == 0)
            ::pthread_detach(thread);
    }
    ::pthread_attr_destroy(&attributes);
    if (failed == 0)
        static_cast<void>(argument.release()); // the thread's now
    return failed;
}

} // namespace

error_code take_by_custodian(shm::robust_lock lock)
{
    const auto given = std::make_shared<order>(lock);
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before); // inherited by the thread
    const int failed = start_thread(given);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (failed != 0)
        return {failed, boost::system::system_category()};
    given->answered.wait(false);
    return given->outcome;
}

error_code take_for_life(shm::robust_lock lock)
{
    return ::gettid() == ::getpid() ? try_once(lock) : take_by_custodian(lock);
}

} // namespace cscc
