// The file of a service's output, in a folder where somebody else may have been before.
#include "daemon/adapters/output_file.hpp"
#include "test/support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace cscc;

namespace {

struct fixture
{
    cscc::test::temp_dir directory;
    std::string path = directory.file("output");
};

} // namespace

BOOST_FIXTURE_TEST_CASE(it_is_made_for_its_owner_and_group_and_appended_to, fixture)
{
    for (const char* const word : {"one ", "two "}) {
        const auto file = open_output_file(path);
        BOOST_REQUIRE(file);
        BOOST_TEST(::write(file->get(), word, 4) == 4);
        BOOST_TEST((::fcntl(file->get(), F_GETFL) & (O_NONBLOCK | O_APPEND)) == O_APPEND);
        BOOST_TEST((::fcntl(file->get(), F_GETFD) & FD_CLOEXEC) != 0);
    }
    BOOST_TEST(cscc::test::read_file(path) == "one two ");
    struct stat made = {};
    BOOST_REQUIRE(::stat(path.c_str(), &made) == 0);
    BOOST_TEST((made.st_mode & 07137U) == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_pipe_without_a_reader_is_refused_and_not_waited_for, fixture)
{
    BOOST_REQUIRE(::mkfifo(path.c_str(), 0666) == 0);
    const auto file = open_output_file(path);
    BOOST_REQUIRE(!file);
    BOOST_TEST(file.error().value() == ENXIO);
}

BOOST_FIXTURE_TEST_CASE(a_pipe_with_a_reader_is_no_file_either, fixture)
{
    BOOST_REQUIRE(::mkfifo(path.c_str(), 0666) == 0);
    const unique_fd reader(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    BOOST_TEST((open_output_file(path).error() == errc::output_unsafe));
}

BOOST_FIXTURE_TEST_CASE(a_second_name_of_another_file_is_refused, fixture)
{
    cscc::test::write_file(directory.file("precious"), "precious");
    BOOST_REQUIRE(::link(directory.file("precious").c_str(), path.c_str()) == 0);
    BOOST_TEST((open_output_file(path).error() == errc::output_unsafe));
    BOOST_TEST(cscc::test::read_file(directory.file("precious")) == "precious");
}

BOOST_FIXTURE_TEST_CASE(a_symbolic_link_is_not_followed, fixture)
{
    std::filesystem::create_symlink(directory.file("elsewhere"), path);
    BOOST_TEST(open_output_file(path).error().value() == ELOOP);
    BOOST_TEST(!std::filesystem::exists(directory.file("elsewhere")));
}

BOOST_AUTO_TEST_CASE(a_device_is_what_an_operator_may_have_meant)
{
    BOOST_TEST(open_output_file("/dev/null").has_value());
}
