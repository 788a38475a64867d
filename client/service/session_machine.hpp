// session_machine.hpp: what a service and its library have agreed with the coordinator, as a pure
// function (FIG. 6, FIG. 12).
//
//   unregistered -> connecting -> alive_sent -> registered <------------------------+
//                        |            |             | end of file                   | answer
//                        +-> failed <-+             v        word held              |
//                                                looking ------------> reconnecting -> again_sent
//                                     word free,  |  ^  |  adoptable      |  ^           |
//                                     owner died  |  |  +--> waiting -----|--+ new epoch |
//                                                 |  +---------------- pausing <---------+ refused
//                                                 v          |
//   registered --"your turn"--> turn <-------- going <-------+ waited too long
//
// Go is final: `going` never registers again; it ends in `turn` when every predecessor in the
// shutdown sequence is gone. In `turn` the callback runs, once. Nothing here can reach a clock, a
// socket or a page: an event goes in with its moment, out come actions in the order in which they
// are carried out, and ONE deadline that replaces the former.
#pragma once

#include "common/base/time.hpp"

#include <boost/container/static_vector.hpp>

#include <array>
#include <cscc/error.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cscc {

enum class session_state : std::uint8_t
{
    unregistered, // nothing was said yet
    connecting,   // alive was asked for, there is no connection yet
    alive_sent,   // alive is with the coordinator
    registered,   // the coordinator watches us; whether ready was said is `readiness`
    looking,      // the connection ended, we are about to look at the component lock's word
    waiting,      // the owner of the component lock died; a successor may adopt us
    pausing,      // a coordinator lives, but did not take us back; we try again soon
    reconnecting, // a coordinator lives, there is no connection yet
    again_sent,   // alive (again) is with it
    going,        // final: the group goes down, our turn comes when our predecessors are gone
    turn,         // final: the shutdown callback runs or ran
    failed,       // final: alive failed, the program ends by itself
};
inline constexpr std::array all_session_states{
    session_state::unregistered, session_state::connecting,   session_state::alive_sent,
    session_state::registered,   session_state::looking,      session_state::waiting,
    session_state::pausing,      session_state::reconnecting, session_state::again_sent,
    session_state::going,        session_state::turn,         session_state::failed};

/// How far "ready" has come; it survives a change of coordinators.
enum class readiness : std::uint8_t
{
    not_asked,
    asked,       // not answered yet, perhaps not even sent
    asked_again, // sent on a second connection: the coordinator may know it already
    settled,     // answered, well or badly
};
inline constexpr std::array all_readiness{readiness::not_asked, readiness::asked,
                                          readiness::asked_again, readiness::settled};

enum class session_event : std::uint8_t
{
    alive_asked,
    birth_refused, // instead of alive_asked: not born as we should be (code)
    ready_asked,
    connected,
    connect_failed,  // (code)
    answer_ok,       // the coordinator's answer to the last thing said
    answer_twice,    // it says that it knew this already
    answer_refused,  // it refuses (code)
    end_of_file,     // the connection ended
    turn_message,    // the coordinator says that it is our turn
    word_held,       // the component lock's word: a coordinator lives
    word_free,       // released: everybody goes down
    word_owner_died, // its owner died and nobody will adopt us
    word_adoptable,  // its owner died in a steady group whose policy is to adopt
    epoch_changed,   // there is another primary than the one we were registered with
    turn_found,      // every predecessor is gone
    deadline_reached,
};
inline constexpr std::array all_session_events{
    session_event::alive_asked,     session_event::birth_refused,   session_event::ready_asked,
    session_event::connected,       session_event::connect_failed,  session_event::answer_ok,
    session_event::answer_twice,    session_event::answer_refused,  session_event::end_of_file,
    session_event::turn_message,    session_event::word_held,       session_event::word_free,
    session_event::word_owner_died, session_event::word_adoptable,  session_event::epoch_changed,
    session_event::turn_found,      session_event::deadline_reached};

enum class session_action : std::uint8_t
{
    connect, // until it works, fails, or `close`
    send_alive,
    send_alive_again,
    send_ready,
    close,          // end the connection, or the attempt
    look_at_word,   // answered by one of the word_ events
    wait_for_epoch, // answered by epoch_changed, perhaps at once; ends with the state
    wait_for_turn,  // go: arm the kernel timer, wait for the predecessors; answered by turn_found
    run_callback,   // arm the kernel timer for ourselves alone, run the callback
    tell_alive,     // complete async_alive with the verdict's code
    tell_ready,     // complete async_ready with the verdict's code
};

struct session_policy
{
    duration answer_limit{};   // of alive and of ready: the component's startup_timeout
    duration takeover_limit{}; // to find a new coordinator: takeover_timeout
    duration retry_pause = std::chrono::milliseconds(100);
};

/// A value; what a session is at one moment.
struct session_facts
{
    session_state state = session_state::unregistered;
    readiness ready = readiness::not_asked;
    std::optional<time_point> takeover_deadline; // since the death of the coordinator was seen
};

struct session_verdict
{
    session_facts next;
    boost::container::static_vector<session_action, 3> actions;
    int code = 0;                       // for tell_alive and tell_ready
    std::optional<time_point> deadline; // replaces the former one; empty means: no deadline
};

/// What follows `event` at `now`.
///
/// Total: an event that means nothing in a state leaves the state and its deadline alone, which is
/// why the current deadline is passed in.
/// @param code  of birth_refused, connect_failed, answer_refused: a service_errc or -errno
[[nodiscard]] session_verdict step(const session_facts& facts, session_event event, int code,
                                   time_point now, std::optional<time_point> deadline,
                                   const session_policy& policy);

/// True if a session in this state must have a deadline, false if it must have none; empty: either.
[[nodiscard]] std::optional<bool> needs_deadline(session_state) noexcept;

[[nodiscard]] std::string_view to_string(session_state) noexcept;
[[nodiscard]] std::string_view to_string(readiness) noexcept;
[[nodiscard]] std::string_view to_string(session_event) noexcept;
[[nodiscard]] std::string_view to_string(session_action) noexcept;

} // namespace cscc
