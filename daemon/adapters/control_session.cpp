#include "daemon/adapters/control_session.hpp"

#include "common/base/text.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <utility>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace cscc {
namespace {

bool is_http_error(const error_code& ec) noexcept
{
    return ec.category() == http::make_error_code(http::error::bad_method).category();
}

} // namespace

struct control_session::http_reader
{
    // A head and some of what comes behind it: more is left in the socket until it is its turn.
    beast::flat_buffer buffer{2 * request_head_max};
    std::optional<http::request_parser<http::string_body>> parser;

    void begin()
    {
        parser.emplace();
        parser->header_limit(request_head_max);
        parser->body_limit(request_body_max);
    }

    [[nodiscard]] bool has_begun() const { return buffer.size() > 0 || parser->got_some(); }

    [[nodiscard]] bool expects_continue() const
    {
        const auto& request = parser->get();
        return !parser->is_done() && request.version() == 11 &&
               beast::iequals(request[http::field::expect], "100-continue");
    }
};

control_session::control_session(asio::local::stream_protocol::socket socket, control_peer peer,
                                 host& server)
    : socket_(std::move(socket)), peer_(std::move(peer)), server_(server),
      reader_(std::make_unique<http_reader>()), timer_(socket_.get_executor())
{}

control_session::~control_session() = default;

void control_session::start()
{
    error_code ec;
    socket_.non_blocking(true, ec); // for write(), which tries at once
    if (ec)
        return close();
    await_request(server_.settings.first_request_limit);
}

void control_session::finish()
{
    finishing_ = true;
    switch (phase_) {
    case phase::reading: // its order was not given yet, so nothing is lost
    case phase::lingering: return close();
    case phase::answering: return; // on_answered() closes
    case phase::streaming: return pump();
    case phase::closed: return;
    }
}

void control_session::close()
{
    if (std::exchange(phase_, phase::closed) == phase::closed)
        return;
    const auto self = shared_from_this(); // the server may let go of it now
    subscription_ = {};
    // Asio leaves the kernel's timer set for a deadline that is cancelled, and would wake up for
    // nothing long after the last client: an expiry makes it look for the next one that counts.
    set_deadline(duration::zero());
    error_code ignored; // there is nothing left to do about it
    socket_.close(ignored);
    server_.ended(*this);
}

// --- reading ------------------------------------------------------------------------------------

void control_session::await_request(duration limit)
{
    phase_ = phase::reading;
    set_deadline(limit);
    reader_->begin();
    http::async_read_header(socket_, reader_->buffer, *reader_->parser,
                            [self = shared_from_this()](error_code ec, std::size_t bytes) {
                                self->on_head(ec, bytes);
                            });
}

void control_session::on_head(error_code ec, std::size_t bytes)
{
    if (phase_ == phase::closed)
        return;
    if (!ec && bytes > request_head_max) // Beast limits its first line and the rest one by one
        ec = http::error::header_limit;
    if (ec || read_timed_out_)
        return on_unreadable(ec);
    if (!reader_->expects_continue())
        return read_body();
    output_ = "HTTP/1.1 100 Continue\r\n\r\n";
    write(&control_session::read_body);
}

void control_session::read_body()
{
    if (reader_->parser->is_done())
        return handle_request();
    if (!deadline_) // it was used up, or passed, while "100 Continue" was on its way
        set_deadline(server_.settings.first_request_limit);
    http::async_read(
        socket_, reader_->buffer, *reader_->parser,
        [self = shared_from_this()](error_code ec, std::size_t) { self->on_request_read(ec); });
}

void control_session::on_request_read(error_code ec)
{
    if (phase_ == phase::closed)
        return;
    if (ec || read_timed_out_)
        return on_unreadable(ec);
    handle_request();
}

// Every way in which a request is none.
void control_session::on_unreadable(error_code ec)
{
    if (read_timed_out_)
        return answer_and_close(408, "Request timeout", "The request did not arrive in time.");
    if (ec == http::error::header_limit ||
        (ec == http::error::buffer_overflow && !reader_->parser->is_header_done())) {
        return answer_and_close(
            431, "Request header fields too large",
            text("The head of a request has at most ", request_head_max, " bytes here."));
    }
    if (ec == http::error::body_limit || ec == http::error::buffer_overflow) {
        return answer_and_close(
            413, "Content too large",
            text("The body of a request has at most ", request_body_max, " bytes here."));
    }
    if (ec == http::error::end_of_stream || ec == http::error::partial_message ||
        !is_http_error(ec))
        return close(); // the peer left, between requests or within one
    answer_and_close(400, "Bad request", text("This is no HTTP/1.1 request: ", ec.message(), "."));
}

void control_session::on_read_deadline()
{
    if (!first_request_ && !reader_->has_begun())
        return close(); // kept alive, and not needed any more
    read_timed_out_ = true;
    error_code ignored;      // then the peer's own end of the connection ends it
    socket_.cancel(ignored); // the read ends, and on_unreadable() answers
}

void control_session::handle_request()
{
    first_request_ = false;
    clear_deadline();
    phase_ =
        phase::answering; // an order may begin to drain the server: it is answered all the same
    const auto& request = reader_->parser->get();
    const control_request asked{request.method_string(), request.target(), request["Last-Event-ID"],
                                request.body()};
    const control_caller caller{
        to_string(peer_), may_order(peer_, server_.settings.owner, server_.settings.control_group),
        peer_.credentials.pid, server_.settings.owner};
    auto outcome = route(asked, caller, server_.port, server_.feed);
    if (phase_ == phase::closed) // or stop it
        return;
    if (const auto* stream = std::get_if<control_stream>(&outcome))
        return begin_stream(stream->after);

    auto& reply = std::get<control_reply>(outcome);
    if (reply.status == 403)
        server_.note(text("refused an order of ", caller.who));
    answer(std::move(reply), request.keep_alive(), request.version() == 10 ? 0 : 1,
           request.method() != http::verb::head);
}

// --- answering ----------------------------------------------------------------------------------

void control_session::answer(control_reply reply, bool keep_alive, unsigned minor, bool with_body)
{
    phase_ = phase::answering;
    keep_alive_ = keep_alive && !finishing_;
    output_ = reply_head(reply, keep_alive_, minor);
    if (with_body && reply.body)
        output_ += *reply.body;
    write(&control_session::on_answered);
}

void control_session::answer_and_close(unsigned status, std::string title, std::string detail)
{
    clear_deadline();
    answer(to_reply({std::move(title), status, std::move(detail)}), false, 1, true);
}

void control_session::on_answered()
{
    output_.clear();
    output_.shrink_to_fit(); // an idle connection does not keep the size of its last status
    if (finishing_)
        return close();
    if (!keep_alive_)
        return linger();
    await_request(server_.settings.idle_limit);
}

// A socket that is closed with unread input resets the connection: a peer that is still sending
// fails there, and may never look at the answer. So the peer closes first, if it does so soon.
void control_session::linger()
{
    phase_ = phase::lingering;
    error_code ec;
    socket_.shutdown(asio::socket_base::shutdown_send, ec);
    if (ec)
        return close();
    set_deadline(server_.settings.linger_limit);
    discard_input();
}

} // namespace cscc
