#include "config/names.hpp"

#include "common/base/text.hpp"
#include "config/tables.hpp"
#include "config/toml_tree.hpp"
#include "config/validate.hpp"

#include <algorithm>
#include <map>

namespace cscc::config {
namespace {

/// Whether a line begins the table `header` ("[[cs_components]]"), blanks aside.
bool begins_table(std::string_view line, std::string_view name, std::size_t brackets)
{
    const auto skip_blanks = [&] {
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    };
    for (std::size_t i = 0; i < brackets; ++i) {
        skip_blanks();
        if (!line.starts_with('['))
            return false;
        line.remove_prefix(1);
    }
    skip_blanks();
    if (!line.starts_with(name))
        return false;
    line.remove_prefix(name.size());
    skip_blanks();
    return line.starts_with(']') || line.starts_with('.');
}

/// The text without its [[cs_components]]. Only for a text without strings over several lines:
/// within those, a line may look like the header of a table and be none.
std::string without_components(std::string_view text)
{
    std::string rest;
    bool skipping = false;
    while (!text.empty()) {
        const std::size_t length = std::min(text.find('\n'), text.size() - 1) + 1;
        const std::string_view line = text.substr(0, length);
        if (begins_table(line, "cs_components", 2) || begins_table(line, "cs_components", 1))
            skipping = true;
        for (const std::string_view name : table_names)
            skipping = skipping && (name == "cs_components" || !begins_table(line, name, 1));
        if (!skipping)
            rest += line;
        text.remove_prefix(length);
    }
    return rest;
}

void read_group_names(const node& root, document& out, diagnostics& found)
{
    if (const node* t = find_table(root, "cscc_environment", out, found)) {
        table_reader r(*t, "cscc_environment", "[cscc_environment]", out, found);
        r.require("lock_name", "\"csc_lock_standby\"").take("lock_name", out.value.cscc.lock_name);
    }
    if (const node* t = find_table(root, "csccd_environment", out, found)) {
        table_reader r(*t, "csccd_environment", "[csccd_environment]", out, found);
        take_names(r, out.value.csccd);
    }
    if (const node* t = find_table(root, "csccmgr_environment", out, found)) {
        table_reader r(*t, "csccmgr_environment", "[csccmgr_environment]", out, found);
        take_names(r, out.value.csccmgr);
    }
}

void read_components(const node& root, parts wanted, document& out, diagnostics& found)
{
    std::size_t n = 0;
    for (const node& table : find_components(root, out, found)) {
        table_reader r(table, text("cs_components.", n++), component_title(table), out, found);
        component& c = out.value.components.emplace_back();
        take_names(r, c);
        if (wanted == parts::outputs)
            r.take_word("output", words<output_kind>(), c.output)
                .take("output_file", c.output_file);
    }
}

/// What the sequence does not name comes last, as it stands in the file.
void put_in_known_order(const node& root, std::string_view text_of_file, document& out)
{
    diagnostics ignored(text_of_file);
    const node* const table = find_table(root, "cscc_environment", out, ignored);
    if (table == nullptr)
        return;
    id_steps steps;
    table_reader(*table, "cscc_environment", "[cscc_environment]", out, ignored)
        .take_sequence("startup_sequence", text_of_file, steps);
    std::map<std::string, std::size_t> place;
    for (const auto& step : steps) {
        for (const std::string& id : step)
            place.emplace(id, place.size());
    }
    const auto rank = [&](const component& c) {
        const auto known = place.find(c.id);
        return known == place.end() ? place.size() : known->second;
    };
    std::stable_sort(out.value.components.begin(), out.value.components.end(),
                     [&](const component& a, const component& b) { return rank(a) < rank(b); });
}

document parse_and_check(std::string_view text, parts wanted, diagnostics& found)
{
    document out;
    const auto root = parse_toml(text, found);
    if (!root)
        return out;
    read_group_names(*root, out, found);
    if (wanted != parts::group_names)
        read_components(*root, wanted, out, found);
    validate_names(out, found);
    if (wanted == parts::outputs)
        put_in_known_order(*root, text, out); // after that, where they stood is not known any more
    return out;
}

} // namespace

document read_names(std::string_view text, parts wanted, diagnostics& found)
{
    const bool one_line_strings =
        text.find("\"\"\"") == std::string_view::npos && text.find("'''") == std::string_view::npos;
    if (wanted == parts::group_names && one_line_strings) {
        const std::string shorter = without_components(text);
        diagnostics suspicions(shorter); // its lines are not the file's: never shown
        document out = parse_and_check(shorter, wanted, suspicions);
        if (suspicions.empty())
            return out;
    }
    return parse_and_check(text, wanted, found);
}

} // namespace cscc::config
