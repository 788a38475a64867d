#include "config/json.hpp"

#include "config/fields.hpp"
#include "config/validate.hpp"

#include <boost/json.hpp>

#include <string>
#include <type_traits>
#include <utility>

namespace cscc::config {
namespace {

namespace json = boost::json;

std::string duration_name(std::string_view name)
{
    return std::string(name) + "_ms";
}

template <class Enum>
concept worded = std::is_enum_v<Enum>;

// --- writing

class writer
{
public:
    explicit writer(secrets policy) : policy_(policy) {}

    void operator()(std::string_view name, const auto& value)
    {
        using type = std::remove_cvref_t<decltype(value)>;
        if constexpr (std::same_as<type, duration>)
            object_[duration_name(name)] = value / std::chrono::milliseconds(1);
        else
            object_[name] = to_value(value);
    }
    void secret(std::string_view name, const std::map<std::string, std::string>& values)
    {
        json::object& out = object_[name].emplace_object();
        for (const auto& [key, value] : values)
            out[key] = policy_ == secrets::kept ? std::string_view(value) : "(redacted)";
    }

    template <class Part>
    json::object object_of(const Part& part)
    {
        writer inner(policy_);
        visit_fields(inner, part);
        return std::move(inner.object_);
    }

private:
    json::value to_value(const std::string& s) { return json::value(s); }
    json::value to_value(bool b) { return json::value(b); }
    json::value to_value(std::integral auto number) { return json::value(number); }
    json::value to_value(worded auto word) { return json::value(to_string(word)); }

    template <class T>
    json::value to_value(const std::optional<T>& value)
    {
        return value ? to_value(*value) : json::value(nullptr);
    }
    template <class T>
    json::value to_value(const std::vector<T>& values)
    {
        json::array out;
        for (const T& value : values)
            out.push_back(to_value(value));
        return out;
    }
    json::value to_value(const std::map<limit_kind, limit_range>& limits)
    {
        json::object out;
        for (const auto& [kind, range] : limits)
            out[to_string(kind)] = object_of(range);
        return out;
    }
    template <class Part>
    json::value to_value(const Part& part) requires std::is_class_v<Part>
    {
        return object_of(part);
    }

    secrets policy_;
    json::object object_;
};

// --- reading

class reader
{
public:
    explicit reader(const json::object& object) : object_(object) {}

    void operator()(std::string_view name, auto& value)
    {
        using type = std::remove_cvref_t<decltype(value)>;
        const json::value* member = nullptr;
        if constexpr (std::same_as<type, duration>)
            member = object_.if_contains(duration_name(name));
        else
            member = object_.if_contains(name);
        ++asked_;
        ok_ = ok_ && member != nullptr && from_value(*member, value);
    }
    void secret(std::string_view name, std::map<std::string, std::string>& values)
    {
        (*this)(name, values);
    }

    template <class Part>
    static bool read_object(const json::value& from, Part& part)
    {
        const json::object* object = from.if_object();
        if (object == nullptr)
            return false;
        reader inner(*object);
        visit_fields(inner, part);
        return inner.ok_ && inner.asked_ == object->size(); // no member that we do not know
    }

private:
    static bool from_value(const json::value& from, std::string& to)
    {
        const json::string* string = from.if_string();
        if (string == nullptr || string->find('\0') != json::string::npos)
            return false;
        to.assign(string->data(), string->size());
        return true;
    }
    static bool from_value(const json::value& from, bool& to)
    {
        const bool* value = from.if_bool();
        if (value != nullptr)
            to = *value;
        return value != nullptr;
    }
    static bool from_value(const json::value& from, std::integral auto& to)
    {
        json::error_code ec;
        to = from.to_number<std::remove_reference_t<decltype(to)>>(ec);
        return from.is_number() && !from.is_double() && !ec;
    }
    static bool from_value(const json::value& from, duration& to)
    {
        std::int64_t count = 0;
        if (!from_value(from, count) || count < 0 ||
            count > duration_max / std::chrono::milliseconds(1))
            return false;
        to = std::chrono::milliseconds(count);
        return true;
    }
    template <worded Enum>
    static bool from_value(const json::value& from, Enum& to)
    {
        std::string word;
        const auto found = from_value(from, word) ? find_word(words<Enum>(), word) : std::nullopt;
        to = found.value_or(to);
        return found.has_value();
    }
    template <class T>
    static bool from_value(const json::value& from, std::optional<T>& to)
    {
        to.reset();
        return from.is_null() || from_value(from, to.emplace());
    }
    template <class T>
    static bool from_value(const json::value& from, std::vector<T>& to)
    {
        const json::array* array = from.if_array();
        if (array == nullptr)
            return false;
        to.clear();
        to.reserve(array->size());
        for (const json::value& element : *array) {
            if (!from_value(element, to.emplace_back()))
                return false;
        }
        return true;
    }
    static bool from_value(const json::value& from, std::map<std::string, std::string>& to)
    {
        const json::object* object = from.if_object();
        if (object == nullptr)
            return false;
        for (const auto& [name, value] : *object) {
            if (!from_value(value, to[std::string(name)]))
                return false;
        }
        return true;
    }
    static bool from_value(const json::value& from, std::map<limit_kind, limit_range>& to)
    {
        const json::object* object = from.if_object();
        if (object == nullptr)
            return false;
        for (const auto& [name, value] : *object) {
            const auto kind = find_word(words<limit_kind>(), name);
            if (!kind || !read_object(value, to[*kind]))
                return false;
        }
        return true;
    }
    template <class Part>
    static bool from_value(const json::value& from, Part& to) requires(std::is_class_v<Part>)
    {
        return read_object(from, to);
    }

    const json::object& object_;
    std::size_t asked_ = 0;
    bool ok_ = true;
};

/// Whether the components stand as the startup sequence says; validate knows that it names each
/// once.
bool in_startup_order(const model& m)
{
    std::size_t n = 0;
    for (const auto& step : m.cscc.startup_sequence) {
        for (const std::string& id : step) {
            if (m.components[n++].id != id)
                return false;
        }
    }
    return true;
}

bool acceptable(const document& doc)
{
    diagnostics found("");
    validate(doc, found);
    return found.empty() && in_startup_order(doc.value);
}

} // namespace

std::string to_json(const model& m, secrets policy)
{
    return json::serialize(writer(policy).object_of(m));
}

result<model> from_json(std::string_view text)
{
    json::error_code ec;
    const json::value parsed = json::parse(json::string_view(text.data(), text.size()), ec);
    document doc;
    if (ec || !reader::read_object(parsed, doc.value) || !acceptable(doc))
        return errc::object_damaged;
    return std::move(doc.value);
}

std::string verdict_json(std::string_view file_name, const checked<model>& read)
{
    const auto number = [](std::uint64_t n, bool there) {
        return there ? json::value(n) : json::value(nullptr);
    };
    const mistakes all = read ? mistakes{} : read.error();
    json::array list;
    for (const diagnostic& d : all.list) {
        const bool quoted = !d.quoted_line.empty();
        json::object& one = list.emplace_back(json::object{}).as_object();
        one["line"] = number(d.line, d.line != 0);
        one["column"] = number(d.column, d.line != 0);
        one["severity"] = "error"; // the only one so far
        one["message"] = d.message;
        one["quoted_line"] = quoted ? json::value(d.quoted_line) : json::value(nullptr);
        one["caret"] = number(d.caret, quoted);
    }
    json::object whole;
    whole["schema"] = 1;
    whole["file"] = harmless(file_name, file_name.size()); // JSON must be UTF-8
    whole["ok"] = read.has_value();
    whole["mistakes"] = std::move(list);
    whole["more"] = all.more;
    return json::serialize(whole);
}

} // namespace cscc::config
