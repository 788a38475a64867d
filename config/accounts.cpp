#include "config/accounts.hpp"

#include "config/safe_file.hpp"

#include <algorithm>
#include <charconv>

namespace cscc::config {
namespace {

constexpr std::size_t database_max = 16U << 20U; // bytes; a guard, not a limit anyone meets

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

std::optional<std::uint32_t> number(std::string_view text)
{
    std::uint32_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    // The last number stands for "no change" in chown(2) and setresuid(2).
    const bool fine = error == std::errc{} && rest == end && value != UINT32_MAX;
    return fine ? std::optional(value) : std::nullopt;
}

/// The fields of each line with at least `fields_min` of them, until `visit` returns true.
template <class Visit>
void for_each_line(std::string_view file, std::size_t fields_min, Visit visit)
{
    while (!file.empty()) {
        const std::size_t end = std::min(file.find('\n'), file.size());
        const auto fields = split(file.substr(0, end), ':');
        if (fields.size() >= fields_min && !fields[0].empty() && visit(fields))
            return;
        file.remove_prefix(std::min(end + 1, file.size()));
    }
}

std::vector<std::string_view> names(std::string_view file, std::size_t fields_min)
{
    std::vector<std::string_view> all;
    for_each_line(file, fields_min, [&](const auto& fields) {
        all.push_back(fields[0]);
        return false;
    });
    return all;
}

constexpr std::size_t passwd_fields = 7; // name:x:uid:gid:comment:home:shell
constexpr std::size_t group_fields = 4;  // name:x:gid:members

} // namespace

accounts accounts::of_this_system()
{
    return {read_safely("/etc/passwd", 0, database_max).text.value_or(""),
            read_safely("/etc/group", 0, database_max).text.value_or("")};
}

std::optional<user_account> accounts::user(std::string_view name_or_uid) const
{
    const auto wanted = number(name_or_uid);
    std::optional<user_account> result;
    if (wanted)
        result = user_account{std::string(name_or_uid), *wanted, std::nullopt, "/"};
    for_each_line(passwd_, passwd_fields, [&](const auto& fields) {
        const auto uid = number(fields[2]);
        const auto gid = number(fields[3]);
        if (!uid || !gid || (wanted ? uid != wanted : fields[0] != name_or_uid))
            return false;
        result = user_account{std::string(fields[0]), *uid, gid, std::string(fields[5])};
        return true;
    });
    return result;
}

std::optional<std::uint32_t> accounts::group(std::string_view name_or_gid) const
{
    std::optional<std::uint32_t> result = number(name_or_gid);
    if (result)
        return result;
    for_each_line(group_, group_fields, [&](const auto& fields) {
        if (fields[0] == name_or_gid)
            result = number(fields[2]);
        return result.has_value();
    });
    return result;
}

std::vector<std::uint32_t> accounts::groups_of(std::string_view user, std::uint32_t primary) const
{
    std::vector<std::uint32_t> result{primary};
    for_each_line(group_, group_fields, [&](const auto& fields) {
        const auto members = split(fields[3], ',');
        const auto gid = number(fields[2]);
        if (gid && std::find(members.begin(), members.end(), user) != members.end() &&
            std::find(result.begin(), result.end(), *gid) == result.end())
            result.push_back(*gid);
        return false;
    });
    return result;
}

std::vector<std::string_view> accounts::user_names() const
{
    return names(passwd_, passwd_fields);
}

std::vector<std::string_view> accounts::group_names() const
{
    return names(group_, group_fields);
}

} // namespace cscc::config
