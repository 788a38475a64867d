// cluster_test.cpp: every phase of a group in a cluster has one word, and every word comes back;
// and the way back from a word, for any list.
#include "common/base/cluster.hpp"
#include "common/base/words.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <set>
#include <string_view>

using namespace cscc;

namespace {

enum class fruit
{
    apple,
    pear,
    other,
};

std::string_view to_string(fruit f) noexcept
{
    return f == fruit::apple ? "apple" : "pear";
}

} // namespace

BOOST_AUTO_TEST_SUITE(cluster)

BOOST_AUTO_TEST_CASE(every_phase_is_parsed_from_its_own_word)
{
    std::set<std::string_view> words;
    for (const cluster_phase phase : all_cluster_phases) {
        BOOST_TEST(words.insert(to_string(phase)).second, "said twice: " << to_string(phase));
        BOOST_TEST((parse_cluster_phase(to_string(phase)) == phase), to_string(phase));
    }
    BOOST_TEST(words.count("?") == 0u);
}

BOOST_AUTO_TEST_CASE(a_word_that_names_no_phase_parses_as_none)
{
    for (const std::string_view word : {"", "?", "Up", "up ", "steady", "down", "waiting\n"})
        BOOST_TEST(!parse_cluster_phase(word).has_value(), word);
}

BOOST_AUTO_TEST_CASE(the_list_of_phases_is_complete_and_in_the_order_of_their_numbers)
{
    for (std::size_t i = 0; i < all_cluster_phases.size(); ++i)
        BOOST_TEST(static_cast<std::size_t>(all_cluster_phases[i]) == i);
    BOOST_TEST(to_string(static_cast<cluster_phase>(all_cluster_phases.size())) == "?");
}

BOOST_AUTO_TEST_CASE(a_group_of_which_nothing_is_known_is_starting_and_knows_no_incident)
{
    const cluster_facts facts;
    BOOST_TEST((facts.phase == cluster_phase::starting));
    BOOST_TEST(!facts.covered.has_value());
    BOOST_TEST(facts.failure == 0u);
    BOOST_TEST(!facts.gave_up);
}

BOOST_AUTO_TEST_CASE(facts_are_equal_only_if_all_of_them_are)
{
    const cluster_facts facts{cluster_phase::waiting, 7, 41, "CSQL was killed", false};
    BOOST_TEST((facts == cluster_facts(facts)));
    for (const auto change :
         {+[](cluster_facts& f) { f.phase = cluster_phase::falling; },
          +[](cluster_facts& f) { f.covered = 8; }, +[](cluster_facts& f) { f.covered.reset(); },
          +[](cluster_facts& f) { f.failure = 0; }, +[](cluster_facts& f) { f.cause.clear(); },
          +[](cluster_facts& f) { f.gave_up = true; }}) {
        cluster_facts other = facts;
        change(other);
        BOOST_TEST((other != facts));
    }
}

BOOST_AUTO_TEST_CASE(a_word_is_found_among_those_that_were_given_and_nowhere_else)
{
    constexpr std::array all{fruit::apple, fruit::pear};
    BOOST_TEST((find_word(all, "apple") == fruit::apple));
    BOOST_TEST((find_word(all, "pear") == fruit::pear));
    BOOST_TEST(!find_word(all, "plum").has_value());
    BOOST_TEST(!find_word(all, "").has_value());
    BOOST_TEST(!find_word(std::array{fruit::pear}, "apple").has_value());
    BOOST_TEST(!find_word(std::array<fruit, 0>{}, "apple").has_value());
}

BOOST_AUTO_TEST_CASE(the_first_of_two_with_the_same_word_is_meant)
{
    BOOST_TEST((find_word(std::array{fruit::other, fruit::pear}, "pear") == fruit::other));
}

BOOST_AUTO_TEST_SUITE_END()
