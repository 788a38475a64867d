// checker.hpp: what the rules in validate share: a value is checked if it is usable, and a mistake
// is said where the value was written.
#pragma once

#include "common/base/text.hpp"
#include "config/parse.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace cscc::config {

class checker
{
public:
    checker(const document& doc, diagnostics& found) : doc_(doc), found_(found) {}

    [[nodiscard]] const model& value() const noexcept { return doc_.value; }
    [[nodiscard]] position where(std::string_view path) const { return doc_.where.of(path); }
    [[nodiscard]] bool usable(const std::string& path) const { return doc_.where.usable(path); }
    void wrong(std::string_view path, std::string_view message)
    {
        found_.add(doc_.where.of(path), message);
    }
    /// Enough was found that better words for one more are of no use.
    [[nodiscard]] bool full() const noexcept { return found_.full(); }

    /// Says `message` about the value unless it is fine, or known to be broken.
    void expect(bool fine, const std::string& path, std::string_view message)
    {
        if (!fine && usable(path))
            wrong(path, message);
    }
    /// A lock's, socket's or object's name: part of the name of a file.
    void expect_name(const std::string& path, std::string_view name);
    /// The name of a socket or lock file, which lies beside the status files of all groups.
    void expect_file_name(const std::string& path, std::string_view name);
    /// The group's name, which its objects and its status file begin with.
    void expect_group_name(const std::string& path, std::string_view name);
    void expect_absolute(const std::string& path, std::string_view file);
    /// The name of a program: absolute, or to be looked up.
    void expect_program(const std::string& path, std::string_view name);
    void expect_not_zero(const std::string& path, duration);

    /// Notes a name that must be the only one of its kind: `kind` is "id", "lock", …
    void expect_unique(std::string_view kind, const std::string& path, std::string_view name);

private:
    const document& doc_;
    diagnostics& found_;
    std::map<std::pair<std::string_view, std::string_view>, position> names_; // kind, name
};

/// Rules for one component, the n-th in the file.
void check_component(checker&, std::size_t n);

/// Refuses, in a sentence, the values that the configuration knows and this version cannot carry
/// out. The one place to shorten when it learns to.
void check_this_version(checker&);

/// Why this cannot be the name of an environment variable of a service, and what would be right;
/// empty if it can.
[[nodiscard]] std::optional<std::string> why_no_variable(std::string_view name);

/// The last part of a path: the key.
[[nodiscard]] std::string_view key_of(std::string_view path) noexcept;

} // namespace cscc::config
