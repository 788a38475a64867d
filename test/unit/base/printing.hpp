// printing.hpp: how Boost.Test prints the types of common/base. Included by tests only, so that
// production headers stay free of <ostream>.
#pragma once

#include "common/base/error.hpp"
#include "common/base/identity.hpp"
#include "common/base/states.hpp"

#include <optional>
#include <ostream>

namespace cscc {

inline std::ostream& operator<<(std::ostream& os, errc e)
{
    return os << make_error_code(e);
}

inline std::ostream& operator<<(std::ostream& os, group_state s)
{
    return os << to_string(s);
}

inline std::ostream& operator<<(std::ostream& os, component_state s)
{
    return os << to_string(s);
}

inline std::ostream& operator<<(std::ostream& os, const process_identity& i)
{
    return os << "pid " << i.pid << " since tick " << i.start_ticks;
}

} // namespace cscc
