// The C API: a session on a thread of the library's own; callers wait for their answers.
//
//   caller            library thread
//   cscc_alive  ----> posts, waits <---- answered         run_one() for ever
//   cscc_ready  ----> posts, waits <---- answered         on_shutdown(user), once
//
// The object below is never destroyed: the thread may use it until the process ends.
#include "client/service/codes.hpp"
#include "client/service/session_host.hpp"
#include "common/base/failpoint.hpp"

#include <boost/asio/post.hpp>

#include <cerrno>
#include <condition_variable>
#include <cscc/error.hpp>
#include <csignal>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <cscc/cscc.h>
#include <pthread.h>

namespace asio = boost::asio;

namespace cscc {
namespace {

class c_service
{
public:
    c_service(birth given, void (*on_shutdown)(void*), void* user)
        : host_(std::move(given)), on_shutdown_(on_shutdown), user_(user)
    {}

    /// Takes the lock on the calling thread if that is the main one, then hands over.
    int alive()
    {
        host_.prepare();
        if (const int failed = start_thread(); failed != 0)
            return -failed;
        return ask(alive_, &session::ask_alive);
    }

    int ready()
    {
        return is_alive() ? ask(ready_, &session::ask_ready)
                          : static_cast<int>(service_errc::not_alive);
    }

    bool heartbeat() noexcept { return host_.talk().heartbeat(); }

    int status(std::string text)
    {
        if (text.size() > wire::status_text_max)
            return static_cast<int>(service_errc::text_too_long);
        if (!is_alive())
            return static_cast<int>(service_errc::not_alive);
        asio::post(host_.reactor(), [this, text = std::move(text)] {
            static_cast<void>(host_.talk().set_status(text));
        });
        return 0;
    }

    int extend_startup(std::chrono::milliseconds more)
    {
        if (!is_alive())
            return static_cast<int>(service_errc::not_alive);
        asio::post(host_.reactor(),
                   [this, more] { static_cast<void>(host_.talk().extend_startup(more)); });
        return 0;
    }

    [[nodiscard]] bool is_alive()
    {
        const std::lock_guard guard(mutex_);
        return alive_.code == 0;
    }

private:
    struct answer
    {
        bool asked = false;
        std::optional<int> code;
    };

    int start_thread()
    {
        const auto run = [](void* self) -> void* { static_cast<c_service*>(self)->run(); };
        sigset_t all;
        sigset_t before;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before); // inherited: signals are the program's
        pthread_t thread{};
        const int failed = ::pthread_create(&thread, nullptr, run, this);
        if (failed == 0)
            ::pthread_detach(thread);
        ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
        return failed;
    }

    int ask(answer& slot, void (session::*question)())
    {
        std::unique_lock guard(mutex_);
        if (std::exchange(slot.asked, true))
            return static_cast<int>(service_errc::said_twice);
        asio::post(host_.reactor(), [this, question] { (host_.talk().*question)(); });
        answered_.wait(guard, [&] { return slot.code.has_value(); }); // bounded by the session
        return *slot.code;
    }

    [[noreturn]] void run() noexcept
    {
        for (;;) {
            try {
                host_.run_one();
            }
            catch (const std::exception&) { // no memory: the next event may find some
            }
            const detail::happenings now = host_.talk().take_happenings();
            if (now.alive_answered || now.ready_answered)
                tell_callers(now);
            if (now.turn && on_shutdown_ != nullptr)
                run_callback();
        }
    }

    // The program is to end its process in the callback, or soon after it.
    void run_callback() noexcept
    {
        FAILPOINT("service:in-callback");
        on_shutdown_(user_);
        FAILPOINT("service:after-callback");
    }

    void tell_callers(const detail::happenings& now)
    {
        const std::lock_guard guard(mutex_);
        if (now.alive_answered)
            alive_.code = now.alive_code;
        if (now.ready_answered)
            ready_.code = now.ready_code;
        answered_.notify_all();
    }

    session_host host_;
    void (*on_shutdown_)(void*);
    void* user_;
    std::mutex mutex_;
    std::condition_variable answered_;
    answer alive_; // both guarded by mutex_
    answer ready_;
};

std::mutex the_mutex;             // guards what follows
bool without_coordinator = false; // alive was said, and there is none
c_service* the_service = nullptr; // made once, by the first cscc_alive

c_service* find() noexcept
{
    const std::lock_guard guard(the_mutex);
    return the_service;
}

// 0 if there is no coordinator, or why there is no service.
int without_service() noexcept
{
    const std::lock_guard guard(the_mutex);
    return without_coordinator ? 0 : static_cast<int>(service_errc::not_alive);
}

int alive(int argc, char** argv, void (*on_shutdown)(void*), void* user)
{
    if (argc > 0 && argv == nullptr)
        return -EINVAL;
    {
        const std::lock_guard guard(the_mutex);
        if (the_service != nullptr)
            return static_cast<int>(service_errc::said_twice);
        without_coordinator = !is_started_by_coordinator(argc, argv);
        if (without_coordinator)
            return 0;
        result<birth> given = read_birth();
        if (!given)
            return to_code(given.error());
        the_service = new c_service(*std::move(given), on_shutdown, user);
    }
    return the_service->alive();
}

// The border: what `call` returns as 0 or -errno, whatever it throws.
template <class Call>
int guarded(Call call) noexcept
{
    try {
        return to_errno(call());
    }
    catch (const std::exception&) {
        return -ENOMEM;
    }
}

} // namespace
} // namespace cscc

extern "C" {

__attribute__((visibility("default"))) int cscc_alive(int argc, char** argv,
                                                      void (*on_shutdown)(void*), void* user)
{
    return cscc::guarded([&] { return cscc::alive(argc, argv, on_shutdown, user); });
}

__attribute__((visibility("default"))) int cscc_ready(void)
{
    return cscc::guarded([] {
        cscc::c_service* const service = cscc::find();
        return service != nullptr ? service->ready() : cscc::without_service();
    });
}

__attribute__((visibility("default"))) int cscc_heartbeat(void)
{
    return cscc::guarded([] {
        cscc::c_service* const service = cscc::find();
        if (service == nullptr)
            return cscc::without_service();
        return service->heartbeat() ? 0 : static_cast<int>(cscc::service_errc::not_alive);
    });
}

__attribute__((visibility("default"))) int cscc_status(const char* text)
{
    if (text == nullptr)
        return -EINVAL;
    return cscc::guarded([text] {
        cscc::c_service* const service = cscc::find();
        return service != nullptr ? service->status(text) : cscc::without_service();
    });
}

__attribute__((visibility("default"))) int cscc_extend_startup(unsigned milliseconds)
{
    return cscc::guarded([milliseconds] {
        cscc::c_service* const service = cscc::find();
        return service != nullptr ? service->extend_startup(std::chrono::milliseconds(milliseconds))
                                  : cscc::without_service();
    });
}

__attribute__((visibility("default"))) const char* cscc_strerror(int code)
{
    return cscc::describe_errno(code);
}
}
