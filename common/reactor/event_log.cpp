#include "common/reactor/event_log.hpp"

#include "common/base/time.hpp"
#include "common/base/unique_fd.hpp"
#include "common/reactor/process_ref.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <utility>

#include <fcntl.h>

namespace cscc {
namespace {

struct event_log
{
    unique_fd file;
    std::string path;
    process_identity self;
    // The library notes on the thread of its session, and opens on another.
    std::atomic<event_role> role = event_role::none;
    std::atomic<std::uint64_t> epoch = 0;
    std::atomic<std::uint64_t> generation = 0;
};

/// Never destroyed: the library's thread may note something while the program ends.
event_log& the_log()
{
    static event_log& only = *new event_log;
    return only;
}

// Apart from the rest, so that to ask costs no guard of a static.
std::atomic<bool> is_open = false;

std::string_view to_string(event_role role) noexcept
{
    switch (role) {
    case event_role::none: return "none";
    case event_role::manager: return "manager";
    case event_role::library: return "library";
    case event_role::standby: return "standby";
    case event_role::primary: return "primary";
    case event_role::cluster: return "cluster";
    }
    return "?";
}

} // namespace

error_code event_log_open(const std::string& path, event_role role)
{
    if (path.empty() || event_log_is_open())
        return {};
    unique_fd file(
        ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644));
    if (!file)
        return last_system_error();
    const auto self = self_identity();
    if (!self)
        return self.error();
    event_log& log = the_log();
    log.file = std::move(file);
    log.path = path;
    log.self = *self;
    log.role = role;
    is_open = true;
    return {};
}

error_code event_log_open_named(event_role role)
{
    return event_log_open(event_log_path(), role);
}

std::string event_log_path()
{
    const char* const path = std::getenv("CSCC_EVENT_LOG");
    return path != nullptr ? path : "";
}

std::string event_log_file()
{
    return event_log_is_open() ? the_log().path : std::string();
}

bool event_log_is_open() noexcept
{
    return is_open.load(std::memory_order_relaxed);
}

void event_log_enter(event_role to, std::uint64_t epoch, std::uint64_t config_hash) noexcept
{
    if (!event_log_is_open())
        return;
    event_log& log = the_log();
    const event_role from = log.role;
    log.epoch = epoch;
    if (to != event_role::none)
        log.role = to;
    note_event("role", "from", to_string(from), "to", to_string(to), "config_hash", config_hash);
    log.role = to;
}

void event_log_epoch(std::uint64_t epoch) noexcept
{
    if (event_log_is_open())
        the_log().epoch = epoch;
}

void event_log_generation(std::uint64_t generation) noexcept
{
    if (event_log_is_open())
        the_log().generation = generation;
}

event_entry::event_entry(std::string_view kind) noexcept
{
    const event_log& log = the_log();
    put("{\"t_ns\":");
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), to_stamp_ns(clock::now())).ptr;
    put({digits.data(), static_cast<std::size_t>(end - digits.data())});
    add("pid", log.self.pid);
    add("start", log.self.start_ticks);
    add("role", to_string(log.role));
    add("epoch", log.epoch.load());
    add("generation", log.generation.load());
    add("kind", kind);
}

void event_entry::add(std::string_view key, std::string_view text) noexcept
{
    put_key(key);
    put("\"");
    for (const char c : text.substr(0, text_max)) {
        const bool plain = c >= ' ' && c < 0x7f && c != '"' && c != '\\';
        put({plain ? &c : "?", 1});
    }
    put("\"");
}

void event_entry::add_number(std::string_view key, std::int64_t number) noexcept
{
    put_key(key);
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), number).ptr;
    put({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

void event_entry::put_key(std::string_view key) noexcept
{
    put(",\"");
    put(key);
    put("\":");
}

void event_entry::put(std::string_view text) noexcept
{
    const std::size_t kept = std::min(text.size(), bytes_max - end_bytes - length_);
    std::copy_n(text.begin(), kept, bytes_.begin() + length_);
    length_ += kept;
}

// A line that is not written is missed by the checker; it must not trouble the group.
void event_entry::write() noexcept
{
    bytes_[length_++] = '}';
    bytes_[length_++] = '\n';
    [[maybe_unused]] const auto written = ::write(the_log().file.get(), bytes_.data(), length_);
}

} // namespace cscc
