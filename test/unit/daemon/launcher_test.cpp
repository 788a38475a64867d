// The launcher with real processes: what the child finds, and how a failed start is told.
#include "common/base/identity.hpp"
#include "common/reactor/process_ref.hpp"
#include "daemon/adapters/launcher.hpp"
#include "test/unit/daemon/coordinator_lock.hpp"

#include <boost/interprocess/anonymous_shared_memory.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <new>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace cscc;
namespace data = boost::unit_test::data;

namespace {

struct shared_words
{
    launch_failure failure;
    std::atomic<std::uint64_t> identity{0};
};

struct fixture
{
    boost::interprocess::mapped_region memory =
        boost::interprocess::anonymous_shared_memory(sizeof(shared_words));
    shared_words& words = *new (memory.get_address()) shared_words;
    test::coordinator_lock lock;
    process_context context;
    low_descriptors low = low_descriptors::reserve().value();
    unique_fd null{::open("/dev/null", O_RDWR | O_CLOEXEC)};
    std::array<unique_fd, 2> pipe = make_pipe();

    fixture()
    {
        context.descriptors = {null.get(), pipe[1].get(), null.get()};
        context.low = &low;
        context.failure = &words.failure;
        context.identity_word = &words.identity;
        lock.show_to(context);
    }

    static std::array<unique_fd, 2> make_pipe()
    {
        int ends[2];
        BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        return {unique_fd(ends[0]), unique_fd(ends[1])};
    }

    cloned_process launch(memory_of_child memory_mode, const std::string& executable,
                          const std::vector<std::string>& arguments)
    {
        launcher start(memory_mode, -1);
        auto child = start(executable, arguments, words.failure, context);
        BOOST_REQUIRE(child);
        pipe[1].reset();
        return std::move(*child);
    }

    std::string output()
    {
        std::string all;
        std::array<char, 4096> part{};
        for (ssize_t got = 0; (got = ::read(pipe[0].get(), part.data(), part.size())) > 0;)
            all.append(part.data(), static_cast<std::size_t>(got));
        return all;
    }

    static process_exit wait(const cloned_process& child)
    {
        const auto process =
            process_ref::adopt(unique_fd(::fcntl(child.pidfd.get(), F_DUPFD_CLOEXEC, 0)), {});
        pollfd gone{child.pidfd.get(), POLLIN, 0};
        BOOST_REQUIRE(::poll(&gone, 1, 10'000) == 1);
        const auto exit = process.reap();
        BOOST_REQUIRE((exit && *exit));
        return **exit;
    }
};

/// "3 /dev/null" for each, without the one that looks.
std::vector<std::string> open_descriptors()
{
    std::vector<std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        const auto target = std::filesystem::read_symlink(entry.path()).string();
        if (!target.starts_with("/proc/"))
            all.push_back(entry.path().filename().string() + " " + target);
    }
    std::sort(all.begin(), all.end());
    return all;
}

constexpr int glibc_s_own = 33; // sigaction(2) of glibc refuses to touch it

void ignore_by_the_kernel(int signal)
{
    const std::array<unsigned long, 8> to_ignore{1}; // SIG_IGN in the kernel's own struct
    BOOST_REQUIRE(::syscall(SYS_rt_sigaction, signal, to_ignore.data(), nullptr, 8) == 0);
}

const std::array both_modes{memory_of_child::shared, memory_of_child::copied};

} // namespace

namespace cscc {
std::ostream& operator<<(std::ostream& os, memory_of_child mode)
{
    return os << (mode == memory_of_child::shared ? "shared memory" : "copied memory");
}
} // namespace cscc

BOOST_DATA_TEST_CASE_F(fixture, a_program_gets_its_arguments_and_its_exit_is_collected,
                       data::make(both_modes), mode)
{
    const auto child = launch(mode, "/bin/sh", {"-c", "echo \"$0 $1\"; exit 7", "one", "two"});
    BOOST_TEST(output() == "one two\n");
    const process_exit exit = wait(child);
    BOOST_TEST(!exit.killed);
    BOOST_TEST(exit.value == 7);
    BOOST_TEST((words.failure.at.load() == launch_failure::step::none));
}

BOOST_DATA_TEST_CASE_F(fixture, a_missing_program_is_told_with_the_system_s_reason,
                       data::make(both_modes), mode)
{
    const auto child = launch(mode, "/nonexistent/program", {});
    BOOST_TEST(wait(child).value == 127);
    BOOST_TEST((words.failure.at.load() == launch_failure::step::exec));
    BOOST_TEST(words.failure.error.load() == ENOENT);
}

BOOST_DATA_TEST_CASE_F(fixture, a_working_directory_that_is_not_there_is_told_as_such,
                       data::make(both_modes), mode)
{
    context.working_directory = "/nonexistent/directory";
    const auto child = launch(mode, "/bin/true", {});
    BOOST_TEST(wait(child).value == 127);
    BOOST_TEST((words.failure.at.load() == launch_failure::step::working_directory));
    BOOST_TEST(words.failure.error.load() == ENOENT);
}

BOOST_DATA_TEST_CASE_F(fixture, the_limit_that_was_refused_is_told, data::make(both_modes), mode)
{
    // More than sysctl fs.nr_open can be: refused to root, too.
    context.limits = {{RLIMIT_CORE, {0, 0}},
                      {RLIMIT_NOFILE, {RLIM_INFINITY, RLIM_INFINITY}},
                      {RLIMIT_STACK, {1 << 20, 1 << 20}}};
    const auto child = launch(mode, "/bin/true", {});
    BOOST_TEST(wait(child).value == 127);
    BOOST_TEST((words.failure.at.load() == launch_failure::step::limits));
    BOOST_TEST(words.failure.resource.load() == RLIMIT_NOFILE);
    BOOST_TEST(words.failure.error.load() == EPERM);
}

BOOST_DATA_TEST_CASE_F(fixture, the_child_notes_who_it_is_before_its_program_begins,
                       data::make(both_modes), mode)
{
    const auto child = launch(mode, "/bin/sh", {"-c", "cut -d' ' -f22 /proc/$$/stat"});
    const std::string ticks = output();
    const auto noted = process_identity::unpacked(words.identity.load());
    BOOST_TEST(noted.pid == child.pid);
    BOOST_TEST(std::to_string(noted.start_ticks) + "\n" == ticks);
    wait(child);
}

// Between clone and exec the coordinator died, or another one is in its place.
BOOST_DATA_TEST_CASE_F(fixture, a_child_whose_parent_is_not_the_coordinator_does_not_begin,
                       data::make(both_modes) * data::make({false, true}), mode, another_holds)
{
    if (another_holds)
        context.parent = 1;
    else
        lock.release();
    const auto child = launch(mode, "/bin/echo", {"began"});
    BOOST_TEST(output() == "");
    BOOST_TEST(wait(child).value == 127);
    BOOST_TEST((words.failure.at.load() == launch_failure::step::identity));
    BOOST_TEST(words.failure.error.load() == ESRCH);
    BOOST_TEST(process_identity::unpacked(words.identity.load()).pid == child.pid); // it was seen
}

BOOST_DATA_TEST_CASE_F(fixture, the_child_has_the_planned_descriptors_and_no_others,
                       data::make(both_modes), mode)
{
    const unique_fd leaked(::fcntl(null.get(), F_DUPFD, 40)); // not CLOEXEC: somebody forgot
    context.descriptors.push_back(null.get());
    const auto child = launch(mode, "/bin/ls", {"/proc/self/fd"});
    BOOST_TEST(output() == "0\n1\n2\n3\n4\n"); // 4: where ls reads the directory
    wait(child);
}

BOOST_DATA_TEST_CASE_F(fixture, the_parent_s_descriptors_stay_as_they_were, data::make(both_modes),
                       mode)
{
    const unique_fd high(::fcntl(null.get(), F_DUPFD_CLOEXEC, 100));
    context.descriptors = {high.get(), null.get(), null.get()};
    pipe[1].reset();
    const auto before = open_descriptors();
    wait(launch(mode, "/bin/true", {}));
    BOOST_TEST(open_descriptors() == before, boost::test_tools::per_element());
}

BOOST_DATA_TEST_CASE_F(fixture, sources_whose_numbers_are_targets_are_not_overwritten,
                       data::make(both_modes), mode)
{
    // The child's 1 is our pipe; the child's 3 is to be our 1.
    context.descriptors = {null.get(), pipe[1].get(), null.get(), STDOUT_FILENO};
    struct stat ours
    {};
    BOOST_REQUIRE(::fstat(STDOUT_FILENO, &ours) == 0);
    const auto child = launch(mode, "/bin/sh", {"-c", "stat -L -c %i /proc/self/fd/3 3>&3"});
    BOOST_TEST(output() == std::to_string(ours.st_ino) + "\n");
    wait(child);
}

BOOST_DATA_TEST_CASE_F(fixture, no_signal_is_blocked_or_ignored_in_the_child,
                       data::make(both_modes), mode)
{
    sigset_t blocked;
    sigset_t before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    ::sigprocmask(SIG_BLOCK, &blocked, &before);
    ::signal(SIGUSR2, SIG_IGN);
    ignore_by_the_kernel(glibc_s_own);
    const auto child = launch(mode, "/bin/grep", {"-E", "^Sig(Blk|Ign)", "/proc/self/status"});
    BOOST_TEST(output() == "SigBlk:\t0000000000000000\n"
                           "SigIgn:\t0000000000000000\n");
    wait(child);
    ::signal(SIGUSR2, SIG_DFL);
    sigset_t now;
    ::sigprocmask(SIG_SETMASK, &before, &now);
    BOOST_TEST(sigismember(&now, SIGUSR1) == 1); // the parent's own mask came back
}

BOOST_DATA_TEST_CASE_F(fixture, limits_umask_session_and_directory_are_the_planned_ones,
                       data::make(both_modes), mode)
{
    context.umask = 027;
    context.limits = {{RLIMIT_NOFILE, {100, 200}}, {RLIMIT_CORE, {0, 0}}};
    context.working_directory = "/usr";
    const auto child =
        launch(mode, "/bin/sh",
               {"-c", "umask; ulimit -Sn; ulimit -Hn; ulimit -c; pwd; [ $$ = $(ps -o sid= $$) ] && "
                      "echo leader"});
    BOOST_TEST(output() == "0027\n100\n200\n0\n/usr\nleader\n");
    wait(child);
}
