// Real programs, unmodified, as one group: started in order, recovered together, taken over, and
// taken down in order by nobody's command when both daemons are dead.
#define BOOST_TEST_MODULE real_services
#include "test/integration/said.hpp"
#include "test/real/real_group.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace cscc::test;

namespace {

using ids = std::vector<std::string>;

std::string log_of(const group_under_test& g, const std::string& id)
{
    return read_file(g.log_directory() + "/" + g.name() + "/" + id + ".log");
}

/// The order of such lines in the coordinator's log.
bool is_said_in_order(const group_under_test& g, const ids& lines)
{
    const std::string log = log_of(g, "csccd");
    std::size_t at = 0;
    for (const std::string& line : lines) {
        at = log.find(line, at);
        if (at == std::string::npos)
            return false;
    }
    return true;
}

void write_data(real_group& group)
{
    group.sql("create table kept (word text); insert into kept values ('before')");
    BOOST_TEST(group.redis("SET kept before") == "+OK\r\n");
}

void expect_data(real_group& group)
{
    BOOST_TEST(group.sql("select word from kept") == "before\n");
    BOOST_TEST(group.redis("GET kept") == "before\r\n");
    tcp_client greeter(group.greeter_port());
    greeter.send("good morning\n");
    BOOST_TEST(greeter.line(5s) == "hello\n");
}

void start(real_group& group)
{
    expect(group.g.csccmgr({"start"}, 90s), 0);
    write_data(group);
    expect_data(group);
}

void stop(real_group& group)
{
    expect(group.g.csccmgr({"stop"}, 60s), 0);
    group.g.expect_nothing_left();
    BOOST_TEST(log_of(group.g, "postgres").find("database system is shut down") !=
               std::string::npos);
}

/// When the kernel's word came that a process is gone, in the order of `of`.
std::vector<std::int64_t> ends_of(const group_under_test& g, const ids& order,
                                  const std::map<std::string, process_key>& of)
{
    std::vector<std::int64_t> ends;
    for (const std::string& id : order) {
        for (const log_event& e : g.events()) {
            if (e.kind == "exit" && e.role == "harness" && e.pid == of.at(id).pid &&
                e.start == of.at(id).start)
                ends.push_back(e.t_ns);
        }
    }
    return ends;
}

} // namespace

BOOST_AUTO_TEST_CASE(they_start_in_order_and_what_was_written_is_there_after_a_recovery)
{
    real_group group("restart");
    start(group);
    BOOST_TEST(is_said_in_order(group.g, {"postgres is ready", "greeter is spawned"}));
    BOOST_TEST(is_said_in_order(
        group.g, {"redis is ready", "greeter is spawned", "greeter is ready", "nginx is spawned"}));
    expect(group.g.csccmgr({"status"}), 0, {"Ready to accept connections", "greets on port"});

    std::uint64_t generation = 1;
    for (const char* victim : {"redis", "postgres"}) {
        BOOST_TEST(group.g.watch().signal(group.guards().at(victim), SIGKILL));
        group.await_up(++generation);
        expect_data(group);
    }
    stop(group);
}

BOOST_AUTO_TEST_CASE(with_restart_a_dead_primary_costs_one_ordered_restart)
{
    real_group group("restart");
    start(group);
    BOOST_TEST(group.g.watch().signal(group.g.await_role("primary"), SIGKILL));
    group.await_up(2);
    expect_data(group);
    stop(group);
}

BOOST_AUTO_TEST_CASE(with_adopt_a_download_and_a_connection_survive_a_dead_primary)
{
    real_group group("adopt");
    start(group);
    const auto guards = group.guards();
    tcp_client redis(group.redis_port());
    redis.send("PING\r\n");
    BOOST_TEST(redis.line(5s) == "+PONG\r\n");
    tcp_client download(group.nginx_port());
    download.send("GET /big HTTP/1.0\r\n\r\n");
    while (download.line(5s).size() > 2) // the head
        ;
    std::size_t received = download.receive(1U << 20U, 5s).size();
    BOOST_TEST(received == 1U << 20U);

    const process_key old = group.g.await_role("primary");
    BOOST_TEST(group.g.watch().signal(old, SIGKILL));
    BOOST_TEST(!(group.g.await_role("primary", old) == old));
    group.await_up(1);

    received += download.receive(real_group::download_bytes, 10s).size();
    BOOST_TEST(received == real_group::download_bytes);
    redis.send("GET kept\r\n");
    BOOST_TEST(redis.line(5s) == "$6\r\n");
    BOOST_TEST(redis.line(5s) == "before\r\n");
    BOOST_TEST((group.guards() == guards));
    expect_data(group);
    stop(group);
}

BOOST_AUTO_TEST_CASE(with_both_daemons_dead_they_go_down_in_order_and_postgres_cleanly)
{
    real_group group("restart");
    start(group);
    const auto guards = group.guards();
    group.g.kill_both_daemons();
    BOOST_REQUIRE(group.g.eventually([&] { return group.g.watch().living().empty(); }, 60s));

    const auto ends = ends_of(group.g, {"nginx", "greeter", "redis", "postgres"}, guards);
    BOOST_TEST(ends.size() == 4U);
    BOOST_TEST(std::is_sorted(ends.begin(), ends.end()));
    BOOST_TEST(log_of(group.g, "postgres").find("database system is shut down") !=
               std::string::npos);
    BOOST_TEST(log_of(group.g, "redis").find("Redis is now ready to exit, bye bye") !=
               std::string::npos);
    BOOST_TEST(log_of(group.g, "greeter").find("bye") != std::string::npos);
    stop(group); // what nobody lived to remove
}
