// printing.hpp: how Boost.Test shows our values when they differ.
#pragma once

#include "common/base/error.hpp"

#include <ostream>

namespace cscc {

inline std::ostream& boost_test_print_type(std::ostream& out, errc e)
{
    return out << make_error_code(e);
}

} // namespace cscc
