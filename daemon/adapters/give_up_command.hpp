// give_up_command.hpp: the last thing a coordinator does for a group that it gave up: tells
// somebody.
#pragma once

#include "config/model.hpp"

#include <string>

namespace cscc {

/// Starts on_give_up, if there is one, and does not wait for it: it is the user's, in a session of
/// its own, with no descriptor of ours, the default signals, our environment, and CSCC_GROUP and
/// CSCC_REASON in it. What becomes of the start is logged.
/// @param reason  why the group was given up: a sentence
void start_give_up_command(const config::model& model, const std::string& reason);

} // namespace cscc
