// group_description.hpp: a group to be tested, as a value, and the configuration file it makes.
//
// The defaults make a sound group of fixture services; a test changes what it is about. `extra`
// lines go into their tables as they are, so that a test can write whatever is wrong.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace cscc::test {

using steps = std::vector<std::vector<std::string>>;

struct service_description
{
    std::string id;
    std::vector<std::string> arguments{}; // of the fixture: see test/services/fixture_service.cpp
    int startup_timeout_ms = 10'000;
    int shutdown_timeout_ms = 10'000;
    std::string executable{}; // empty: the fixture
    std::map<std::string, std::string> environment{};
    std::string extra{}; // further TOML lines of its table
    bool silent = false; // somebody's program: it writes no event lines, and is not judged by them
};

struct group_description
{
    std::vector<service_description> services;
    steps startup{};  // empty: one after the other, as listed
    steps shutdown{}; // empty: the reverse of startup
    int startup_timeout_ms = 60'000;
    int shutdown_timeout_ms = 60'000;
    int restart_retry_counter = 5;
    int restart_time_span_ms = 60'000;
    int heartbeat_timeout_ms = 3'000;
    int takeover_timeout_ms = 5'000;
    int tolerance_ms = 50; // of the checker; more where a test loads the machine
    bool standby = true;
    std::string on_coordinator_failure = "restart";
    std::string name{};       // mem_shared_name; empty: one of the harness's own
    std::string daemon{};     // empty: the csccd that was built
    std::string cscc_extra{}; // further TOML lines of [cscc_environment]
    std::string csccd_extra{};
    std::string csccmgr_extra{};

    [[nodiscard]] service_description& at(const std::string& id);
};

/// The group of FIG. 13: CSQLCE, CSQL, CSGS, CSTS, CSTR, all of them fixtures.
[[nodiscard]] group_description figure_13();

/// A group of services with these ids.
[[nodiscard]] group_description group_of(const std::vector<std::string>& ids);

[[nodiscard]] steps startup_steps(const group_description&);
[[nodiscard]] steps shutdown_steps(const group_description&);

/// The configuration file. `name` and the executables must be set.
[[nodiscard]] std::string to_toml(const group_description&);

} // namespace cscc::test
