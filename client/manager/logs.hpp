// logs.hpp: the verb `logs`: the services' output, as far as it is in files.
#pragma once

#include "client/manager/session.hpp"

#include <boost/asio/awaitable.hpp>

namespace cscc {

/// The last lines of each service (those named, or all), service by service in startup order; with
/// --follow then what comes, as it comes, until --timeout (124). Of output that is in no file it
/// says where it goes. Needs no coordinator; the configuration is the running group's, else the
/// file's. Unknown service: 4; a file that cannot be read: the code of that error, at the end.
[[nodiscard]] boost::asio::awaitable<int> show_logs(session& run);

} // namespace cscc
