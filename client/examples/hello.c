/* hello.c: a whole service in C. Build: gcc hello.c -o hello $(pkg-config --cflags --libs cscc)
   -Wl,-rpath,"$(pkg-config --variable=libdir cscc)" */
#include <cscc/cscc.h>
#include <semaphore.h>
#include <stdio.h>

static sem_t our_turn_to_end;

static void shut_down(void* user)
{
    sem_post(user); /* on the library's thread: only tell the main one */
}

int main(int argc, char** argv)
{
    int failed;
    setvbuf(stdout, NULL, _IOLBF, 0); /* a log is read while it is written */
    sem_init(&our_turn_to_end, 0, 0);
    if ((failed = cscc_alive(argc, argv, shut_down, &our_turn_to_end)) < 0) {
        fprintf(stderr, "hello: %s\n", cscc_strerror(failed));
        return 1;
    }
    puts("hello: open files, connect to databases ...");
    if ((failed = cscc_ready()) < 0) {
        fprintf(stderr, "hello: %s\n", cscc_strerror(failed));
        return 1;
    }
    cscc_status("says hello");

    while (sem_wait(&our_turn_to_end) != 0) { /* a real service would work instead of waiting */
    }
    puts("hello: close files, say goodbye");
    return 0;
}
