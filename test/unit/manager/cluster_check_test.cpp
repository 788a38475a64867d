// cluster_check_test.cpp: an unprotected Corosync is warned of, and one that nobody could look at.
#include "client/manager/cluster_check.hpp"
#include "common/base/text.hpp"
#include "test/unit/reactor/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <string>

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cscc {
namespace {

struct scene
{
    scene() { ::unsetenv("COROSYNC_MAIN_CONFIG_FILE"); }
    ~scene() { ::unsetenv("COROSYNC_MAIN_CONFIG_FILE"); }
    scene(const scene&) = delete;
    scene& operator=(const scene&) = delete;

    std::string warning_of(const std::string& content)
    {
        std::ofstream(file, std::ios::binary) << content;
        return corosync_warning(file);
    }
    static std::string totem(const std::string& lines)
    {
        return text("totem {\n  version: 2\n", lines, "}\nquorum {\n}\n");
    }
    [[nodiscard]] std::string not_known(const std::string& name) const
    {
        return text(name, " cannot be read, so it is not known whether Corosync's traffic is "
                          "encrypted; check that on each machine.");
    }

    test::temporary_directory directory;
    std::string file = directory.path("corosync.conf");
};

BOOST_FIXTURE_TEST_SUITE(the_check_of_corosync, scene)

BOOST_AUTO_TEST_CASE(what_is_encrypted_and_authenticated_is_not_warned_of)
{
    BOOST_TEST(warning_of(totem("  secauth: on\n")) == "");
    BOOST_TEST(warning_of(totem("  crypto_cipher: aes256\n  crypto_hash: sha256\n")) == "");
}

BOOST_AUTO_TEST_CASE(what_is_not_is_warned_of_with_the_files_name_and_the_remedy)
{
    for (const std::string& content :
         {totem(""), totem("  secauth: off\n"), totem("  transport: udpu\n  secauth: on\n"),
          totem("  crypto_hash: sha256\n"), std::string(), std::string("not a configuration\n")}) {
        const std::string warning = warning_of(content);
        BOOST_TEST(warning.starts_with(text(file, ": Corosync")), warning);
        BOOST_TEST(warning.ends_with("."));
    }
    BOOST_TEST(warning_of(totem("")).find("crypto_cipher: aes256") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_is_no_sign_of_either)
{
    BOOST_TEST(corosync_warning(directory.path("missing")) == not_known(directory.path("missing")));
    BOOST_TEST(corosync_warning(directory.path("")) == not_known(directory.path("")));
    if (::geteuid() == 0)
        return; // who may read everything
    static_cast<void>(warning_of(totem("  secauth: on\n")));
    BOOST_TEST_REQUIRE(::chmod(file.c_str(), 0) == 0);
    BOOST_TEST(corosync_warning(file) == not_known(file));
}

BOOST_AUTO_TEST_CASE(what_a_file_says_cannot_steer_a_terminal)
{
    for (const char* line : {"  crypto_cipher: \x1b[2J\n", "\x1b[2J\n", "  transport: \x1b[2J\n"}) {
        const std::string warning = warning_of(totem(line));
        BOOST_TEST(!warning.empty());
        BOOST_TEST(warning.find('\x1b') == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(the_file_is_the_one_that_corosync_would_read)
{
    BOOST_TEST(corosync_file() == "/etc/corosync/corosync.conf");
    ::setenv("COROSYNC_MAIN_CONFIG_FILE", "", 1);
    BOOST_TEST(corosync_file() == "/etc/corosync/corosync.conf");
    ::setenv("COROSYNC_MAIN_CONFIG_FILE", file.c_str(), 1);
    BOOST_TEST(corosync_file() == file);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
