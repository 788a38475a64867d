#include "config/load.hpp"
#include "config/safe_file.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include <sys/stat.h>
#include <unistd.h>

using namespace cscc::config;

namespace {

constexpr std::uint32_t somebody = 23456; // neither root nor who runs the tests

struct stat file_of(mode_t mode, uid_t owner)
{
    struct stat s = {};
    s.st_mode = mode;
    s.st_uid = owner;
    return s;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_file_is_safe_if_it_is_regular_owned_by_root_or_the_caller_and_not_shared)
{
    for (const mode_t mode : {0600U, 0644U, 0444U, 0755U, 04755U, 0U}) {
        BOOST_TEST(!why_unsafe(file_of(S_IFREG | mode, 0), somebody));
        BOOST_TEST(!why_unsafe(file_of(S_IFREG | mode, somebody), somebody));
        BOOST_TEST(why_unsafe(file_of(S_IFREG | mode, somebody + 1), somebody).value() ==
                   "is unsafe: it belongs to uid 23457; it must belong to root or to uid 23456, "
                   "who runs this (chown)");
        BOOST_TEST(!!why_unsafe(file_of(S_IFREG | mode, somebody), 0), "root trusts only itself");
    }
    for (const mode_t mode : {0664U, 0646U, 0666U, 0777U, 0020U, 0002U})
        BOOST_TEST(!!why_unsafe(file_of(S_IFREG | mode, somebody), somebody));
    BOOST_TEST(why_unsafe(file_of(S_IFREG | 0664U, 0), 0).value() ==
               "is unsafe: others may write it (mode 0664); take that away (chmod go-w)");
    const std::pair<mode_t, const char*> kinds[] = {{S_IFDIR, "a directory"},
                                                    {S_IFIFO, "a pipe"},
                                                    {S_IFSOCK, "a socket"},
                                                    {S_IFCHR, "a device"},
                                                    {S_IFBLK, "a device"}};
    for (const auto& [kind, name] : kinds)
        BOOST_TEST(why_unsafe(file_of(kind | 0600U, 0), 0).value() ==
                   "is " + std::string(name) + "; it must be a regular file");
}

BOOST_AUTO_TEST_CASE(a_file_that_has_more_than_its_size_said_is_read_whole_or_refused)
{
    const std::string growing = "/proc/self/maps"; // says 0 bytes
    const file_content whole = read_safely(growing, ::geteuid(), file_bytes_max);
    BOOST_TEST_REQUIRE(!!whole.text);
    BOOST_TEST(whole.text->size() > 100U);
    BOOST_TEST(whole.text->ends_with('\n'));
    BOOST_TEST(!read_safely(growing, ::geteuid(), 10).text);
}
