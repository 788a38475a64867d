// cluster_message_test.cpp: every message between machines goes over, and everything else is
// refused.
#include "common/wire/cluster_message.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>

using namespace cscc;
using namespace cscc::wire;

namespace {

using bytes = std::vector<std::byte>;

// Offsets, written down here once more: the layout is a contract between machines.
constexpr std::size_t version_at = 4;
constexpr std::size_t type_at = 6;
constexpr std::size_t length_at = 8;
constexpr std::size_t fields_at = 12;

state_message full_state()
{
    state_message s;
    s.tag = 0x0102030405060708;
    s.name = "n1";
    s.quorate = true;
    s.epoch = 9;
    s.number = 7;
    s.released = 6;
    s.identity = 0xfedcba9876543210;
    s.cause = "CSQL exited: signal 9 (KILL)";
    s.origin = "n2";
    s.stopped = 7;
    s.up = 5;
    s.covers = 3;
    s.leaving = true;
    s.fresh = true;
    s.last_failures = {{1, 11}, {2, ~std::uint64_t{0}}};
    s.lost = {3, 0xffffffff};
    s.missing = {4};
    s.names = {{3, "n3"}, {4, ""}};
    return s;
}

state_message largest_state()
{
    state_message s = full_state();
    s.name = s.origin = std::string(cluster_name_max, 'n');
    s.cause = std::string(cluster_cause_max, 'c');
    s.last_failures.clear();
    s.lost.clear();
    s.missing.clear();
    s.names.clear();
    for (node_id n = 1; n <= cluster_nodes_max; ++n) {
        s.last_failures[n] = n;
        s.lost.insert(n);
        s.missing.insert(n);
    }
    for (node_id n = 1; n <= cluster_names_max; ++n)
        s.names[n] = std::string(cluster_name_max, 'm');
    return s;
}

std::vector<cluster_message> all_messages()
{
    return {incident_message{1, ""},
            incident_message{~std::uint64_t{0}, "a füll cause"},
            stopped_message{1},
            started_message{incident_number_max},
            expired_message{0x0102030405},
            lost_message{1},
            lost_message{0xffffffff},
            gave_up_message{"nobody is to try again"},
            leaving_message{},
            state_message{},
            full_state(),
            largest_state()};
}

bool refused(const bytes& received)
{
    const auto m = decode_cluster_message(received);
    return !m && m.error() == errc::frame_malformed;
}

template <std::unsigned_integral Number>
bytes with(bytes received, std::size_t at, Number value)
{
    for (std::size_t i = 0; i < sizeof value; ++i)
        received.at(at + i) = static_cast<std::byte>(value >> (8 * i));
    return received;
}

/// As it would be if its length said so.
bytes resized(bytes received, std::size_t size)
{
    received.resize(size);
    return with(received, length_at, static_cast<std::uint32_t>(size));
}

} // namespace

BOOST_AUTO_TEST_SUITE(cluster_messages)

BOOST_AUTO_TEST_CASE(every_message_goes_over)
{
    for (const cluster_message& m : all_messages()) {
        const bytes sent = encode(m);
        BOOST_TEST(sent.size() <= cluster_message_max);
        const auto heard = decode_cluster_message(sent);
        BOOST_REQUIRE(heard.has_value());
        BOOST_TEST((*heard == m), m.index());
    }
}

BOOST_AUTO_TEST_CASE(fields_lie_where_other_machines_look_for_them)
{
    const auto hex = [](const bytes& sent) {
        std::string out;
        for (const std::byte b : sent) {
            out += "0123456789abcdef"[std::to_integer<unsigned>(b) >> 4];
            out += "0123456789abcdef"[std::to_integer<unsigned>(b) & 15];
        }
        return out;
    };
    const std::string head = "4353434c0100"; // CSCL, version 1
    BOOST_TEST(hex(encode(incident_message{0x0102, "ab"})) == head + "010017000000"
                                                                     "0201000000000000"
                                                                     "02"
                                                                     "6162");
    BOOST_TEST(hex(encode(stopped_message{3})) == head + "020014000000"
                                                         "0300000000000000");
    BOOST_TEST(hex(encode(started_message{3})) == head + "030014000000"
                                                         "0300000000000000");
    BOOST_TEST(hex(encode(expired_message{3})) == head + "040014000000"
                                                         "0300000000000000");
    BOOST_TEST(hex(encode(lost_message{3})) == head + "050010000000"
                                                      "03000000");
    BOOST_TEST(hex(encode(gave_up_message{"x"})) == head + "06000e000000"
                                                           "01"
                                                           "78");
    BOOST_TEST(hex(encode(leaving_message{})) == head + "07000c000000");
    BOOST_TEST(hex(encode(full_state())) ==
               head + "0800a6000000"
                      "0807060504030201"
                      "02"
                      "6e31"
                      "01"
                      "0900000000000000"
                      "0700000000000000"
                      "0600000000000000"
                      "1032547698badcfe"
                      "1c"
                      "4353514c206578697465643a207369676e616c203920284b494c4c29"
                      "02"
                      "6e32"
                      "0700000000000000"
                      "0500000000000000"
                      "0300000000000000"
                      "01"
                      "01"
                      "02"
                      "01000000"
                      "0b00000000000000"
                      "02000000"
                      "ffffffffffffffff"
                      "02"
                      "03000000"
                      "ffffffff"
                      "01"
                      "04000000"
                      "02"
                      "03000000"
                      "02"
                      "6e33"
                      "04000000"
                      "00");
}

BOOST_AUTO_TEST_CASE(a_byte_too_many_or_too_few_is_refused)
{
    for (const cluster_message& m : all_messages()) {
        const bytes sent = encode(m);
        for (std::size_t size = 0; size < sent.size() + 3; ++size) {
            bytes cut = sent;
            cut.resize(size);
            BOOST_REQUIRE(refused(cut) == (size != sent.size()));
            if (size >= fields_at)
                BOOST_REQUIRE(refused(resized(sent, size)) == (size != sent.size()));
        }
    }
    BOOST_TEST(refused(resized(encode(leaving_message{}), cluster_message_max + 1)));
}

BOOST_AUTO_TEST_CASE(another_version_is_an_error_of_its_own)
{
    const bytes sent = encode(leaving_message{});
    for (std::uint32_t version = 0; version <= 0xffff; ++version) {
        const auto m =
            decode_cluster_message(with(sent, version_at, static_cast<std::uint16_t>(version)));
        BOOST_REQUIRE(m.has_value() == (version == cluster_version));
        BOOST_REQUIRE((m.has_value() || m.error() == errc::peer_other_version));
    }
    bytes longer = with(sent, version_at, std::uint16_t{2}); // whose layout nobody knows
    longer.resize(100);
    BOOST_TEST((decode_cluster_message(longer).error() == errc::peer_other_version));
}

BOOST_AUTO_TEST_CASE(another_magic_or_type_is_refused)
{
    const bytes sent = encode(leaving_message{});
    for (std::size_t bit = 0; bit < 32; ++bit)
        BOOST_TEST(refused(with(sent, 0, 0x4c435343u ^ (1u << bit))));
    for (std::uint32_t type = 0; type <= 0xffff; ++type)
        BOOST_REQUIRE(refused(with(sent, type_at, static_cast<std::uint16_t>(type))) ==
                      (type != 7));
}

BOOST_AUTO_TEST_CASE(a_number_out_of_its_range_is_refused)
{
    const std::uint64_t beyond = incident_number_max + 1;
    BOOST_TEST(refused(with(encode(incident_message{1, ""}), fields_at, std::uint64_t{0})));
    BOOST_TEST(refused(with(encode(lost_message{1}), fields_at, std::uint32_t{0})));
    for (const cluster_message& m :
         std::vector<cluster_message>{stopped_message{1}, started_message{1}, expired_message{1}}) {
        BOOST_TEST(refused(with(encode(m), fields_at, std::uint64_t{0})));
        BOOST_TEST(refused(with(encode(m), fields_at, beyond)));
        BOOST_TEST(!refused(with(encode(m), fields_at, incident_number_max)));
    }
}

BOOST_AUTO_TEST_CASE(a_state_that_contradicts_itself_is_refused)
{
    const bytes sent = encode(full_state()); // number 7, released 6, stopped 7, up 5
    constexpr std::size_t quorate_at = fields_at + 8 + 3, epoch_at = quorate_at + 1,
                          number_at = epoch_at + 8, released_at = number_at + 8,
                          stopped_at = released_at + 16 + 29 + 3, up_at = stopped_at + 8,
                          leaving_at = up_at + 16, fresh_at = leaving_at + 1;
    const auto refused_with = [&](std::size_t at, std::uint64_t value) {
        return refused(with(sent, at, value));
    };
    BOOST_TEST(!refused_with(released_at, 7));
    BOOST_TEST(refused_with(released_at, 8));
    BOOST_TEST(refused_with(stopped_at, 8));
    BOOST_TEST(refused_with(stopped_at, 4));
    BOOST_TEST(!refused_with(up_at, 7));
    BOOST_TEST(refused_with(up_at, 8));
    BOOST_TEST(!refused_with(number_at, incident_number_max - 1));
    BOOST_TEST(refused_with(number_at, incident_number_max));
    BOOST_TEST(refused_with(epoch_at, incident_number_max));
    for (const std::size_t flag : {quorate_at, leaving_at, fresh_at}) {
        for (unsigned n = 0; n <= 0xff; ++n)
            BOOST_TEST(refused(with(sent, flag, static_cast<std::uint8_t>(n))) == (n > 1));
    }
}

BOOST_AUTO_TEST_CASE(a_list_with_a_node_0_twice_out_of_order_or_too_long_is_refused)
{
    state_message s;
    s.lost = {3, 5};
    const bytes sent = encode(s);
    const std::size_t lost_at = sent.size() - 2 - 9; // before missing and names, both empty
    BOOST_REQUIRE(sent[lost_at] == std::byte{2});
    for (const auto& [first, second, good] :
         std::vector<std::tuple<std::uint32_t, std::uint32_t, bool>>{
             {3, 5, true}, {0, 5, false}, {5, 5, false}, {5, 3, false}, {4, 5, true}})
        BOOST_TEST(refused(with(with(sent, lost_at + 1, first), lost_at + 5, second)) != good);

    bytes too_long(sent.begin(), sent.begin() + static_cast<std::ptrdiff_t>(lost_at));
    too_long.push_back(std::byte{cluster_nodes_max + 1});
    for (std::uint32_t n = 1; n <= cluster_nodes_max + 1; ++n) {
        too_long.resize(too_long.size() + 4);
        too_long = with(too_long, too_long.size() - 4, n);
    }
    BOOST_TEST(refused(resized(too_long, too_long.size() + 2)));
    s.lost.clear();
    for (node_id n = 1; n <= cluster_nodes_max; ++n)
        s.lost.insert(n);
    BOOST_TEST(!refused(encode(s)));
}

BOOST_AUTO_TEST_CASE(a_failure_0_of_a_node_is_refused)
{
    state_message s;
    s.last_failures = {{3, 1}};
    const bytes sent = encode(s);
    const std::size_t failure_at = sent.size() - 3 - 8;
    BOOST_TEST(!refused(with(sent, failure_at, std::uint64_t{2})));
    BOOST_TEST(refused(with(sent, failure_at, std::uint64_t{0})));
}

BOOST_AUTO_TEST_CASE(a_text_that_could_steer_a_terminal_or_is_no_utf8_is_refused)
{
    const bytes sent = encode(gave_up_message{"abcd"});
    const auto say = [&](std::string_view text) {
        bytes changed = sent;
        for (std::size_t i = 0; i < text.size(); ++i)
            changed.at(fields_at + 1 + i) = static_cast<std::byte>(text[i]);
        return changed;
    };
    for (const std::string_view good :
         {"    ", "~~~~", "\xc2\xa0xx", "\xe0\xa0\x80x", "\xed\x9f\xbfx", "\xee\x80\x80x",
          "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
        BOOST_TEST(!refused(say(good)));
    for (const std::string_view bad :
         {"\x1b[2J", "a\nbc", "\x7f", "\xc2\x80xx", "\xc2\x9fxx", "\xc1\xbfxx", "\xe0\x9f\xbfx",
          "\xed\xa0\x80x", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\x80xxx",
          "\xffxxx", "xxx\xc3", "xx\xe2\x82", "x\xf0\x9f\x98", "\xe2\x82xx", "\xe2xxx"})
        BOOST_TEST(refused(say(bad)));
    BOOST_TEST(refused(say(std::string_view("\0abc", 4))));
}

BOOST_AUTO_TEST_CASE(a_text_is_refused_from_its_limit_on)
{
    const bytes sent = encode(incident_message{1, std::string(cluster_cause_max, 'x')});
    BOOST_TEST(!refused(sent));
    bytes longer = with(sent, fields_at + 8, std::uint8_t{cluster_cause_max + 1});
    longer.push_back(std::byte{'x'});
    BOOST_TEST(refused(resized(longer, longer.size())));
}

BOOST_AUTO_TEST_CASE(our_own_texts_are_made_such_that_they_are_not_refused)
{
    BOOST_TEST(as_cluster_text("fine", 10) == "fine");
    BOOST_TEST(as_cluster_text("a\x1b[2J\nb\xff\xc2\x9f", 50) == "a?[2J?b???");
    BOOST_TEST(as_cluster_text("12345", 3) == "123");
    BOOST_TEST(as_cluster_text("aé", 3) == "aé");
    BOOST_TEST(as_cluster_text("aaé", 3) == "aa"); // not half of it
    BOOST_TEST(as_cluster_text("a\xf0\x9f\x98\x80", 4) == "a");
    const auto m = decode_cluster_message(encode(incident_message{1, std::string(199, 'x') + "é"}));
    BOOST_REQUIRE(m.has_value());
    BOOST_TEST(std::get<incident_message>(*m).cause == std::string(199, 'x'));
}

BOOST_AUTO_TEST_CASE(what_is_made_of_any_bytes_can_be_said_and_is_then_left_alone)
{
    constexpr unsigned seed = 20261123;
    BOOST_TEST_MESSAGE("seed " << seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 20'000; ++round) {
        std::string any(random() % 12, ' ');
        for (char& c : any)
            c = static_cast<char>(random() % 3 == 0 ? 0xc0 + random() % 64 : 0x70 + random() % 80);
        const std::size_t limit = random() % 12;
        const std::string said = as_cluster_text(any, limit);
        BOOST_REQUIRE(is_cluster_text(said, limit));
        BOOST_REQUIRE(as_cluster_text(said, limit) == said);
        if (is_cluster_text(any, limit))
            BOOST_REQUIRE(said == any);
    }
}

BOOST_AUTO_TEST_CASE(random_bytes_are_refused_or_make_a_message_that_goes_over)
{
    constexpr unsigned seed = 20261124;
    BOOST_TEST_MESSAGE("seed " << seed);
    std::mt19937 random(seed);
    const auto messages = all_messages();
    int accepted = 0;
    for (int round = 0; round < 30'000; ++round) {
        bytes received = encode(messages[random() % messages.size()]);
        for (auto n = random() % 4; n > 0; --n)
            received[random() % received.size()] = static_cast<std::byte>(random());
        const auto m = decode_cluster_message(received);
        if (!m)
            continue;
        ++accepted;
        BOOST_REQUIRE(encode(*m) == received); // there is one way to say a thing
    }
    BOOST_TEST(accepted > 5'000);
}

BOOST_AUTO_TEST_SUITE_END()
