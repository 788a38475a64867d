#include "common/reactor/spawn.hpp"

#include "common/base/contract.hpp"
#include "common/base/text.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <utility>

namespace asio = boost::asio;

namespace cscc {
namespace {

last_words report = nullptr;

bool is_aborted(const std::exception_ptr& thrown)
{
    try {
        std::rethrow_exception(thrown);
    }
    catch (const boost::system::system_error& e) {
        return e.code() == asio::error::operation_aborted;
    }
    catch (...) {
        return false;
    }
}

std::string describe(const std::exception_ptr& thrown)
{
    try {
        std::rethrow_exception(thrown);
    }
    catch (const std::exception& e) {
        return e.what();
    }
    catch (...) {
        return "something that is no std::exception";
    }
}

asio::awaitable<void> run(asio::awaitable<void> work)
{
    std::exception_ptr thrown;
    try {
        co_await asio::post(asio::use_awaitable); // else it would run to its first wait in spawn()
        co_await std::move(work);
    }
    catch (...) {
        thrown = std::current_exception();
    }
    if (!thrown)
        co_return;
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    const bool stopped = cancellation.cancelled() != asio::cancellation_type::none;
    if (!stopped || !is_aborted(thrown))
        std::rethrow_exception(thrown);
}

struct end_of_work
{
    std::string name;

    void operator()(const std::exception_ptr& thrown) const
    {
        if (!thrown)
            return;
        const std::string sentence =
            text("the coroutine \"", name, "\" was left by an exception: ", describe(thrown));
        if (report != nullptr)
            report(sentence);
        contract_broken("no exception leaves a coroutine", sentence.c_str(), __FILE__, __LINE__);
    }
};

} // namespace

void spawn(asio::any_io_executor reactor, std::string name, asio::awaitable<void> work)
{
    asio::co_spawn(reactor, run(std::move(work)), end_of_work{std::move(name)});
}

void spawn(asio::any_io_executor reactor, std::string name, asio::awaitable<void> work,
           asio::cancellation_slot stop)
{
    asio::co_spawn(reactor, run(std::move(work)),
                   asio::bind_cancellation_slot(stop, end_of_work{std::move(name)}));
}

void set_last_words(last_words words) noexcept
{
    report = words;
}

} // namespace cscc
