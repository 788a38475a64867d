#include "daemon/startup_report.hpp"

#include "common/base/text.hpp"

#include <unistd.h>

namespace cscc {

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
