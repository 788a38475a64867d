// group_names_test.cpp: which objects are a group's, and which only look so.
#include "common/shm/config_object.hpp"
#include "common/shm/group_names.hpp"
#include "common/shm/lock_object.hpp"
#include "common/shm/shared_object.hpp"
#include "test/unit/shm/printing.hpp"
#include "test/unit/shm/sample_state.hpp"
#include "test/unit/shm/scratch.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <string>

#include <unistd.h>

using namespace cscc;
using namespace cscc::shm;

namespace {

std::set<std::string> found(const group_names& names)
{
    const auto list = lock_objects(names).value();
    return {list.begin(), list.end()};
}

// A second group that is gone after the test.
struct other_group
{
    group_names names;
    explicit other_group(std::string name) : names{std::move(name), ::geteuid()} {}
    other_group(const other_group&) = delete;
    other_group& operator=(const other_group&) = delete;
    ~other_group() { static_cast<void>(remove_group_objects(names)); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(names_of_groups, scratch)

BOOST_AUTO_TEST_CASE(the_names_are_these)
{
    const group_names g{"csc_mem_shared", 1000};
    BOOST_TEST(g.config() == "csc_mem_shared.1000.config");
    BOOST_TEST(g.state() == "csc_mem_shared.1000.state");
    BOOST_TEST(g.lock("CSQL") == "csc_mem_shared.1000.lock.CSQL");
}

BOOST_AUTO_TEST_CASE(the_longest_names_are_still_file_names)
{
    const group_names g{std::string(name_max, 'g'), 4294967294};
    BOOST_TEST(g.lock(std::string(id_max, 'i')).size() <= 255u);
}

BOOST_AUTO_TEST_CASE(a_tag_is_one_groups_of_one_user)
{
    const std::set<std::uint64_t> tags{group_names{"a", 1}.tag(), group_names{"a", 2}.tag(),
                                       group_names{"b", 1}.tag(), group_names{"a.1", 1}.tag()};
    BOOST_TEST(tags.size() == 4u);
    BOOST_TEST((group_names{"a", 1}.tag()) == (group_names{"a", 1}.tag()));
}

BOOST_AUTO_TEST_CASE(a_group_without_objects_has_no_locks_and_is_removed_with_success)
{
    BOOST_TEST(found(names).empty());
    BOOST_TEST(!remove_group_objects(names).failed());
}

BOOST_AUTO_TEST_CASE(all_locks_are_found_and_all_objects_removed)
{
    BOOST_REQUIRE(!create_config(names.config(), "{}").failed());
    BOOST_REQUIRE(
        new_object::create(names.state(), 100).value().publish(object_kind::state, 0).size());
    std::set<std::string> made;
    for (const char* id : {"A", "A.B", "lock", ".state", "x.config"}) {
        BOOST_REQUIRE(make_lock_object(names, id));
        made.insert(names.lock(id));
    }
    BOOST_TEST((found(names) == made));
    BOOST_TEST(!remove_group_objects(names).failed());
    BOOST_TEST(found(names).empty());
    BOOST_TEST(!exists(names.config()));
    BOOST_TEST(!exists(names.state()));
    for (const std::string& object : made)
        BOOST_TEST(!exists(object));
}

BOOST_AUTO_TEST_CASE(a_lock_of_the_table_is_removed_whatever_its_service_wrote_there)
{
    BOOST_REQUIRE(state_writer::create(names.state(), sample_spec()));
    const std::string noise(lock_object_bytes, '\xa5');
    auto spoilt = make_lock_object(names, "CSQL");
    auto emptied = make_lock_object(names, "CSTS");
    BOOST_REQUIRE((spoilt && emptied));
    BOOST_REQUIRE(::pwrite(spoilt->for_service.get(), noise.data(), noise.size(), 0) ==
                  static_cast<ssize_t>(noise.size()));
    BOOST_REQUIRE(::ftruncate(emptied->for_service.get(), 1) == 0);
    BOOST_TEST(!remove_group_objects(names).failed());
    for (const std::string& object : {names.lock("CSQL"), names.lock("CSTS"), names.state()})
        BOOST_TEST(!exists(object));
}

BOOST_AUTO_TEST_CASE(a_half_made_lock_is_the_groups_too)
{
    BOOST_REQUIRE(create_sized(names.lock("sized"), lock_object_bytes));
    BOOST_TEST((found(names) == std::set<std::string>{names.lock("sized")}));
    BOOST_TEST(!remove_group_objects(names).failed());
    BOOST_TEST(!exists(names.lock("sized")));
}

BOOST_AUTO_TEST_CASE(a_group_whose_name_begins_or_ends_alike_is_another_one)
{
    const other_group longer(names.name + "x");
    const other_group inner(names.name + ".1");
    BOOST_REQUIRE(make_lock_object(longer.names, "A"));
    BOOST_REQUIRE(make_lock_object(inner.names, "A"));
    BOOST_REQUIRE(make_lock_object(names, "A"));
    const std::string ending = "x" + names.lock("half"); // half-made: only its name says whose
    BOOST_REQUIRE(create_sized(ending, lock_object_bytes));
    BOOST_TEST((found(names) == std::set<std::string>{names.lock("A")}));
    BOOST_TEST(!remove_group_objects(names).failed());
    BOOST_TEST(exists(ending));
    BOOST_TEST(!remove(ending).failed());
    BOOST_TEST(exists(longer.names.lock("A")));
    BOOST_TEST(exists(inner.names.lock("A")));
}

// The worst name there can be: every object of that group looks like a lock object of ours.
BOOST_AUTO_TEST_CASE(a_group_named_like_a_lock_of_ours_keeps_its_objects)
{
    const other_group evil(names.lock("evil"));
    BOOST_REQUIRE(!create_config(evil.names.config(), "{}").failed());
    BOOST_REQUIRE(make_lock_object(evil.names, "A"));
    BOOST_REQUIRE(make_lock_object(names, "evil"));
    BOOST_TEST((found(names) == std::set<std::string>{names.lock("evil")}));
    BOOST_TEST(!remove_group_objects(names).failed());
    BOOST_TEST(!exists(names.lock("evil")));
    BOOST_TEST(exists(evil.names.config()));
    BOOST_TEST((found(evil.names) == std::set<std::string>{evil.names.lock("A")}));
}

BOOST_AUTO_TEST_CASE(what_belongs_to_another_user_is_not_the_groups)
{
    const group_names theirs{names.name, ::geteuid() + 1};
    BOOST_REQUIRE(make_lock_object(theirs, "A")); // made by us under a name of theirs
    BOOST_TEST(found(theirs).empty());
    BOOST_TEST(!remove(theirs.lock("A")).failed());
}

BOOST_AUTO_TEST_SUITE_END()
