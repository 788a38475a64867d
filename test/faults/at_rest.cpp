#include "test/faults/at_rest.hpp"

#include "test/integration/said.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <iostream>
#include <random>

namespace cscc::test {

namespace {

bool is_manned(const group_under_test& g)
{
    const bool standby = !g.description().standby || g.in_role("standby");
    return g.all_ready() && g.in_role("primary") && standby;
}

} // namespace

// A second look: csccmgr takes a moment, in which one who was dying has died.
bool is_up(group_under_test& g)
{
    return !g.watch().somebody_is_dying() && is_manned(g) && g.csccmgr({"status"}).code == 0 &&
           is_manned(g);
}

bool is_down(const group_under_test& g)
{
    if (g.daemon())
        return false;
    for (const auto& s : g.description().services) {
        if (g.service(s.id) && g.service(s.id)->lives)
            return false;
    }
    return true;
}

void await_rest(group_under_test& g, bool may_be_up)
{
    const bool at_rest = g.eventually([&] { return is_down(g) || is_up(g); }, 30s);
    BOOST_TEST(at_rest, "the group comes to no rest");
    const bool up = !is_down(g);
    g.note_rest(!at_rest ? "none" : up ? "up" : "down");
    if (up)
        g.note_status();
    BOOST_TEST(!(up && !may_be_up), "the group is up, and was ordered down");
}

void stop_for_good(group_under_test& g)
{
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

unsigned campaign_seed()
{
    const char* const chosen = std::getenv("CSCC_SEED");
    const unsigned seed = chosen != nullptr
                              ? static_cast<unsigned>(std::strtoul(chosen, nullptr, 10))
                              : std::random_device{}();
    std::cout << "CSCC_SEED=" << seed << "\n";
    return seed;
}

unsigned long number_from_environment(const char* variable, unsigned long usual)
{
    const char* const chosen = std::getenv(variable);
    return chosen != nullptr ? std::strtoul(chosen, nullptr, 10) : usual;
}

} // namespace cscc::test
