#include "test/real/real_group.hpp"

#include "test/integration/as_json.hpp"
#include "test/integration/said.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cscc::test {
namespace fs = std::filesystem;
namespace {

bool is_root()
{
    return ::geteuid() == 0;
}

void demand(bool there, const std::string& program)
{
    BOOST_REQUIRE_MESSAGE(there, program << " is not installed, and this test is about it; run "
                                            "scripts/setup --with-real-services");
}

/// Where Debian puts the programs of a version: /usr/lib/postgresql/15/bin.
std::string postgres_folder()
{
    std::error_code none;
    for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", none)) {
        if (fs::exists(version.path() / "bin/postgres"))
            return version.path() / "bin";
    }
    return {};
}

/// Postgres refuses root: its folder belongs to its own user then.
void give_to(const std::string& user, const std::string& folder)
{
    const passwd* const who = is_root() ? ::getpwnam(user.c_str()) : nullptr;
    if (who == nullptr)
        return;
    BOOST_REQUIRE(::chown(folder.c_str(), who->pw_uid, who->pw_gid) == 0);
}

std::string as_user(const std::string& user)
{
    return is_root() ? "user = \"" + user + "\"\n" : "";
}

} // namespace

real_group::real_group(const std::string& on_coordinator_failure)
    : g(group_of({"postgres", "redis", "greeter", "nginx"})), postgres_bin_(postgres_folder())
{
    demand(!postgres_bin_.empty(), "postgresql");
    for (const char* program : {"/usr/bin/redis-server", "/usr/sbin/nginx", "/usr/bin/psql"})
        demand(::access(program, X_OK) == 0, program);
    for (const char* id : {"postgres", "redis", "greeter", "nginx"})
        ports_[id] = free_port();
    make_folders();
    make_database();
    make_nginx_configuration();
    g.configure(describe(on_coordinator_failure));
}

void real_group::make_folders()
{
    BOOST_REQUIRE(::chmod(g.file("").c_str(), 0755) == 0); // users of their own pass through
    for (const char* id : {"postgres", "redis", "nginx"}) {
        fs::create_directory(folder_of(id));
        give_to(id, folder_of(id));
    }
}

void real_group::make_database()
{
    const program_result r =
        run(postgres_bin_ + "/initdb", {"-D", folder_of("postgres") + "/data", "-A", "trust", "-U",
                                        "tester", "-N", "--no-instructions"});
    BOOST_REQUIRE_MESSAGE(r.code == 0, r.describe());
}

void real_group::make_nginx_configuration()
{
    const std::string folder = folder_of("nginx");
    fs::create_directory(folder + "/www");
    write_file(folder + "/www/big", std::string(download_bytes, 'x'));
    std::string temporary;
    for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
        temporary += std::string(kind) + "_temp_path " + folder + "/" + kind + ";\n";
    write_file(folder + "/nginx.conf",
               "daemon off;\nworker_processes 2;\npid " + folder +
                   "/pid;\nerror_log stderr notice;\n"
                   "events { worker_connections 64; }\nhttp {\n"
                   "access_log off;\n" +
                   temporary + "server { listen 127.0.0.1:" + std::to_string(nginx_port()) +
                   "; root " + folder + "/www; }\n}\n");
}

group_description real_group::describe(const std::string& on_coordinator_failure)
{
    const auto port = [&](const char* id) { return std::to_string(ports_.at(id)); };
    group_description d = g.description();
    d.on_coordinator_failure = on_coordinator_failure;
    d.startup = {{"postgres", "redis"}, {"greeter"}, {"nginx"}};
    d.shutdown = {{"nginx"}, {"greeter"}, {"redis"}, {"postgres"}};
    for (service_description& s : d.services) {
        s.startup_timeout_ms = s.shutdown_timeout_ms = 30'000;
        s.silent = true;
    }

    service_description& postgres = d.at("postgres");
    postgres.executable = postgres_bin_ + "/postgres";
    postgres.arguments = {"-D", folder_of("postgres") + "/data",
                          "-k", folder_of("postgres"),
                          "-h", "127.0.0.1",
                          "-p", port("postgres")};
    postgres.extra = as_user("postgres") +
                     "readiness = \"exec\"\nstop_signal = \"SIGINT\"\n" // a fast shutdown
                     "readiness_command = [\"" +
                     postgres_bin_ + "/pg_isready\", \"-h\", \"127.0.0.1\", \"-p\", \"" +
                     port("postgres") + "\"]\n";

    service_description& redis = d.at("redis");
    redis.executable = "/usr/bin/redis-server";
    redis.arguments = {"--port",        port("redis"),      "--bind",       "127.0.0.1",
                       "--dir",         folder_of("redis"), "--appendonly", "yes",
                       "--appendfsync", "always",           "--supervised", "systemd"};
    redis.extra = as_user("redis") + "readiness = \"notify\"\n";

    service_description& greeter = d.at("greeter");
    greeter.executable = "/usr/bin/python3";
    greeter.arguments = {NOTIFYING_SERVICE, port("greeter")};
    greeter.extra = "readiness = \"notify\"\n";

    service_description& nginx = d.at("nginx");
    nginx.executable = "/usr/sbin/nginx";
    nginx.arguments = {"-c", folder_of("nginx") + "/nginx.conf"};
    nginx.extra = "readiness = \"exec\"\nreadiness_command = [\"curl\", \"-sf\", \"-o\", "
                  "\"/dev/null\", \"-r\", \"0-0\", \"http://127.0.0.1:" +
                  port("nginx") + "/big\"]\n";
    return d;
}

// The database's own tools, as its user if we are root, who may not be one of the database's.
program_result real_group::run(const std::string& program, std::vector<std::string> arguments)
{
    start_spec spec = without_event_log(g.csccmgr_spec({}));
    spec.program = program;
    if (is_root()) {
        arguments.insert(arguments.begin(), {"-u", "postgres", "--", program});
        spec.program = "/usr/sbin/runuser";
    }
    spec.arguments = std::move(arguments);
    return run_program(g.watch(), spec, 60s);
}

std::string real_group::sql(const std::string& statement)
{
    const program_result r =
        run("/usr/bin/psql", {"-h", "127.0.0.1", "-p", std::to_string(ports_.at("postgres")), "-U",
                              "tester", "-d", "postgres", "-qAt", "-c", statement});
    BOOST_TEST(r.code == 0, r.describe());
    return r.out;
}

std::string real_group::redis(const std::string& command)
{
    tcp_client connection(redis_port());
    connection.send(command + "\r\n");
    std::string answer = connection.line(5s);
    if (answer.starts_with('$')) // a string: its length first
        answer = connection.line(5s);
    return answer;
}

std::map<std::string, process_key> real_group::guards()
{
    const auto status = json_of(g.csccmgr({"--json", "status"}));
    std::map<std::string, process_key> found;
    for (const json::value& service : status.at("services").as_array()) {
        const int pid = static_cast<int>(number_of(service, "pid"));
        const auto stat = stat_of(pid);
        BOOST_REQUIRE(stat.has_value());
        found[word_of(service, "id")] = {pid, stat->start};
    }
    return found;
}

std::uint64_t real_group::generation()
{
    const auto status = json_of(g.csccmgr({"--json", "status"}));
    return static_cast<std::uint64_t>(number_of(status, "generation"));
}

void real_group::await_up(std::uint64_t expected)
{
    BOOST_REQUIRE(g.eventually(
        [&] {
            return g.in_role("primary") && g.in_role("standby") &&
                   g.csccmgr({"status"}).code == 0 && generation() == expected;
        },
        60s));
}

} // namespace cscc::test
