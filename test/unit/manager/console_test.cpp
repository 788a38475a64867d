#include "client/manager/console.hpp"
#include "test/unit/manager/support.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>

namespace cscc {
namespace {

struct fixture
{
    test::captured out;
    test::captured err;
    page terminal{true, true, 20, 10};
};

BOOST_FIXTURE_TEST_SUITE(the_console, fixture)

BOOST_AUTO_TEST_CASE(results_and_complaints_do_not_mix)
{
    console c(out.descriptor(), err.descriptor(), page{});
    c.say("a result");
    c.say("a line\n");
    c.complain("it broke", "mend it");
    c.complain("it broke again");
    BOOST_TEST(out.text() == "a result\na line\n");
    BOOST_TEST(err.text() == "csccmgr: it broke\n         mend it\ncsccmgr: it broke again\n");
}

BOOST_AUTO_TEST_CASE(live_lines_are_drawn_over_each_other)
{
    console c(out.descriptor(), err.descriptor(), terminal);
    c.redraw({"one", "two"});
    c.redraw({"one again"});
    BOOST_TEST(out.text() == "one\x1b[K\ntwo\x1b[K\n\x1b[J"
                             "\r\x1b[2A"
                             "one again\x1b[K\n\x1b[J");
}

BOOST_AUTO_TEST_CASE(live_lines_stay_when_something_else_is_said)
{
    console c(out.descriptor(), err.descriptor(), terminal);
    c.redraw({"one"});
    c.say("done");
    c.redraw({"two"});
    BOOST_TEST(out.text() == "one\x1b[K\n\x1b[Jdone\ntwo\x1b[K\n\x1b[J");
}

BOOST_AUTO_TEST_CASE(live_lines_are_cut_to_the_width_of_the_terminal)
{
    console c(out.descriptor(), err.descriptor(), terminal);
    c.redraw({std::string(30, 'x')});
    BOOST_TEST(out.text() == std::string(19, 'x') + "…\x1b[K\n\x1b[J");
}

BOOST_AUTO_TEST_CASE(nothing_is_drawn_where_there_is_no_terminal)
{
    console c(out.descriptor(), err.descriptor(), page{});
    c.redraw({"one"});
    BOOST_TEST(out.text() == "");
}

BOOST_AUTO_TEST_CASE(a_reader_that_went_away_does_not_hold_us_up)
{
    const unique_fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    console c(full.get(), err.descriptor(), page{});
    c.say("into the void");
    c.complain("still here");
    BOOST_TEST(err.text() == "csccmgr: still here\n");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
