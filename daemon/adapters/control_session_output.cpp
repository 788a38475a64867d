// control_session_output.cpp: how a session writes, streams events, and keeps its deadlines.
#include "common/base/text.hpp"
#include "daemon/adapters/control_session.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <utility>

namespace asio = boost::asio;

namespace cscc {
namespace {

long long in_ms(duration d) noexcept
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
}

} // namespace

// --- streaming ----------------------------------------------------------------------------------

void control_session::begin_stream(std::uint64_t after)
{
    phase_ = phase::streaming;
    const auto* first = server_.feed.next(after);
    cursor_ = first != nullptr ? first->number - 1 : server_.feed.last_number();
    // What is kept is read from the feed at the peer's pace; the subscription only says "more".
    subscription_ = server_.feed.subscribe(server_.feed.last_number(),
                                           [this](const event_feed::entry&) { pump_soon(); });
    discard_input(); // and so learn that the peer left
    output_ = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
              "Connection: close\r\n\r\n"; // the stream's length is not known: it ends by closing
    (void)add_batch();                     // now, before the next event can push the oldest out
    writing_ = true;
    write(&control_session::on_batch_written);
}

// With the next turn of the reactor: what one step publishes goes out in one write.
void control_session::pump_soon()
{
    if (phase_ != phase::streaming || std::exchange(writing_, true))
        return;
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
        if (self->phase_ != phase::closed)
            self->on_batch_written();
    });
}

// Writes what the peer has not got yet, one batch at a time.
void control_session::pump()
{
    if (phase_ != phase::streaming || writing_)
        return;
    output_.clear();
    if (add_batch()) {
        writing_ = true;
        return write(&control_session::on_batch_written);
    }
    if (phase_ == phase::closed)
        return; // it fell behind
    output_.shrink_to_fit();
    if (finishing_)
        close();
}

void control_session::on_batch_written()
{
    writing_ = false;
    pump();
}

// Whether there was something to add.
bool control_session::add_batch()
{
    const auto* e = server_.feed.next(cursor_);
    if (e == nullptr)
        return false;
    if (e->number != cursor_ + 1) {
        server_.note(text("closed the events of ", to_string(peer_), ": it reads too slowly"));
        close();
        return false;
    }
    for (std::size_t n = 0;
         e != nullptr && n < stream_batch_events && output_.size() < stream_batch_bytes; ++n) {
        output_ +=
            text("id: ", e->number, "\nevent: ", to_string(e->kind), "\ndata: ", *e->json, "\n\n");
        cursor_ = e->number;
        e = server_.feed.next(cursor_);
    }
    return true;
}

// --- bytes and time ----------------------------------------------------------------------------

void control_session::discard_input()
{
    socket_.async_read_some(asio::buffer(discarded_),
                            [self = shared_from_this()](error_code ec, std::size_t) {
                                if (self->phase_ == phase::closed)
                                    return;
                                if (ec)
                                    return self->close();
                                self->discard_input();
                            });
}

// Writes output_, then continues with `done`, never from within this call. Nearly every write ends
// at once: only one that does not gets a timer, so that an event costs no system call for one.
void control_session::write(step done)
{
    error_code ec;
    const std::size_t written = socket_.write_some(asio::buffer(output_), ec);
    if (ec && ec != asio::error::would_block && ec != asio::error::try_again)
        return close();
    if (written == output_.size()) {
        asio::post(socket_.get_executor(), [self = shared_from_this(), done] {
            if (self->phase_ != phase::closed)
                ((*self).*done)();
        });
        return;
    }
    set_deadline(server_.settings.write_limit);
    asio::async_write(socket_, asio::buffer(output_) + written,
                      [self = shared_from_this(), done](error_code failed, std::size_t) {
                          if (self->phase_ == phase::closed)
                              return;
                          if (failed)
                              return self->close();
                          self->clear_deadline();
                          ((*self).*done)();
                      });
}

void control_session::set_deadline(duration limit)
{
    deadline_ = clock::now() + limit;
    timer_.expires_at(*deadline_);
    timer_.async_wait([self = shared_from_this()](error_code) { self->on_timer(); });
}

void control_session::clear_deadline()
{
    deadline_.reset();
    timer_.cancel();
}

// Asks the clock and not the error code: an expiry and a new deadline can fall into one turn.
void control_session::on_timer()
{
    if (phase_ == phase::closed || !deadline_ || clock::now() < *deadline_)
        return;
    deadline_.reset();
    on_deadline();
}

void control_session::on_deadline()
{
    switch (phase_) {
    case phase::reading: return on_read_deadline();
    case phase::answering:
    case phase::streaming:
        server_.note(text("closed the connection of ", to_string(peer_), ": it did not read for ",
                          in_ms(server_.settings.write_limit), " ms"));
        return close();
    case phase::lingering: return close();
    case phase::closed: return;
    }
}

} // namespace cscc
