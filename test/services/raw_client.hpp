// raw_client.hpp: speaks to the service socket without the library, to say what the library never
// would.
#pragma once

#include <string>
#include <vector>

namespace cscc::test {

/// Says one word after the other (see --raw of fixture_service); stops when the coordinator hangs
/// up. Journals `raw_answer` (code) for each answer, `raw_turn`, and `raw_closed`. Returns with the
/// connection still open, unless the last word was `close`.
void speak_by_hand(const std::vector<std::string>& words);

} // namespace cscc::test
