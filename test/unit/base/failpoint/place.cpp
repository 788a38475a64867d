// place.cpp: one program, built with failpoints and without; strings.cmake compares the two.
#include "common/base/failpoint.hpp"

int main()
{
    READ_FAILPOINTS();
    FAILPOINT("manager:shm-published");
    if (FAILPOINT_ERROR("primary:before-spawn"))
        return 1;
#ifdef CSCC_FAILPOINTS
    cscc::print_failpoints();
#endif
    return 0;
}
