// descendants_test.cpp: who descends from whom, with real processes.
#include "common/reactor/descendants.hpp"
#include "test/unit/reactor/child.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

#include <sys/wait.h>

using namespace cscc;

namespace {

/// A child that has a child that has a child, each of which lives until it is killed.
struct family
{
    int ends[2] = {-1, -1};
    test::child eldest;

    family() : eldest(make()) {}
    test::child make()
    {
        BOOST_REQUIRE(::pipe(ends) == 0);
        return test::child([this] { return grow(2); });
    }
    int grow(int generations) const
    {
        if (generations == 0) {
            const char done = '.';
            return ::write(ends[1], &done, 1) == 1 ? test::child::wait_for_signal() : 1;
        }
        const test::child next([&] { return grow(generations - 1); });
        return test::child::wait_for_signal();
    }
    void await_all() const
    {
        char done = 0;
        BOOST_REQUIRE(::read(ends[0], &done, 1) == 1);
    }
    ~family()
    {
        ::close(ends[0]);
        ::close(ends[1]);
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(descendants)

BOOST_AUTO_TEST_CASE(all_generations_are_found_children_before_their_parents)
{
    const family f;
    f.await_all();
    std::vector<process_ref> found;
    add_descendants(found, ::getpid());
    BOOST_TEST_REQUIRE(found.size() == 3U);
    BOOST_TEST(found.back().identity().pid == f.eldest.pid());
    for (std::size_t n = 0; n + 1 < found.size(); ++n)
        BOOST_TEST(parent_of(found[n].identity().pid).value() == found[n + 1].identity().pid);
}

BOOST_AUTO_TEST_CASE(descent_is_told_over_generations_and_not_the_other_way)
{
    const family f;
    f.await_all();
    std::vector<process_ref> found;
    add_descendants(found, f.eldest.pid());
    BOOST_TEST_REQUIRE(found.size() == 2U);
    const pid_t youngest = found.front().identity().pid;
    BOOST_TEST(descends_from(youngest, ::getpid()));
    BOOST_TEST(descends_from(youngest, f.eldest.pid()));
    BOOST_TEST(!descends_from(f.eldest.pid(), youngest));
    BOOST_TEST(!descends_from(::getppid(), ::getpid()));
    BOOST_TEST(!descends_from(0, ::getpid())); // a process of another pid namespace
}

BOOST_AUTO_TEST_CASE(nobody_descends_from_who_is_gone)
{
    test::child gone([] { return 0; });
    const pid_t pid = gone.pid();
    gone.collect();
    BOOST_TEST(children_of(pid).empty());
    BOOST_TEST(!parent_of(pid).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
