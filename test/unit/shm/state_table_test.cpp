// state_table_test.cpp: what the one writer says, and what everybody reads.
#include "common/shm/state_table.hpp"
#include "test/unit/shm/child.hpp"
#include "test/unit/shm/printing.hpp"
#include "test/unit/shm/sample_state.hpp"
#include "test/unit/shm/scratch.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <limits>
#include <set>

#include <fcntl.h>

using namespace cscc;
using namespace cscc::shm;
using namespace std::chrono_literals;

namespace {

struct scratch_state : scratch
{
    state_writer writer = state_writer::create(names.state(), sample_spec()).value();
    state_view reader = state_view::open(names.state()).value();

    static wall_time at(std::int64_t ns) { return wall_time(std::chrono::nanoseconds(ns)); }
};

void check_same(const state_spec& a, const state_spec& b)
{
    BOOST_TEST(a.group_name == b.group_name);
    BOOST_TEST(a.startup_steps == b.startup_steps);
    BOOST_TEST(a.shutdown_steps == b.shutdown_steps);
    BOOST_TEST((a.on_coordinator_failure == b.on_coordinator_failure));
    BOOST_TEST((a.shutdown_timeout == b.shutdown_timeout));
    BOOST_TEST((a.takeover_timeout == b.takeover_timeout));
    BOOST_TEST((a.heartbeat_timeout == b.heartbeat_timeout));
    BOOST_TEST(a.config_checksum == b.config_checksum);
    BOOST_TEST((a.born == b.born));
    BOOST_REQUIRE(a.components.size() == b.components.size());
    for (std::size_t i = 0; i < a.components.size(); ++i) {
        BOOST_TEST(a.components[i].id == b.components[i].id);
        BOOST_TEST(a.components[i].startup_step == b.components[i].startup_step);
        BOOST_TEST(a.components[i].shutdown_step == b.components[i].shutdown_step);
        BOOST_TEST((a.components[i].startup_timeout == b.components[i].startup_timeout));
        BOOST_TEST((a.components[i].shutdown_timeout == b.components[i].shutdown_timeout));
    }
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(state_tables, scratch_state)

BOOST_AUTO_TEST_CASE(the_fixed_part_comes_out_as_it_went_in)
{
    check_same(reader.group(), sample_spec());
    check_same(writer.view().group(), sample_spec());
    BOOST_TEST(reader.component_count() == 5u);
    BOOST_TEST(reader.spec(3).id == "CSTS");
}

BOOST_AUTO_TEST_CASE(a_table_of_the_largest_group_comes_out_as_it_went_in)
{
    state_spec large = sample_spec();
    large.group_name = std::string(name_max, 'g');
    large.components.clear();
    for (std::uint32_t i = 0; i < components_max; ++i) {
        std::string id = std::to_string(i);
        id.insert(0, id_max - id.size(), '_');
        large.components.push_back(
            {id, i, static_cast<std::uint32_t>(components_max) - 1 - i, 1ns, duration::max()});
    }
    large.startup_steps = large.shutdown_steps = components_max;
    BOOST_REQUIRE(state_writer::create(plain, large));
    check_same(state_view::open(plain).value().group(), large);
}

BOOST_AUTO_TEST_CASE(an_empty_group_is_a_table_too)
{
    state_spec empty = sample_spec();
    empty.components.clear();
    empty.startup_steps = empty.shutdown_steps = 0;
    BOOST_REQUIRE(state_writer::create(plain, empty));
    BOOST_TEST(state_view::open(plain).value().component_count() == 0u);
}

BOOST_AUTO_TEST_CASE(a_component_is_found_by_its_whole_name)
{
    for (component_index i = 0; i < 5; ++i)
        BOOST_TEST((reader.find(sample_spec().components[i].id) == i));
    for (const std::string_view id : {"", "CSQ", "CSQLCEX", "csql"})
        BOOST_TEST(!reader.find(id).has_value());
}

BOOST_AUTO_TEST_CASE(a_new_table_is_at_rest)
{
    BOOST_TEST(!reader.wanted_up());
    BOOST_TEST((reader.wanted_outcome() == group_outcome::stopped));
    BOOST_TEST(reader.state() == group_state::initializing);
    BOOST_TEST(reader.epoch() == 0u);
    BOOST_TEST(reader.generation() == 0u);
    BOOST_TEST(reader.primary().is_nobody());
    BOOST_TEST(reader.standby().is_nobody());
    BOOST_TEST(!reader.deadline().has_value());
    BOOST_TEST(reader.retries().empty());
    BOOST_TEST(!reader.covered().has_value());
    for (component_index i = 0; i < 5; ++i) {
        const component_snapshot c = reader.component(i);
        BOOST_TEST(c.state == component_state::down);
        BOOST_TEST(c.identity.is_nobody());
        BOOST_TEST((c.last_exit == exit_report{}));
        BOOST_TEST(!c.deadline.has_value());
        BOOST_TEST(c.restarts == 0u);
    }
}

BOOST_AUTO_TEST_CASE(what_the_writer_says_of_the_group_is_read_at_once)
{
    writer.set_wanted_up();
    BOOST_TEST(reader.wanted_up());
    writer.set_wanted_down(group_outcome::stopped);
    BOOST_TEST(!reader.wanted_up());
    for (const group_state s : all_group_states) {
        writer.set_state(s, at(1'800'000'000'123'456'789 + static_cast<int>(s)));
        BOOST_TEST(reader.state() == s);
        BOOST_TEST((reader.since() == at(1'800'000'000'123'456'789 + static_cast<int>(s))));
    }
    writer.set_epoch(7);
    writer.set_generation(8);
    writer.set_primary({411, 99});
    writer.set_standby({498, 100});
    writer.set_group_deadline(time_point{} + 5s);
    BOOST_TEST(reader.epoch() == 7u);
    BOOST_TEST(reader.generation() == 8u);
    BOOST_TEST(reader.primary() == (process_identity{411, 99}));
    BOOST_TEST(reader.standby() == (process_identity{498, 100}));
    BOOST_TEST((reader.deadline() == time_point{} + 5s));
    writer.set_group_deadline({});
    BOOST_TEST(!reader.deadline().has_value());
}

BOOST_AUTO_TEST_CASE(what_the_writer_says_of_a_component_is_that_components_alone)
{
    for (component_index i = 0; i < 5; ++i) {
        writer.set_component_state(i, all_component_states[i + 1], 1000 + i, at(2000 + i));
        writer.set_component_identity(i, {static_cast<std::int32_t>(300 + i), 77 + i});
        writer.set_component_deadline(i, time_point{} + std::chrono::seconds(i));
        writer.set_last_exit(i, {exit_report::kind::killed, static_cast<int>(i), true});
        writer.set_restarts(i, 50 + i);
    }
    for (component_index i = 0; i < 5; ++i) {
        const component_snapshot c = reader.component(i);
        BOOST_TEST(c.state == all_component_states[i + 1]);
        BOOST_TEST(c.generation == 1000 + i);
        BOOST_TEST((c.since == at(2000 + i)));
        BOOST_TEST(c.identity == (process_identity{static_cast<std::int32_t>(300 + i), 77 + i}));
        BOOST_TEST(c.deadline.has_value()); // the first is at the clock's zero, and still is one
        BOOST_TEST(
            (c.last_exit == exit_report{exit_report::kind::killed, static_cast<int>(i), true}));
        BOOST_TEST(c.restarts == 50 + i);
    }
    BOOST_TEST((reader.component(4).deadline == time_point{} + 4s));
}

BOOST_AUTO_TEST_CASE(a_child_that_writes_its_own_identity_is_read_by_all)
{
    child service([&](const child_side&) {
        writer.identity_word(2).store(process_identity{::getpid(), 5}.packed());
    });
    BOOST_TEST(service.wait() == 0);
    BOOST_TEST(reader.component(2).identity == (process_identity{service.pid(), 5}));
    BOOST_TEST(reader.component(1).identity.is_nobody());
    BOOST_TEST(reader.component(3).identity.is_nobody());
}

BOOST_AUTO_TEST_CASE(retries_are_kept_oldest_first_and_the_latest_64_of_them)
{
    std::vector<time_point> expected;
    for (int i = 1; i <= 200; ++i) {
        writer.note_retry(time_point{} + i * 1s);
        expected.push_back(time_point{} + i * 1s);
        if (expected.size() > retries_max)
            expected.erase(expected.begin());
        BOOST_TEST((writer.retries() == expected), "after " << i);
    }
    BOOST_TEST((reader.retries() == expected));
    writer.forget_retries();
    BOOST_TEST(writer.retries().empty());
    writer.note_retry(time_point{} + 1h);
    BOOST_TEST((writer.retries() == std::vector<time_point>{time_point{} + 1h}));
}

BOOST_AUTO_TEST_CASE(no_incident_is_not_incident_0_and_each_number_is_kept)
{
    constexpr incident_number most = std::numeric_limits<incident_number>::max();
    BOOST_TEST(!reader.covered().has_value());
    for (const incident_number number : {incident_number{0}, incident_number{1}, most - 1}) {
        writer.set_covered(number);
        BOOST_TEST((reader.covered() == number));
        BOOST_TEST((writer.view().covered() == number));
    }
    writer.set_covered(most); // no count comes so far; whoever says it has not said "none"
    BOOST_TEST((reader.covered() == most - 1));
}

BOOST_AUTO_TEST_CASE(a_successor_finds_everything_as_its_predecessor_left_it)
{
    child predecessor([&](const child_side&) {
        auto mine = state_writer::attach(names.state());
        if (!mine || !mine->lock(daemon_lock::coordinator).try_lock())
            ::_exit(99);
        mine->set_state(group_state::recovering, at(5));
        mine->note_retry(time_point{} + 9s);
        mine->set_covered(7);
        mine->set_component_state(4, component_state::ready, 3, at(6));
    });
    BOOST_TEST(predecessor.wait() == 0);
    BOOST_TEST((reader.lock(daemon_lock::coordinator).state() == lock_state::owner_died));

    auto successor = state_writer::attach(names.state());
    BOOST_REQUIRE(successor);
    BOOST_TEST(successor->lock(daemon_lock::coordinator).try_lock().value() ==
               acquired::owner_died);
    BOOST_TEST(successor->view().state() == group_state::recovering);
    BOOST_TEST((successor->retries() == std::vector<time_point>{time_point{} + 9s}));
    BOOST_TEST((successor->view().covered() == incident_number{7}));
    BOOST_TEST(successor->view().component(4).generation == 3u);
    successor->lock(daemon_lock::coordinator).unlock();
}

BOOST_AUTO_TEST_CASE(the_four_locks_are_four)
{
    for (std::size_t taken = 0; taken < daemon_lock_count; ++taken) {
        robust_lock lock = writer.lock(static_cast<daemon_lock>(taken));
        BOOST_TEST(lock.try_lock().value() == acquired::clean);
        for (std::size_t i = 0; i < daemon_lock_count; ++i) {
            const lock_view seen = reader.lock(static_cast<daemon_lock>(i));
            BOOST_TEST(seen.state() == (i == taken ? lock_state::held : lock_state::free));
            BOOST_TEST(seen.owner_tid() == (i == taken ? ::gettid() : 0));
        }
        lock.unlock();
    }
}

BOOST_AUTO_TEST_CASE(a_writer_that_goes_or_is_replaced_releases_no_lock_but_by_death)
{
    child primary([&](const child_side& parent) {
        {
            auto mine = state_writer::attach(names.state());
            static_cast<void>(mine->lock(daemon_lock::standby).try_lock());
            state_writer moved = std::move(*mine);
            static_cast<void>(moved.lock(daemon_lock::component).try_lock());
            *mine = std::move(moved); // and back
            moved = state_writer::attach(names.state()).value();
            *mine = std::move(moved);
        }
        parent.say();
        parent.hear();
    });
    BOOST_REQUIRE(primary.hear());
    for (const daemon_lock which : {daemon_lock::standby, daemon_lock::component}) {
        BOOST_TEST(reader.lock(which).state() == lock_state::held);
        BOOST_TEST(reader.lock(which).owner_tid() == primary.pid());
    }
    primary.kill();
    static_cast<void>(primary.wait());
    BOOST_TEST(reader.lock(daemon_lock::standby).state() == lock_state::owner_died);
    BOOST_TEST(reader.lock(daemon_lock::component).state() == lock_state::owner_died);
}

BOOST_AUTO_TEST_CASE(a_service_reads_through_the_descriptor_and_cannot_write)
{
    const auto fd = writer.read_only_descriptor();
    BOOST_REQUIRE(fd);
    BOOST_TEST((::fcntl(fd->get(), F_GETFD) & FD_CLOEXEC) != 0);
    BOOST_TEST((::fcntl(fd->get(), F_GETFL) & O_ACCMODE) == O_RDONLY);
    BOOST_REQUIRE(!remove(names.state()).failed()); // nor does it need the name
    const auto service = state_view::from_descriptor(fd->get());
    BOOST_REQUIRE(service);
    writer.set_epoch(12);
    BOOST_TEST(service->epoch() == 12u);
    check_same(service->group(), sample_spec());
    BOOST_TEST(
        open_from_descriptor(fd->get(), object_kind::state, access_mode::read_write).has_error());
    const auto attached = state_writer::attach(names.state());
    BOOST_TEST((attached.error() == boost::system::errc::no_such_file_or_directory));
}

BOOST_AUTO_TEST_CASE(a_table_is_not_made_twice_nor_of_what_does_not_fit)
{
    BOOST_TEST((state_writer::create(names.state(), sample_spec()).error() ==
                boost::system::errc::file_exists));
    BOOST_TEST(reader.component_count() == 5u);
    BOOST_TEST(state_view::open(names.state(), ::geteuid() + 1).error() == errc::object_foreign);
    BOOST_TEST(state_writer::attach(names.state(), ::geteuid() + 1).error() ==
               errc::object_foreign);
}

BOOST_AUTO_TEST_CASE(a_component_that_is_not_in_the_table_is_a_bug)
{
    const std::function<void()> wrong[] = {
        [&] { static_cast<void>(reader.component(5)); },
        [&] { static_cast<void>(reader.spec(5)); },
        [&] { writer.set_restarts(5, 1); },
        [&] { static_cast<void>(writer.identity_word(0xffffffff)); },
    };
    for (const auto& act : wrong) {
        child bug([&](const child_side&) {
            ::close(STDERR_FILENO);
            act();
        });
        BOOST_TEST(WTERMSIG(bug.wait()) == SIGABRT);
    }
}

BOOST_AUTO_TEST_CASE(every_exit_report_survives_its_word)
{
    using kind = exit_report::kind;
    std::set<std::uint64_t> words;
    for (const kind how : {kind::none, kind::exited, kind::killed, kind::unknown}) {
        for (const std::int32_t value : {0, 1, 9, 255, -1, std::numeric_limits<int>::min()}) {
            for (const bool core : {false, true}) {
                const exit_report report{how, value, core};
                BOOST_TEST((exit_report::unpacked(report.packed()) == report));
                BOOST_TEST(words.insert(report.packed()).second);
            }
        }
    }
    BOOST_TEST(exit_report{}.packed() == 0u);
    for (const std::uint64_t how : {4, 5, 255}) // of a later version, or of an accident
        BOOST_TEST((exit_report::unpacked(how << 32).how == kind::unknown));
}

BOOST_AUTO_TEST_SUITE_END()
