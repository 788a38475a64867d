// shared_object_test.cpp: making, publishing, opening and removing, and everything that can lie
// under a name instead of a sound object.
#include "common/shm/shared_object.hpp"
#include "test/unit/shm/child.hpp"
#include "test/unit/shm/printing.hpp"
#include "test/unit/shm/scratch.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

using namespace cscc;
using namespace cscc::shm;

namespace {

constexpr std::size_t object_bytes = sizeof(object_header) + 1000;
constexpr std::size_t fixed_bytes = 600;

error_code system_error_of(int number)
{
    return {number, boost::system::system_category()};
}

struct scratch_object : scratch
{
    // A sound object: 600 fixed bytes, then 400 that may move.
    void publish()
    {
        auto made = new_object::create(plain, object_bytes);
        BOOST_REQUIRE(made);
        std::memset(made->data() + sizeof(object_header), 'f', fixed_bytes);
        BOOST_TEST(!made->publish(object_kind::config, fixed_bytes).empty());
    }

    [[nodiscard]] std::string path() const { return shm_directory + plain; }

    result<mapped_object> opened(access_mode mode = access_mode::read_only) const
    {
        return open(plain, object_kind::config, mode);
    }

    // Writes into the object behind everybody's back.
    void overwrite(std::size_t offset, const void* bytes, std::size_t count) const
    {
        const unique_fd fd(::open(path().c_str(), O_WRONLY | O_CLOEXEC));
        BOOST_REQUIRE(::pwrite(fd.get(), bytes, count, static_cast<off_t>(offset)) ==
                      static_cast<ssize_t>(count));
    }
    template <class Value>
    void overwrite(std::size_t offset, Value value) const
    {
        overwrite(offset, &value, sizeof value);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(shared_objects, scratch_object)

BOOST_AUTO_TEST_CASE(a_new_object_is_the_owners_alone_zero_and_reserved_to_the_last_byte)
{
    const mode_t before = ::umask(0277); // must not matter
    const auto fd = create_sized(plain, 100'000);
    ::umask(before);
    BOOST_REQUIRE(fd);
    struct stat found = {};
    BOOST_REQUIRE(::fstat(fd->get(), &found) == 0);
    BOOST_TEST((found.st_mode & 07777) == 0600u);
    BOOST_TEST(found.st_uid == ::geteuid());
    BOOST_TEST(found.st_size == 100'000);
    BOOST_TEST(found.st_blocks * 512 >= found.st_size);
    BOOST_TEST((::fcntl(fd->get(), F_GETFD) & FD_CLOEXEC) != 0);

    std::vector<char> content(100'000, 'x');
    BOOST_TEST(::pread(fd->get(), content.data(), content.size(), 0) == 100'000);
    BOOST_TEST(std::count(content.begin(), content.end(), '\0') == 100'000);
}

BOOST_AUTO_TEST_CASE(a_name_that_is_taken_is_not_made_again_and_not_touched)
{
    publish();
    BOOST_TEST(create_sized(plain, 100).error() == system_error_of(EEXIST));
    BOOST_TEST(new_object::create(plain, object_bytes).error() == system_error_of(EEXIST));
    BOOST_TEST(opened().has_value());
}

BOOST_AUTO_TEST_CASE(an_object_that_does_not_fit_is_an_error_and_leaves_nothing)
{
    BOOST_TEST(create_sized(plain, std::size_t{1} << 60).error() == errc::no_space);
    BOOST_TEST(!exists(plain));
    BOOST_TEST(new_object::create(plain, std::size_t{1} << 60).error() == errc::no_space);
    BOOST_TEST(!exists(plain));
}

BOOST_AUTO_TEST_CASE(a_name_that_is_no_name_is_an_error_and_never_an_exception)
{
    for (const std::string& name : {std::string("a/b"), std::string(), std::string(300, 'n')}) {
        BOOST_TEST(create_sized(name, 100).has_error());
        BOOST_TEST(open(name, object_kind::config, access_mode::read_only).has_error());
        BOOST_TEST(!remove(name).failed()); // nothing of that name can be there
    }
}

BOOST_AUTO_TEST_CASE(what_was_published_is_what_others_see)
{
    publish();
    const auto object = opened();
    BOOST_REQUIRE(object);
    BOOST_TEST(object->size() == object_bytes);
    BOOST_TEST(!object->writable());
    const auto bytes = object->bytes().subspan(sizeof(object_header));
    BOOST_TEST(std::count(bytes.begin(), bytes.end(), std::byte{'f'}) == 600);
    BOOST_TEST(std::count(bytes.begin(), bytes.end(), std::byte{0}) == 400);
}

BOOST_AUTO_TEST_CASE(a_writable_mapping_writes_and_a_moved_one_stays_where_it_was)
{
    publish();
    auto writer = opened(access_mode::read_write);
    const auto reader = opened();
    BOOST_REQUIRE(writer);
    BOOST_REQUIRE(reader);
    BOOST_TEST(writer->writable());
    std::byte* last = writer->mutable_data() + object_bytes - 1;
    const mapped_object moved = std::move(*writer);
    BOOST_TEST(writer->empty());
    BOOST_TEST(!writer->writable());
    *last = std::byte{42};
    BOOST_TEST(std::to_integer<int>(reader->bytes().back()) == 42);
    BOOST_TEST(std::to_integer<int>(moved.bytes().back()) == 42);
}

BOOST_AUTO_TEST_CASE(writing_through_a_read_only_mapping_is_a_bug)
{
    publish();
    child wrong([&](const child_side&) {
        ::close(STDERR_FILENO);
        *opened()->mutable_data() = std::byte{1};
    });
    BOOST_TEST(WTERMSIG(wrong.wait()) == SIGABRT);
}

BOOST_AUTO_TEST_CASE(an_object_that_is_not_published_is_removed_again)
{
    {
        const auto made = new_object::create(plain, object_bytes);
        BOOST_REQUIRE(made);
        BOOST_TEST(exists(plain));
        BOOST_TEST(opened().error() == errc::object_half_made);
    }
    BOOST_TEST(!exists(plain));
    publish();
    BOOST_TEST(exists(plain)); // and one that is, is not
}

BOOST_AUTO_TEST_CASE(an_object_whose_maker_was_killed_is_half_made)
{
    child maker([&](const child_side& parent) {
        auto made = new_object::create(plain, object_bytes);
        std::memset(made->data() + sizeof(object_header), 'f', fixed_bytes);
        parent.say();
        parent.hear();
    });
    BOOST_REQUIRE(maker.hear());
    maker.kill();
    static_cast<void>(maker.wait());
    BOOST_TEST(exists(plain));
    BOOST_TEST(opened().error() == errc::object_half_made);
    BOOST_TEST(!remove(plain).failed());
}

BOOST_AUTO_TEST_CASE(an_object_that_has_no_size_yet_is_half_made)
{
    const unique_fd fd(::open(path().c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    BOOST_REQUIRE(fd);
    BOOST_TEST(opened().error() == errc::object_half_made);
    BOOST_REQUIRE(::ftruncate(fd.get(), sizeof(object_header) - 1) == 0);
    BOOST_TEST(opened().error() == errc::object_half_made);
    BOOST_REQUIRE(::ftruncate(fd.get(), sizeof(object_header)) == 0);
    BOOST_TEST(opened().error() == errc::object_half_made);
}

BOOST_AUTO_TEST_CASE(an_absent_object_is_not_there)
{
    BOOST_TEST(!exists(plain));
    BOOST_TEST(opened().error() == system_error_of(ENOENT));
}

BOOST_AUTO_TEST_CASE(an_object_of_another_kind_or_version_is_refused)
{
    publish();
    BOOST_TEST(open(plain, object_kind::state, access_mode::read_only).error() ==
               errc::object_damaged);
    overwrite(offsetof(object_header, version), layout_version + 1);
    BOOST_TEST(opened().error() == errc::object_other_version);
}

BOOST_AUTO_TEST_CASE(a_truncated_or_a_grown_object_is_damaged)
{
    publish();
    for (const std::size_t wrong :
         {sizeof(object_header), object_bytes - 1, object_bytes + 1, object_bytes * 1000}) {
        BOOST_REQUIRE(::truncate(path().c_str(), static_cast<off_t>(wrong)) == 0);
        BOOST_TEST(opened().error() == errc::object_damaged, wrong << " bytes");
    }
}

BOOST_AUTO_TEST_CASE(every_byte_of_the_fixed_part_is_covered_and_none_of_the_moving_part)
{
    publish();
    for (std::size_t i = 0; i < object_bytes - sizeof(object_header); ++i) {
        const bool fixed = i < fixed_bytes;
        overwrite(sizeof(object_header) + i, 'x');
        BOOST_TEST(opened().has_value() == !fixed, "byte " << i);
        if (fixed) {
            BOOST_TEST(opened().error() == errc::object_damaged);
            overwrite(sizeof(object_header) + i, 'f');
        }
    }
    BOOST_TEST(opened().has_value());
}

BOOST_AUTO_TEST_CASE(an_object_of_somebody_else_than_was_meant_is_foreign)
{
    publish();
    BOOST_TEST(open(plain, object_kind::config, access_mode::read_only, ::geteuid() + 1).error() ==
               errc::object_foreign);
    overwrite(offsetof(object_header, owner_uid), ::geteuid() + 1);
    BOOST_TEST(opened().error() == errc::object_foreign);
}

// "Permission denied" alone would send the operator looking for a mode to change.
BOOST_AUTO_TEST_CASE(an_object_that_may_not_be_opened_is_called_foreign_if_it_is)
{
    publish();
    BOOST_REQUIRE(::chmod(path().c_str(), 0) == 0);
    const uid_t maker = ::geteuid();
    child caller([&](const child_side&) {
        constexpr uid_t nobody = 65534;
        if (maker == 0 && ::setresuid(nobody, nobody, nobody) != 0)
            ::_exit(99);
        const auto why = [&](uid_t meant) {
            return open_descriptor(plain, access_mode::read_only, meant).error();
        };
        ::_exit(why(maker + 1) == errc::object_foreign && why(maker) == system_error_of(EACCES)
                    ? 0
                    : 1);
    });
    BOOST_TEST(caller.wait() == 0);
}

// Boost's open_only stays in open(2) for ever here; a child does it, so that a relapse is a
// failure.
BOOST_AUTO_TEST_CASE(a_fifo_under_the_name_holds_nobody)
{
    BOOST_REQUIRE(::mkfifo(path().c_str(), 0600) == 0);
    for (const access_mode mode : {access_mode::read_only, access_mode::read_write}) {
        child caller([&](const child_side&) {
            ::_exit(opened(mode).error() == errc::object_damaged ? 0 : 1);
        });
        BOOST_TEST(caller.wait() == 0);
    }
}

BOOST_AUTO_TEST_CASE(a_link_under_the_name_is_not_followed)
{
    publish();
    const std::string link = plain + ".link";
    BOOST_REQUIRE(::symlink(path().c_str(), (shm_directory + link).c_str()) == 0);
    BOOST_TEST(open(link, object_kind::config, access_mode::read_only).error() ==
               system_error_of(ELOOP));
    BOOST_TEST(exists(link));
    BOOST_TEST(!remove(link).failed());
    BOOST_TEST(exists(plain));
}

BOOST_AUTO_TEST_CASE(an_inherited_descriptor_needs_no_name_and_stays_the_callers)
{
    publish();
    const auto fd = open_descriptor(plain, access_mode::read_only);
    BOOST_REQUIRE(fd);
    BOOST_TEST((::fcntl(fd->get(), F_GETFD) & FD_CLOEXEC) != 0);
    BOOST_REQUIRE(!remove(plain).failed());
    BOOST_TEST(
        open_from_descriptor(fd->get(), object_kind::config, access_mode::read_only).has_value());
    BOOST_TEST(::fcntl(fd->get(), F_GETFD) != -1);
    // What was handed down for reading cannot be written.
    BOOST_TEST(
        open_from_descriptor(fd->get(), object_kind::config, access_mode::read_write).error() ==
        system_error_of(EACCES));
}

BOOST_AUTO_TEST_CASE(a_descriptor_of_something_else_is_refused)
{
    int ends[2];
    BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const unique_fd reader(ends[0]);
    const unique_fd writer(ends[1]);
    const auto map = [](int fd) {
        return open_from_descriptor(fd, object_kind::config, access_mode::read_only).error();
    };
    BOOST_TEST(map(reader.get()) == errc::object_half_made);
    BOOST_TEST(map(-1) == system_error_of(EBADF));
    const unique_fd program(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
    BOOST_TEST(map(program.get()) == errc::object_damaged);
}

BOOST_AUTO_TEST_CASE(a_descriptor_reopened_for_reading_is_of_the_same_object_and_cannot_write)
{
    const auto made = create_sized(plain, 100);
    BOOST_REQUIRE(made);
    BOOST_REQUIRE(!remove(plain).failed());
    const auto other = create_sized(plain, 200); // the name means another one now
    BOOST_REQUIRE(other);
    const auto reader = reopen_read_only(made->get());
    BOOST_REQUIRE(reader);
    struct stat found = {};
    BOOST_REQUIRE(::fstat(reader->get(), &found) == 0);
    BOOST_TEST(found.st_size == 100);
    BOOST_TEST((::fcntl(reader->get(), F_GETFD) & FD_CLOEXEC) != 0);
    BOOST_TEST(::pwrite(reader->get(), "x", 1, 0) == -1);
    BOOST_TEST(::mmap(nullptr, 100, PROT_READ | PROT_WRITE, MAP_SHARED, reader->get(), 0) ==
               MAP_FAILED);
    BOOST_TEST(reopen_read_only(-1).has_error());
}

BOOST_AUTO_TEST_CASE(removing_what_is_not_there_is_a_success)
{
    publish();
    BOOST_TEST(!remove(plain).failed());
    BOOST_TEST(!exists(plain));
    BOOST_TEST(!remove(plain).failed());
}

BOOST_AUTO_TEST_SUITE_END()
