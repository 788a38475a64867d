// object_check_test.cpp: who may use an object, and which header is believed.
#include "common/shm/object_check.hpp"
#include "test/unit/shm/printing.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>

using namespace cscc;
using namespace cscc::shm;

namespace {

constexpr std::uint32_t root = 0;
constexpr std::uint32_t ann = 1000;
constexpr std::uint32_t bob = 1001;

constexpr std::uint64_t size = sizeof(object_header) + 100;

header_copy sound()
{
    header_copy header;
    header.magic = static_cast<std::uint64_t>(object_kind::config);
    header.version = layout_version;
    header.owner_uid = ann;
    header.size_bytes = size;
    header.fixed_bytes = 100;
    return header;
}

error_code check(const header_copy& header)
{
    return check_header(header, object_kind::config, size, ann);
}

} // namespace

BOOST_AUTO_TEST_SUITE(object_checks)

BOOST_AUTO_TEST_CASE(only_the_owner_and_root_may_use_what_is_his)
{
    for (const std::uint32_t actual : {root, ann, bob}) {
        for (const std::uint32_t expected : {root, ann, bob}) {
            for (const std::uint32_t caller : {root, ann, bob}) {
                const bool allowed = actual == expected && (caller == actual || caller == root);
                BOOST_TEST(may_use(actual, expected, caller) == allowed,
                           "object of " << actual << ", meant " << expected << ", for " << caller);
            }
        }
    }
}

// What root believes to be its own configuration, root executes.
BOOST_AUTO_TEST_CASE(root_does_not_take_a_strangers_object_for_its_own)
{
    BOOST_TEST(!may_use(ann, root, root));
    BOOST_TEST(may_use(ann, ann, root)); // but looks at ann's group as ann's
}

BOOST_AUTO_TEST_CASE(a_sound_header_passes)
{
    BOOST_TEST(!check(sound()).failed());
}

BOOST_AUTO_TEST_CASE(a_header_without_magic_was_never_completed_whatever_else_it_says)
{
    header_copy header = sound();
    header.magic = 0;
    header.version = 99;
    BOOST_TEST(check(header) == errc::object_half_made);
}

BOOST_AUTO_TEST_CASE(another_kind_of_object_is_damaged)
{
    header_copy header = sound();
    for (const object_kind kind : {object_kind::state, object_kind::lock}) {
        header.magic = static_cast<std::uint64_t>(kind);
        BOOST_TEST(check(header) == errc::object_damaged);
    }
}

BOOST_AUTO_TEST_CASE(another_version_is_told_before_anything_it_may_mean_otherwise)
{
    for (const std::uint32_t version : {0u, layout_version + 1, 0xffffffffu}) {
        header_copy header = sound();
        header.version = version;
        header.size_bytes = 1;
        header.owner_uid = bob;
        BOOST_TEST(check(header) == errc::object_other_version);
    }
}

BOOST_AUTO_TEST_CASE(a_header_that_names_another_owner_is_foreign)
{
    header_copy header = sound();
    header.owner_uid = bob;
    BOOST_TEST(check(header) == errc::object_foreign);
}

BOOST_AUTO_TEST_CASE(a_size_other_than_the_files_is_damage)
{
    for (const std::uint64_t wrong :
         {std::uint64_t{0}, size - 1, size + 1, std::numeric_limits<std::uint64_t>::max()}) {
        header_copy header = sound();
        header.size_bytes = wrong;
        BOOST_TEST(check(header) == errc::object_damaged);
    }
}

BOOST_AUTO_TEST_CASE(a_fixed_part_beyond_the_end_is_damage)
{
    for (const std::uint64_t wrong :
         {std::uint64_t{101}, size, std::numeric_limits<std::uint64_t>::max()}) {
        header_copy header = sound();
        header.fixed_bytes = wrong;
        BOOST_TEST(check(header) == errc::object_damaged);
    }
    header_copy empty = sound();
    empty.fixed_bytes = 0;
    BOOST_TEST(!check(empty).failed());
}

BOOST_AUTO_TEST_CASE(a_fixed_part_that_would_take_minutes_to_hash_is_damage)
{
    header_copy header = sound();
    header.fixed_bytes = fixed_bytes_max + 1;
    header.size_bytes = std::uint64_t{1} << 40;
    BOOST_TEST(check_header(header, object_kind::config, header.size_bytes, ann) ==
               errc::object_damaged);
}

BOOST_AUTO_TEST_CASE(a_file_smaller_than_a_header_is_damage_whatever_the_header_says)
{
    header_copy header = sound();
    header.size_bytes = 10;
    header.fixed_bytes = 0;
    BOOST_TEST(check_header(header, object_kind::config, 10, ann) == errc::object_damaged);
}

BOOST_AUTO_TEST_SUITE_END()
