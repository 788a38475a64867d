// hostile.hpp: what a hostile service knows of the others, and the deeds that it can be told to do.
//
// Everybody is held by a pidfd from the beginning on, and only those whom the test names are
// touched: what a test of bad manners signals by mistake would be somebody else's.
#pragma once

#include "common/base/unique_fd.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace cscc::test {

struct hostile
{
    bool guarded = false;    // a program behind cscc-guard; else a member of the library
    bool as_another = false; // its uid is not the coordinator's
    std::string group;       // mem_shared_name
    std::string service_socket;
    std::string control_socket;
    std::string victim;        // another service
    std::string victim_notify; // its NOTIFY_SOCKET
    int stranger = 0;          // a process that is nobody's business
    int daemon_pid = 0;
    unique_fd daemon; // pidfds
    unique_fd guard;
    char** argv = nullptr;
};

/// Journals what came of something that another uid must not be able to do: 0, or why it failed.
void attempt(bool succeeded);

/// To NOTIFY_SOCKET or another socket of that kind; false (errno) if it could not be sent.
bool notify(const std::string& socket, const std::string& words);

[[noreturn]] void hang();

struct deed
{
    std::string_view name;
    void (*act)(const hostile& me);
};

[[nodiscard]] std::span<const deed> deeds_of_life();
[[nodiscard]] std::span<const deed> deeds_with_children();
[[nodiscard]] std::span<const deed> deeds_with_words();
[[nodiscard]] std::span<const deed> deeds_with_memory();
[[nodiscard]] std::span<const deed> deeds_with_signals();

/// What becomes of a process that hostile_service executed itself anew as; these do not return.
[[noreturn]] void be_hidden(); // --hidden
[[noreturn]] void be_mute();   // --mute

} // namespace cscc::test
