// service_frame_test.cpp: every field goes over, and every other packet is refused.
#include "common/wire/service_frame.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstring>
#include <limits>
#include <random>

using namespace cscc;
using wire::frame;
using wire::frame_kind;

namespace {

constexpr std::array all_kinds{frame_kind::alive,  frame_kind::ready, frame_kind::status,
                               frame_kind::answer, frame_kind::turn,  frame_kind::extend};

// Offsets in the packet, written down here once more: the layout is a contract between builds.
constexpr std::size_t magic_at = 0;
constexpr std::size_t version_at = 4;
constexpr std::size_t kind_at = 6;
constexpr std::size_t generation_at = 8;
constexpr std::size_t code_at = 16;
constexpr std::size_t again_at = 20;
constexpr std::size_t text_bytes_at = 21;
constexpr std::size_t text_at = 24;

frame full_frame()
{
    return {frame_kind::status, -7, 0x0102030405060708, true, std::string(120, 'x'), 0x01020304};
}

template <class T>
wire::frame_buffer with(wire::frame_buffer packet, std::size_t at, T value)
{
    std::memcpy(packet.data() + at, &value, sizeof value);
    return packet;
}

bool refused(std::span<const std::byte> packet)
{
    const auto f = wire::decode(packet);
    return !f && f.error() == errc::frame_malformed;
}

void check_equal(const frame& a, const frame& b)
{
    BOOST_TEST(static_cast<int>(a.kind) == static_cast<int>(b.kind));
    BOOST_TEST(a.code == b.code);
    BOOST_TEST(a.generation == b.generation);
    BOOST_TEST(a.again == b.again);
    BOOST_TEST(a.text == b.text);
    BOOST_TEST(a.amount_ms == b.amount_ms);
}

} // namespace

BOOST_AUTO_TEST_SUITE(service_frame)

BOOST_AUTO_TEST_CASE(every_kind_goes_over)
{
    for (const auto kind : all_kinds) {
        frame f = full_frame();
        f.kind = kind;
        const auto back = wire::decode(wire::encode(f));
        BOOST_REQUIRE(back.has_value());
        check_equal(*back, f);
    }
}

BOOST_AUTO_TEST_CASE(every_field_goes_over_by_itself)
{
    using limits = std::numeric_limits<std::int32_t>;
    const frame plain{frame_kind::alive, 0, 0, false, ""};
    std::vector<frame> all{plain};
    for (const std::int32_t code : {limits::min(), -1, 1, limits::max()})
        all.push_back({frame_kind::answer, code, 0, false, ""});
    for (const std::uint64_t generation : {std::uint64_t{1}, ~std::uint64_t{0}})
        all.push_back({frame_kind::alive, 0, generation, false, ""});
    all.push_back({frame_kind::alive, 0, 0, true, ""});
    for (std::size_t bytes = 0; bytes <= wire::status_text_max; ++bytes)
        all.push_back({frame_kind::status, 0, 0, false, std::string(bytes, 'a')});
    for (const auto& f : all) {
        const auto back = wire::decode(wire::encode(f));
        BOOST_REQUIRE(back.has_value());
        check_equal(*back, f);
    }
}

BOOST_AUTO_TEST_CASE(fields_lie_where_other_builds_look_for_them)
{
    const auto packet = wire::encode(full_frame());
    const auto at = [&packet](std::size_t offset, auto value) {
        std::memcpy(&value, packet.data() + offset, sizeof value);
        return value;
    };
    BOOST_TEST(at(magic_at, std::uint32_t{}) == 0x31637363u);
    BOOST_TEST(at(version_at, std::uint16_t{}) == 1);
    BOOST_TEST(at(kind_at, std::uint16_t{}) == 3);
    BOOST_TEST(at(generation_at, std::uint64_t{}) == 0x0102030405060708u);
    BOOST_TEST(at(code_at, std::int32_t{}) == -7);
    BOOST_TEST(at(again_at, std::uint8_t{}) == 1);
    BOOST_TEST(at(text_bytes_at, std::uint8_t{}) == 120);
    BOOST_TEST(at(text_at, 'a') == 'x');
    BOOST_TEST(at(text_at + 119, 'a') == 'x');
}

BOOST_AUTO_TEST_CASE(nothing_of_an_earlier_frame_is_left_in_a_packet)
{
    const auto packet = wire::encode({frame_kind::status, 0, 0, false, "ab"});
    for (std::size_t i = text_at + 2; i < packet.size(); ++i)
        BOOST_TEST(std::to_integer<int>(packet[i]) == 0);
}

BOOST_AUTO_TEST_CASE(a_packet_of_any_other_size_is_refused)
{
    const auto packet = wire::encode(full_frame());
    std::vector<std::byte> longer(packet.begin(), packet.end());
    longer.resize(2 * packet.size());
    for (std::size_t bytes = 0; bytes <= longer.size(); ++bytes)
        BOOST_TEST(refused(std::span(longer).first(bytes)) == (bytes != packet.size()));
}

BOOST_AUTO_TEST_CASE(another_magic_is_refused)
{
    const auto packet = wire::encode(full_frame());
    for (int bit = 0; bit < 32; ++bit)
        BOOST_TEST(refused(with(packet, magic_at, 0x31637363u ^ (1u << bit))));
}

BOOST_AUTO_TEST_CASE(another_version_and_an_unknown_kind_are_refused)
{
    const auto packet = wire::encode(full_frame());
    for (std::uint32_t n = 0; n <= 0xffff; ++n) {
        const auto word = static_cast<std::uint16_t>(n);
        BOOST_REQUIRE(refused(with(packet, version_at, word)) == (n != wire::protocol_version));
        BOOST_REQUIRE(refused(with(packet, kind_at, word)) == (n < 1 || n > 6));
    }
}

BOOST_AUTO_TEST_CASE(a_flag_that_is_none_and_a_text_that_is_too_long_are_refused)
{
    const auto packet = wire::encode(full_frame());
    for (unsigned n = 0; n <= 0xff; ++n) {
        const auto byte = static_cast<std::uint8_t>(n);
        BOOST_TEST(refused(with(packet, again_at, byte)) == (n > 1));
        BOOST_TEST(refused(with(packet, text_bytes_at, byte)) == (n > wire::status_text_max));
    }
}

BOOST_AUTO_TEST_CASE(control_characters_come_out_as_question_marks_and_nothing_else_does)
{
    for (unsigned n = 0; n <= 0xff; ++n) {
        const auto packet = with(wire::encode({frame_kind::status, 0, 0, false, "ab"}), text_at,
                                 static_cast<std::uint8_t>(n));
        const auto f = wire::decode(packet);
        BOOST_REQUIRE(f.has_value());
        const char sent = static_cast<char>(n);
        const bool is_control = n < 0x20 || n == 0x7f;
        BOOST_TEST(f->text == std::string({is_control ? '?' : sent, 'b'}));
    }
}

BOOST_AUTO_TEST_CASE(random_packets_are_refused_or_make_a_frame_that_goes_over)
{
    constexpr unsigned seed = 20261122;
    BOOST_TEST_MESSAGE("seed " << seed);
    std::mt19937 random(seed);
    int accepted = 0;
    for (int round = 0; round < 20000; ++round) {
        auto packet = wire::encode(full_frame());
        for (auto n = random() % 4; n > 0; --n)
            packet[random() % packet.size()] = static_cast<std::byte>(random());
        const auto f = wire::decode(packet);
        if (!f)
            continue;
        ++accepted;
        BOOST_REQUIRE(f->text.size() <= wire::status_text_max);
        const auto again = wire::decode(wire::encode(*f));
        BOOST_REQUIRE(again.has_value() && again->text == f->text);
    }
    BOOST_TEST(accepted > 1000); // or the walk only ever saw the first check
}

BOOST_AUTO_TEST_SUITE_END()
