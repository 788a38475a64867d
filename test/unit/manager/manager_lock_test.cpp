#include "client/manager/manager_lock.hpp"
#include "test/unit/manager/support.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cscc {
namespace {

struct fixture
{
    test::temporary_directory directory;
    std::string path = directory.path("lock");
};

/// A child that holds the lock; it has it when the constructor returns.
class holder
{
public:
    explicit holder(const std::string& path) : child_([&] { return hold(path); })
    {
        ends_[1].reset();
        char byte = 0;
        BOOST_TEST_REQUIRE(::read(ends_[0].get(), &byte, 1) == 1);
    }
    test::child& process() { return child_; }

private:
    int hold(const std::string& path)
    {
        const auto lock = manager_lock::try_take(path);
        if (!lock || ::write(ends_[1].get(), "x", 1) != 1)
            return 1;
        return test::child::wait_for_signal();
    }
    static std::array<unique_fd, 2> make_pipe()
    {
        std::array<int, 2> ends{};
        BOOST_TEST_REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        return {unique_fd(ends[0]), unique_fd(ends[1])};
    }
    std::array<unique_fd, 2> ends_ = make_pipe();
    test::child child_;
};

BOOST_FIXTURE_TEST_SUITE(the_manager_lock, fixture)

BOOST_AUTO_TEST_CASE(one_process_has_it_and_the_file_says_who)
{
    holder other(path);
    const auto refused = manager_lock::try_take(path);
    BOOST_TEST_REQUIRE(refused.has_error());
    BOOST_TEST((refused.error() == errc::lock_held));
    const auto look = look_at_manager_lock(path);
    BOOST_TEST_REQUIRE(look.has_value());
    BOOST_TEST(look->held);
    BOOST_TEST((look->holder == other.process().identity()));
}

BOOST_AUTO_TEST_CASE(the_death_of_its_holder_frees_it)
{
    holder other(path);
    other.process().kill();
    other.process().collect();
    BOOST_TEST(!look_at_manager_lock(path)->held);
    const auto lock = manager_lock::try_take(path);
    BOOST_TEST_REQUIRE(lock.has_value());
    BOOST_TEST((look_at_manager_lock(path)->holder == self_identity().value()));
}

BOOST_AUTO_TEST_CASE(it_lives_on_in_whoever_inherited_the_descriptor)
{
    auto lock = manager_lock::try_take(path);
    BOOST_TEST_REQUIRE(lock.has_value());
    test::child heir;
    lock->name_holder(heir.identity());
    lock->release();
    BOOST_TEST((manager_lock::try_take(path).error() == errc::lock_held));
    BOOST_TEST((look_at_manager_lock(path)->holder == heir.identity()));
    heir.kill();
    heir.collect();
    BOOST_TEST(manager_lock::try_take(path).has_value());
}

BOOST_AUTO_TEST_CASE(the_file_is_ours_alone_and_stays)
{
    {
        const auto lock = manager_lock::try_take(path);
        BOOST_TEST_REQUIRE(lock.has_value());
        BOOST_TEST((::fcntl(lock->descriptor(), F_GETFD) & FD_CLOEXEC) != 0);
    }
    struct stat found = {};
    BOOST_TEST_REQUIRE(::stat(path.c_str(), &found) == 0);
    BOOST_TEST((found.st_mode & 07777) == 0600U);
}

BOOST_AUTO_TEST_CASE(a_shorter_name_leaves_nothing_of_a_longer_one)
{
    auto lock = manager_lock::try_take(path);
    BOOST_TEST_REQUIRE(lock.has_value());
    lock->name_holder({4194303, 99999999999});
    lock->name_holder({7, 8});
    BOOST_TEST((look_at_manager_lock(path)->holder == process_identity{7, 8}));
    BOOST_TEST(std::filesystem::file_size(path) == 4U); // "7 8\n", for people who look, too
}

BOOST_AUTO_TEST_CASE(a_link_is_not_followed_and_a_directory_is_no_lock)
{
    std::filesystem::create_symlink(directory.path("elsewhere"), path);
    BOOST_TEST(manager_lock::try_take(path).error().value() == ELOOP);
    BOOST_TEST(!std::filesystem::exists(directory.path("elsewhere")));
    BOOST_TEST(manager_lock::try_take(directory.path("")).has_error());
}

BOOST_AUTO_TEST_CASE(what_is_no_identity_is_a_holder_nobody_knows)
{
    for (const char* content : {"", "garbage", "12", "12 ", "-"}) {
        std::ofstream(path) << content;
        const unique_fd held(::open(path.c_str(), O_RDWR | O_CLOEXEC));
        BOOST_TEST_REQUIRE(::flock(held.get(), LOCK_EX | LOCK_NB) == 0);
        const auto look = look_at_manager_lock(path);
        BOOST_TEST_REQUIRE(look.has_value());
        BOOST_TEST(look->held);
        BOOST_TEST(!look->holder.has_value());
    }
}

BOOST_AUTO_TEST_CASE(looking_makes_nothing)
{
    BOOST_TEST(look_at_manager_lock(path).error().value() == ENOENT);
    BOOST_TEST(!std::filesystem::exists(path));
}

BOOST_AUTO_TEST_CASE(the_runtime_directory_is_made_so_that_services_of_any_user_come_in)
{
    const mode_t before = ::umask(077);
    const std::string made = directory.path("run");
    BOOST_TEST(!ensure_runtime_directory(made));
    ::umask(before);
    struct stat found = {};
    BOOST_TEST_REQUIRE(::stat(made.c_str(), &found) == 0);
    BOOST_TEST((found.st_mode & 07777) == 0711U);
    BOOST_TEST(!ensure_runtime_directory(made)); // a second time it is there
}

BOOST_AUTO_TEST_CASE(a_runtime_directory_that_others_can_write_is_refused)
{
    const std::string open = directory.path("open");
    ::mkdir(open.c_str(), 0700);
    ::chmod(open.c_str(), 0777);
    BOOST_TEST((ensure_runtime_directory(open) == errc::object_foreign));
    ::chmod(open.c_str(), 0770);
    BOOST_TEST((ensure_runtime_directory(open) == errc::object_foreign));
}

// Root's own is trusted by everybody; so only root can meet one that is not.
BOOST_AUTO_TEST_CASE(a_runtime_directory_of_another_user_is_refused,
                     *boost::unit_test::precondition(
                         [](boost::unit_test::test_unit_id) -> boost::test_tools::assertion_result {
                             return ::geteuid() == 0;
                         }))
{
    const std::string theirs = directory.path("theirs");
    ::mkdir(theirs.c_str(), 0711);
    BOOST_TEST_REQUIRE(::chown(theirs.c_str(), 12345, 12345) == 0);
    BOOST_TEST((ensure_runtime_directory(theirs) == errc::object_foreign));
}

BOOST_AUTO_TEST_CASE(a_runtime_directory_that_cannot_be_is_an_error)
{
    BOOST_TEST(ensure_runtime_directory(directory.path("a/b")).value() == ENOENT);
    std::ofstream(directory.path("file")) << "x";
    BOOST_TEST(ensure_runtime_directory(directory.path("file")).value() == ENOTDIR);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
