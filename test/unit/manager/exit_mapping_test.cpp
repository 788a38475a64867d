#include "client/manager/exit_mapping.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>
#include <vector>

namespace cscc {
namespace {

constexpr std::array all_services_ready{component_state::ready, component_state::ready};

status_report report(group_life life, group_state state,
                     std::array<component_state, 2> services = all_services_ready)
{
    status_report r;
    r.life = life;
    r.status.state = state;
    for (std::size_t i = 0; i < services.size(); ++i) {
        wire::service_status s;
        s.id = i == 0 ? "A" : "B";
        s.state = services[i];
        r.status.services.push_back(s);
    }
    return r;
}

int exit_for(const status_report& r, const std::vector<std::string>& ids = {})
{
    return static_cast<int>(status_exit(r, ids));
}

error_code system_error(int number)
{
    return {number, boost::system::system_category()};
}

BOOST_AUTO_TEST_SUITE(exit_codes)

BOOST_AUTO_TEST_CASE(status_is_0_only_for_a_steady_group_whose_services_are_all_ready)
{
    for (const group_state g : all_group_states) {
        for (const component_state a : all_component_states) {
            for (const component_state b : all_component_states) {
                const bool all = g == group_state::steady && a == component_state::ready &&
                                 b == component_state::ready;
                BOOST_TEST_CONTEXT(to_string(g) << ", " << to_string(a) << ", " << to_string(b))
                {
                    BOOST_TEST(exit_for(report(group_life::coordinated, g, {a, b})) ==
                               (all ? 0 : 1));
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(status_of_named_services_is_about_them_alone)
{
    const auto r = report(group_life::coordinated, group_state::initializing,
                          {component_state::ready, component_state::alive});
    BOOST_TEST(exit_for(r, {"A"}) == 0);
    BOOST_TEST(exit_for(r, {"B"}) == 1);
    BOOST_TEST(exit_for(r, {"A", "B"}) == 1);
}

BOOST_AUTO_TEST_CASE(an_unknown_service_is_4_whatever_else_is_true)
{
    for (const group_life life :
         {group_life::coordinated, group_life::orphaned, group_life::ended, group_life::absent})
        BOOST_TEST(exit_for(report(life, group_state::steady), {"A", "C"}) == 4);
}

BOOST_AUTO_TEST_CASE(services_without_a_coordinator_are_2_while_one_of_them_lives)
{
    auto r = report(group_life::orphaned, group_state::steady);
    BOOST_TEST(exit_for(r) == 1); // all dead, though nobody wanted it
    r.status.services[1].pid = 42;
    BOOST_TEST(exit_for(r) == 2);
    BOOST_TEST(exit_for(r, {"B"}) == 2);
    BOOST_TEST(exit_for(r, {"A"}) == 1);
    r.wanted_up = false;
    r.outcome = wire::final_outcome::gave_up;
    BOOST_TEST(exit_for(r, {"A"}) == 1);
    r.outcome = wire::final_outcome::stopped;
    BOOST_TEST(exit_for(r, {"A"}) == 3);
    BOOST_TEST(exit_for(r) == 2);
}

BOOST_AUTO_TEST_CASE(the_end_of_a_group_is_3_if_it_was_ordered_and_1_if_not)
{
    auto r = report(group_life::ended, group_state::stopped);
    r.outcome = wire::final_outcome::stopped;
    BOOST_TEST(exit_for(r) == 3);
    r.outcome = wire::final_outcome::start_failed;
    BOOST_TEST(exit_for(r) == 1);
    r.outcome = wire::final_outcome::gave_up;
    BOOST_TEST(exit_for(r) == 1);
    BOOST_TEST(exit_for(report(group_life::absent, group_state::stopped)) == 3);
}

BOOST_AUTO_TEST_CASE(every_error_of_ours_has_an_exit_code)
{
    for (int e = 1; e < static_cast<int>(errc::count_); ++e) {
        const auto error = static_cast<errc>(e);
        const exit_code expected = error == errc::timed_out        ? exit_code::timed_out
                                   : error == errc::object_foreign ? exit_code::not_permitted
                                                                   : exit_code::failed;
        BOOST_TEST_CONTEXT(make_error_code(error).message())
        {
            BOOST_TEST((exit_of(error) == expected));
        }
    }
    BOOST_TEST((exit_of(error_code{}) == exit_code::done));
}

BOOST_AUTO_TEST_CASE(what_the_system_forbids_is_4)
{
    for (const int number : {EACCES, EPERM, EROFS})
        BOOST_TEST((exit_of(system_error(number)) == exit_code::not_permitted));
    BOOST_TEST((exit_of(system_error(ETIMEDOUT)) == exit_code::timed_out));
    for (const int number : {ENOENT, ECONNREFUSED, EMFILE, ENOSPC})
        BOOST_TEST((exit_of(system_error(number)) == exit_code::failed));
}

BOOST_AUTO_TEST_CASE(a_refusal_of_the_control_api_is_4_only_if_it_is_about_permission)
{
    BOOST_TEST((exit_of_http(403) == exit_code::not_permitted));
    BOOST_TEST((exit_of_http(401) == exit_code::not_permitted));
    for (const unsigned status : {400U, 404U, 409U, 429U, 500U, 503U})
        BOOST_TEST((exit_of_http(status) == exit_code::failed));
}

BOOST_AUTO_TEST_CASE(csccds_own_code_is_passed_on_if_it_means_something_here)
{
    for (const int code : {4, 5, 6, 124})
        BOOST_TEST(static_cast<int>(exit_of_daemon(code)) == code);
    for (const int code : {-1, 0, 1, 2, 3, 7, 130, 255}) // 0 with an error is none either
        BOOST_TEST(static_cast<int>(exit_of_daemon(code)) == 1);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
