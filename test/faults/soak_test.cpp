// One group that lives through many deaths: services, primaries and standbys, at random moments. At
// the end the coordinator has as many descriptors, threads and mappings as after the first ones,
// and nobody is a zombie (the harness sees to that).
//
//   soak_test                a few; the seed is printed
//   CSCC_SEED=N soak_test    the same again
//   CSCC_SOAK=N soak_test    so many (scripts/soak)
#define BOOST_TEST_MODULE soak
#include "test/faults/at_rest.hpp"
#include "test/integration/said.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <iostream>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace json = boost::json;
using namespace cscc::test;

namespace {

using ms = std::chrono::milliseconds;

/// Whom `csccmgr status` names, when all is well. Not from the event log, which grows and grows.
struct crew
{
    int primary = 0;
    int standby = 0;
    std::vector<int> services;

    friend bool operator==(const crew&, const crew&) = default;
};

std::optional<crew> look(group_under_test& g)
{
    const program_result r = g.csccmgr({"--json", "status"});
    boost::system::error_code error;
    const json::value status = json::parse(r.out, error);
    if (r.code != 0 || error || !status.at("primary").is_object() ||
        !status.at("standby").is_object())
        return std::nullopt;
    const auto pid = [](const json::value& v) { return v.at("pid").to_number<int>(); };
    crew all{pid(status.at("primary")), pid(status.at("standby")), {}};
    for (const json::value& s : status.at("services").as_array()) {
        if (s.at("pid").is_null())
            return std::nullopt; // it has died this moment
        all.services.push_back(pid(s));
    }
    return all;
}

/// Up again, and by somebody else than before.
crew await_crew(group_under_test& g, const crew& before)
{
    std::optional<crew> now;
    BOOST_REQUIRE_MESSAGE(g.eventually(
                              [&] {
                                  now = look(g);
                                  return now && !(*now == before);
                              },
                              90s), // a standby that dies young is replaced later and later
                          "the group does not come up again");
    return *now;
}

void kill_process(group_under_test& g, int pid)
{
    const auto stat = stat_of(pid);
    BOOST_REQUIRE_MESSAGE(stat.has_value(), "no process " << pid);
    BOOST_TEST(g.watch().signal({pid, stat->start}, SIGKILL));
}

class soak
{
public:
    soak() : random_(campaign_seed()), g_(description())
    {
        expect(g_.csccmgr({"start"}), 0);
        now_ = await_crew(g_, {});
    }

    void lose_primary() { lose(now_.primary); }
    void lose_standby() { lose(now_.standby); }
    void lose_service()
    {
        lose(now_.services[static_cast<std::size_t>(
            between(0, static_cast<int>(now_.services.size()) - 1))]);
    }
    void lose_anybody()
    {
        switch (between(0, 5)) {
        case 0: // a coordinator replaces its first standby at once, each further one later
            lose_primary();
            return lose_standby();
        case 1:
        case 2: return lose_primary();
        default: return lose_service();
        }
    }

    /// The least within a moment: a csccmgr that has just ended may still have its connection.
    [[nodiscard]] footprint at_rest()
    {
        footprint least = footprint_of(now_.primary);
        const auto look = [&] {
            const footprint now = footprint_of(now_.primary);
            if (now.descriptors < least.descriptors)
                least = now;
            return false;
        };
        static_cast<void>(g_.eventually(look, ms(500)));
        return least;
    }

    void end() { stop_for_good(g_); }

private:
    static group_description description()
    {
        group_description d = group_of({"A", "B", "C"});
        d.restart_retry_counter = 64; // within a second: never
        d.restart_time_span_ms = 1'000;
        for (service_description& s : d.services)
            s.arguments = {"--linger", "60"}; // beyond the margin of what is seen late
        return d;
    }

    int between(int least, int most) { return std::uniform_int_distribution(least, most)(random_); }

    void lose(int pid)
    {
        kill_process(g_, pid);
        now_ = await_crew(g_, now_);
        g_.note_rest("up");
    }

    std::mt19937 random_;
    group_under_test g_;
    crew now_;
};

} // namespace

BOOST_AUTO_TEST_CASE(after_many_deaths_the_coordinator_holds_no_more_than_after_the_first)
{
    const unsigned long incidents = number_from_environment("CSCC_SOAK", 25);
    soak group;
    group.lose_primary(); // so that the two that are compared both came by a take-over
    group.lose_service();
    group.lose_standby();
    group.lose_service();
    const footprint first = group.at_rest();
    unsigned long i = 0;
    for (; i < incidents * 3 / 4; ++i)
        group.lose_anybody();
    group.lose_primary();
    group.lose_standby();
    for (; i < incidents; ++i) // and one coordinator lives through many
        group.lose_service();
    const footprint last = group.at_rest();
    std::cout << incidents << " incidents; descriptors " << last.descriptors << ", threads "
              << last.threads << ", mappings " << last.mappings << "\n";
    BOOST_TEST(last.descriptors == first.descriptors);
    BOOST_TEST(last.threads == first.threads);
    BOOST_TEST(last.mappings <= first.mappings + mappings_more);
    group.end();
}
