// printing.hpp: how Boost.Test prints the session machine's values.
#pragma once

#include "client/service/session_machine.hpp"

#include <ostream>

namespace cscc {

inline std::ostream& operator<<(std::ostream& os, session_state s)
{
    return os << to_string(s);
}

inline std::ostream& operator<<(std::ostream& os, readiness r)
{
    return os << to_string(r);
}

inline std::ostream& operator<<(std::ostream& os, session_action a)
{
    return os << to_string(a);
}

} // namespace cscc
