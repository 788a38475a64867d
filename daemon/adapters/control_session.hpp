// control_session.hpp: one connection of the control API, from accept to close.
//
//   reading -> answering -> reading ...            keep-alive, one request at a time
//                        -> lingering -> closed    after an answer that ends the connection
//           -> streaming -> closed                 followers of events
//
// Each phase has at most one deadline, which replaces the former; reading and streaming to a peer
// that keeps up cost no timer while nothing happens but the one that ends an idle connection.
#pragma once

#include "daemon/adapters/control_port.hpp"
#include "daemon/adapters/control_server_routes.hpp"
#include "daemon/adapters/control_server_settings.hpp"
#include "daemon/adapters/event_feed.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace cscc {

/// Made by std::make_shared; the server holds it until it hears of its end, and its pending
/// operations until they have completed. After its end it touches nothing of the host's.
class control_session : public std::enable_shared_from_this<control_session>
{
public:
    /// Must live until the session has ended.
    struct host
    {
        control_port& port;
        event_feed& feed;
        const control_settings& settings;
        std::function<void(const std::string&)> note; // a line for the log, throttled
        std::function<void(control_session&)> ended;  // once, from within close()
    };

    control_session(boost::asio::local::stream_protocol::socket socket, control_peer peer,
                    host& server);
    ~control_session();

    void start();

    /// Closes as soon as what is being written, or was published until now, has been written.
    void finish();

    /// Closes at once.
    void close();

    [[nodiscard]] uid_t uid() const noexcept { return peer_.credentials.uid; }

private:
    enum class phase
    {
        reading,
        answering,
        streaming,
        lingering,
        closed,
    };
    struct http_reader;
    using step = void (control_session::*)();

    void await_request(duration limit);
    void on_head(error_code, std::size_t bytes);
    void read_body();
    void on_request_read(error_code);
    void on_unreadable(error_code);
    void on_read_deadline();
    void handle_request();

    void answer(control_reply, bool keep_alive, unsigned minor, bool with_body);
    void answer_and_close(unsigned status, std::string title, std::string detail);
    void on_answered();
    void linger();

    void begin_stream(std::uint64_t after);
    void pump_soon();
    void pump();
    void on_batch_written();
    [[nodiscard]] bool add_batch();

    void discard_input();
    void write(step done);
    void set_deadline(duration);
    void clear_deadline();
    void on_timer();
    void on_deadline();

    boost::asio::local::stream_protocol::socket socket_;
    const control_peer peer_;
    host& server_;
    phase phase_ = phase::reading;
    bool finishing_ = false;
    bool keep_alive_ = false;

    std::unique_ptr<http_reader> reader_;
    bool first_request_ = true;
    bool read_timed_out_ = false;

    std::string output_; // what is being written
    bool writing_ = false;
    std::array<char, 512> discarded_{};

    event_feed::subscription subscription_;
    std::uint64_t cursor_ = 0; // the last event that was written or is being written

    boost::asio::steady_timer timer_;
    std::optional<time_point> deadline_;
};

} // namespace cscc
