// startup_report.hpp: the one line that csccmgr waits for: csccd is there, or why it is not.
#pragma once

#include "common/base/error.hpp"
#include "common/base/exit_code.hpp"
#include "common/base/unique_fd.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace cscc {

/// Why csccd cannot do its work: a sentence for an operator, and the exit code that goes with it.
struct startup_failure
{
    exit_code code = exit_code::failed;
    std::string sentence;
};

template <class T>
using startup_result = boost::system::result<T, startup_failure>;

/// The reason as a sentence: what the system says has no full stop of its own.
[[nodiscard]] std::string sentence_of(const error_code& why);

/// The write end of a pipe. Silence - the end of the pipe without a line - means that csccd died.
class startup_report
{
public:
    explicit startup_report(int fd) noexcept : fd_(fd) {}

    /// "ok": the daemon lock is held, the daemon published, both sockets listen.
    void ok();
    /// "error CODE SENTENCE".
    void failed(const startup_failure& why);

private:
    void say(std::string_view line);
    unique_fd fd_;
};

} // namespace cscc

namespace boost::system {

/// result<T, startup_failure>::value() is never called without a look; this is what it would do.
[[noreturn]] void throw_exception_from_error(const cscc::startup_failure& why,
                                             const boost::source_location&);

} // namespace boost::system
