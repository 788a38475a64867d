// contract.hpp: conditions that only a bug of ours can break. They stay on in release builds.
//
// A supervisor in an impossible state must die and be taken over, not go on. What a peer, a file or
// a service can cause is never a contract: that is an error_code.
#pragma once

namespace cscc {

/// Writes the broken condition to stderr and aborts.
[[noreturn]] void contract_broken(const char* kind, const char* condition, const char* file,
                                  int line) noexcept;

} // namespace cscc

#define CSCC_CONTRACT_(kind, condition)                                                            \
    (static_cast<bool>(condition) ? static_cast<void>(0)                                           \
                                  : ::cscc::contract_broken(kind, #condition, __FILE__, __LINE__))

#define EXPECTS(condition) CSCC_CONTRACT_("expected", condition)
#define ENSURES(condition) CSCC_CONTRACT_("promised", condition)
