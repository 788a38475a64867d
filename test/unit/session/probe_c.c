/* probe_c.c: a C service that tells the test on its standard output what happened to it.
 *
 *   probe_c -cc main|thread      who says alive: the main thread, or another one that has ended
 *                                when that is reported */
#include <cscc/cscc.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static sem_t turn;
static int argument_count;
static char** arguments;

static void say(const char* what, int code)
{
    char line[200];
    const int n =
        snprintf(line, sizeof line, "%s %s\n", what, code == 0 ? "ok" : cscc_strerror(code));
    if (write(STDOUT_FILENO, line, (size_t)n) < 0)
        _exit(3);
}

static void shut_down(void* user)
{
    sigset_t mask;
    pthread_sigmask(SIG_BLOCK, NULL, &mask);
    say(sigismember(&mask, SIGTERM) == 1 ? (const char*)user : "turn with signals", 0);
    sem_post(&turn);
}

static void* say_alive(void* unused)
{
    (void)unused;
    say("alive", cscc_alive(argument_count, arguments, shut_down, "turn"));
    return NULL;
}

int main(int argc, char** argv)
{
    argument_count = argc;
    arguments = argv;
    sem_init(&turn, 0, 0);
    say("early", cscc_ready());
    if (argc > 2 && strcmp(argv[2], "main") != 0) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, say_alive, NULL) != 0)
            return 2;
        pthread_join(thread, NULL);
    }
    else {
        say_alive(NULL);
    }
    say("alive", cscc_alive(argc, argv, shut_down, "turn"));
    say("status", cscc_status("from C"));
    say("heartbeat", cscc_heartbeat());
    say("ready", cscc_ready());
    if (argc > 1) {
        while (sem_wait(&turn) != 0) {
        }
        say("end", 0);
    }
    return 0;
}
