#include "daemon/startup_words.hpp"

#include "common/base/text.hpp"

#include <cerrno>

namespace cscc {
namespace {

std::string folder_of(const std::string& path)
{
    return path.substr(0, path.find_last_of('/'));
}

bool is_system(const error_code& why, int number) noexcept
{
    return why == error_code(number, boost::system::system_category());
}

bool is_full(const error_code& why) noexcept
{
    return is_system(why, ENOSPC) || is_system(why, EDQUOT);
}

/// A file system can be full of files, too, and then `df -h` shows nothing.
std::string free_some(const std::string& folder)
{
    return text(" Free space in ", folder, " (df -h ", folder, "; df -i ", folder, ").");
}

std::string advice_on(const std::string& folder, const error_code& why)
{
    if (is_full(why))
        return free_some(folder);
    if (exit_code_for(why) == exit_code::not_permitted)
        return text(" See who may write there: ls -ld ", folder);
    return text(" See what is there: ls -la ", folder);
}

std::string listener(const socket_refusal& why)
{
    return why.user > 0 ? text("process ", why.user) : std::string("another process");
}

} // namespace

exit_code exit_code_for(const error_code& why) noexcept
{
    const bool refused = is_system(why, EACCES) || is_system(why, EPERM) || is_system(why, EROFS);
    return refused ? exit_code::not_permitted : exit_code::failed;
}

startup_failure no_log_directory(const std::string& path, const error_code& why)
{
    return {exit_code_for(why),
            text("The log directory ", path, " cannot be made: ", sentence_of(why),
                 is_full(why) ? free_some(folder_of(path)) : " Make it, or set CSCC_LOG_DIR.")};
}

startup_failure no_event_log(const std::string& path, const error_code& why)
{
    return {exit_code_for(why),
            text("The event log ", path, " cannot be opened: ", sentence_of(why),
                 " Change what CSCC_EVENT_LOG names, or unset it.")};
}

startup_failure no_log_file(const std::string& path, const error_code& why)
{
    return {exit_code_for(why), text("The log file ", path, " cannot be opened: ", sentence_of(why),
                                     is_full(why) ? free_some(folder_of(path))
                                                  : " Change log_file, or what is in its way.")};
}

startup_failure no_socket(std::string_view what, const std::string& path, std::string_view key,
                          const socket_refusal& why)
{
    using obstacle = socket_refusal::obstacle;
    switch (why.what) {
    case obstacle::in_use:
        return {exit_code::configuration,
                text("The ", what, " ", path, " is in use by ", listener(why),
                     ": no two groups may share it; ", "change ", key, ".")};
    case obstacle::no_socket:
        return {exit_code::configuration,
                text("There is no room for the ", what, ": ", path,
                     " is in the way: it is no socket. Move it away, or change ", key, ".")};
    case obstacle::foreign:
        return {exit_code::configuration,
                text("There is no room for the ", what, ": ", path,
                     " is in the way: it is another user's socket. Move it away, or change ", key,
                     ".")};
    case obstacle::system: break;
    }
    return {exit_code_for(why.error),
            text("The ", what, " ", path, " cannot be opened: ", sentence_of(why.error),
                 advice_on(folder_of(path), why.error))};
}

startup_failure no_descriptors(std::string_view what, const error_code& why)
{
    return {exit_code_for(why), text("No descriptor can be had for ", what, ": ", sentence_of(why),
                                     " Raise LimitNOFILE= (ulimit -Hn) or fs.file-max.")};
}

} // namespace cscc
