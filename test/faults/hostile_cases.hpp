// hostile_cases.hpp: what a hostile service does, when, as whom - and what it may cause at most.
#pragma once

#include <string>
#include <vector>

namespace cscc::test {

/// What follows a deed, or is promised about it. Without any: nobody notices, not even the member
/// itself.
enum trait : unsigned
{
    of_member = 1,      // only the library's members can do it
    of_program = 2,     // only programs behind a guard
    ends_self = 4,      // its process ends, and the group recovers from that
    may_end_self = 8,   // or not: the library may find that it is misused
    never_returns = 16, // neither ready nor gone, until it is killed
    against = 32,       // another uid must fail in every attempt
    once = 4096,        // only in a test of its own
    // And these only if its uid is the coordinator's, who is not defended against that:
    ends_primary = 64,   // it is gone soon: killed, fenced or told to stop
    ends_victim = 128,   // another service
    restarts = 256,      // the group, by an order
    stops_primary = 512, // which is then gone where a standby lives, else with the next order
    cuts_off = 1024,     // no csccmgr reaches the coordinator any more, only a signal does
    crowds_out = 2048,   // csccmgr has to wait for a place
};

struct behaviour
{
    const char* deed; // of test/services/hostile_*.cpp
    unsigned traits;
};

struct hostile_case
{
    behaviour what;
    std::string phase; // "start", "steady" or "stop"
    bool guarded = false;
    bool as_another = false;

    [[nodiscard]] bool is(unsigned traits) const { return (what.traits & traits) != 0; }
    /// The same, but of what another uid cannot do.
    [[nodiscard]] bool may(unsigned traits) const { return !as_another && is(traits); }
    [[nodiscard]] std::string name() const;
};

[[nodiscard]] const std::vector<behaviour>& all_behaviours();

/// Every behaviour in every phase, as a member and as a program, as the coordinator's uid and - for
/// root - as another.
[[nodiscard]] std::vector<hostile_case> all_hostile_cases();

/// All, some (both by CSCC_HOSTILE), or one of each behaviour: and one as another uid, where that
/// one must fail.
[[nodiscard]] std::vector<hostile_case> chosen_hostile_cases();

} // namespace cscc::test
