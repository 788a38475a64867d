#include "common/wire/cluster_message.hpp"

#include "common/base/contract.hpp"

#include <concepts>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace cscc::wire {
namespace {

constexpr std::uint32_t cluster_magic = 0x4c435343; // "CSCL"
constexpr std::size_t header_bytes = 12;

template <class Message, std::size_t Index = 0>
constexpr std::uint16_t type_of()
{
    if constexpr (std::is_same_v<Message, std::variant_alternative_t<Index, cluster_message>>)
        return Index + 1;
    else
        return type_of<Message, Index + 1>();
}

// --- bytes

class writer
{
public:
    template <std::unsigned_integral Number>
    void put(Number n)
    {
        for (std::size_t i = 0; i < sizeof n; ++i)
            bytes_.push_back(static_cast<std::byte>(n >> (8 * i)));
    }
    void put(bool b) { put(static_cast<std::uint8_t>(b ? 1 : 0)); }
    void put_text(std::string_view text, std::size_t bytes_max)
    {
        const std::string clean = as_cluster_text(text, bytes_max);
        put(static_cast<std::uint8_t>(clean.size()));
        for (const char c : clean)
            bytes_.push_back(static_cast<std::byte>(c));
    }
    template <class Entries, class Put>
    void put_list(const Entries& entries, std::size_t most, Put put_entry)
    {
        EXPECTS(entries.size() <= most);
        put(static_cast<std::uint8_t>(entries.size()));
        for (const auto& entry : entries)
            put_entry(entry);
    }
    [[nodiscard]] std::vector<std::byte> take() { return std::move(bytes_); }

private:
    std::vector<std::byte> bytes_;
};

/// Takes fields off the front; once one is wrong, so is the whole, and what follows is nothing.
class reader
{
public:
    explicit reader(std::span<const std::byte> bytes) : left_(bytes) {}

    template <std::unsigned_integral Number>
    Number number(Number least, Number most)
    {
        Number n = 0;
        if (left_.size() < sizeof n)
            return fail(least);
        for (std::size_t i = 0; i < sizeof n; ++i)
            n |= static_cast<Number>(std::to_integer<Number>(left_[i]) << (8 * i));
        left_ = left_.subspan(sizeof n);
        return n < least || n > most ? fail(least) : n;
    }
    std::uint64_t any() { return number<std::uint64_t>(0, ~std::uint64_t{0}); }
    bool flag() { return number<std::uint8_t>(0, 1) == 1; }
    node_id node() { return number<node_id>(1, ~node_id{0}); }
    std::string text(std::size_t bytes_max)
    {
        const std::size_t length = number<std::uint8_t>(0, 0xff);
        if (left_.size() < length)
            return fail(std::string());
        std::string text(reinterpret_cast<const char*>(left_.data()), length);
        left_ = left_.subspan(length);
        return is_cluster_text(text, bytes_max) ? text : fail(std::string());
    }
    /// Each entry must be greater than the last.
    template <class Read>
    void list(std::uint8_t most, Read read_entry)
    {
        const auto count = number<std::uint8_t>(0, most);
        node_id last = 0;
        for (std::uint8_t i = 0; i < count && good_; ++i) {
            const node_id next = node();
            good_ = good_ && next > last;
            last = next;
            read_entry(next);
        }
    }
    void demand(bool holds) { good_ = good_ && holds; }
    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] bool at_end() const { return good_ && left_.empty(); }

private:
    template <class Value>
    Value fail(Value instead)
    {
        good_ = false;
        left_ = {};
        return instead;
    }

    std::span<const std::byte> left_;
    bool good_ = true;
};

// --- fields

bool in_range(incident_number n)
{
    return n >= 1 && n <= incident_number_max;
}

void put_fields(writer& out, const incident_message& m)
{
    EXPECTS(m.failure != 0);
    out.put(m.failure);
    out.put_text(m.cause, cluster_cause_max);
}

template <class Message>
requires requires(const Message& m)
{
    m.number;
}
void put_fields(writer& out, const Message& m)
{
    EXPECTS(in_range(m.number));
    out.put(m.number);
}

void put_fields(writer& out, const lost_message& m)
{
    EXPECTS(m.node != 0);
    out.put(m.node);
}

void put_fields(writer& out, const gave_up_message& m)
{
    out.put_text(m.cause, cluster_cause_max);
}

void put_fields(writer&, const leaving_message&) {}

bool is_consistent(const state_message& m)
{
    return m.epoch < incident_number_max && m.number < incident_number_max &&
           m.released <= m.number && m.stopped <= m.number && m.up <= m.stopped;
}

void put_fields(writer& out, const state_message& m)
{
    EXPECTS(is_consistent(m));
    out.put(m.tag);
    out.put_text(m.name, cluster_name_max);
    out.put(m.quorate);
    for (const std::uint64_t n : {m.epoch, m.number, m.released, m.identity})
        out.put(n);
    out.put_text(m.cause, cluster_cause_max);
    out.put_text(m.origin, cluster_name_max);
    out.put(m.stopped);
    out.put(m.up);
    out.put(m.covers);
    out.put(m.leaving);
    out.put(m.fresh);
    out.put_list(m.last_failures, cluster_nodes_max, [&](const auto& entry) {
        EXPECTS(entry.first != 0 && entry.second != 0);
        out.put(entry.first);
        out.put(entry.second);
    });
    for (const auto* nodes : {&m.lost, &m.missing}) {
        out.put_list(*nodes, cluster_nodes_max, [&](node_id node) {
            EXPECTS(node != 0);
            out.put(node);
        });
    }
    out.put_list(m.names, cluster_names_max, [&](const auto& entry) {
        EXPECTS(entry.first != 0);
        out.put(entry.first);
        out.put_text(entry.second, cluster_name_max);
    });
}

void take_fields(reader& in, incident_message& m)
{
    m.failure = in.number<std::uint64_t>(1, ~std::uint64_t{0});
    m.cause = in.text(cluster_cause_max);
}

template <class Message>
requires requires(Message& m)
{
    m.number;
}
void take_fields(reader& in, Message& m)
{
    m.number = in.number<incident_number>(1, incident_number_max);
}

void take_fields(reader& in, lost_message& m)
{
    m.node = in.node();
}

void take_fields(reader& in, gave_up_message& m)
{
    m.cause = in.text(cluster_cause_max);
}

void take_fields(reader&, leaving_message&) {}

void take_fields(reader& in, state_message& m)
{
    m.tag = in.any();
    m.name = in.text(cluster_name_max);
    m.quorate = in.flag();
    m.epoch = in.any();
    m.number = in.any();
    m.released = in.any();
    m.identity = in.any();
    m.cause = in.text(cluster_cause_max);
    m.origin = in.text(cluster_name_max);
    m.stopped = in.any();
    m.up = in.any();
    m.covers = in.any();
    m.leaving = in.flag();
    m.fresh = in.flag();
    in.list(cluster_nodes_max, [&](node_id node) {
        m.last_failures[node] = in.number<std::uint64_t>(1, ~std::uint64_t{0});
    });
    in.list(cluster_nodes_max, [&](node_id node) { m.lost.insert(node); });
    in.list(cluster_nodes_max, [&](node_id node) { m.missing.insert(node); });
    in.list(cluster_names_max, [&](node_id node) { m.names[node] = in.text(cluster_name_max); });
    in.demand(is_consistent(m));
}

template <std::size_t Index = 0>
std::optional<cluster_message> take_message(reader& in, std::uint16_t type)
{
    if constexpr (Index == std::variant_size_v<cluster_message>) {
        return std::nullopt;
    }
    else {
        if (type != Index + 1)
            return take_message<Index + 1>(in, type);
        std::variant_alternative_t<Index, cluster_message> m;
        take_fields(in, m);
        return m;
    }
}

} // namespace

std::vector<std::byte> encode(const cluster_message& message)
{
    writer fields;
    std::visit([&](const auto& m) { put_fields(fields, m); }, message);
    const std::vector<std::byte> body = fields.take();
    const auto type = std::visit(
        [](const auto& m) { return type_of<std::remove_cvref_t<decltype(m)>>(); }, message);

    writer out;
    out.put(cluster_magic);
    out.put(cluster_version);
    out.put(type);
    out.put(static_cast<std::uint32_t>(header_bytes + body.size()));
    std::vector<std::byte> bytes = out.take();
    bytes.insert(bytes.end(), body.begin(), body.end());
    ENSURES(bytes.size() <= cluster_message_max);
    return bytes;
}

result<cluster_message> decode_cluster_message(std::span<const std::byte> bytes)
{
    reader in(bytes);
    in.demand(bytes.size() <= cluster_message_max);
    in.number<std::uint32_t>(cluster_magic, cluster_magic);
    const auto version = in.number<std::uint16_t>(0, 0xffff);
    if (!in.good())
        return errc::frame_malformed;
    if (version != cluster_version)
        return errc::peer_other_version;
    const auto type = in.number<std::uint16_t>(1, std::variant_size_v<cluster_message>);
    const auto length = in.number<std::uint32_t>(header_bytes, cluster_message_max);
    in.demand(length == bytes.size());
    if (!in.good())
        return errc::frame_malformed;
    const auto message = take_message(in, type);
    if (!message || !in.at_end())
        return errc::frame_malformed;
    return *message;
}

} // namespace cscc::wire
