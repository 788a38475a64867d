// group_under_test.hpp: a group of real processes in a private place; the fixture of every
// integration test.
//
//   group_under_test group(figure_13());
//   BOOST_TEST(group.csccmgr({"start"}).code == 0);
//   group.kill("CSGS");
//   BOOST_TEST(group.eventually([&] { return group.generation() == 2 && group.all_ready(); }));
//   BOOST_TEST(group.csccmgr({"stop"}).code == 0);
//   group.expect_nothing_left();
//
// It owns a temporary folder (configuration, runtime directory, logs, event log), a name for the
// shared objects that no other process uses, and the process_watch. At its end it kills what
// lives, and reports through Boost.Test every violation that the checker finds in the event log -
// so each test checks the order, whatever it is about. With CSCC_KEEP_LOGS=FOLDER the event log and
// the product's logs of a test that failed are kept there.
#pragma once

#include "test/support/checker.hpp"
#include "test/support/group_description.hpp"
#include "test/support/process_watch.hpp"
#include "test/support/program.hpp"
#include "test/support/temp_dir.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <signal.h>

namespace cscc::test {

using namespace std::chrono_literals;

/// One process of a service, as its event lines tell.
struct service_process
{
    process_key who;
    std::uint64_t generation = 0;
    bool alive = false; // it said so
    bool ready = false;
    bool lives = false;
};

/// A machine of its own, as far as the programs on it can see, beside others under one harness.
struct machine
{
    process_watch* watch = nullptr;
    std::string watch_log; // its event log: of processes only, everywhere
    namespaces_of inside;
    std::uint64_t network = 0; // what network_of() says of who is on it
    std::string shared_memory; // its /dev/shm, as we can reach it
};

class group_under_test
{
public:
    explicit group_under_test(group_description description);
    /// On a machine beside others, all of which outlive it.
    group_under_test(group_description description, const machine& place);
    ~group_under_test();

    [[nodiscard]] process_watch& watch() noexcept { return watch_; }
    [[nodiscard]] const group_description& description() const noexcept { return description_; }
    [[nodiscard]] const std::string& name() const noexcept { return description_.name; }
    [[nodiscard]] std::string configuration_file() const { return dir_.file("group.cfg"); }
    [[nodiscard]] std::string runtime_directory() const { return dir_.file("run"); }
    [[nodiscard]] std::string log_directory() const { return dir_.file("log"); }
    [[nodiscard]] std::string control_socket() const
    {
        return runtime_directory() + "/control.sock";
    }
    [[nodiscard]] std::string service_socket() const
    {
        return runtime_directory() + "/services.sock";
    }
    [[nodiscard]] std::string event_log() const { return dir_.file("events.log"); }
    [[nodiscard]] std::string file(const std::string& in_the_folder) const
    {
        return dir_.file(in_the_folder);
    }

    /// Writes the configuration anew, for a test that changes it.
    void configure(group_description description);

    /// Adds a line of the harness to the group's event log.
    void note(event_line line);

    // --- commands

    /// Runs csccmgr to its end. Orders and their answers go into the event log (I16).
    program_result csccmgr(const std::vector<std::string>& arguments,
                           std::chrono::nanoseconds limit = 30s);
    /// Starts it and returns; for two at once. Not noted in the event log.
    [[nodiscard]] running_program begin_csccmgr(const std::vector<std::string>& arguments);
    [[nodiscard]] start_spec csccmgr_spec(const std::vector<std::string>& arguments) const;

    /// Kills the newest process of a service.
    void kill(const std::string& id, int signal_number = SIGKILL);
    /// At one instant, as far as the group can see: the primary is stopped first, or it would
    /// replace the standby.
    void kill_both_daemons();
    /// Says that a process which is not begun here gives this order now.
    void note_asked(const std::string& verb);
    /// Says that from here on processes of this service may end at a failpoint of their own.
    void note_fault(const std::string& id);
    /// Says in the event log that from here on nothing is promised about deadlines.
    void note_force();
    /// Asks for the status and notes what it says, service by service, for I17. Only at rest.
    void note_status();
    /// Says that nothing more is done to it, and where it came to rest: up, down or none (I10).
    void note_rest(std::string_view is);

    // --- facts

    [[nodiscard]] std::vector<log_event> events() const; // the event log
    [[nodiscard]] std::size_t count(const std::string& kind, const std::string& id = "") const;
    [[nodiscard]] std::optional<service_process> service(const std::string& id) const; // newest
    [[nodiscard]] std::uint64_t generation() const; // the newest of any service
    [[nodiscard]] bool all_ready() const;           // the newest process of each lives and is ready
    [[nodiscard]] std::vector<std::string> order_of(const std::string& kind) const; // ids
    [[nodiscard]] std::optional<process_key> daemon() const; // the primary, else a living csccd
    /// Who lives and last said that it is this: "primary" or "standby".
    [[nodiscard]] std::optional<process_key> in_role(const std::string& role) const;
    /// Waits until there is one, other than `former`.
    [[nodiscard]] process_key await_role(const std::string& role,
                                         const std::optional<process_key>& former = {});

    [[nodiscard]] bool eventually(const std::function<bool()>& condition,
                                  std::chrono::nanoseconds limit = 20s)
    {
        return watch_.eventually(condition, limit);
    }

    /// Processes, shared objects and files in the runtime directory that a stop should have ended.
    [[nodiscard]] std::vector<std::string> remains() const;
    /// Of these, what is no process.
    [[nodiscard]] std::vector<std::string> leftovers() const;
    /// Waits until nothing remains; from here on the checker insists.
    void expect_nothing_left();

private:
    group_under_test(group_description description, const machine* place);
    void write_configuration();
    [[nodiscard]] parsed_log everything_logged() const;
    [[nodiscard]] std::string shared_memory() const;
    [[nodiscard]] std::vector<watched> processes() const; // of the group, and what is beside it
    void note_logs();                                     // I22
    void keep_logs() const;
    [[nodiscard]] int main_process(const std::string& id, int said) const;
    [[nodiscard]] program_result run_order(const std::string& verb, const start_spec& spec,
                                           std::chrono::nanoseconds limit, const char* claim);

    temp_dir dir_;
    group_description description_;
    std::unique_ptr<process_watch> own_watch_; // unless it is on a machine
    process_watch& watch_;
    machine place_;
    unique_fd log_;
    unsigned long failures_before_;
    int orders_ = 0;
};

/// For programs of a second group: the event log of a group is about that one alone.
[[nodiscard]] start_spec without_event_log(start_spec spec);

} // namespace cscc::test
