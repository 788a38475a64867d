#include "daemon/startup_report.hpp"

#include "common/base/text.hpp"

#include <boost/throw_exception.hpp>

#include <stdexcept>

#include <unistd.h>

namespace cscc {

std::string sentence_of(const error_code& why)
{
    std::string words = why.message();
    if (!words.ends_with('.'))
        words += '.';
    return words;
}

void startup_report::ok()
{
    say("ok\n");
}

void startup_report::failed(const startup_failure& why)
{
    say(text("error ", static_cast<int>(why.code), " ", why.sentence, "\n"));
}

// If nobody listens any more there is nobody to be told: csccmgr was interrupted, the group goes
// on.
void startup_report::say(std::string_view line)
{
    if (!fd_)
        return;
    const ssize_t written = ::write(fd_.get(), line.data(), line.size());
    (void)written;
    fd_.reset();
}

} // namespace cscc

namespace boost::system {

void throw_exception_from_error(const cscc::startup_failure& why, const boost::source_location&)
{
    boost::throw_exception(std::runtime_error(why.sentence));
}

} // namespace boost::system
