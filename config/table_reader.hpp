// table_reader.hpp: takes the keys of one table, each with its type, and says what does not fit.
#pragma once

#include "config/parse.hpp"
#include "config/toml_tree.hpp"
#include "config/value_reader.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cscc::config {

/// One table of the file. Every key that is asked for is a known one; finish() reports the others.
/// A key that is absent leaves its target alone. Refers to all it is given.
class table_reader
{
public:
    /// @param path   of the table, for positions
    /// @param title  how messages call it: "[cscc_environment]"
    table_reader(const node& table, std::string path, std::string title, document& out,
                 diagnostics& found);

    /// Reports it if `key` is missing; `example` is what could be written.
    table_reader& require(std::string_view key, std::string_view example);

    template <class T>
    table_reader& take(std::string_view key, T& target)
    {
        if (const member* m = present(key))
            settle(*m, read_value(m->value, target));
        return *this;
    }
    /// A word out of a closed set.
    template <class Value>
    table_reader& take_word(std::string_view key, const word_table<Value>& table, Value& target)
    {
        if (const member* m = present(key))
            settle(*m, read_word(m->value, table, target));
        return *this;
    }
    /// File mode bits, as a string of octal digits.
    template <class T>
    table_reader& take_mode(std::string_view key, T& target)
    {
        if (const member* m = present(key))
            settle(*m, read_mode_bits(m->value, target));
        return *this;
    }
    table_reader& take_sequence(std::string_view key, std::string_view text, id_steps& target);
    table_reader& take_limits(std::string_view key, std::map<limit_kind, limit_range>& target);
    table_reader& take_environment(std::string_view key,
                                   std::map<std::string, std::string>& target);

    /// Reports the keys that nobody asked for.
    void finish();

private:
    const member* present(std::string_view key); // notes that the key is a known one
    void settle(const member&, const complaint&);
    void refuse(const member&, std::string_view why);
    [[nodiscard]] std::string path_of(std::string_view key) const;
    void split_sequence(const member&, std::string_view text, id_steps& target);

    const node& table_;
    std::string path_;
    std::string title_;
    document& out_;
    diagnostics& found_;
    std::vector<std::string_view> known_;
};

} // namespace cscc::config
