#include "config/table_reader.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <utility>

namespace cscc::config {

table_reader::table_reader(const node& table, std::string path, std::string title, document& out,
                           diagnostics& found)
    : table_(table), path_(std::move(path)), title_(std::move(title)), out_(out), found_(found)
{
    out_.where.set(path_, table_.at);
}

std::string table_reader::path_of(std::string_view key) const
{
    return text(path_, ".", key);
}

table_reader& table_reader::require(std::string_view key, std::string_view example)
{
    if (table_.find(key) == nullptr) {
        found_.add(table_.at,
                   text("missing key '", key, "' in ", title_, "; add ", key, " = ", example));
        out_.where.set_broken(path_of(key));
    }
    return *this;
}

const member* table_reader::present(std::string_view key)
{
    known_.push_back(key);
    const member* m = table_.find(key);
    if (m != nullptr)
        out_.where.set(path_of(key), m->value.at);
    return m;
}

void table_reader::settle(const member& m, const complaint& why)
{
    if (why)
        refuse(m, *why);
}

void table_reader::refuse(const member& m, std::string_view why)
{
    found_.add(m.value.at, text("'", m.key, "' ", why));
    out_.where.set_broken(path_of(m.key));
}

void table_reader::finish()
{
    for (const member& m : table_.members) {
        if (std::find(known_.begin(), known_.end(), m.key) == known_.end())
            found_.add(m.at, text("unknown key '", m.key, "' in ", title_,
                                  found_.full() ? "" : did_you_mean(m.key, known_)));
    }
}

table_reader& table_reader::take_limits(std::string_view key,
                                        std::map<limit_kind, limit_range>& target)
{
    const member* m = present(key);
    if (m == nullptr)
        return *this;
    if (m->value.kind != node_kind::table) {
        refuse(*m, instead_of(m->value, "a table: {nofile = 1024, core = 0}"));
        return *this;
    }
    table_reader limits(m->value, path_of(key), text(title_, " ", key), out_, found_);
    for (const auto& [word, kind] : words<limit_kind>()) {
        if (m->value.find(word) != nullptr)
            limits.take(word, target[kind]);
        else
            limits.known_.push_back(word);
    }
    limits.finish();
    return *this;
}

table_reader& table_reader::take_environment(std::string_view key,
                                             std::map<std::string, std::string>& target)
{
    const member* m = present(key);
    if (m == nullptr)
        return *this;
    if (m->value.kind != node_kind::table) {
        refuse(*m, instead_of(m->value, "a table: {NAME = \"value\"}"));
        return *this;
    }
    const std::string path = path_of(key);
    for (const member& variable : m->value.members) {
        out_.where.set(text(path, ".", variable.key), variable.at);
        if (variable.value.kind != node_kind::string) {
            found_.add(variable.value.at, text("the variable '", variable.key, "' ",
                                               instead_of(variable.value, "a string, in quotes")));
        }
        else if (variable.value.string.find('\0') != std::string::npos) {
            found_.add(variable.value.at, text("the variable '", variable.key, "' ", no_nul));
        }
        target.emplace(variable.key, variable.value.string);
    }
    return *this;
}

table_reader& table_reader::take_sequence(std::string_view key, std::string_view text_of_file,
                                          id_steps& target)
{
    constexpr std::string_view form = "a list of ids, in which a list stands for services side by "
                                      "side ([\"A\", [\"B\", \"C\"]]), or a string (\"A,B,C\")";
    const member* m = present(key);
    if (m == nullptr)
        return *this;
    if (m->value.kind == node_kind::string) {
        split_sequence(*m, text_of_file, target);
        return *this;
    }
    if (m->value.kind != node_kind::list) {
        refuse(*m, instead_of(m->value, form));
        return *this;
    }
    const auto add = [&](const node& id) {
        if (id.kind != node_kind::string) {
            found_.add(id.at,
                       text("'", key, "' contains ", description(id.kind), "; it must be ", form));
            out_.where.set_broken(path_of(key));
            return;
        }
        auto& step = target.back();
        out_.where.set(text(path_of(key), ".", target.size() - 1, ".", step.size()), id.at);
        step.push_back(id.string);
    };
    for (const node& step : m->value.elements) {
        target.emplace_back();
        out_.where.set(text(path_of(key), ".", target.size() - 1), step.at);
        if (step.kind != node_kind::list)
            add(step);
        else
            std::for_each(step.elements.begin(), step.elements.end(), add);
    }
    return *this;
}

/// The figure's own form, 'A,B,C'. Points at each id inside the string, if it stands in the file as
/// it is, which only an escape or a line break in it can prevent.
void table_reader::split_sequence(const member& m, std::string_view text_of_file, id_steps& target)
{
    const position begin = m.value.at;
    std::string_view line = text_of_file;
    for (std::uint32_t n = 1; n < begin.line; ++n)
        line.remove_prefix(std::min(line.find('\n'), line.size() - 1) + 1);
    line = line.substr(0, line.find('\n'));
    const bool verbatim =
        begin.column <= line.size() && line.substr(begin.column).starts_with(m.value.string);

    std::string_view rest = m.value.string;
    while (true) {
        const std::size_t comma = rest.find(',');
        std::string_view id = rest.substr(0, comma);
        id.remove_prefix(std::min(id.find_first_not_of(' '), id.size()));
        const auto offset = static_cast<std::uint32_t>(id.data() - m.value.string.data());
        id = id.substr(0, id.find_last_not_of(' ') + 1);
        const position at{begin.line, begin.column + (verbatim ? 1 + offset : 0)};
        out_.where.set(text(path_of(m.key), ".", target.size(), ".0"), at);
        target.push_back({std::string(id)});
        if (comma == std::string_view::npos)
            return;
        rest.remove_prefix(comma + 1);
    }
}

} // namespace cscc::config
