// Packets over a pair of sockets, and who is at the other end.
#include "common/base/unique_fd.hpp"
#include "common/reactor/peer.hpp"
#include "common/reactor/seqpacket.hpp"
#include "test/unit/reactor/probe.hpp"
#include "test/unit/reactor/temporary_directory.hpp"

#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

using namespace cscc;
using namespace cscc::test;

namespace {

using received = result<std::size_t>;

struct fixture
{
    asio::io_context io{1};
    seqpacket::socket ours{io};
    seqpacket::socket theirs{io};
    std::array<char, 64> room{};

    fixture() { asio::local::connect_pair(ours, theirs); }

    error_code send(std::string_view packet)
    {
        probe<error_code> sending(io, async_send_packet(ours, asio::buffer(packet)));
        return sending.finish();
    }
    [[nodiscard]] asio::awaitable<received> receive(std::size_t size = 64)
    {
        return async_receive_packet(theirs, asio::buffer(room.data(), size));
    }
    std::string receive_text()
    {
        probe<received> receiving(io, receive());
        const received size = receiving.finish();
        return size ? std::string(room.data(), *size) : size.error().message();
    }
};

received failure(error_code e)
{
    return e;
}

error_code system_error(int number)
{
    return {number, boost::system::system_category()};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(seqpacket_test, fixture)

BOOST_AUTO_TEST_CASE(packets_keep_their_borders)
{
    BOOST_TEST(!send("one"));
    BOOST_TEST(!send("three"));
    BOOST_TEST(receive_text() == "one");
    BOOST_TEST(receive_text() == "three");
}

BOOST_AUTO_TEST_CASE(a_receive_waits_for_its_packet)
{
    probe<received> receiving(io, receive());
    BOOST_TEST(!run_until(
        io, [&] { return receiving.is_done(); }, 5ms));
    BOOST_TEST(::write(ours.native_handle(), "x", 1) == 1);
    BOOST_TEST((receiving.finish() == received(std::size_t{1})));
}

BOOST_AUTO_TEST_CASE(a_packet_that_just_fits_is_whole)
{
    BOOST_TEST(!send("12345678"));
    probe<received> receiving(io, receive(8));
    BOOST_TEST((receiving.finish() == received(std::size_t{8})));
}

BOOST_AUTO_TEST_CASE(a_packet_that_is_too_long_is_refused_and_the_next_one_is_not)
{
    BOOST_TEST(!send("123456789"));
    BOOST_TEST(!send("next"));
    probe<received> receiving(io, receive(8));
    BOOST_TEST((receiving.finish() == failure(errc::frame_malformed)));
    BOOST_TEST(receive_text() == "next");
}

BOOST_AUTO_TEST_CASE(a_closed_peer_is_the_end_of_file_after_what_it_had_sent)
{
    BOOST_TEST(!send("last"));
    ours.close();
    BOOST_TEST(receive_text() == "last");
    probe<received> receiving(io, receive());
    BOOST_TEST((receiving.finish() == failure(asio::error::eof)));
}

BOOST_AUTO_TEST_CASE(an_empty_packet_counts_as_the_end)
{
    BOOST_TEST(::send(ours.native_handle(), "", 0, 0) == 0);
    probe<received> receiving(io, receive());
    BOOST_TEST((receiving.finish() == failure(asio::error::eof)));
}

BOOST_AUTO_TEST_CASE(a_packet_to_a_closed_peer_is_an_error_and_no_signal)
{
    theirs.close();
    BOOST_TEST(send("anybody?") == system_error(EPIPE));
}

BOOST_AUTO_TEST_CASE(a_send_waits_while_the_peer_does_not_read_and_is_sent_whole)
{
    const std::string large(1000, 'x');
    ours.non_blocking(true);
    std::size_t queued = 0;
    while (::send(ours.native_handle(), large.data(), large.size(), MSG_DONTWAIT) > 0)
        ++queued;
    probe<error_code> sending(io, async_send_packet(ours, asio::buffer("late", 4)));
    BOOST_TEST(!run_until(
        io, [&] { return sending.is_done(); }, 5ms));
    std::string into(2000, '\0');
    for (; queued > 0; --queued)
        BOOST_REQUIRE(::recv(theirs.native_handle(), into.data(), into.size(), 0) == 1000);
    BOOST_TEST(!sending.finish());
    BOOST_TEST(receive_text() == "late");
}

BOOST_AUTO_TEST_CASE(a_cancellation_ends_a_receive)
{
    probe<received> receiving(io, receive());
    BOOST_TEST((receiving.finish_by_cancelling() == failure(asio::error::operation_aborted)));
}

BOOST_AUTO_TEST_CASE(a_cancellation_ends_a_send)
{
    const std::string large(1000, 'x');
    while (::send(ours.native_handle(), large.data(), large.size(), MSG_DONTWAIT) > 0) {
    }
    probe<error_code> sending(io, async_send_packet(ours, asio::buffer(large)));
    BOOST_TEST(sending.finish_by_cancelling() == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_CASE(a_socket_with_a_name_accepts_and_its_peer_is_known)
{
    const temporary_directory directory;
    const seqpacket::endpoint name(directory.path("socket"));
    seqpacket::acceptor acceptor(io, name);
    seqpacket::socket client(io);
    client.connect(name);
    seqpacket::socket server = acceptor.accept();
    const peer_credentials us{::getpid(), ::geteuid(), ::getegid()};
    BOOST_TEST((read_peer(server.native_handle()).value() == us));
    BOOST_TEST((read_peer(client.native_handle()).value() == us));
}

BOOST_AUTO_TEST_CASE(the_peer_of_a_stream_socket_is_known_too)
{
    asio::local::stream_protocol::socket one(io), other(io);
    asio::local::connect_pair(one, other);
    const peer_credentials us{::getpid(), ::geteuid(), ::getegid()};
    BOOST_TEST((read_peer(one.native_handle()).value() == us));
}

BOOST_AUTO_TEST_CASE(what_has_no_peer_is_an_error)
{
    asio::local::stream_protocol::socket alone(io, asio::local::stream_protocol());
    BOOST_TEST(read_peer(alone.native_handle()).error() == system_error(ENOTCONN));
    BOOST_TEST(read_peer(-1).error() == system_error(EBADF));
    unique_fd file{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    BOOST_TEST(read_peer(file.get()).error() == system_error(ENOTSOCK));
}

BOOST_AUTO_TEST_SUITE_END()
