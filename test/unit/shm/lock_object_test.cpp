// lock_object_test.cpp: a service's lock page, from the daemon's side, the service's and a
// looker's.
#include "common/shm/lock_object.hpp"
#include "common/shm/shared_object.hpp"
#include "test/unit/shm/child.hpp"
#include "test/unit/shm/printing.hpp"
#include "test/unit/shm/scratch.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

using namespace cscc;
using namespace cscc::shm;

namespace {

struct scratch_lock : scratch
{
    lock_descriptors made = make_lock_object(names, "CSQL").value();

    [[nodiscard]] lock_state state() const
    {
        return look_at_lock(made.for_looking.get()).value().lock.state();
    }

    // What a service does, in a child: maps what it inherited, takes its lock.
    [[nodiscard]] service_lock served() const
    {
        auto served = service_lock::from_descriptor(made.for_service.get());
        if (!served || !served->lock().try_lock())
            ::_exit(99);
        return std::move(*served);
    }
};

// How often the object is mapped into this process.
int mappings_of(const std::string& object)
{
    std::ifstream maps("/proc/self/maps");
    int count = 0;
    for (std::string line; std::getline(maps, line);)
        count += line.find(object) != std::string::npos ? 1 : 0;
    return count;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(lock_objects_of_services, scratch_lock)

BOOST_AUTO_TEST_CASE(a_new_one_is_free_and_has_not_beaten)
{
    const auto look = look_at_lock(made.for_looking.get());
    BOOST_REQUIRE(look);
    BOOST_TEST(look->lock.state() == lock_state::free);
    BOOST_TEST(look->heartbeats == 0u);
    BOOST_TEST(mappings_of(names.lock("CSQL")) == 0); // whoever made it has not mapped it
}

BOOST_AUTO_TEST_CASE(its_descriptors_are_closed_by_exec_and_the_lookers_cannot_write)
{
    for (const unique_fd* fd : {&made.for_service, &made.for_looking})
        BOOST_TEST((::fcntl(fd->get(), F_GETFD) & FD_CLOEXEC) != 0);
    BOOST_TEST((::fcntl(made.for_service.get(), F_GETFL) & O_ACCMODE) == O_RDWR);
    BOOST_TEST((::fcntl(made.for_looking.get(), F_GETFL) & O_ACCMODE) == O_RDONLY);
    struct stat found = {};
    BOOST_REQUIRE(::fstat(made.for_looking.get(), &found) == 0);
    BOOST_TEST((found.st_mode & 07777) == 0600u);
    BOOST_TEST(found.st_size == static_cast<off_t>(lock_object_bytes));
    BOOST_TEST(found.st_blocks * 512 >= found.st_size);
}

BOOST_AUTO_TEST_CASE(a_service_that_lives_is_seen_by_its_thread_and_its_heartbeats)
{
    child service([&](const child_side& parent) {
        service_lock mine = served();
        mine.beat();
        mine.beat();
        parent.say();
        parent.hear();
        mine.beat();
        parent.say();
        parent.hear();
    });
    BOOST_REQUIRE(service.hear());
    auto look = look_at_lock(made.for_looking.get());
    BOOST_REQUIRE(look);
    BOOST_TEST(look->lock.state() == lock_state::held);
    BOOST_TEST(look->lock.owner_tid() == service.pid());
    BOOST_TEST(look->heartbeats == 2u);
    service.say();
    BOOST_REQUIRE(service.hear());
    BOOST_TEST(look_at_lock(made.for_looking.get()).value().heartbeats == 3u);
    service.kill();
    static_cast<void>(service.wait());
    look = look_at_lock(made.for_looking.get());
    BOOST_REQUIRE(look);
    BOOST_TEST(look->lock.state() == lock_state::owner_died);
    BOOST_TEST(look->heartbeats == 3u);
}

// The service's main thread may let go of everything it has; only its death lets go of the lock.
BOOST_AUTO_TEST_CASE(a_lock_that_is_held_when_its_handle_goes_is_released_by_death_alone)
{
    child service([&](const child_side& parent) {
        {
            const service_lock mine = served();
        }
        parent.say();
        parent.hear();
    });
    BOOST_REQUIRE(service.hear());
    BOOST_TEST(state() == lock_state::held);
    service.say();
    BOOST_TEST(service.wait() == 0);
    BOOST_TEST(state() == lock_state::owner_died);
}

BOOST_AUTO_TEST_CASE(a_lock_that_is_not_held_when_its_handle_goes_leaves_no_mapping)
{
    {
        auto mine = service_lock::from_descriptor(made.for_service.get());
        BOOST_REQUIRE(mine);
        BOOST_TEST(mappings_of(names.lock("CSQL")) == 1);
        BOOST_REQUIRE(mine->lock().try_lock());
        mine->lock().unlock();
    }
    BOOST_TEST(mappings_of(names.lock("CSQL")) == 0);
}

BOOST_AUTO_TEST_CASE(what_the_last_service_left_does_not_touch_the_next_one)
{
    child first([&](const child_side& parent) {
        const service_lock mine = served();
        parent.say();
        parent.hear();
    });
    BOOST_REQUIRE(first.hear());
    const auto next = make_lock_object(names, "CSQL"); // while the first still lives
    BOOST_REQUIRE(next);
    BOOST_TEST(state() == lock_state::held);
    BOOST_TEST(look_at_lock(next->for_looking.get()).value().lock.state() == lock_state::free);
    first.kill();
    static_cast<void>(first.wait());
    BOOST_TEST(look_at_lock(next->for_looking.get()).value().lock.state() == lock_state::free);

    const auto by_name = open_lock_object(names, "CSQL"); // the name is the next one's
    BOOST_REQUIRE(by_name);
    BOOST_TEST(look_at_lock(by_name->get()).value().lock.state() == lock_state::free);
}

BOOST_AUTO_TEST_CASE(each_service_has_its_own)
{
    const auto other = make_lock_object(names, "CSGS");
    BOOST_REQUIRE(other);
    auto mine = service_lock::from_descriptor(other->for_service.get());
    BOOST_REQUIRE(mine);
    BOOST_REQUIRE(mine->lock().try_lock());
    BOOST_TEST(state() == lock_state::free);
    mine->lock().unlock();
}

BOOST_AUTO_TEST_CASE(an_absent_one_is_not_there)
{
    BOOST_TEST((open_lock_object(names, "nobody").error() ==
                boost::system::errc::no_such_file_or_directory));
}

BOOST_AUTO_TEST_CASE(whatever_a_service_writes_there_a_look_is_only_a_value_or_an_error)
{
    const std::string noise(sizeof(object_header) + sizeof(lock_page), '\xee');
    BOOST_REQUIRE(::pwrite(made.for_service.get(), noise.data() + 8, noise.size() - 8, 8) > 0);
    const auto look = look_at_lock(made.for_looking.get());
    BOOST_REQUIRE(look); // the magic is untouched
    BOOST_TEST(look->lock.state() == lock_state::owner_died);
    BOOST_TEST(look->heartbeats == 0xeeeeeeeeeeeeeeeeu);
    BOOST_TEST(service_lock::from_descriptor(made.for_service.get()).error() ==
               errc::object_other_version);

    BOOST_REQUIRE(::pwrite(made.for_service.get(), noise.data(), 8, 0) == 8);
    BOOST_TEST(look_at_lock(made.for_looking.get()).error() == errc::object_damaged);
    BOOST_REQUIRE(::pwrite(made.for_service.get(), "\0\0\0\0\0\0\0\0", 8, 0) == 8);
    BOOST_TEST(look_at_lock(made.for_looking.get()).error() == errc::object_half_made);
    BOOST_REQUIRE(::ftruncate(made.for_service.get(), 100) == 0);
    BOOST_TEST(look_at_lock(made.for_looking.get()).error() == errc::object_damaged);
    BOOST_REQUIRE(::ftruncate(made.for_service.get(), 0) == 0);
    BOOST_TEST(look_at_lock(made.for_looking.get()).error() == errc::object_half_made);
    BOOST_TEST(look_at_lock(-1).has_error());
}

BOOST_AUTO_TEST_CASE(a_lock_object_of_the_wrong_size_is_not_mapped_for_locking)
{
    auto wrong = new_object::create(plain, lock_object_bytes * 2);
    BOOST_REQUIRE(wrong);
    const unique_fd fd(::dup(wrong->descriptor()));
    BOOST_TEST(!wrong->publish(object_kind::lock, 0).empty());
    BOOST_TEST(service_lock::from_descriptor(fd.get()).error() == errc::object_damaged);
}

BOOST_AUTO_TEST_SUITE_END()
