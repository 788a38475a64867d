// boost_process.hpp: Boost.Process 2's launcher interface, with what its headers forget to include.
//
// Boost 1.81: default_launcher.hpp uses boost::optional, boost::decay and Asio's throw_error
// without including any of them.
#pragma once

// clang-format off: the first three must come before the fourth
#include <boost/asio/detail/throw_error.hpp>
#include <boost/optional.hpp>
#include <boost/process/v2/posix/default_launcher.hpp>
#include <boost/type_traits/decay.hpp>
// clang-format on

namespace cscc {

namespace bp2 = boost::process::v2;

} // namespace cscc
