// half_way.hpp: a group of A and B that stands still half way up or down until the test lets it go
// on, so that a test can look at what lies between without guessing how long that takes.
#pragma once

#include "test/support/group_under_test.hpp"
#include "test/support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

namespace cscc::test {

/// A is ready at once; B is ready when `let_up` was called, and again in each later start until
/// `hold_up`.
class held_on_its_way_up
{
public:
    held_on_its_way_up()
    {
        group_description d = g.description();
        d.at("B").startup_timeout_ms = 30'000; // longer than any test looks
        d.at("B").arguments = {"--ready-when", g.file("gate")};
        g.configure(d);
    }
    void let_up() { write_file(g.file("gate"), ""); }
    void hold_up() { std::filesystem::remove(g.file("gate")); }
    /// Waits until B has begun, for the `times`th time.
    void await_half_way(std::size_t times = 1)
    {
        BOOST_REQUIRE(g.eventually([&] { return g.count("alive_answer", "B") == times; }));
    }

    group_under_test g{group_of({"A", "B"})};
};

/// B is the first to be told of a stop, and does not end before `let_down`.
class held_on_its_way_down
{
public:
    held_on_its_way_down()
    {
        group_description d = g.description();
        d.at("B").shutdown_timeout_ms = 30'000;
        d.at("B").arguments = {"--ignore-shutdown"};
        g.configure(d);
    }
    void await_half_way()
    {
        BOOST_REQUIRE(g.eventually([&] { return g.count("callback_begin", "B") == 1; }));
    }
    [[nodiscard]] bool is_half_way() { return g.service("A")->lives && g.service("B")->lives; }
    void let_down() { g.kill("B"); }

    group_under_test g{group_of({"A", "B"})};
};

} // namespace cscc::test
