#include "common/base/contract.hpp"

#include <cstdio>
#include <cstdlib>

namespace cscc {

void contract_broken(const char* kind, const char* condition, const char* file, int line) noexcept
{
    std::fprintf(stderr, "<0>cscc: %s (%s), at %s:%d; this is a bug, please report it\n", kind,
                 condition, file, line);
    std::abort();
}

} // namespace cscc
