// member_process.hpp: a group_member on each machine, told what to do, and what it said, as values.
#pragma once

#include "test/cluster/corosync_nodes.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cscc::test {

/// One line that a group_member said.
struct member_line
{
    std::int64_t t_ns = 0;
    std::string word; // view, ring, quorum...
    std::string rest;
};

class member_process
{
public:
    /// @param arguments  of group_member: the group, and what may follow
    member_process(corosync_nodes& nodes, int node, std::vector<std::string> arguments = {"test"});

    void tell(const std::string& order);
    [[nodiscard]] process_key who() const noexcept { return program_.who(); }

    /// All that it said so far.
    [[nodiscard]] std::vector<member_line> said() const;
    /// What followed `word` when it was last said; empty if it never was.
    [[nodiscard]] std::optional<std::string> last(const std::string& word) const;
    /// When it said this for the first time after `since`.
    [[nodiscard]] std::optional<std::int64_t> when(const std::string& word, const std::string& rest,
                                                   std::int64_t since = 0) const;
    /// The messages, each as "NODE TEXT", in the order of their coming.
    [[nodiscard]] std::vector<std::string> messages() const;
    /// The quorum as it is known: empty if the ring changed after it was last said.
    [[nodiscard]] std::optional<std::string> quorum() const;
    [[nodiscard]] std::string text() const { return program_.out() + program_.err(); }

private:
    struct pipe
    {
        pipe();
        unique_fd out;
        unique_fd in;
    };
    pipe orders_;
    running_program program_;
};

} // namespace cscc::test
