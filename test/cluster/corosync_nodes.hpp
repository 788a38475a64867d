// corosync_nodes.hpp: real Corosyncs, each on a machine of its own - namespaces on this one, their
// networks joined by a bridge -, for the tests of what relies on them.
//
//   corosync_nodes nodes(watch, dir);
//   nodes.start_all();                       // until all see each other and are quorate
//   auto program = nodes.run(2, spec);       // on machine 2
//   nodes.unplug(3);
//   BOOST_TEST(watch.eventually([&] { return nodes.quorum(3) == quorum_view{false, 1}; }, 20s));
//
// Machines are numbered from 1, as their node ids; machine N is called nN and has 10.77.0.N.
// Nothing of it has a name on this machine, so any number of tests can run side by side. When the
// test ends, or is killed, a janitor ends what lives on the machines, and the kernel takes the
// rest.
#pragma once

#include "test/cluster/namespaces.hpp"
#include "test/support/group_under_test.hpp"
#include "test/support/program.hpp"
#include "test/support/temp_dir.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cscc::test {

struct corosync_settings
{
    int nodes = 3;
    bool encrypted = true;
    int token_ms = 1'000;
    std::string totem_extra{}; // further lines of the section totem
    std::string quorum = "provider: corosync_votequorum";
};

/// What corosync-quorumtool says on one machine.
struct quorum_view
{
    bool quorate = false;
    int nodes = 0;
    friend bool operator==(const quorum_view&, const quorum_view&) = default;
};

class corosync_nodes
{
public:
    /// Makes the machines and connects them; no Corosync runs yet. Fails the test, and says why,
    /// where that is not permitted or something is not installed.
    /// @param watch_log  the event log of `watch`
    /// @param dir        for configuration, key and logs of the Corosyncs
    corosync_nodes(process_watch& watch, std::string watch_log, const temp_dir& dir,
                   corosync_settings settings = {});
    ~corosync_nodes();
    corosync_nodes(const corosync_nodes&) = delete;

    [[nodiscard]] int size() const noexcept { return settings_.nodes; }
    [[nodiscard]] const machine& on(int node) const { return at(node).place; }

    void start(int node); // Corosync; returns at once
    void start_all();     // and waits until all see each other and are quorate
    /// Waits until each of these sees all of these and no other, quorate or not.
    void await_together(const std::vector<int>& nodes, bool quorate);

    void kill(int node);      // Corosync, by SIGKILL
    void stop(int node);      // by SIGSTOP
    void resume(int node);    // by SIGCONT
    void power_off(int node); // everything that runs there, Corosync first
    void unplug(int node);    // its cable
    void plug(int node);

    [[nodiscard]] std::optional<process_key> corosync(int node) const; // if it lives
    [[nodiscard]] std::optional<quorum_view> quorum(int node);         // empty: it does not answer

    [[nodiscard]] running_program run(int node, start_spec spec);
    /// To its end, at most 20 s.
    program_result finish(int node, const std::string& program,
                          const std::vector<std::string>& arguments);

    /// What the Corosyncs wrote, for a test's message.
    [[nodiscard]] std::string logs() const;

private:
    struct site
    {
        namespaces own;
        machine place;
        std::optional<process_key> corosync;
    };
    [[nodiscard]] const site& at(int number) const
    {
        return *nodes_.at(static_cast<std::size_t>(number - 1));
    }
    [[nodiscard]] site& at(int number) { return *nodes_.at(static_cast<std::size_t>(number - 1)); }
    [[nodiscard]] std::string configuration(int node) const;
    [[nodiscard]] std::string log_of(int node) const;
    void connect();
    void call(const namespaces& place, const std::string& words); // ip WORDS
    void hire_janitor();
    void signal(int node, int signal_number);

    process_watch& watch_;
    const temp_dir& dir_;
    corosync_settings settings_;
    namespaces switch_; // where the bridge is
    std::vector<std::unique_ptr<site>> nodes_;
    unique_fd janitors_leash_; // he works when it is closed
    std::optional<running_program> janitor_;
};

} // namespace cscc::test
