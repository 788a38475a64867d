// main.cpp: csccd's command line. csccmgr is who starts csccd; people start csccmgr.
#include "common/base/exit_code.hpp"
#include "common/base/failpoint.hpp"
#include "daemon/app.hpp"

#include <charconv>
#include <cscc/version.hpp>
#include <cstdio>
#include <cstring>
#include <string_view>

#include <getopt.h>

namespace {

constexpr const char* usage =
    "csccd is the coordinator daemon; it is started by 'csccmgr start', not by hand.\n"
    "\n"
    "  csccd --config-object NAME --manager-lock-fd N --startup-fd N [--event-log FILE]\n"
    "  csccd --standby --config-object NAME --startup-fd N [--event-log FILE]\n"
#ifdef CSCC_FAILPOINTS
    "  csccd --failpoints: the places where CSCC_FAILPOINTS can make a program fail\n"
#endif
    "  csccd --version | --help\n";

enum option_id : int
{
    config_object = 1,
    standby,
    manager_lock_fd,
    startup_fd,
    event_log,
    failpoints,
    version,
    help,
};

constexpr option options[]{{"config-object", required_argument, nullptr, config_object},
                           {"standby", no_argument, nullptr, standby},
                           {"manager-lock-fd", required_argument, nullptr, manager_lock_fd},
                           {"startup-fd", required_argument, nullptr, startup_fd},
                           {"event-log", required_argument, nullptr, event_log},
#ifdef CSCC_FAILPOINTS
                           {"failpoints", no_argument, nullptr, failpoints},
#endif
                           {"version", no_argument, nullptr, version},
                           {"help", no_argument, nullptr, help},
                           {nullptr, 0, nullptr, 0}};

int number_of(const char* text)
{
    int number = -1;
    std::from_chars(text, text + std::strlen(text), number);
    return number;
}

int exit_with(cscc::exit_code code)
{
    return static_cast<int>(code);
}

} // namespace

int main(int argc, char** argv)
{
    READ_FAILPOINTS();
    cscc::app_options chosen;
    for (int id = 0; (id = ::getopt_long(argc, argv, "", options, nullptr)) != -1;) {
        switch (id) {
        case config_object: chosen.config_object = optarg; break;
        case standby: chosen.standby = true; break;
        case manager_lock_fd: chosen.manager_lock_fd = number_of(optarg); break;
        case startup_fd: chosen.startup_fd = number_of(optarg); break;
        case event_log: chosen.event_log = optarg; break;
#ifdef CSCC_FAILPOINTS
        case failpoints: cscc::print_failpoints(); return exit_with(cscc::exit_code::done);
#endif
        case version:
            std::printf("csccd %d.%d.%d\n", CSCC_VERSION_MAJOR, CSCC_VERSION_MINOR,
                        CSCC_VERSION_PATCH);
            return exit_with(cscc::exit_code::done);
        case help: std::fputs(usage, stdout); return exit_with(cscc::exit_code::done);
        default: std::fputs(usage, stderr); return exit_with(cscc::exit_code::usage);
        }
    }
    const bool locked = chosen.standby || chosen.manager_lock_fd >= 0;
    if (chosen.config_object.empty() || !locked || chosen.startup_fd < 0) {
        std::fputs(usage, stderr);
        return exit_with(cscc::exit_code::usage);
    }
    return cscc::run_daemon(chosen);
}
