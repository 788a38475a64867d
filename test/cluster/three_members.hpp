// three_members.hpp: three machines with a Corosync and a group_member each, all of them together.
#pragma once

#include "test/cluster/member_process.hpp"

#include <boost/test/results_collector.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

namespace cscc::test {

/// `quick` is how long what takes milliseconds may take on a loaded machine, `slow` what takes a
/// token's loss and a new ring.
struct three_members
{
    static constexpr auto quick = std::chrono::seconds(10);
    static constexpr auto slow = std::chrono::seconds(30);

    explicit three_members(corosync_settings settings = {},
                           const std::vector<std::string>& arguments = {"test"})
        : nodes(watch, dir.file("events.log"), dir, std::move(settings))
    {
        nodes.start_all();
        for (int n = 1; n <= nodes.size(); ++n)
            members.push_back(std::make_unique<member_process>(nodes, n, arguments));
        for (int n = 1; n <= nodes.size(); ++n)
            await(n, "1,2,3,", "1", slow);
    }
    // What Boost.Test shows of a failure is a condition; this is its story.
    ~three_members()
    {
        const auto id = boost::unit_test::framework::current_test_case_id();
        if (boost::unit_test::results_collector.results(id).p_assertions_failed == 0)
            return;
        for (const auto& member : members)
            BOOST_TEST_MESSAGE("--- a member said\n" << member->text().substr(0, 20'000));
        BOOST_TEST_MESSAGE(nodes.logs());
    }
    three_members(const three_members&) = delete;

    member_process& operator[](int node) { return *members.at(static_cast<std::size_t>(node - 1)); }

    [[nodiscard]] bool eventually(const std::function<bool()>& condition,
                                  std::chrono::nanoseconds limit = quick)
    {
        return watch.eventually(condition, limit);
    }

    /// The members of its newest view: "1,2,".
    [[nodiscard]] std::string view(int node)
    {
        const std::string line = (*this)[node].last("view").value_or("");
        return line.substr(0, line.find(' '));
    }
    void await(int node, const std::string& members_seen, const std::string& quorum,
               std::chrono::nanoseconds limit = slow)
    {
        BOOST_REQUIRE_MESSAGE(
            eventually(
                [&] { return view(node) == members_seen && (*this)[node].quorum() == quorum; },
                limit),
            "machine " << node << " does not see " << members_seen << " with quorum " << quorum);
    }
    /// From `since` until it said so, in milliseconds; it must, in time.
    double took(int node, const std::string& word, const std::string& rest, std::int64_t since,
                std::chrono::nanoseconds limit = slow)
    {
        std::optional<std::int64_t> at;
        BOOST_REQUIRE_MESSAGE(
            eventually([&] { return (at = (*this)[node].when(word, rest, since)).has_value(); },
                       limit),
            "machine " << node << " never said: " << word << " " << rest);
        return static_cast<double>(*at - since) / 1e6;
    }

    temp_dir dir;
    process_watch watch{dir.file("events.log")};
    corosync_nodes nodes;
    std::vector<std::unique_ptr<member_process>> members;
};

} // namespace cscc::test
