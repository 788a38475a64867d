// diagnostics.hpp: the mistakes of a configuration, all of them at once, each where it was made.
//
//   FILE:12:1: error: unknown key 'startup_timout' in [[cs_components]]; did you mean …?
//      12 | startup_timout = 7000
//         | ^
#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cscc::config {

/// A place in the file, counted from 1 in lines and characters (not bytes). Line 0 stands for the
/// file as a whole.
struct position
{
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    friend auto operator<=>(const position&, const position&) = default;
};

/// One mistake. All text in it is harmless to a terminal whatever the file contains.
struct diagnostic
{
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::string message;     // what is wrong; what would be right
    std::string quoted_line; // empty if there is none; cut to a window around the column if long
    std::size_t caret = 0;   // which character of quoted_line is meant, from 0
    friend bool operator==(const diagnostic&, const diagnostic&) = default;
};

/// What a configuration is refused with: never empty, sorted by position.
struct mistakes
{
    std::vector<diagnostic> list; // at most diagnostics::shown_max
    std::size_t more = 0;         // found beyond those
};

/// What value() does to a caller that has not asked whether there is one: std::logic_error.
[[noreturn]] void throw_exception_from_error(const mistakes&, const boost::source_location&);

/// A value, or why the file does not give one.
template <class T>
using checked = boost::system::result<T, mistakes>;

/// Collects mistakes while a file is read. Refers to the text, which must outlive it.
class diagnostics
{
public:
    static constexpr std::size_t shown_max = 100;

    explicit diagnostics(std::string_view text) noexcept;

    void add(position at, std::string_view message);
    [[nodiscard]] bool empty() const noexcept { return found_.empty(); }
    /// More are only counted: no effort on their words is worth while.
    [[nodiscard]] bool full() const noexcept { return found_.size() == kept_max; }

    /// Just behind the text: where something that is missing could be added.
    [[nodiscard]] position end_of_text() const noexcept;
    /// Sorts and quotes what was found. Only if there is something.
    [[nodiscard]] mistakes finish() &&;

private:
    static constexpr std::size_t kept_max = 1000; // bounds memory and effort

    struct finding
    {
        position at;
        std::string message;
    };
    std::string_view text_;
    std::vector<finding> found_;
    std::size_t dropped_ = 0;
};

/// One mistake about the file as a whole.
[[nodiscard]] mistakes mistake(std::string_view message);

/// All of it as text for a terminal or a log, each line ended.
[[nodiscard]] std::string render(std::string_view file_name, const mistakes&);

/// `text` with everything that could steer a terminal replaced by '?': control characters, invalid
/// UTF-8, marks that change the direction of writing. Each offending character becomes one '?'.
/// Longer text ends in "..." after `characters_max`.
[[nodiscard]] std::string harmless(std::string_view text, std::size_t characters_max);

/// The candidate most like `word`, if it is like enough to be what was meant; else empty.
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       const std::vector<std::string_view>& candidates);

/// "; did you mean 'x'?", or "; it is one of 'x', 'y'" when none is near: ends a message about an
/// unknown word. Empty without candidates.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       const std::vector<std::string_view>& candidates);

} // namespace cscc::config
