// states_test.cpp: every state has one word, and every word comes back as its state.
#include "common/base/states.hpp"
#include "test/unit/base/printing.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string_view>

using namespace cscc;

BOOST_AUTO_TEST_SUITE(states)

BOOST_AUTO_TEST_CASE(every_group_state_is_parsed_from_its_own_word)
{
    std::set<std::string_view> words;
    for (const group_state s : all_group_states) {
        BOOST_TEST(words.insert(to_string(s)).second, "said twice: " << s);
        BOOST_TEST((parse_group_state(to_string(s)) == s), s);
    }
    BOOST_TEST(words.count("?") == 0u);
}

BOOST_AUTO_TEST_CASE(every_component_state_is_parsed_from_its_own_word)
{
    std::set<std::string_view> words;
    for (const component_state s : all_component_states) {
        BOOST_TEST(words.insert(to_string(s)).second, "said twice: " << s);
        BOOST_TEST((parse_component_state(to_string(s)) == s), s);
    }
    BOOST_TEST(words.count("?") == 0u);
}

BOOST_AUTO_TEST_CASE(a_word_that_names_no_state_parses_as_none)
{
    for (const std::string_view word : {"", "?", "Steady", "steady ", "ready\n", "gone"}) {
        BOOST_TEST(!parse_group_state(word).has_value());
        BOOST_TEST(!parse_component_state(word).has_value());
    }
    BOOST_TEST(!parse_group_state("ready").has_value());
    BOOST_TEST(!parse_component_state("steady").has_value());
}

// The list is also the index from the number in shared memory to the state.
BOOST_AUTO_TEST_CASE(the_lists_are_complete_and_in_the_order_of_their_numbers)
{
    for (std::size_t i = 0; i < all_group_states.size(); ++i)
        BOOST_TEST(static_cast<std::size_t>(all_group_states[i]) == i);
    for (std::size_t i = 0; i < all_component_states.size(); ++i)
        BOOST_TEST(static_cast<std::size_t>(all_component_states[i]) == i);
    BOOST_TEST(to_string(static_cast<group_state>(all_group_states.size())) == "?");
    BOOST_TEST(to_string(static_cast<component_state>(all_component_states.size())) == "?");
}

BOOST_AUTO_TEST_SUITE_END()
