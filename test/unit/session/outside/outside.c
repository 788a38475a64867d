/* outside.c: a C program of somebody else's, against the installed library. */
#include <cscc/cscc.h>
#include <stddef.h>

int main(int argc, char** argv)
{
    return cscc_alive(argc, argv, NULL, NULL) == 0 && cscc_ready() == 0 ? 0 : 1;
}
