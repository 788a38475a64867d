#include "common/reactor/clone_process.hpp"

#include <cerrno>
#include <cstdint>

#include <linux/sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace cscc {
namespace {

constexpr std::size_t stack_bytes = 64 * 1024;

// One stack for all children that share our memory: at most one lives at a time, since we wait for
// it.
void* shared_child_stack() noexcept
{
    static void* const stack = ::mmap(nullptr, stack_bytes, PROT_READ | PROT_WRITE,
                                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    return stack == MAP_FAILED ? nullptr : stack;
}

// A child in shared memory must not return from this function on the parent's stack, and syscall(3)
// would: hence a few instructions of our own, which call `run` on the child's stack and exit.
// What the child needs is bound to registers that neither the call nor the asm itself changes.
#if defined(__x86_64__)
long clone_in_shared_memory(clone_args* args, int (*run)(void*), void* argument) noexcept
{
    long ret = SYS_clone3;
    register int (*run_in_child)(void*) asm("r12") = run;
    register void* its_argument asm("r13") = argument;
    asm volatile("syscall\n\t"
                 "test %%rax, %%rax\n\t"
                 "jnz 1f\n\t"
                 "xor %%ebp, %%ebp\n\t"
                 "mov %[argument], %%rdi\n\t"
                 "call *%[run]\n\t"
                 "mov %%eax, %%edi\n\t"
                 "mov %[exit], %%eax\n\t"
                 "syscall\n\t"
                 "1:"
                 : "+a"(ret)
                 : "D"(args), "S"(sizeof *args), [run] "r"(run_in_child),
                   [argument] "r"(its_argument), [exit] "i"(SYS_exit_group)
                 : "rcx", "r11", "rdx", "r8", "r9", "r10", "memory", "cc");
    return ret;
}
#elif defined(__aarch64__)
long clone_in_shared_memory(clone_args* args, int (*run)(void*), void* argument) noexcept
{
    register long x0 asm("x0") = reinterpret_cast<long>(args);
    register long x1 asm("x1") = sizeof *args;
    register long x8 asm("x8") = SYS_clone3;
    register int (*run_in_child)(void*) asm("x19") = run;
    register void* its_argument asm("x20") = argument;
    asm volatile(
        "svc #0\n\t"
        "cbnz x0, 1f\n\t"
        "mov x29, xzr\n\t"
        "mov x0, %[argument]\n\t"
        "blr %[run]\n\t"
        "mov x8, %[exit]\n\t"
        "svc #0\n\t"
        "1:"
        : "+r"(x0), "+r"(x8)
        : "r"(x1), [run] "r"(run_in_child), [argument] "r"(its_argument), [exit] "i"(SYS_exit_group)
        : "x2", "x3", "x4", "x5", "x6", "x7", "x30", "memory", "cc");
    return x0;
}
#else
#error "a clone3 for this processor is wanted here"
#endif

long clone_in_own_memory(clone_args* args, int (*run)(void*), void* argument) noexcept
{
    const long pid = ::syscall(SYS_clone3, args, sizeof *args);
    if (pid == 0)
        ::_exit(run(argument));
    return pid < 0 ? -errno : pid;
}

} // namespace

result<cloned_process> clone_process(memory_of_child memory, int cgroup_fd, int (*run)(void*),
                                     void* argument)
{
    int pidfd = -1;
    clone_args args{};
    args.flags = CLONE_PIDFD;
    args.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
    args.exit_signal = SIGCHLD;
    if (cgroup_fd >= 0) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = static_cast<std::uint64_t>(cgroup_fd);
    }
    long pid = 0;
    if (memory == memory_of_child::shared) {
        void* const stack = shared_child_stack();
        if (stack == nullptr)
            return last_system_error();
        args.flags |= CLONE_VM | CLONE_VFORK | CLONE_FILES;
        args.stack = reinterpret_cast<std::uintptr_t>(stack);
        args.stack_size = stack_bytes;
        pid = clone_in_shared_memory(&args, run, argument);
    }
    else {
        pid = clone_in_own_memory(&args, run, argument);
    }
    if (pid < 0)
        return error_code(static_cast<int>(-pid), boost::system::system_category());
    return cloned_process{static_cast<pid_t>(pid), unique_fd(pidfd)};
}

} // namespace cscc
