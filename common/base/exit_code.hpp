// exit_code.hpp: the numbers with which csccmgr and csccd end (LSB, and timeout(1)).
#pragma once

namespace cscc {

enum class exit_code : int
{
    done = 0,
    failed = 1,
    usage = 2,
    not_permitted = 4,
    program_missing = 5,
    configuration = 6,
    not_running = 7,
    timed_out = 124,
    interrupted = 130, // as a shell reports SIGINT
};

} // namespace cscc
