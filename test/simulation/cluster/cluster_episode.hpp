// cluster_episode.hpp: one life of a cluster of groups under a seed, with faults.
//
// The decisions are the real incident machine's, driven as cscc-clusterd drives it. Corosync is
// fake_corosync; a machine's csccd is a few phases with delays. This class sees all of them at
// once, and so can tell who was restarted for what, and whether anybody started too early.
#pragma once

#include "daemon/cluster/incident_machine.hpp"
#include "test/simulation/cluster/fake_corosync.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cscc::simulated {

struct cluster_counts
{
    std::size_t numbers = 0; // the last one
    std::size_t failures = 0;
    std::size_t adoptions = 0;
    std::size_t restarts = 0; // by an order
    std::size_t covered = 0;  // orders to one who was down or going anyway
    std::size_t expired = 0;
    std::size_t alone = 0; // went on without a quorum
    std::size_t splits = 0;
    std::size_t strays = 0; // numbers for some alone
    std::size_t rejoins = 0;
    std::size_t overdue = 0;
};

class cluster_episode
{
public:
    explicit cluster_episode(std::uint32_t seed);

    /// Lives until everything has had its time after the last fault.
    void run();

    /// What was broken, in order; empty if nothing was.
    [[nodiscard]] const std::vector<std::string>& violations() const { return broken_; }
    [[nodiscard]] const cluster_counts& counts() const { return counts_; }
    [[nodiscard]] const std::string& end() const { return end_; } // "up", "gave up", "stopped"
    [[nodiscard]] std::string where() const;
    [[nodiscard]] const std::vector<std::string>& story() const { return story_; }

private:
    struct csccd // the group of one machine, whoever is its primary
    {
        bool lives = false;
        cluster_facts facts;
        std::uint64_t phases = 0;                            // counts them
        std::map<incident_number, std::size_t> restarts_for; // by order
        incident_number down_for = 0;                        // it was down, or adopted it
        incident_number early_for = 0;                       // started before its barrier
        std::optional<incident_number> adopted;
        time_point began_again{};
        bool is_away = false; // between two primaries
    };
    struct clusterd
    {
        process_id pid = nobody;
        std::optional<incident_machine> machine;
        std::optional<time_point> deadline;
        std::deque<incident_event> inbox;
        bool joined = false;
        bool said_leaving = false;
        // the link to csccd
        std::uint64_t link = 0; // counts connections; orders of former ones are lost
        bool linked = false;
        time_point last_order{};
        std::optional<cluster_facts> last_told;
        // what it was told, to judge it by
        bool told_quorum = false;
        bool told_disconnected = false;
        incident_number number = 0;
        incident_number released = 0;
    };
    struct node
    {
        csccd group;
        std::shared_ptr<clusterd> service;
        bool has_machine = true; // powered
        std::uint64_t next_failure = 1;
    };

    // The world (cluster_episode.cpp).
    unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }
    bool chance(unsigned percent) { return below(100) < percent; }
    duration some(unsigned from_ms, unsigned to_ms);
    void demand(bool holds, const std::string& what);
    void note(node_id n, const std::string& what);
    [[nodiscard]] node& of(node_id n) { return nodes_.at(n - 1); }
    void plan_fault();
    void fault(unsigned which, node_id victim);
    void fault_of_cluster(unsigned which, node_id victim);
    void crash_machine(node_id n);
    void restart_corosync(node_id n);
    void heal_all();
    void judge_rest();
    void judge_node(node_id n, const incident_view& reference);
    [[nodiscard]] std::uint64_t fingerprint() const;

    // A csccd (cluster_group.cpp).
    void boot(node_id n);
    void enter(node_id n, cluster_phase phase, duration after_ms, cluster_phase next);
    void change_phase(node_id n, cluster_phase phase);
    void fail(node_id n);
    void end_group(node_id n, bool gave_up, const std::string& cause);
    void group_is_gone(node_id n);
    void take_over(node_id n);
    void obey(node_id n, const incident_action& order);
    void begin_again(node_id n);

    // A cscc-clusterd (cluster_driver.cpp).
    void start_service(node_id n);
    void kill_service(node_id n);
    void connect(const std::shared_ptr<clusterd>& c, node_id n);
    void tell_facts(node_id n);
    void lose_link(node_id n);
    void deliver(member_id who, incident_event event);
    void push(const std::shared_ptr<clusterd>& c, node_id n, incident_event event);
    void step(const std::shared_ptr<clusterd>& c, node_id n, const incident_event& event);
    void carry_out(const std::shared_ptr<clusterd>& c, node_id n, const incident_action& action);
    void judge_step(clusterd& c, node_id n, const incident_event& event);
    void judge_order(const clusterd& c, node_id n, const incident_action& action);
    void judge_release(node_id n, const incident_view& v);
    void judge_proceed(const clusterd& c, node_id n, incident_number number);

    std::mt19937 random_;
    kernel kernel_;
    std::vector<node> nodes_;
    incident_settings settings_;
    fake_corosync corosync_;
    unsigned faults_ = 0;
    std::vector<duration> moments_;                               // at which faults come together
    std::map<std::string, std::set<incident_number>> numbers_of_; // by cause
    std::set<std::pair<incident_number, std::string>> told_;      // numbers and their causes
    std::map<incident_number, time_point> raised_at_;             // for the last of its causes
    std::set<incident_number> expired_;
    std::set<std::string> died_; // whose cluster service ended without a word
    bool cut_off_ = false;       // somebody's machine or Corosync was
    std::size_t deaths_ = 0;     // of cluster services and machines
    bool somebody_gave_up_ = false;
    std::vector<std::string> broken_;
    std::vector<std::string> story_;
    bool tells_story_ = false;
    cluster_counts counts_;
    std::string end_;
};

} // namespace cscc::simulated
