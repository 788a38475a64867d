// usable_model.hpp: what csccmgr and csccd rely on in a configuration that was found right.
#pragma once

#include "config/model.hpp"

namespace cscc::fuzz {

/// Its orders name each service once, its state table can be made, its guards hear what they are
/// told, and it travels as JSON unharmed.
void promise_usable(const config::model&);

} // namespace cscc::fuzz
