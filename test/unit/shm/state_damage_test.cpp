// state_damage_test.cpp: whatever the bytes of a state object have become, opening it either fails
// or gives a view whose every accessor is safe.
#include "common/shm/checksum.hpp"
#include "common/shm/state_table.hpp"
#include "test/unit/shm/printing.hpp"
#include "test/unit/shm/sample_state.hpp"
#include "test/unit/shm/scratch.hpp"

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include <fcntl.h>

using namespace cscc;
using namespace cscc::shm;

namespace {

using bytes = std::vector<std::byte>;

constexpr std::size_t fixed_end(std::size_t n)
{
    return state_offsets(n).moving;
}

// A file of our own that becomes one damaged object after the other.
class damaged_object : public scratch
{
public:
    damaged_object()
    {
        auto writer = state_writer::create(names.state(), sample_spec());
        BOOST_REQUIRE(writer);
        for (std::int64_t i = 0; i < 2000; ++i) // so that an accident has something to hit
            note(writer->recorder(), i);
        file_ = open_descriptor(names.state(), access_mode::read_write).value();
        sound_.resize(state_offsets(sample_spec().components.size()).end);
        BOOST_REQUIRE(::pread(file_.get(), sound_.data(), sound_.size(), 0) ==
                      static_cast<ssize_t>(sound_.size()));
    }

    static void note(flight_recorder out, std::int64_t i)
    {
        const flight_recorder::moment now{wall_time(std::chrono::nanoseconds(i)),
                                          time_point(duration(i)), 1, 1};
        out.note(now, static_cast<component_index>(i % 5), component_state::ready,
                 component_state::failed, "exited: signal 9 (KILL)");
        if (i % 30 == 0)
            out.begin_recovery(now, {recovery_kind::failure, 1, "CSQL exited", "exit of CSQL"});
    }

    [[nodiscard]] const bytes& sound() const { return sound_; }

    [[nodiscard]] result<state_view> open_as(const bytes& content) const
    {
        BOOST_REQUIRE(::ftruncate(file_.get(), static_cast<off_t>(content.size())) == 0);
        BOOST_REQUIRE(::pwrite(file_.get(), content.data(), content.size(), 0) ==
                      static_cast<ssize_t>(content.size()));
        return state_view::open(names.state());
    }

private:
    unique_fd file_;
    bytes sound_;
};

template <class Value>
void put(bytes& content, std::size_t offset, Value value)
{
    std::memcpy(content.data() + offset, &value, sizeof value);
}

// As somebody would who damages the object with care.
void seal(bytes& content)
{
    std::uint64_t fixed = 0;
    std::memcpy(&fixed, content.data() + offsetof(object_header, fixed_bytes), sizeof fixed);
    const std::size_t covered =
        std::min<std::uint64_t>(fixed, content.size() - sizeof(object_header));
    put(content, offsetof(object_header, checksum),
        checksum(std::span(content).subspan(sizeof(object_header), covered)));
}

// Every word of it; the sanitizers and the memory's end are the judges.
void look_at_everything(const state_view& view)
{
    BOOST_REQUIRE(view.component_count() <= components_max);
    BOOST_REQUIRE(to_string(view.state()) != "?");
    BOOST_REQUIRE(view.retries().size() <= retries_max);
    static_cast<void>(view.wanted_up() || view.primary().is_nobody() || view.deadline() ||
                      view.covered());
    for (std::size_t i = 0; i < daemon_lock_count; ++i)
        BOOST_REQUIRE(to_string(view.lock(static_cast<daemon_lock>(i)).state()) != "?");
    for (const transition_record& one : view.recorder().transitions(~std::size_t{0})) {
        BOOST_REQUIRE(one.component.value_or(0) < components_max);
        BOOST_REQUIRE((one.reason.size() <= reason_max && !one.from.empty() && !one.to.empty()));
    }
    for (const recovery_record& one : view.recorder().recoveries())
        BOOST_REQUIRE(one.cause.size() <= recovery_text_max);
    for (component_index c = 0; c < view.component_count(); ++c) {
        const component_spec& spec = view.spec(c);
        BOOST_REQUIRE(!spec.id.empty());
        BOOST_REQUIRE(spec.startup_step < view.group().startup_steps);
        BOOST_REQUIRE(spec.shutdown_step < view.group().shutdown_steps);
        BOOST_REQUIRE(view.find(spec.id).has_value());
        BOOST_REQUIRE(to_string(view.component(c).state) != "?");
    }
}

struct tally
{
    int opened = 0;
    int refused = 0;
};

// One to four changes at random places below `end`: bits, bytes, and numbers that are too large.
bytes mutated(const bytes& sound, std::size_t end, std::mt19937_64& random)
{
    bytes content = sound;
    const std::size_t changes = 1 + random() % 4;
    for (std::size_t i = 0; i < changes; ++i) {
        const std::size_t at = random() % (end - 8);
        switch (random() % 4) {
        case 0: content[at] ^= static_cast<std::byte>(1U << random() % 8); break;
        case 1: content[at] = static_cast<std::byte>(random()); break;
        case 2: put(content, at / 4 * 4, static_cast<std::uint32_t>(random() % 6000)); break;
        case 3: put(content, at / 8 * 8, random() >> random() % 64); break;
        }
    }
    return content;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(damaged_states, damaged_object)

BOOST_AUTO_TEST_CASE(the_undamaged_bytes_open)
{
    BOOST_REQUIRE(open_as(sound()));
    bytes sealed = sound();
    seal(sealed);
    BOOST_TEST((sealed == sound())); // so that the cases below fail for their own reason
}

BOOST_AUTO_TEST_CASE(two_thousand_accidents_anywhere_never_lead_astray)
{
    constexpr unsigned seed = 411;
    BOOST_TEST_MESSAGE("seed " << seed);
    std::mt19937_64 random(seed);
    tally t;
    for (int i = 0; i < 2000; ++i) {
        bytes content = mutated(sound(), sound().size(), random);
        if (i % 10 == 0)
            content.resize(random() % (2 * sound().size()));
        const auto view = open_as(content);
        ++(view ? t.opened : t.refused);
        if (view)
            look_at_everything(*view);
    }
    BOOST_TEST(t.opened > 100); // those in the moving part
    BOOST_TEST(t.refused > 100);
}

BOOST_AUTO_TEST_CASE(an_accident_in_the_fixed_part_is_always_noticed)
{
    constexpr unsigned seed = 412;
    BOOST_TEST_MESSAGE("seed " << seed);
    std::mt19937_64 random(seed);
    const std::size_t end = fixed_end(5);
    for (int i = 0; i < 2000; ++i) {
        const bytes content = mutated(sound(), end, random);
        const bool harmless = // the reserved words of the header say nothing yet, nor its tag
            std::equal(content.begin(), content.begin() + offsetof(object_header, group_tag),
                       sound().begin()) &&
            std::equal(content.begin() + sizeof(object_header), content.end(),
                       sound().begin() + sizeof(object_header));
        BOOST_REQUIRE_MESSAGE(open_as(content).has_value() == harmless, "round " << i);
    }
}

BOOST_AUTO_TEST_CASE(two_thousand_lies_under_a_good_checksum_never_lead_astray)
{
    constexpr unsigned seed = 413;
    BOOST_TEST_MESSAGE("seed " << seed);
    std::mt19937_64 random(seed);
    tally t;
    for (int i = 0; i < 2000; ++i) {
        bytes content = sound();
        // Below the header, or hardly anything would get past it.
        bytes below(sound().begin() + sizeof(object_header), sound().end());
        below = mutated(below, fixed_end(5) - sizeof(object_header), random);
        std::copy(below.begin(), below.end(), content.begin() + sizeof(object_header));
        seal(content);
        const auto view = open_as(content);
        ++(view ? t.opened : t.refused);
        if (view)
            look_at_everything(*view);
    }
    BOOST_TEST(t.opened > 100); // timeouts and letters that could as well be so
    BOOST_TEST(t.refused > 100);
}

// Each bound by itself: were one of them not checked, its lie would pass.
BOOST_AUTO_TEST_CASE(each_single_lie_about_a_bound_is_refused)
{
    const std::size_t group = sizeof(object_header);
    const std::size_t third = state_offsets(5).components_fixed + 2 * sizeof(component_fixed);
    const auto lie = [&](std::size_t offset, auto value) {
        bytes content = sound();
        put(content, offset, value);
        seal(content);
        return open_as(content).error();
    };
    for (const std::uint32_t count : {0u, 4u, 6u, 4096u, 4097u, 0x0fffffffu, 0xffffffffu})
        BOOST_TEST(lie(group + offsetof(state_fixed, component_count), count) ==
                   errc::object_damaged);
    for (const std::uint32_t steps : {0u, 3u, 6u, 0xffffffffu}) {
        BOOST_TEST(lie(group + offsetof(state_fixed, startup_steps), steps) ==
                   errc::object_damaged);
        BOOST_TEST(lie(group + offsetof(state_fixed, shutdown_steps), steps) ==
                   errc::object_damaged);
    }
    for (const std::uint32_t policy : {3u, 0xffffffffu})
        BOOST_TEST(lie(group + offsetof(state_fixed, on_coordinator_failure), policy) ==
                   errc::object_damaged);
    for (const std::size_t timeout :
         {offsetof(state_fixed, shutdown_timeout_ns), offsetof(state_fixed, takeover_timeout_ns),
          offsetof(state_fixed, heartbeat_timeout_ns)})
        BOOST_TEST(lie(group + timeout, std::int64_t{-1}) == errc::object_damaged);
    for (const std::uint32_t step : {4u, 0xffffffffu}) {
        BOOST_TEST(lie(third + offsetof(component_fixed, startup_step), step) ==
                   errc::object_damaged);
        BOOST_TEST(lie(third + offsetof(component_fixed, shutdown_step), step) ==
                   errc::object_damaged);
    }
    for (const std::size_t timeout : {offsetof(component_fixed, startup_timeout_ns),
                                      offsetof(component_fixed, shutdown_timeout_ns)})
        BOOST_TEST(lie(third + timeout, std::int64_t{-1}) == errc::object_damaged);
    for (const char letter : {'\0', '\n', '\x1b', '/', ' ', '\x7f'})
        BOOST_TEST(lie(third + offsetof(component_fixed, id), letter) == errc::object_damaged);
}

BOOST_AUTO_TEST_CASE(a_name_without_an_end_is_refused)
{
    for (const auto& [offset, length] :
         {std::pair{sizeof(object_header) + offsetof(state_fixed, group_name),
                    sizeof(state_fixed::group_name)},
          std::pair{state_offsets(5).components_fixed + offsetof(component_fixed, id),
                    sizeof(component_fixed::id)}}) {
        bytes content = sound();
        std::fill_n(content.begin() + static_cast<std::ptrdiff_t>(offset), length, std::byte{'x'});
        seal(content);
        BOOST_TEST(open_as(content).error() == errc::object_damaged);
    }
}

BOOST_AUTO_TEST_CASE(a_fixed_part_of_another_length_than_its_components_is_refused)
{
    for (const std::uint64_t wrong :
         {std::uint64_t{0}, std::uint64_t{8}, sizeof(state_fixed),
          fixed_end(5) - sizeof(object_header) - 1, fixed_end(5) - sizeof(object_header) + 1}) {
        bytes content = sound();
        put(content, offsetof(object_header, fixed_bytes), wrong);
        seal(content);
        BOOST_TEST(open_as(content).error() == errc::object_damaged);
    }
}

BOOST_AUTO_TEST_CASE(a_table_with_bytes_to_spare_is_refused)
{
    bytes content = sound();
    content.resize(content.size() + sizeof(component_moving));
    put(content, offsetof(object_header, size_bytes), content.size());
    BOOST_TEST(open_as(content).error() == errc::object_damaged);
}

BOOST_AUTO_TEST_CASE(a_table_of_more_components_than_there_can_be_is_refused)
{
    for (const std::size_t n : {components_max, components_max + 1}) {
        const state_offsets offsets(n);
        component_fixed component{};
        component.id[0] = 'x';
        bytes content(offsets.end); // sound in everything but its number
        std::copy_n(sound().begin(), offsets.components_fixed, content.begin());
        put(content, offsetof(object_header, size_bytes), content.size());
        put(content, offsetof(object_header, fixed_bytes), fixed_end(n) - sizeof(object_header));
        put(content, offsets.fixed + offsetof(state_fixed, component_count),
            static_cast<std::uint32_t>(n));
        for (std::size_t i = 0; i < n; ++i)
            put(content, offsets.components_fixed + i * sizeof(component_fixed), component);
        seal(content);
        BOOST_TEST(open_as(content).has_value() == (n == components_max));
    }
}

BOOST_AUTO_TEST_CASE(words_that_name_no_state_read_as_stopped_and_failed)
{
    bytes content = sound();
    put(content, state_offsets(5).moving + offsetof(state_moving, state), std::uint64_t{5});
    put(content, state_offsets(5).moving + offsetof(state_moving, retry_count), ~std::uint64_t{0});
    put(content, state_offsets(5).components_moving + offsetof(component_moving, state),
        std::uint64_t{9 << 8 | 6});
    const auto view = open_as(content);
    BOOST_REQUIRE(view);
    BOOST_TEST(view->state() == group_state::stopped);
    BOOST_TEST(view->component(0).state == component_state::failed);
    BOOST_TEST(view->component(0).generation == 9u);
    BOOST_TEST(view->retries().size() == retries_max);
}

BOOST_AUTO_TEST_CASE(a_retry_before_the_machine_was_up_is_none)
{
    bytes content = sound();
    const std::size_t stamps = state_offsets(5).moving + offsetof(state_moving, retry_stamp_ns);
    put(content, state_offsets(5).moving + offsetof(state_moving, retry_count), std::uint64_t{2});
    put(content, stamps, std::numeric_limits<std::int64_t>::min());
    put(content, stamps + sizeof(std::int64_t), std::int64_t{7});
    const auto view = open_as(content);
    BOOST_REQUIRE(view);
    BOOST_TEST((view->retries() == std::vector{from_stamp_ns(7)}));
}

BOOST_AUTO_TEST_SUITE_END()
