// corosync_conf.hpp: what a corosync.conf says about the protection of Corosync's traffic. Whoever
// can speak to an unprotected Corosync can order a group to restart. Pure; no Corosync is needed.
//
// Reads as Corosync 3.1.7 does: lines of at most 510 bytes, `section {`, `key: value`, `}`, and
// comments that fill a line; the last value of a key counts. Source: corosync.conf(5), and what
// `corosync -t` refuses.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cscc::config {

/// Keys of the section totem, as the file or a running Corosync has them; empty: not said.
struct corosync_totem
{
    std::optional<std::string> transport;
    std::optional<std::string> secauth;
    std::optional<std::string> crypto_model;
    std::optional<std::string> crypto_cipher;
    std::optional<std::string> crypto_hash;
};

struct corosync_security
{
    bool secure = false; // encrypted and authenticated
    std::string why; // sentences for an operator: what is the case and, if not secure, what to do
    friend bool operator==(const corosync_security&, const corosync_security&) = default;
};

/// What these keys amount to, defaults included: without any of them nothing is protected.
[[nodiscard]] corosync_security security_of(const corosync_totem&);

/// The same of a whole corosync.conf. A text that Corosync would refuse is not secure.
[[nodiscard]] corosync_security read_corosync_security(std::string_view text);

} // namespace cscc::config
