// verbs_cluster_test.cpp: what status, check and plan say of a group that is one of several
// machines'.
#include "test/unit/manager/verbs_fixture.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

namespace cscc {
namespace {

struct clustered_fixture : test::coordinated_fixture
{
    ~clustered_fixture() { ::unsetenv("COROSYNC_MAIN_CONFIG_FILE"); }

    [[nodiscard]] std::string status(bool in_cluster) const
    {
        auto s =
            *wire::parse_group_status(status_json(group_state::steady, component_state::ready));
        if (in_cluster) {
            wire::cluster_view view;
            view.group = "shop";
            view.joined = view.agreed = view.quorate = true;
            view.node = 1;
            view.machines = {{1, "n1", wire::machine_state::up}};
            s.cluster = wire::cluster_status{411, 0, view};
        }
        return to_json(s);
    }
    test::child serve_status(bool in_cluster)
    {
        return serve([json = status(in_cluster)](const std::string&) {
            return test::fake_answer{test::http(200, json), 0, false};
        });
    }
    /// The file asks for a cluster, its program is there, and so is Corosync's file.
    void enable_cluster(const std::string& totem_lines)
    {
        std::ifstream in(file);
        std::string content{std::istreambuf_iterator<char>(in), {}};
        content = config::changed(
            "restart_time_span = 60000",
            text("restart_time_span = 60000\nexecutable_path = [\"", directory.path("bin"), "\"]"),
            content);
        write(file, content + "[cluster]\nenabled = true\ngroup = \"shop\"\n");
        std::filesystem::create_directory(directory.path("bin"));
        const std::string program = directory.path("bin/cscc-clusterd");
        write(program, "#!/bin/sh\n");
        std::filesystem::permissions(program, std::filesystem::perms::owner_all);
        write(corosync, text("totem {\n", totem_lines, "}\n"));
        ::setenv("COROSYNC_MAIN_CONFIG_FILE", corosync.c_str(), 1);
    }
    std::string corosync = directory.path("corosync.conf");
};

BOOST_FIXTURE_TEST_SUITE(the_verbs_in_a_cluster, clustered_fixture)

BOOST_AUTO_TEST_CASE(the_cluster_is_shown_as_the_coordinator_knows_it)
{
    const auto coordinator = serve_status(true);
    BOOST_TEST(csccmgr({"status", "--cluster"}) == 0);
    BOOST_TEST(stdout_text() == "cluster shop: 1 machine, quorate; no incident so far\n"
                                "restarts 0 of 0 within 0 ms\n"
                                "NODE  MACHINE  STATE\n"
                                "1     n1       up     this one\n");
    BOOST_TEST(csccmgr({"status", "--cluster", "--json"}) == 0);
    BOOST_TEST(stdout_text() == status(true) + "\n");
    BOOST_TEST(csccmgr({"status"}) == 0);
    BOOST_TEST(test::contains(stdout_text(), "\ncluster shop: 1 machine, quorate;"));
    BOOST_TEST(csccmgr({"status", "--cluster", "--watch", "--timeout", "100ms"}) == 0);
    BOOST_TEST(test::contains(stdout_text(), "this one"));
}

BOOST_AUTO_TEST_CASE(a_group_in_no_cluster_is_told_what_it_needs)
{
    const auto coordinator = serve_status(false);
    for (const std::vector<std::string>& line :
         {std::vector<std::string>{"status", "--cluster"},
          {"status", "--cluster", "--json"},
          {"status", "--cluster", "--watch"}}) { // there is nothing to wait for
        BOOST_TEST(csccmgr(line) == 4);
        BOOST_TEST(stdout_text() == "");
        BOOST_TEST(stderr_text() ==
                   text("csccmgr: ", name, " is in no cluster\n",
                        "         It needs enabled = true in [cluster], and to run: csccmgr "
                        "start\n"));
    }
}

BOOST_AUTO_TEST_CASE(without_a_coordinator_nothing_is_known_of_the_cluster)
{
    BOOST_TEST(csccmgr({"status", "--cluster"}) == 4);
    BOOST_TEST(test::contains(stderr_text(), " has no coordinator that knows of a cluster\n"));
    // Who watches sees the group until there is one again.
    BOOST_TEST(csccmgr({"status", "--cluster", "--watch", "--timeout", "100ms"}) == 3);
    BOOST_TEST(stdout_text().starts_with(text(name, ": stopped\n")));
}

BOOST_AUTO_TEST_CASE(check_warns_of_a_corosync_that_is_not_protected)
{
    const std::string ok = text(file, ": ok: 2 services, 2 steps to start, 2 steps to stop\n");
    enable_cluster("secauth: on\n");
    BOOST_TEST(csccmgr({"check"}) == 0);
    BOOST_TEST(stdout_text() == ok);
    BOOST_TEST(stderr_text() == "");
    write(corosync, "totem {\n}\n");
    BOOST_TEST(csccmgr({"check"}) == 0);
    BOOST_TEST(stdout_text() == ok);
    const std::string warning = text("csccmgr: WARNING: ", corosync,
                                     ": Corosync's traffic is neither encrypted nor authenticated");
    BOOST_TEST(stderr_text().starts_with(warning));
    BOOST_TEST(csccmgr({"check", "--json"}) == 0);
    BOOST_TEST(boost::json::parse(stdout_text()).at("ok").as_bool());
    BOOST_TEST(stderr_text().starts_with(warning));
    std::filesystem::remove(corosync);
    BOOST_TEST(csccmgr({"check"}) == 0);
    BOOST_TEST(test::contains(stderr_text(), "cannot be read"));
}

BOOST_AUTO_TEST_CASE(check_does_not_look_at_corosync_without_a_cluster)
{
    ::setenv("COROSYNC_MAIN_CONFIG_FILE", "/no/such", 1);
    BOOST_TEST(csccmgr({"check"}) == 0);
    BOOST_TEST(csccmgr({"check", "--json"}) == 0);
    BOOST_TEST(complained() == "");
}

BOOST_AUTO_TEST_CASE(check_misses_a_cluster_service_that_is_not_installed)
{
    enable_cluster("secauth: on\n");
    std::filesystem::permissions(directory.path("bin/cscc-clusterd"),
                                 std::filesystem::perms::owner_read);
    BOOST_TEST(csccmgr({"check"}) == 6);
    BOOST_TEST(test::contains(stderr_text(), "bin/cscc-clusterd' is not executable"));
}

BOOST_AUTO_TEST_CASE(plan_tells_what_the_other_machines_do)
{
    enable_cluster("secauth: on\n");
    BOOST_TEST(csccmgr({"plan", "--if-fails", "A"}) == 0);
    BOOST_TEST(test::contains(stdout_text(), "on every other machine of the cluster shop"));
    BOOST_TEST(csccmgr({"plan", "--if-fails", "A", "--json"}) == 0);
    const auto plan = boost::json::parse(stdout_text());
    BOOST_TEST(plan.at("failure").at("cluster").at("group").as_string() == "shop");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
