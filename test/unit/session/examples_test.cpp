// The examples that the README quotes or names, started by a coordinator.
#include "test/unit/session/coordinator.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace cscc;
using namespace cscc::test;

namespace {

const std::vector<std::string> examples{CSCC_EXAMPLE_CPP, CSCC_EXAMPLE_C, CSCC_EXAMPLE_PYTHON};

// Where the Python one finds the library; it leaks by design of its interpreter.
std::vector<std::string> environment_of(const std::string& program)
{
    std::vector<std::string> change{"CSCC_LIBRARY=" CSCC_SHARED_LIBRARY};
    if (program == CSCC_EXAMPLE_PYTHON && *CSCC_PYTHON_PRELOAD != '\0')
        change.insert(
            change.end(),
            {"LD_PRELOAD=" CSCC_PYTHON_PRELOAD, "ASAN_OPTIONS=detect_leaks=0",
             "PATH=/usr/bin:/bin"}); // no script that finds an interpreter: bash dies of it
    return change;
}

// Out of the block buffer of a program that writes to a pipe, or at once.
std::string all_lines(service_process& p)
{
    std::string all;
    for (std::string line = p.line(); line != "(end)"; line = p.line())
        all += line + "\n";
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(examples_of_services)

BOOST_DATA_TEST_CASE(a_hello_says_alive_ready_and_goodbye, examples, program)
{
    coordinator c;
    service_process p = c.start("SVC", program, {}, environment_of(program));
    const service_link link = c.accept_alive();
    const auto ready = link.frame();
    BOOST_REQUIRE((ready && ready->kind == wire::frame_kind::ready));
    link.answer(0);
    const auto status = link.frame();
    BOOST_REQUIRE((status && status->text == "says hello"));
    link.tell_turn();
    BOOST_TEST(all_lines(p) == "hello: open files, connect to databases ...\n"
                               "hello: close files, say goodbye\n");
    BOOST_TEST(p.wait() == "exit 0");
}

BOOST_AUTO_TEST_CASE(a_hello_that_is_refused_ends_with_a_failure)
{
    for (const std::string& program : examples) {
        coordinator c;
        service_process p = c.start("SVC", program, {}, environment_of(program));
        const service_link link = c.accept();
        BOOST_REQUIRE(link.frame().has_value());
        link.answer(static_cast<int>(errc::not_accepting));
        BOOST_TEST(p.wait() == "exit 1");
    }
}

BOOST_AUTO_TEST_CASE(a_demo_service_initialises_itself_between_alive_and_ready)
{
    coordinator c;
    service_process p = c.start("SVC", CSCC_DEMO, {"--initialise", "30", "--finish", "1"});
    const service_link link = c.accept_alive();
    BOOST_TEST(p.line() == "cstrd: alive, initialising for 30 ms");
    const auto ready = link.frame();
    BOOST_REQUIRE((ready && ready->kind == wire::frame_kind::ready));
    link.answer(0);
    BOOST_TEST(p.line() == "cstrd: ready");
    link.tell_turn();
    BOOST_TEST(p.line() == "cstrd: shutting down");
    BOOST_TEST(p.line() == "cstrd: done");
    BOOST_TEST(p.wait() == "exit 0");
}

BOOST_AUTO_TEST_SUITE_END()
