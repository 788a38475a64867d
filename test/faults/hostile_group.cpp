#include "test/faults/hostile_group.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cscc::test {
namespace fs = std::filesystem;
namespace {

const char* const another_user = "nobody";

uid_t other_uid()
{
    const passwd* const entry = ::getpwnam(another_user);
    BOOST_REQUIRE_MESSAGE(entry != nullptr, "there is no user " << another_user);
    return entry->pw_uid;
}

std::unique_ptr<stranger> of_our_uid;
std::unique_ptr<stranger> of_another; // none, if we are not root

group_description three_with_a_hostile_one(const hostile_case& c)
{
    group_description d = group_of({"A", "B", "C"});
    d.on_coordinator_failure = c.guarded ? "adopt" : "restart";
    d.restart_retry_counter = 2;
    d.takeover_timeout_ms = 1000;
    d.heartbeat_timeout_ms = 2000;
    d.cscc_extra = "heartbeat_interval = 250\n"
                   "executable_path = [\".\"]\n"; // where the configuration is
    for (service_description& s : d.services) {
        s.startup_timeout_ms = 4'000;
        s.shutdown_timeout_ms = 3'000;
    }
    d.at("A").executable = PLAIN_PROGRAM;
    d.at("A").arguments = {"--notify", "READY=1,STATUS=as it should be", "--linger", "100"};
    d.at("A").extra = "readiness = \"notify\"\n";
    d.at("C").arguments = {"--linger", "100"};
    return d;
}

} // namespace

strangers::strangers()
{
    of_our_uid = std::make_unique<stranger>(::geteuid());
    if (::geteuid() == 0)
        of_another = std::make_unique<stranger>(other_uid());
}

strangers::~strangers()
{
    of_our_uid.reset();
    of_another.reset();
}

int strangers::pid_of(bool another)
{
    return (another ? of_another : of_our_uid)->pid();
}

void strangers::expect_untouched()
{
    BOOST_TEST(of_our_uid->complaint() == "");
    BOOST_TEST((of_another ? of_another->complaint() : "") == "");
}

hostile_group::hostile_group(const hostile_case& c, const std::string& generations)
    : g(three_with_a_hostile_one(c)), case_(c)
{
    arm(generations);
    g.note_fault("B"); // ends when and as it likes
    if (c.may(ends_victim))
        g.note_fault("A");
    if (c.may(ends_primary | stops_primary | cuts_off | crowds_out | restarts))
        g.note_force(); // who is stopped keeps no deadlines
}

/// Programs in the group's folder, since the build's own may be closed to other users.
void hostile_group::arm(const std::string& generations)
{
    group_description d = g.description();
    fs::copy_file(HOSTILE_SERVICE, g.file("hostile_service"));
    fs::copy_file(CSCC_GUARD, g.file("cscc-guard"));
    BOOST_REQUIRE(::chmod(g.file("").c_str(), 0755) == 0);
    BOOST_REQUIRE(::chmod(g.file("events.log").c_str(), 0666) == 0);
    const std::string notify = "@" + g.name() + "-A";
    d.at("A").environment["NOTIFY_SOCKET"] = notify;
    service_description& b = d.at("B");
    b.executable = g.file("hostile_service");
    b.arguments = {"--do",
                   case_.what.deed,
                   "--in",
                   case_.phase,
                   "--when",
                   g.file("now"),
                   "--generation",
                   generations,
                   "--victim",
                   "A",
                   "--victim-notify",
                   notify,
                   "--stranger",
                   std::to_string(strangers::pid_of(case_.as_another))};
    b.extra = case_.guarded ? "readiness = \"notify\"\n" : "";
    if (case_.as_another)
        b.extra += std::string("user = \"") + another_user + "\"\n";
    g.configure(d);
}

void hostile_group::let_it_act()
{
    write_file(g.file("now"), "");
}

void hostile_group::await_done(const std::optional<process_key>& before)
{
    BOOST_REQUIRE(g.eventually([&] { return did("deed"); }));
    if (!case_.is(never_returns) && !case_.may(stops_primary))
        BOOST_TEST(
            g.eventually([&] { return did("done") || !before || !g.watch().lives(*before); }, 60s),
            "the deed does not come to its end");
}

} // namespace cscc::test
