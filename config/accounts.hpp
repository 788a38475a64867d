// accounts.hpp: users and groups by name or number, as the system's own two files know them.
//
// Not getpwnam(3): in a statically linked program it loads the shared NSS modules of whatever
// glibc is installed. Accounts of a directory service are therefore named by their numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cscc::config {

struct user_account
{
    std::string name;
    std::uint32_t uid = 0;
    std::optional<std::uint32_t> gid; // empty for a number that has no entry
    std::string home = "/";
};

/// The content of passwd(5) and group(5), searched on demand. A line that is none is passed over.
class accounts
{
public:
    accounts(std::string passwd, std::string group)
        : passwd_(std::move(passwd)), group_(std::move(group))
    {}
    /// Of /etc/passwd and /etc/group; one that cannot be read counts as empty.
    [[nodiscard]] static accounts of_this_system();

    /// By name, or by number, which needs no entry.
    [[nodiscard]] std::optional<user_account> user(std::string_view name_or_uid) const;
    [[nodiscard]] std::optional<std::uint32_t> group(std::string_view name_or_gid) const;
    /// Groups that list the user as a member, and `primary` first: initgroups(3).
    [[nodiscard]] std::vector<std::uint32_t> groups_of(std::string_view user,
                                                       std::uint32_t primary) const;
    /// For "did you mean".
    [[nodiscard]] std::vector<std::string_view> user_names() const;
    [[nodiscard]] std::vector<std::string_view> group_names() const;

private:
    std::string passwd_;
    std::string group_;
};

} // namespace cscc::config
