// What a dead service left behind is found and ended, with a cgroup and without one.
#include "common/base/text.hpp"
#include "common/reactor/descendants.hpp"
#include "common/reactor/group_cgroup.hpp"
#include "common/reactor/process_ref.hpp"
#include "common/reactor/spawn.hpp"
#include "daemon/adapters/containment.hpp"
#include "daemon/adapters/launcher.hpp"
#include "test/unit/daemon/coordinator_lock.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/interprocess/anonymous_shared_memory.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <cerrno>
#include <new>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace cscc;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

// A "service" whose main process ends at once and leaves a process in a session of its own that
// ignores SIGTERM; its pid is what the service prints.
const std::string leave_somebody = "trap '' TERM; setsid sh -c 'echo $$; exec sleep 1000' & exit 0";

// The same without the session and the environment of its service, and with a child.
const std::string hide_with_a_child =
    "trap '' TERM; exec env -i setsid sh -c '{ sleep 1000 & } ; echo $$; exec sleep 1000' & exit 0";

struct shared_words
{
    launch_failure failure;
    std::atomic<std::uint64_t> identity{0};
};

class world
{
public:
    world()
    {
        settings_.group_name = text("test", ::getpid());
        settings_.ids = {"A", "B"};
    }

    containment_settings& settings() { return settings_; }
    asio::io_context& io() { return io_; }

    /// Starts the service of component 0, waits for its end, and opens what it left.
    process_ref leave_behind(containment& container, const std::string& script = leave_somebody)
    {
        int ends[2];
        BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        const unique_fd reading(ends[0]);
        unique_fd writing(ends[1]);
        const unique_fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));

        auto memory = boost::interprocess::anonymous_shared_memory(sizeof(shared_words));
        auto& words = *new (memory.get_address()) shared_words;
        const auto low = low_descriptors::reserve();
        BOOST_REQUIRE(low);
        process_context context;
        context.low = &*low;
        context.descriptors = {null.get(), writing.get(), null.get()};
        context.failure = &words.failure;
        context.identity_word = &words.identity;
        const test::coordinator_lock lock;
        lock.show_to(context);
        const auto cgroup = container.prepare(0);
        BOOST_REQUIRE(cgroup);
        launcher launch(memory_of_child::shared, *cgroup);
        launch.env = environment_;
        const auto child =
            launch("/bin/sh", std::vector<std::string>{"-c", script}, words.failure, context);
        BOOST_REQUIRE(child);
        main_ = process_identity::unpacked(words.identity.load());
        writing.reset();
        std::array<char, 32> digits{};
        ssize_t got = 0;
        do // SIGCHLD, which descent_containment listens to, interrupts a read
            got = ::read(reading.get(), digits.data(), digits.size() - 1);
        while (got < 0 && errno == EINTR);
        BOOST_REQUIRE(got > 0);
        auto left = process_ref::open_pid(std::stoi(digits.data()));
        BOOST_REQUIRE(left);

        pollfd gone{child->pidfd.get(), POLLIN, 0};
        int readable = 0;
        do
            readable = ::poll(&gone, 1, 10'000);
        while (readable < 0 && errno == EINTR);
        BOOST_REQUIRE(readable == 1);
        const auto collected =
            process_ref::adopt(unique_fd(::dup(child->pidfd.get())), main_).reap();
        BOOST_REQUIRE((collected && *collected));
        return std::move(*left);
    }

    std::size_t end_remains(containment& container, component_index component)
    {
        std::size_t killed = 99;
        spawn(io_.get_executor(), "end_remains", run(io_, container, component, main_, killed));
        io_.restart();
        io_.run_for(10s);
        return killed;
    }

private:
    static asio::awaitable<void> run(asio::io_context& io, containment& container,
                                     component_index component, process_identity main,
                                     std::size_t& killed)
    {
        killed = co_await container.end_remains(component, main);
        io.stop();
    }

    asio::io_context io_{1};
    containment_settings settings_;
    process_identity main_;
    const char* environment_[3] = {"PATH=/usr/bin:/bin", "CSCC_SERVICE=A", nullptr};
};

void check(world& here, containment& container)
{
    process_ref left = here.leave_behind(container);
    BOOST_TEST(!left.is_gone());
    BOOST_TEST(here.end_remains(container, 1) == 0U); // of another component: not its business
    BOOST_TEST(!left.is_gone());
    BOOST_TEST(here.end_remains(container, 0) == 1U);
    BOOST_TEST(left.is_gone());
    BOOST_TEST(here.end_remains(container, 0) == 0U);
    container.clean_up();
}

} // namespace

BOOST_AUTO_TEST_CASE(by_descent_an_orphan_in_a_session_of_its_own_is_found_and_killed)
{
    world here;
    const auto container = make_descent_containment(here.io().get_executor(), here.settings(),
                                                    [](std::int32_t) { return false; });
    check(here, *container);
}

// Who runs as the daemon's user may do so. The next one must not be born into what was killed.
BOOST_AUTO_TEST_CASE(a_service_that_made_cgroups_of_its_own_is_ended_and_can_be_started_again)
{
    world here;
    std::string why_not;
    const auto container =
        make_cgroup_containment(here.io().get_executor(), here.settings(), why_not);
    if (container == nullptr) {
        BOOST_TEST(::geteuid() != 0U);
        return;
    }
    const std::string own =
        group_cgroup_path(here.settings().group_name, ::geteuid()).value() + "/A/own";
    const std::string moves = text("mkdir ", own, " && echo $$ >", own, "/cgroup.procs; ");
    for (int start = 0; start < 2; ++start) {
        process_ref left = here.leave_behind(*container, moves + leave_somebody);
        BOOST_TEST(::access(own.c_str(), F_OK) == 0);
        BOOST_TEST(here.end_remains(*container, 0) == 1U);
        BOOST_TEST(left.is_gone());
        BOOST_TEST(::access(own.c_str(), F_OK) != 0);
    }
    container->clean_up();
}

// A coordinator that died after its kill and before it removed the cgroup leaves one in which
// nobody can be born (Linux 6.18): its successor makes it anew.
BOOST_AUTO_TEST_CASE(a_cgroup_that_a_former_coordinator_killed_is_made_anew)
{
    world here;
    std::string why_not;
    const auto container =
        make_cgroup_containment(here.io().get_executor(), here.settings(), why_not);
    if (container == nullptr) {
        BOOST_TEST(::geteuid() != 0U);
        return;
    }
    const std::string path =
        group_cgroup_path(here.settings().group_name, ::geteuid()).value() + "/A";
    BOOST_TEST(::mkdir(path.c_str(), 0755) == 0);
    const unique_fd killed(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    BOOST_TEST(!kill_cgroup(killed.get()));
    BOOST_TEST(here.end_remains(*container, 0) == 0U); // nothing lives in it
    process_ref left = here.leave_behind(*container);
    BOOST_TEST(!left.is_gone());
    BOOST_TEST(here.end_remains(*container, 0) == 1U);
    container->clean_up();
}

BOOST_AUTO_TEST_CASE(by_descent_who_hid_is_ended_at_the_end_with_its_children)
{
    world here;
    const auto container = make_descent_containment(here.io().get_executor(), here.settings(),
                                                    [](std::int32_t) { return false; });
    process_ref hidden = here.leave_behind(*container, hide_with_a_child);
    BOOST_TEST(here.end_remains(*container, 0) == 0U); // nobody can tell whose it is
    const std::vector<pid_t> its = children_of(hidden.identity().pid);
    BOOST_REQUIRE(its.size() == 1U);
    const auto child = process_ref::open_pid(its.front());
    BOOST_REQUIRE(child);
    container->clean_up();
    BOOST_TEST(hidden.is_gone());
    BOOST_TEST(child->is_gone());
}

BOOST_AUTO_TEST_CASE(with_a_cgroup_an_orphan_is_killed_and_the_cgroup_removed)
{
    world here;
    std::string why_not;
    const auto container =
        make_cgroup_containment(here.io().get_executor(), here.settings(), why_not);
    if (container == nullptr) { // a plain user without a delegated cgroup: then it must say why
        BOOST_TEST(!why_not.empty());
        BOOST_TEST(::geteuid() != 0U);
        return;
    }
    check(here, *container);
    std::string other;
    const auto again = make_cgroup_containment(here.io().get_executor(), here.settings(), other);
    BOOST_TEST(again != nullptr); // nothing in the way
    again->clean_up();
}
