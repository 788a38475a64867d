/* cscc.h: the service library for C, and through ctypes for everybody else. Stable: libcscc.so.1.
 *
 *   int main(int argc, char **argv)
 *   {
 *       if (cscc_alive(argc, argv, shut_down, NULL) < 0) return 1;   first of all
 *       ...initialise...
 *       if (cscc_ready() < 0) return 1;
 *       ...work, until shut_down was called; then end the process...
 *   }
 *
 * Without "-cc" as first argument there is no coordinator: every call succeeds and does nothing.
 * Any negative result means: end the process. Every call may come from any thread; alive is best
 * said by the main thread (from another one, the library keeps one more thread for ever).
 *
 * A fork()ed child that does not exec must not use the library: it is not the service. What it
 * inherits does no harm, because the coordinator knows a service by its pid.
 */
#ifndef CSCC_CSCC_H
#define CSCC_CSCC_H

#ifdef __cplusplus
extern "C" {
#endif

/* Says "alive" to the coordinator and waits for its answer, at most `startup_timeout`.
 * on_shutdown(user) runs once, on the library's own thread with all signals blocked, when it is
 * this service's turn to end; end the process then, within `shutdown_timeout`, or the kernel does.
 * on_shutdown may be null: then the process is simply expected to end within that time.
 *   0              the coordinator watches this process from now on
 *   -EINVAL        argv is null although argc is positive, or the coordinator's environment is
 *                  missing or invalid
 *   -EALREADY      said before
 *   -EPERM         the coordinator does not know this process as a service of its group
 *   -ESHUTDOWN     the group is going down
 *   -ECONNRESET    the coordinator that started this process is not in charge any more
 *   -ETIMEDOUT     the coordinator did not answer in time
 *   -EBUSY         the service's own lock cannot be taken
 *   -EPROTO        the coordinator answered something that this library does not know
 *   -ENOENT, -ECONNREFUSED, -EAGAIN, -ENOMEM, ...  the system's error on the way there */
int cscc_alive(int argc, char** argv, void (*on_shutdown)(void*), void* user);

/* Says "ready": initialised, at work. Waits for the answer as cscc_alive does.
 *   0; -ENOTCONN before a successful cscc_alive; -EALREADY, -EPERM, -ESHUTDOWN, -ETIMEDOUT, -EPROTO
 *   as above. If the coordinator is being replaced meanwhile, this waits for the new one. */
int cscc_ready(void);

/* Counts one sign of life, for a component with `watchdog_timeout`. Cheap: no system call.
 *   0; -ENOTCONN before a successful cscc_alive. */
int cscc_heartbeat(void);

/* What `csccmgr status` shows of this service: UTF-8, at most 120 bytes. Does not wait.
 *   0; -EINVAL for null; -EMSGSIZE if too long; -ENOTCONN before a successful cscc_alive. */
int cscc_status(const char* text);

/* Asks for more time to become ready: at least that many milliseconds from now on, where
 * `startup_timeout` would end sooner. To be repeated before they have passed. Of no effect once
 * cscc_ready was called, on the limit of the whole start, and while no coordinator lives.
 *   0; -ENOTCONN before a successful cscc_alive. */
int cscc_extend_startup(unsigned milliseconds);

/* A sentence for any code above, never null; valid for ever. */
const char* cscc_strerror(int code);

#ifdef __cplusplus
}
#endif

#endif
