#include "client/service/session.hpp"

#include "client/service/codes.hpp"
#include "client/service/custodian.hpp"
#include "common/base/failpoint.hpp"
#include "common/reactor/event_log.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <cerrno>
#include <cscc/error.hpp>
#include <limits>

namespace asio = boost::asio;

namespace cscc {
namespace {

// Backstops, while a connect or a take-over is under way; nothing of the kind runs at rest.
constexpr duration backlog_pause = std::chrono::milliseconds(10);
constexpr duration epoch_pause = std::chrono::milliseconds(50);

} // namespace

session::session(asio::any_io_executor reactor, birth given)
    : reactor_(std::move(reactor)), birth_(std::move(given)), deadline_timer_(reactor_),
      slow_timer_(reactor_)
{}

// --- birth

error_code session::open_pages()
{
    result<shm::state_view> state = shm::state_view::from_descriptor(birth_.state.get());
    if (!state)
        return state.error();
    result<shm::service_lock> lock = shm::service_lock::from_descriptor(birth_.lock.get());
    if (!lock)
        return lock.error();
    const auto me = state->find(birth_.service);
    if (!me)
        return service_errc::environment_invalid;
    pages_.emplace(pages{std::move(*state), std::move(*lock), *me});
    birth_.state.reset(); // the mappings stay
    birth_.lock.reset();
    return {};
}

void session::prepare()
{
    error_code failed = open_pages();
    if (!failed)
        failed = take_for_life(pages_->lock.lock());
    if (!failed)
        failed = FAILPOINT_ERROR("service:own-lock-taken");
    if (!failed) {
        // Born in another generation, or under a primary that is none any more.
        const shm::state_view& state = pages_->state;
        epoch_ = state.epoch();
        open_event_log();
        if (state.generation() != birth_.generation ||
            state.lock(shm::daemon_lock::coordinator).state() != shm::lock_state::held)
            failed = service_errc::coordinator_gone;
    }
    prepare_code_ = to_code(failed);
}

// A service must not end for want of a file that only tests look at.
void session::open_event_log()
{
    static_cast<void>(event_log_open_named(event_role::library));
    event_log_generation(birth_.generation);
    event_log_epoch(epoch_);
}

void session::note_registered()
{
    const bool again = registered_once_.exchange(true);
    epoch_ = pages_->state.epoch();
    event_log_epoch(epoch_);
    note_event(again ? "again" : "registered", "id", birth_.service, "config_hash",
               pages_->state.group().config_checksum);
    if (again)
        FAILPOINT("service:adopted");
    else
        FAILPOINT("service:registered");
}

session_policy session::policy() const
{
    if (!pages_)
        return {};
    session_policy p;
    p.answer_limit = pages_->state.spec(pages_->me).startup_timeout;
    p.takeover_limit = pages_->state.group().takeover_timeout;
    return p;
}

// --- what the program asks

void session::ask_alive()
{
    if (prepare_code_ == 0)
        notify(session_event::alive_asked);
    else
        notify(session_event::birth_refused, prepare_code_);
}

void session::ask_ready()
{
    notify(session_event::ready_asked);
}

int session::set_status(std::string_view text)
{
    if (text.size() > wire::status_text_max)
        return static_cast<int>(service_errc::text_too_long);
    if (!registered_once_)
        return static_cast<int>(service_errc::not_alive);
    status_ = text;
    if (link_ && facts_.state == session_state::registered)
        link_->send_latest({wire::frame_kind::status, 0, 0, false, status_, 0});
    return 0;
}

// Not repeated after a take-over: a group that was still starting is started anew by a successor.
int session::extend_startup(std::chrono::milliseconds more)
{
    if (!registered_once_)
        return static_cast<int>(service_errc::not_alive);
    wire::frame request;
    request.kind = wire::frame_kind::extend;
    request.amount_ms = static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(more.count(), 0, std::numeric_limits<std::uint32_t>::max()));
    if (link_ && facts_.state == session_state::registered)
        link_->send_latest(request);
    return 0;
}

bool session::heartbeat() noexcept
{
    if (!registered_once_)
        return false;
    pages_->lock.beat();
    return true;
}

detail::happenings session::take_happenings() noexcept
{
    return std::exchange(happened_, {});
}

void session::close()
{
    if (facts_.state == session_state::turn) // the last that is seen of a program that ends
        FAILPOINT("service:before-exit");
    if (link_)
        link_->close();
    deadline_timer_.cancel();
    slow_timer_.cancel();
    stop_finding_.emit(asio::cancellation_type::terminal);
}

// --- the machine's driver

void session::notify(session_event event, int code)
{
    events_.emplace_back(event, code);
    if (std::exchange(stepping_, true))
        return; // an action told us; the loop below is further up the stack
    while (!events_.empty()) {
        const auto [next, its_code] = events_.front();
        events_.pop_front();
        apply(next, its_code);
    }
    stepping_ = false;
    watch_deadline();
}

void session::apply(session_event event, int code)
{
    const session_verdict v = step(facts_, event, code, clock::now(), deadline_, policy());
    const bool registers =
        v.next.state == session_state::registered && facts_.state != session_state::registered;
    facts_ = v.next;
    deadline_ = v.deadline;
    if (registers) {
        note_registered();
        if (!status_.empty())
            link_->send_latest({wire::frame_kind::status, 0, 0, false, status_, 0});
    }
    for (const session_action action : v.actions)
        act(action, v.code);
}

void session::act(session_action action, int code)
{
    switch (action) {
    case session_action::connect: return connect();
    case session_action::send_alive: return send_alive(false);
    case session_action::send_alive_again: return send_alive(true);
    case session_action::send_ready:
        FAILPOINT("service:before-ready");
        return link_->send({wire::frame_kind::ready, 0, 0, false, {}});
    case session_action::close:
        if (link_)
            link_->close();
        link_.reset();
        return;
    case session_action::look_at_word: return look_at_word();
    case session_action::wait_for_epoch: return look_at_epoch();
    case session_action::wait_for_turn: return wait_for_turn();
    case session_action::run_callback: return run_callback();
    case session_action::tell_alive:
        happened_.alive_answered = true;
        happened_.alive_code = code;
        happened_.finished |= facts_.state == session_state::failed;
        return;
    case session_action::tell_ready:
        happened_.ready_answered = true;
        happened_.ready_code = code;
        return;
    }
}

// Why the wait ended is asked of the clock: an expiry may already be queued when the deadline
// moves.
void session::watch_deadline()
{
    if (deadline_ == armed_for_)
        return;
    armed_for_ = deadline_;
    if (!deadline_) {
        deadline_timer_.cancel();
        return;
    }
    deadline_timer_.expires_at(*deadline_);
    deadline_timer_.async_wait([this](error_code cancelled) {
        if (cancelled || !deadline_ || clock::now() < *deadline_)
            return;
        armed_for_.reset();
        notify(session_event::deadline_reached);
    });
}

// --- the coordinator

void session::connect()
{
    link_ = std::make_shared<connection>(
        reactor_, [this](const result<wire::frame>& frame) { on_frame(frame); });
    if (facts_.state == session_state::reconnecting)
        FAILPOINT("service:reconnecting");
    const error_code failed = link_->connect(birth_.socket_path);
    if (!failed)
        FAILPOINT("service:connected");
    if (!failed)
        return notify(session_event::connected);
    link_.reset();
    if (failed != error_code(EAGAIN, boost::system::system_category()))
        return notify(session_event::connect_failed, to_code(failed));
    look_again_in(backlog_pause, &session::connect, facts_.state);
}

void session::on_frame(const result<wire::frame>& frame)
{
    if (frame && frame->kind == wire::frame_kind::turn)
        return notify(session_event::turn_message);
    if (frame && frame->kind == wire::frame_kind::answer) {
        if (frame->code == 0)
            return notify(session_event::answer_ok);
        if (frame->code == static_cast<int>(errc::said_twice))
            return notify(session_event::answer_twice);
        return notify(session_event::answer_refused, to_code(frame->code));
    }
    // The end, garbage, or a frame that only a service sends: no coordinator we can talk to.
    notify(session_event::end_of_file);
}

void session::send_alive(bool again)
{
    FAILPOINT("service:before-alive");
    link_->send({wire::frame_kind::alive, 0, birth_.generation, again, {}});
}

// The kernel marks the lock of a dead primary before it closes its sockets, so at end-of-file the
// word is true already.
void session::look_at_word()
{
    const shm::state_view& state = pages_->state;
    switch (state.lock(shm::daemon_lock::component).state()) {
    case shm::lock_state::held: return notify(session_event::word_held);
    case shm::lock_state::free: return notify(session_event::word_free);
    case shm::lock_state::owner_died: break;
    }
    const bool adoptable = state.group().on_coordinator_failure == coordinator_policy::adopt &&
                           state.state() == group_state::steady && state.wanted_up();
    notify(adoptable ? session_event::word_adoptable : session_event::word_owner_died);
}

void session::look_at_epoch()
{
    if (pages_->state.epoch() != epoch_)
        return notify(session_event::epoch_changed);
    look_again_in(epoch_pause, &session::look_at_epoch, session_state::waiting);
}

void session::look_again_in(duration pause, void (session::*look)(), session_state while_in)
{
    slow_timer_.expires_after(pause);
    slow_timer_.async_wait([this, look, while_in](error_code cancelled) {
        if (!cancelled && facts_.state == while_in)
            (this->*look)();
    });
}

} // namespace cscc
