#include "config/corosync_conf.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <initializer_list>
#include <vector>

namespace cscc::config {
namespace {

constexpr std::size_t line_bytes_max = 510; // Corosync: "Line too long"
constexpr std::size_t path_bytes_max = 255; // CMAP_KEYNAME_MAXLEN

constexpr std::string_view remedy =
    " Write crypto_cipher: aes256 and crypto_hash: sha256 into the section totem of corosync.conf "
    "on every machine, and give all of them the same key, made once by corosync-keygen.";

std::string_view trimmed(std::string_view s)
{
    constexpr std::string_view blanks = " \t";
    s.remove_prefix(std::min(s.find_first_not_of(blanks), s.size()));
    return s.substr(0, s.find_last_not_of(blanks) + 1);
}

/// A value of a stranger's, fit for a sentence.
std::string quoted(std::string_view value)
{
    std::string out = "'";
    for (const char c : value.substr(0, 40))
        out += c < ' ' || c > '~' ? '?' : c;
    return out + "'";
}

bool is_one_of(std::string_view value, std::initializer_list<std::string_view> known)
{
    return std::find(known.begin(), known.end(), value) != known.end();
}

corosync_security refused(std::string_view key, std::string_view value,
                          std::string_view reason = "it knows no such value")
{
    return {false, text("Corosync does not start with ", key, ": ", quoted(value), "; ", reason,
                        ".", remedy)};
}

/// Where the sections stand open that enclose the present line, and what was found in them.
class reader
{
public:
    /// Takes one line. What is wrong with it, empty if nothing is.
    std::string_view take(std::string_view line);

    [[nodiscard]] bool in_section() const noexcept { return !open_.empty(); }
    [[nodiscard]] const corosync_totem& found() const noexcept { return found_; }

private:
    std::string_view begin_section(std::string_view name, std::string_view rest);
    std::string_view take_value(std::string_view key, std::string_view value);
    [[nodiscard]] std::string path_to(std::string_view key) const;

    std::string path_;              // "totem.interface"
    std::vector<std::size_t> open_; // how long the path was before each open section
    corosync_totem found_;
};

std::string reader::path_to(std::string_view key) const
{
    return path_.empty() ? std::string(key) : text(path_, ".", key);
}

std::string_view reader::begin_section(std::string_view name, std::string_view rest)
{
    if (name.empty())
        return "has no name before its opening bracket";
    if (!trimmed(rest).empty())
        return "has something after its opening bracket; begin a new line there";
    std::string path = path_to(name);
    if (path.size() > path_bytes_max)
        return "is nested too deeply";
    open_.push_back(path_.size());
    path_ = std::move(path);
    return {};
}

std::string_view reader::take_value(std::string_view key, std::string_view value)
{
    if (path_.size() + 1 + key.size() > path_bytes_max)
        return "has too long a key";
    const std::string path = path_to(key); // keys may hold dots: what counts is the whole path
    for (const auto& [name, target] :
         {std::pair("totem.transport", &corosync_totem::transport),
          std::pair("totem.secauth", &corosync_totem::secauth),
          std::pair("totem.crypto_model", &corosync_totem::crypto_model),
          std::pair("totem.crypto_cipher", &corosync_totem::crypto_cipher),
          std::pair("totem.crypto_hash", &corosync_totem::crypto_hash)}) {
        if (path == name)
            found_.*target = value;
    }
    return {};
}

// In the order in which Corosync looks: a line with an opening bracket is no key and value.
std::string_view reader::take(std::string_view line)
{
    if (line.size() > line_bytes_max)
        return "is too long; Corosync takes 510 bytes";
    if (line.find('\0') != std::string_view::npos)
        return "contains a NUL character; remove it";
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    line = trimmed(line);
    if (line.empty() || line.front() == '#')
        return {};
    if (const auto bracket = line.find('{'); bracket != std::string_view::npos)
        return begin_section(trimmed(line.substr(0, bracket)), line.substr(bracket + 1));
    if (const auto colon = line.find(':'); colon != std::string_view::npos)
        return take_value(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
    if (line != "}")
        return "is neither 'section {' nor 'key: value' nor '}'";
    if (open_.empty())
        return "closes a section that was not opened";
    path_.resize(open_.back());
    open_.pop_back();
    return {};
}

/// Of words that Corosync knows.
corosync_security verdict(std::string_view transport, std::string_view cipher,
                          std::string_view hash)
{
    std::string problem;
    if (transport != "knet") {
        problem = text("neither encrypted nor authenticated: its transport ", transport,
                       " can do neither. Take transport: knet.");
    }
    else if (hash == "none") {
        problem = "neither encrypted nor authenticated: whoever reaches its network can restart or "
                  "stop this group.";
    }
    else if (cipher == "none") {
        problem = text("authenticated (", hash,
                       ") but not encrypted: whoever reaches its network can read it.");
    }
    if (!problem.empty())
        return {false, text("Corosync's traffic is ", problem, remedy)};
    return {true,
            text("Corosync's traffic is encrypted (", cipher, ") and authenticated (", hash, ").")};
}

} // namespace

corosync_security security_of(const corosync_totem& totem)
{
    const bool is_on = totem.secauth == "on"; // any other word is off to Corosync
    const std::string cipher = totem.crypto_cipher.value_or(is_on ? "aes256" : "none");
    const std::string hash = totem.crypto_hash.value_or(is_on ? "sha256" : "none");
    const std::string transport = totem.transport.value_or("knet");
    if (!is_one_of(transport, {"knet", "udp", "udpu"}))
        return refused("transport", transport);
    if (totem.crypto_model && !is_one_of(*totem.crypto_model, {"nss", "openssl"}))
        return refused("crypto_model", *totem.crypto_model);
    if (!is_one_of(cipher, {"none", "aes128", "aes192", "aes256"}))
        return refused("crypto_cipher", cipher);
    if (!is_one_of(hash, {"none", "md5", "sha1", "sha256", "sha384", "sha512"}))
        return refused("crypto_hash", hash);
    if (cipher != "none" && hash == "none" && transport == "knet")
        return refused("crypto_hash", "none", text("not with crypto_cipher: ", cipher));
    return verdict(transport, cipher, hash);
}

corosync_security read_corosync_security(std::string_view text)
{
    reader lines;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (const auto wrong = lines.take(text.substr(0, end)); !wrong.empty())
            return {false, cscc::text("Corosync does not start with this file: line ", number, " ",
                                      wrong, ".")};
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (lines.in_section())
        return {false, "Corosync does not start with this file: its last section is not closed; "
                       "write a '}'."};
    return security_of(lines.found());
}

} // namespace cscc::config
