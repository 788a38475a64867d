// config_object_test.cpp: the configuration comes out as it went in, or not at all.
#include "common/shm/config_object.hpp"
#include "test/unit/shm/printing.hpp"
#include "test/unit/shm/scratch.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>

#include <fcntl.h>

using namespace cscc;
using namespace cscc::shm;

BOOST_FIXTURE_TEST_SUITE(config_objects, scratch)

BOOST_AUTO_TEST_CASE(the_text_comes_out_as_it_went_in)
{
    const std::string texts[] = {"", "{}", std::string("a\0b", 3), std::string(3'000'001, 'j')};
    for (const std::string& json : texts) {
        BOOST_REQUIRE(!create_config(names.config(), json).failed());
        const auto read = read_config(names.config());
        BOOST_REQUIRE(read);
        BOOST_TEST((*read == json), json.size() << " bytes");
        BOOST_REQUIRE(!remove(names.config()).failed());
    }
}

BOOST_AUTO_TEST_CASE(an_existing_configuration_is_not_replaced)
{
    BOOST_REQUIRE(!create_config(names.config(), "first").failed());
    BOOST_TEST((create_config(names.config(), "second") == boost::system::errc::file_exists));
    BOOST_TEST(read_config(names.config()).value() == "first");
}

BOOST_AUTO_TEST_CASE(an_absent_one_and_a_strangers_are_not_read)
{
    BOOST_TEST(
        (read_config(names.config()).error() == boost::system::errc::no_such_file_or_directory));
    BOOST_REQUIRE(!create_config(names.config(), "mine").failed());
    BOOST_TEST(read_config(names.config(), ::geteuid() + 1).error() == errc::object_foreign);
}

BOOST_AUTO_TEST_CASE(a_single_changed_character_is_noticed)
{
    BOOST_REQUIRE(!create_config(names.config(), R"({"user":"nobody"})").failed());
    const auto fd = open_descriptor(names.config(), access_mode::read_write);
    BOOST_REQUIRE(fd);
    BOOST_REQUIRE(::pwrite(fd->get(), "n", 1, sizeof(object_header) + 3) == 1);
    BOOST_TEST(read_config(names.config()).error() == errc::object_damaged);
}

BOOST_AUTO_TEST_CASE(text_that_the_checksum_does_not_cover_is_not_read)
{
    auto made = new_object::create(names.config(), sizeof(object_header) + 10);
    BOOST_REQUIRE(made);
    BOOST_TEST(!made->publish(object_kind::config, 9).empty());
    BOOST_TEST(read_config(names.config()).error() == errc::object_damaged);
}

BOOST_AUTO_TEST_CASE(what_could_not_be_opened_again_is_not_made)
{
    const std::string json(fixed_bytes_max + 1, 'j');
    BOOST_TEST((create_config(names.config(), json) == boost::system::errc::file_too_large));
    BOOST_TEST(!exists(names.config()));
    BOOST_REQUIRE(!create_config(names.config(), std::string_view(json).substr(1)).failed());
    BOOST_TEST(read_config(names.config()).value().size() == fixed_bytes_max);
}

BOOST_AUTO_TEST_SUITE_END()
