#include "client/manager/reach.hpp"

#include "client/manager/words.hpp"
#include "common/base/text.hpp"
#include "common/reactor/async_wait_exit.hpp"
#include "common/reactor/pause.hpp"
#include "common/reactor/with_timeout.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <unistd.h>

namespace asio = boost::asio;

namespace cscc {
namespace {

using namespace std::chrono_literals;

constexpr duration try_again_after = 20ms; // short: somebody watches
constexpr duration standby_patience = 3s;  // a take-over takes some ms, if its standby runs at all

bool is_missing(const error_code& error) noexcept
{
    return error == boost::system::errc::no_such_file_or_directory;
}

} // namespace

verdict cannot_reach(const session& run, const error_code& error)
{
    const std::string socket = config::control_socket_path(run.model);
    if (error == errc::object_foreign) {
        verdict v;
        v.code = exit_code::not_permitted;
        v.words = text("somebody else than root or you serves at ", socket,
                       ", so nothing it says is believed");
        v.next_step = text("See who it is: ss -xlp src ", socket);
        return v;
    }
    if (error == errc::other_group) {
        verdict v;
        v.code = exit_code::configuration;
        v.words = text("the coordinator of another group serves at ", socket);
        v.next_step = "No two groups may share a socket: give one of them another "
                      "sem_shared_daemon_mgr_name.";
        return v;
    }
    if (error == errc::timed_out) {
        verdict v;
        v.code = exit_code::timed_out;
        v.words = text("the coordinator of ", run.group(), " does not answer at ", socket);
        v.next_step = "It may be stopped or stuck; see its log, or give more time with --timeout.";
        return v;
    }
    return failed_to(text("reach the coordinator at ", socket), error,
                     "Ask as root, as the group's owner, or as a member of control_group.");
}

namespace {

verdict cannot_lock(const session& run, const error_code& error)
{
    const std::string path = config::manager_lock_path(run.model);
    return failed_to(text("take the manager lock ", path), error,
                     "Act as root or as the group's owner.");
}

/// Nobody gave way until the deadline.
verdict too_late(const session& run, bool lock_was_held, const group_look& look)
{
    verdict v;
    v.code = exit_code::timed_out;
    const std::string socket = config::control_socket_path(run.model);
    if (!lock_was_held && ::access(socket.c_str(), F_OK) != 0 && look.view) {
        const auto pid = look.view->lock(shm::daemon_lock::coordinator).owner_tid();
        v.words = text("the coordinator of ", run.group(), " (pid ", pid,
                       ") lives, but its socket ", socket, " is gone");
        v.next_step = text("Stop it in order with: kill ", pid);
        return v;
    }
    if (!lock_was_held) {
        const auto tid = look.view ? look.view->lock(shm::daemon_lock::coordinator).owner_tid() : 0;
        v.words =
            text("the coordinator of ", run.group(), " (pid ", tid, ") lives but does not answer");
        v.next_step = "It may be ending, stopped or stuck; try again, or look into its log.";
        return v;
    }
    const std::string path = config::manager_lock_path(run.model);
    const auto held = look_at_manager_lock(path);
    const bool known = held && held->holder && process_ref::open(*held->holder);
    v.words =
        text("another csccmgr", known ? text(" (pid ", held->holder->pid, ")") : std::string{},
             " holds the manager lock ", path);
    v.next_step = "Wait for it, or give more time with --timeout.";
    return v;
}

/// Takes the manager lock and looks, then the daemon lock. Empty: one of them is held by another,
/// or a standby lives and is still given time.
std::optional<reached> try_unguarded(session& run, time_point standby_has_until,
                                     bool& lock_was_held, group_look& last)
{
    auto lock = manager_lock::try_take(config::manager_lock_path(run.model));
    lock_was_held = !lock && lock.error() == errc::lock_held;
    if (lock_was_held)
        return std::nullopt;
    if (!lock)
        return cannot_lock(run, lock.error());
    group_look look = look_at_group(run.names());
    if (look.finding == group_finding::unusable)
        return unusable_group(run, look.error);
    const bool is_sound = look.finding == group_finding::abandoned;
    const bool has_successor =
        is_sound && clock::now() < standby_has_until && has_living_standby(*look.view);
    if (look.finding == group_finding::coordinated || has_successor) {
        last = std::move(look);
        return std::nullopt;
    }
    unguarded place{std::move(*lock), std::move(look), std::nullopt};
    if (is_sound) {
        auto won = win_office(run);
        if (!won)
            return unusable_group(run, won.error());
        if (!*won)
            return std::nullopt; // a successor was quicker
        place.in_office = std::move(*won);
    }
    return place;
}

} // namespace

bool is_nobody_there(const error_code& error) noexcept
{
    return is_missing(error) || error == asio::error::connection_refused;
}

verdict unusable_group(const session& run, const error_code& error)
{
    const std::string object = text("/dev/shm/", run.names().state());
    verdict v;
    v.code = exit_of(error);
    v.words = text(object, " cannot be used: ", error.message());
    if (error == errc::object_other_version) {
        v.next_step = "Stop the group with the version that started it; if nothing of it lives, "
                      "remove the object.";
    }
    else if (error == errc::object_foreign) {
        v.next_step = text("See whose it is: ls -l ", object);
    }
    return v;
}

namespace {

/// Two files may name one socket. The table of our group says who coordinates it; where it does not
/// (no table yet or any more, another pid namespace) the coordinator itself is asked.
asio::awaitable<error_code> check_group(session& run, control_client& client, time_point deadline)
{
    const auto view = shm::state_view::open(run.names().state(), run.names().uid);
    if (view && view->primary().pid == client.server_pid())
        co_return error_code{};
    const auto answer = co_await client.get("/v1/status", deadline);
    if (!answer)
        co_return answer.error();
    const auto status = wire::parse_group_status(answer->body);
    const bool another_s = status && status->group != run.group();
    co_return another_s ? make_error_code(errc::other_group) : error_code{};
}

} // namespace

asio::awaitable<result<in_charge>> reach_coordinator(session& run, time_point deadline)
{
    const std::string socket = config::control_socket_path(run.model);
    const uid_t owner = run.names().uid;
    auto client = co_await control_client::connect(socket, owner, deadline);
    if (!client && is_nobody_there(client.error())) {
        // The file may have been edited since the start: the running one says where it listens.
        const auto running = running_configuration(run.names());
        const std::string there = running ? config::control_socket_path(*running) : socket;
        if (there != socket) {
            client = co_await control_client::connect(there, owner, deadline);
        }
    }
    if (!client)
        co_return client.error();
    if (const error_code error = co_await check_group(run, *client, deadline))
        co_return error;
    auto process = process_ref::open_pid(client->server_pid());
    if (!process && process.error() == errc::process_gone)
        co_return error_code(asio::error::connection_refused); // it died a moment ago
    if (!process)
        co_return process.error();
    in_charge found{std::move(*client), std::move(*process)};
    co_return std::move(found);
}

asio::awaitable<result<control_client>> open_events(session& run, std::uint64_t after,
                                                    time_point deadline)
{
    auto there = co_await reach_coordinator(run, deadline);
    if (!there)
        co_return there.error();
    if (const error_code error = co_await there->client.follow(after, deadline))
        co_return error;
    co_return std::move(there->client);
}

asio::awaitable<bool> outlasts(const process_ref& process, time_point deadline)
{
    auto watched = process.clone();
    if (!watched)
        co_return false;
    const duration left = deadline - clock::now();
    const auto gone = co_await with_timeout(async_wait_exit(std::move(*watched)), left);
    co_return gone.has_value();
}

asio::awaitable<bool> died_meanwhile(const in_charge& there, const order_result& order)
{
    if (!order.is_lost)
        co_return there.process.is_gone();
    const bool gone = co_await outlasts(there.process, clock::now() + last_moments);
    co_return gone;
}

verdict cannot_use_directory(const session& run, const error_code& error)
{
    const std::string& directory = run.model.resolved.runtime_directory;
    verdict v =
        failed_to(text("use the runtime directory ", directory), error,
                  "It must be yours or root's, and writable by nobody else; another one can "
                  "be named in CSCC_RUNTIME_DIR.");
    if (error == errc::object_foreign)
        v.words = text("the runtime directory ", directory, " is not safe to use");
    return v;
}

asio::awaitable<reached> reach_group(session& run, time_point deadline)
{
    bool lock_was_held = false;
    group_look last;
    const time_point standby_has_until = clock::now() + standby_patience;
    for (;;) {
        auto found = co_await reach_coordinator(run, deadline);
        if (found)
            co_return reached(std::move(*found));
        if (!is_nobody_there(found.error()))
            co_return reached(cannot_reach(run, found.error()));
        if (auto done = try_unguarded(run, standby_has_until, lock_was_held, last))
            co_return std::move(*done);
        const time_point now = clock::now();
        if (now >= deadline)
            co_return reached(too_late(run, lock_was_held, last));
        const time_point next = std::min(deadline, now + try_again_after);
        static_cast<void>(co_await pause_until(next));
    }
}

} // namespace cscc
