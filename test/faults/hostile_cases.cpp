#include "test/faults/hostile_cases.hpp"

#include "test/faults/at_rest.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <random>

#include <unistd.h>

namespace cscc::test {

const std::vector<behaviour>& all_behaviours()
{
    static const std::vector<behaviour> all{
        {"exits", ends_self},
        {"crashes", ends_self},
        {"ignores-signals", never_returns},
        {"stops-itself", never_returns},
        {"re-execs", may_end_self},
        {"re-execs-mute", never_returns},
        {"ends-its-thread", never_returns},
        {"hangs-in-vfork", never_returns},
        {"disguises-itself", 0},

        {"double-forks", 0},
        {"hides-child", 0},
        {"bombs", 0},
        {"daemonises", ends_self},
        {"crowds", 0},

        {"claims-other", 0},
        {"says-all-twice", may_end_self},
        {"sends-garbage", may_end_self},
        {"floods", 0},
        {"connects-without-end", crowds_out},
        {"orders-stop", against | ends_primary},
        {"orders-restart", against | restarts},
        {"forges-notifications", 0},
        {"names-a-stranger", of_program},
        {"names-its-guard", of_program | ends_self},

        {"spoils-lock-page", of_member | may_end_self},
        {"scribbles", ends_self},
        {"writes-tables", against},
        {"removes-sockets", against | cuts_off},
        {"holds-descriptors", 0},
        {"closes-all", may_end_self},
        {"raises-limits", 0},
        {"fills-log", 0},
        {"fills-log-1-gib", once},

        {"kills-daemon", against | ends_primary},
        {"stops-daemon", against | stops_primary},
        {"terms-daemon", against | ends_primary},
        {"kills-victim", against | ends_victim},
        {"stops-victim", against},
        {"traces-daemon", against | stops_primary},
        {"meddles-with-daemon", against},
        {"kills-guard", of_program | ends_self},
        {"stops-guard", of_program | never_returns},
    };
    return all;
}

std::string hostile_case::name() const
{
    return std::string(what.deed) + "/" + phase + "/" + (guarded ? "program" : "member") + "/" +
           (as_another ? "another" : "own");
}

std::vector<hostile_case> all_hostile_cases()
{
    std::vector<hostile_case> all;
    for (const behaviour& what : all_behaviours()) {
        if ((what.traits & once) != 0)
            continue;
        for (const char* const phase : {"start", "steady", "stop"}) {
            for (const bool guarded : {false, true}) {
                if ((what.traits & (guarded ? of_member : of_program)) != 0)
                    continue;
                all.push_back({what, phase, guarded, false});
                if (::geteuid() == 0)
                    all.push_back({what, phase, guarded, true});
            }
        }
    }
    return all;
}

std::vector<hostile_case> chosen_hostile_cases()
{
    std::vector<hostile_case> all = all_hostile_cases();
    const char* const which = std::getenv("CSCC_HOSTILE");
    if (which != nullptr && std::string(which) == "all")
        return all;
    if (which != nullptr) {
        std::erase_if(
            all, [&](const hostile_case& c) { return c.name().find(which) == std::string::npos; });
        BOOST_REQUIRE_MESSAGE(!all.empty(), "CSCC_HOSTILE: no case is called " << which);
        return all;
    }
    std::mt19937 random(campaign_seed());
    std::shuffle(all.begin(), all.end(), random);
    std::vector<hostile_case> chosen;
    const auto add = [&](const behaviour& what, bool only_another) {
        const auto found = std::find_if(all.begin(), all.end(), [&](const hostile_case& c) {
            return c.what.deed == what.deed && (c.as_another || !only_another);
        });
        if (found != all.end())
            chosen.push_back(*found);
    };
    for (const behaviour& what : all_behaviours()) {
        add(what, false);
        if ((what.traits & against) != 0 && !chosen.back().as_another)
            add(what, true);
    }
    return chosen;
}

} // namespace cscc::test
