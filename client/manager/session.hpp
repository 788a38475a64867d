// session.hpp: what every verb works with, and how its result is told.
#pragma once

#include "client/manager/command_line.hpp"
#include "client/manager/console.hpp"
#include "client/manager/exit_mapping.hpp"
#include "common/base/time.hpp"
#include "common/shm/group_names.hpp"
#include "config/model.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cscc {

/// One run of csccmgr. Lives in main, longer than every coroutine.
struct session
{
    command_line line;
    console out;
    config::model model; // whole, or names alone: see the verb
    time_point began;
    bool order_given = false;    // from here on the coordinator carries it out, with or without us
    std::uint64_t operation = 0; // the number of our last order, or that it would have had
    bool start_follows = false;  // a restart's way down: what comes after it nobody but us will do

    [[nodiscard]] const std::string& group() const noexcept { return config::group_name(model); }
    [[nodiscard]] shm::group_names names() const;
    /// --timeout, or what the verb thinks reasonable, reckoned from the beginning.
    [[nodiscard]] time_point deadline(duration otherwise) const
    {
        return began + line.timeout.value_or(otherwise);
    }
    /// Progress and remarks go nowhere when stdout is JSON.
    void remark(std::string_view words);
};

/// How an order ended.
struct verdict
{
    exit_code code = exit_code::done;
    std::string words;     // a sentence: what is true now, or the cause
    std::string next_step; // with a failure: what can be done about it
};

/// stdout or stderr, as text or as one JSON object. The exit code, for main.
exit_code tell(session& run, const verdict& v);

/// The verdict on an error that a system call or an object's check gave.
/// @param doing  what was tried: "make the runtime directory /run/cscc"
[[nodiscard]] verdict failed_to(std::string_view doing, const error_code& error,
                                std::string_view next_step = {});

/// The verdict on an answer of the coordinator's that is not 2xx, in its own words.
/// @param body  problem+json, if it is sound; @param instead  "instead of carrying it out"
[[nodiscard]] verdict refused_with(unsigned http_status, std::string_view body,
                                   std::string_view instead);

/// Group states and limits that more than one verb needs.
[[nodiscard]] duration start_limit(const config::model&); // with the way back, if it fails
[[nodiscard]] duration stop_limit(const config::model&);

} // namespace cscc
