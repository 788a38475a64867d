// input.hpp: the bytes of one run as values, taken off the front; and how a target says that a
// promise was broken.
//
// Each target is a file with LLVMFuzzerTestOneInput: libFuzzer calls it with what it makes up
// (preset fuzz), corpus_test.cpp with what was kept in corpus/TARGET. What it is given may be
// anything; what it may do is end with a broken promise, and nothing else that is worth a report.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace cscc::fuzz {

/// Ends the program, so that libFuzzer keeps the input, unless the promise holds.
inline void promise(bool holds, const char* what)
{
    if (holds)
        return;
    std::fprintf(stderr, "fuzz: broken promise: %s\n", what);
    std::abort();
}

inline bool is_control(char c) noexcept
{
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

/// Nothing in it can move a cursor, but for the ends of its lines.
inline void promise_harmless(std::string_view text, const char* what)
{
    promise(
        std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || !is_control(c); }),
        what);
}

class input
{
public:
    input(const std::uint8_t* data, std::size_t size) noexcept : left_(data, size) {}

    [[nodiscard]] bool empty() const noexcept { return left_.empty(); }

    /// A number; what is missing of it at the end is zero.
    template <class Value>
    [[nodiscard]] Value take() noexcept
    {
        Value value{};
        const auto bytes = take_bytes(sizeof value);
        if (!bytes.empty()) // its address may be null
            std::memcpy(&value, bytes.data(), bytes.size());
        return value;
    }

    [[nodiscard]] std::span<const std::byte> take_bytes(std::size_t most) noexcept
    {
        const auto front = left_.first(std::min(most, left_.size()));
        left_ = left_.subspan(front.size());
        return std::as_bytes(front);
    }

    [[nodiscard]] std::string_view take_text(std::size_t most) noexcept
    {
        const auto bytes = take_bytes(most);
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }

    [[nodiscard]] std::string_view rest() noexcept { return take_text(left_.size()); }

private:
    std::span<const std::uint8_t> left_;
};

} // namespace cscc::fuzz
