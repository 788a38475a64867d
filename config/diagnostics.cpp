#include "config/diagnostics.hpp"

#include "common/base/contract.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace cscc::config {
namespace {

constexpr std::size_t message_max = 1000;  // characters
constexpr std::size_t window_max = 120;    // characters of a line that are quoted
constexpr std::size_t window_before = 80;  // of them before the column, at most
constexpr std::size_t word_max = 64;       // longer words are nobody's typing error
constexpr std::size_t candidates_max = 30; // that are worth listing

struct character
{
    std::string_view bytes;
    bool harmless = false;
};

/// Length of the UTF-8 sequence that `lead` begins, 0 if it begins none.
std::size_t sequence_length(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead >= 0xc2 && lead < 0xe0)
        return 2;
    if (lead >= 0xe0 && lead < 0xf0)
        return 3;
    return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

bool steers_a_terminal(std::uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) ||      // C0, DEL, C1
           c == 0x61c || c == 0x200e || c == 0x200f || // direction of writing
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

/// The first character of a text that is not empty; a byte that begins none stands for itself.
character first_character(std::string_view text)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const std::size_t length = sequence_length(byte(0));
    if (length == 0 || length > text.size())
        return {text.substr(0, 1), false};
    std::uint32_t code = length == 1 ? byte(0) : byte(0) & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0U) != 0x80U)
            return {text.substr(0, 1), false};
        code = code << 6 | (byte(i) & 0x3fU);
    }
    constexpr std::array<std::uint32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
    const bool valid =
        code >= smallest.at(length) && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return {text.substr(0, valid ? length : 1), valid && !steers_a_terminal(code)};
}

void append_harmless(std::string& out, const character& c)
{
    if (c.harmless)
        out += c.bytes;
    else
        out += c.bytes == "\t" ? ' ' : '?';
}

/// The line as it can be shown: a window around the column if it is long.
void quote(diagnostic& d, std::string_view line)
{
    if (!line.empty() && line.back() == '\r')
        line.remove_suffix(1);
    const std::size_t wanted = d.column == 0 ? 0 : d.column - 1;
    const std::size_t skip = wanted > window_before ? wanted - window_before : 0;
    std::size_t seen = 0;
    if (skip > 0)
        d.quoted_line = "...";
    while (!line.empty()) {
        const character c = first_character(line);
        if (seen >= skip + window_max) {
            d.quoted_line += "...";
            break;
        }
        if (seen++ >= skip)
            append_harmless(d.quoted_line, c);
        line.remove_prefix(c.bytes.size());
    }
    const std::size_t shown = std::min(wanted, seen); // an error may lie just behind the line
    d.caret = skip == 0 ? shown : 3 + (shown > skip ? shown - skip : 0);
}

bool same_letter(char a, char b)
{
    const auto small = [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; };
    return small(a) == small(b);
}

/// Letters to add, drop, change or swap with their neighbour to get from one word to the other,
/// large or small.
std::size_t edit_distance(std::string_view a, std::string_view b)
{
    std::array<std::array<std::size_t, word_max + 1>, 3> rows{};
    auto* before = &rows[0];
    auto* last = &rows[1];
    auto* row = &rows[2];
    std::iota(last->begin(), last->end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        (*row)[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = (*last)[j - 1] + (same_letter(a[i - 1], b[j - 1]) ? 0 : 1);
            (*row)[j] = std::min({changed, (*last)[j] + 1, (*row)[j - 1] + 1});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                (*row)[j] = std::min((*row)[j], (*before)[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return (*last)[b.size()];
}

/// "warn" for "warning", "TERM" for "SIGTERM".
bool is_abbreviation(std::string_view word, std::string_view of)
{
    return word.size() >= 3 && (of.starts_with(word) || of.ends_with(word));
}

} // namespace

void throw_exception_from_error(const mistakes& all, const boost::source_location&)
{
    throw std::logic_error(render("a refused configuration was used", all));
}

diagnostics::diagnostics(std::string_view text) noexcept : text_(text)
{
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf"; // the parser does not count it
    if (text_.starts_with(byte_order_mark))
        text_.remove_prefix(byte_order_mark.size());
}

void diagnostics::add(position at, std::string_view message)
{
    if (found_.size() < kept_max)
        found_.push_back({at, harmless(message, message_max)});
    else
        ++dropped_;
}

position diagnostics::end_of_text() const noexcept
{
    const auto lines = std::count(text_.begin(), text_.end(), '\n');
    const bool in_a_line = !text_.empty() && text_.back() != '\n';
    return {static_cast<std::uint32_t>(lines + (in_a_line ? 2 : 1)), 1};
}

mistakes diagnostics::finish() &&
{
    EXPECTS(!found_.empty());
    std::stable_sort(found_.begin(), found_.end(),
                     [](const finding& a, const finding& b) { return a.at < b.at; });
    mistakes result;
    std::uint32_t line = 1;
    std::string_view rest = text_; // begins at `line`
    for (finding& f : found_) {
        if (result.list.size() == shown_max)
            break;
        diagnostic& d = result.list.emplace_back();
        d.line = f.at.line;
        d.column = f.at.column;
        d.message = std::move(f.message);
        for (; line < d.line && !rest.empty(); ++line)
            rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
        if (d.line == line)
            quote(d, rest.substr(0, rest.find('\n')));
    }
    result.more = found_.size() - result.list.size() + dropped_;
    return result;
}

mistakes mistake(std::string_view message)
{
    diagnostics one("");
    one.add({}, message);
    return std::move(one).finish();
}

std::string render(std::string_view file_name, const mistakes& all)
{
    const std::string file = harmless(file_name, message_max);
    std::string out;
    for (const diagnostic& d : all.list) {
        out += file;
        if (d.line != 0)
            out += text(":", d.line, ":", d.column);
        out += text(": error: ", d.message, "\n");
        if (d.quoted_line.empty())
            continue;
        const std::string number = std::to_string(d.line);
        const std::string margin(5 - std::min<std::size_t>(number.size(), 5), ' ');
        out += text(margin, number, " | ", d.quoted_line, "\n");
        out +=
            text(margin, std::string(number.size(), ' '), " | ", std::string(d.caret, ' '), "^\n");
    }
    if (all.more != 0)
        out += text(file, ": error: and ", all.more, " more\n");
    return out;
}

std::string harmless(std::string_view text, std::size_t characters_max)
{
    std::string out;
    for (std::size_t seen = 0; !text.empty(); ++seen) {
        if (seen == characters_max)
            return out + "...";
        const character c = first_character(text);
        append_harmless(out, c);
        text.remove_prefix(c.bytes.size());
    }
    return out;
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates)
{
    std::string_view best;
    const std::size_t farthest = std::max<std::size_t>(word.size() / 3, 1);
    std::size_t best_distance = farthest + 1;
    for (const std::string_view candidate : candidates) {
        if (word.size() > word_max || candidate.size() > word_max)
            continue;
        std::size_t distance = edit_distance(word, candidate);
        if (is_abbreviation(word, candidate)) // a typing error in another word is still more likely
            distance = std::min(distance, farthest);
        if (distance < best_distance && distance < candidate.size()) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates)
{
    const std::string_view near = nearest(word, candidates);
    if (!near.empty())
        return text("; did you mean '", near, "'?");
    std::string out;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        if (i == candidates_max)
            return out + ", ...";
        out += text(i == 0 ? "; it is one of '" : ", '", candidates[i], "'");
    }
    return out;
}

} // namespace cscc::config
