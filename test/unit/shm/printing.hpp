// printing.hpp: how Boost.Test prints the types of common/shm.
#pragma once

#include "common/shm/lock_view.hpp"
#include "common/shm/robust_lock.hpp"
#include "test/unit/base/printing.hpp"

#include <ostream>

namespace cscc::shm {

inline std::ostream& operator<<(std::ostream& os, lock_state s)
{
    return os << to_string(s);
}

inline std::ostream& operator<<(std::ostream& os, acquired a)
{
    return os << (a == acquired::clean ? "clean" : "owner died");
}

} // namespace cscc::shm
