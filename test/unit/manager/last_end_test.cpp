#include "client/manager/last_end.hpp"
#include "common/reactor/final_file.hpp"
#include "test/unit/manager/support.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

namespace cscc {
namespace {

BOOST_FIXTURE_TEST_SUITE(the_last_end, test::own_group)

BOOST_AUTO_TEST_CASE(is_read_as_it_was_written)
{
    wire::final_status end;
    end.status.group = run.group();
    end.outcome = wire::final_outcome::gave_up;
    end.reason = "gave up: A died";
    std::ofstream(last_end_path(run)) << wire::to_json(end);
    const auto found = read_last_end(run);
    BOOST_TEST_REQUIRE(found.has_value());
    BOOST_TEST(found->reason == end.reason);
}

BOOST_AUTO_TEST_CASE(is_believed_only_if_it_is_whole_and_a_file)
{
    BOOST_TEST(!read_last_end(run).has_value()); // none
    std::ofstream(last_end_path(run)) << "{";
    BOOST_TEST(!read_last_end(run).has_value());
    ::unlink(last_end_path(run).c_str());
    BOOST_TEST_REQUIRE(::mkfifo(last_end_path(run).c_str(), 0600) == 0);
    BOOST_TEST(!read_last_end(run).has_value()); // and no waiting for a writer
}

BOOST_AUTO_TEST_CASE(has_a_history_beside_it_that_is_read_and_removed_likewise)
{
    BOOST_TEST(!read_last_history(run).has_value());
    wire::group_history history;
    history.group = run.group();
    history.transitions_left_out = 7;
    const std::string& folder = run.model.resolved.runtime_directory;
    BOOST_TEST(!write_history_file(folder, history));
    BOOST_TEST_REQUIRE(read_last_history(run).has_value());
    BOOST_TEST(read_last_history(run)->transitions_left_out == 7U);
    std::ofstream(folder + "/" + wire::history_file_name(run.group())) << "{";
    BOOST_TEST(!read_last_history(run).has_value());
    BOOST_TEST(remove_last_end(run).existed);
    BOOST_TEST(!remove_last_end(run).existed);
}

BOOST_AUTO_TEST_CASE(is_removed_once)
{
    std::ofstream(last_end_path(run)) << "{}";
    BOOST_TEST(remove_last_end(run).existed);
    const removal again = remove_last_end(run);
    BOOST_TEST(!again.existed);
    BOOST_TEST(!again.error);
    run.model.resolved.runtime_directory = directory.path("nowhere");
    BOOST_TEST(!remove_last_end(run).error);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
