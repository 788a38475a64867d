// spawn.hpp: the only place that starts a coroutine by itself. asio::detached would swallow its
// exceptions; here an exception that escapes is a bug of ours, and ends the program.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <string>
#include <string_view>

namespace cscc {

/// Starts `work`, but runs nothing of it inside this call. An exception that escapes from it is
/// reported under `name`, and the program aborts.
/// Cancellation: none. Lifetime: what `work` refers to lives until it has ended, or until the
/// execution context is destroyed, which destroys it where it stands.
void spawn(boost::asio::any_io_executor reactor, std::string name,
           boost::asio::awaitable<void> work);

/// The same, to be ended by emitting cancellation_type::terminal on the signal of `stop`. Once that
/// was done, leaving with operation_aborted is the proper end. One coroutine a slot; the signal
/// outlives the coroutine.
void spawn(boost::asio::any_io_executor reactor, std::string name,
           boost::asio::awaitable<void> work, boost::asio::cancellation_slot stop);

/// Called with the sentence that spawn() is about to die of, beside stderr: a program that logs to
/// a file gives its log here (this library is linked by services too, and knows no log).
using last_words = void (*)(std::string_view) noexcept;
void set_last_words(last_words) noexcept;

} // namespace cscc
