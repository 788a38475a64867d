#include "test/faults/armed_group.hpp"

#include "test/integration/said.hpp"
#include "test/support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

namespace cscc::test {

group_description three_for_crashes(const std::string& policy)
{
    group_description d = group_of({"A", "B", "C"});
    d.on_coordinator_failure = policy;
    d.takeover_timeout_ms = 500;
    d.heartbeat_timeout_ms = 1'000;
    d.cscc_extra = "heartbeat_interval = 250\n";
    for (service_description& s : d.services) {
        s.arguments = {"--linger", "100"}; // beyond the margin of what is seen late
        s.startup_timeout_ms = s.shutdown_timeout_ms = 4'000;
    }
    return d;
}

armed_group::armed_group(group_description description, std::string place)
    : g(std::move(description)), place_(std::move(place))
{
    group_description d = g.description();
    for (const std::string& variable : variables()) {
        const auto equals = variable.find('=');
        d.at("B").environment[variable.substr(0, equals)] = variable.substr(equals + 1);
    }
    g.configure(d);
    if (place_.starts_with("service:"))
        g.note_fault("B");
}

std::vector<std::string> armed_group::variables() const
{
    std::vector<std::string> all{"CSCC_FAILPOINT_LOG=" + g.file("reached"),
                                 "CSCC_FAILPOINT_ONCE=" + g.file("armed")};
    if (!place_.empty())
        all.push_back("CSCC_FAILPOINTS=" + place_ + "=kill");
    return all;
}

running_program armed_group::begin(const std::string& verb)
{
    start_spec spec = g.csccmgr_spec({verb});
    const auto more = variables();
    spec.environment.insert(spec.environment.end(), more.begin(), more.end());
    event_line line = g.watch().line("asked");
    running_program csccmgr(g.watch(), spec);
    g.watch().write(line.add("verb", verb).add("of", csccmgr.who().pid));
    return csccmgr;
}

void armed_group::run(const std::string& verb)
{
    const program_result r = begin(verb).finish(30s);
    BOOST_TEST(!r.timed_out, "csccmgr " << verb << " does not end: " << r.describe());
}

void armed_group::start()
{
    expect(begin("start").finish(30s), 0);
}

void armed_group::arm()
{
    std::filesystem::remove(g.file("reached"));
    b_when_armed_ = g.service("B");
    write_file(g.file("armed"), "");
}

void armed_group::disarm()
{
    std::filesystem::remove(g.file("armed"));
}

bool armed_group::was_deadly()
{
    // A B that dies where it was at work is taken for ready until its end is seen.
    const bool is_b = place_.starts_with("service:") && b_when_armed_;
    return !std::filesystem::exists(g.file("armed")) &&
           !(is_b && g.watch().lives(b_when_armed_->who));
}

std::set<std::string> armed_group::reached() const
{
    const auto lines = lines_of(read_file(g.file("reached")));
    return {lines.begin(), lines.end()};
}

void armed_group::kill_role(const std::string& role, int signal_number)
{
    const process_key who = g.await_role(role);
    BOOST_TEST(g.watch().signal(who, signal_number));
    if (signal_number == SIGSTOP)
        stopped_ = who;
}

void armed_group::continue_stopped()
{
    if (stopped_)
        static_cast<void>(g.watch().signal(*stopped_, SIGCONT)); // it may be dead by now
}

} // namespace cscc::test
