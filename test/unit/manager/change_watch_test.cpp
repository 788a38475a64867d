// What happens to files is told by their numbers, and nothing else is.
#include "client/manager/change_watch.hpp"
#include "common/base/unique_fd.hpp"
#include "test/unit/manager/support.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <set>
#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace cscc {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;
using numbers = std::set<std::size_t>;

struct watched_files
{
    numbers touched(duration limit)
    {
        const std::function<asio::awaitable<numbers>()> make = [&] {
            return changes.wait(clock::now() + limit);
        };
        return test::run_to_end<numbers>(reactor, make);
    }
    numbers next() { return touched(8s); }
    numbers nothing() { return touched(20ms); }
    [[nodiscard]] unique_fd made(const std::string& name) const
    {
        return unique_fd(
            ::open(directory.path(name).c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    }
    static void write(const unique_fd& file) { BOOST_TEST(::write(file.get(), "x\n", 2) == 2); }

    asio::io_context reactor{1};
    change_watch changes{reactor.get_executor(), 2};
    test::temporary_directory directory;
    unique_fd a = made("a");
    unique_fd b = made("b");
};

BOOST_FIXTURE_TEST_SUITE(changes_of_files, watched_files)

BOOST_AUTO_TEST_CASE(a_change_is_told_of_the_file_that_it_is_in)
{
    BOOST_TEST(changes.watch_content(0, a.get()));
    BOOST_TEST(changes.watch_content(1, b.get()));
    BOOST_TEST((nothing() == numbers{}));
    write(b);
    BOOST_TEST((next() == numbers{1}));
    BOOST_TEST(::ftruncate(a.get(), 0) == 0);
    fs::rename(directory.path("b"), directory.path("c"));
    write(b); // whatever it is called
    numbers both = next();
    if (both.size() == 1)
        both.merge(next());
    BOOST_TEST((both == numbers{0, 1}));
}

BOOST_AUTO_TEST_CASE(only_the_newest_file_of_a_number_counts)
{
    BOOST_TEST(changes.watch_content(0, a.get()));
    BOOST_TEST(changes.watch_content(1, a.get())); // two may share one
    BOOST_TEST(changes.watch_content(0, b.get()));
    write(a);
    BOOST_TEST((next() == numbers{1}));
    write(b);
    BOOST_TEST((next() == numbers{0}));
}

BOOST_AUTO_TEST_CASE(what_comes_and_goes_in_a_directory_is_told)
{
    BOOST_TEST(changes.watch_directory(0, directory.path("")));
    BOOST_TEST(!changes.watch_directory(1, directory.path("none")));
    write(a);
    BOOST_TEST((nothing() == numbers{})); // of what is in them nobody asked
    const unique_fd c = made("c");
    BOOST_TEST((next() == numbers{0}));
    fs::rename(directory.path("c"), directory.path("d"));
    BOOST_TEST((next() == numbers{0}));
    fs::remove(directory.path("d"));
    BOOST_TEST((next() == numbers{0}));
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_made_anew_can_be_watched_again)
{
    const std::string place = directory.path("place");
    fs::create_directory(place);
    BOOST_TEST(changes.watch_directory(0, place));
    fs::remove(place);
    BOOST_TEST((next() == numbers{0}));
    BOOST_TEST(!changes.watch_directory(0, place));
    fs::create_directory(place);
    BOOST_TEST(changes.watch_directory(0, place));
    const unique_fd in_it = made("place/file");
    BOOST_TEST((next() == numbers{0}));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
