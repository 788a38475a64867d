#include "common/reactor/seqpacket.hpp"
#include "common/reactor/stale_socket.hpp"
#include "test/unit/reactor/temporary_directory.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

namespace cscc {
namespace {

using stream = boost::asio::local::stream_protocol;

struct fixture
{
    test::temporary_directory directory;
    std::string path = directory.path("socket");
    boost::asio::io_context io;
};

BOOST_FIXTURE_TEST_SUITE(a_socket_s_name, fixture)

BOOST_AUTO_TEST_CASE(that_a_dead_process_left_is_removed)
{
    {
        const stream::acceptor dead(io, path);
    }
    BOOST_REQUIRE(std::filesystem::exists(path));
    BOOST_TEST(!remove_stale_socket(path));
    BOOST_TEST(!std::filesystem::exists(path));
    BOOST_TEST(!remove_stale_socket(path)); // none is a success
}

BOOST_AUTO_TEST_CASE(behind_which_somebody_listens_stays)
{
    const stream::acceptor one(io, path);
    const std::string other = directory.path("packets");
    const seqpacket::acceptor packets(io, seqpacket::endpoint(other));
    for (const std::string& in_use : {path, other}) {
        BOOST_TEST((remove_stale_socket(in_use) == boost::system::errc::address_in_use));
        BOOST_TEST(std::filesystem::exists(in_use));
    }
}

BOOST_AUTO_TEST_CASE(is_no_file_s_nor_a_directory_s)
{
    std::ofstream(path) << "not ours";
    BOOST_TEST((remove_stale_socket(path) == boost::system::errc::file_exists));
    BOOST_TEST(std::filesystem::exists(path));
    BOOST_TEST((remove_stale_socket(directory.path("")) == boost::system::errc::file_exists));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
