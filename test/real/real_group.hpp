// real_group.hpp: postgres, redis, a Python service and nginx as one group, in temporary folders
// and on ports of loopback that nobody else uses.
//
//   start: postgres and redis side by side, then greeter, then nginx
//   stop:  nginx, greeter, redis, postgres
#pragma once

#include "test/real/tcp_client.hpp"
#include "test/support/group_under_test.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cscc::test {

class real_group
{
public:
    static constexpr std::size_t download_bytes = 64U << 20U;

    /// Makes the database cluster and every configuration. The test ends if a program is missing.
    explicit real_group(const std::string& on_coordinator_failure);

    group_under_test g;

    /// What the database says to a statement; "" if it did not answer well.
    std::string sql(const std::string& statement);
    /// What redis answers to a command on a connection of its own, its type byte first.
    std::string redis(const std::string& command);
    [[nodiscard]] int redis_port() const { return ports_.at("redis"); }
    [[nodiscard]] int nginx_port() const { return ports_.at("nginx"); }
    [[nodiscard]] int greeter_port() const { return ports_.at("greeter"); }

    /// The pid in `status`, which is the guard's; 0: none.
    [[nodiscard]] std::map<std::string, process_key> guards();
    [[nodiscard]] std::uint64_t generation();
    /// All ready in that generation, with a primary and a standby.
    void await_up(std::uint64_t generation);

private:
    [[nodiscard]] group_description describe(const std::string& on_coordinator_failure);
    void make_folders();
    void make_database();
    void make_nginx_configuration();
    program_result run(const std::string& program, std::vector<std::string> arguments);
    [[nodiscard]] std::string folder_of(const std::string& id) const { return g.file(id); }

    std::string postgres_bin_;
    std::map<std::string, int> ports_;
};

} // namespace cscc::test
