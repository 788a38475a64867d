// wording.hpp: parts of the sentences in which the core gives its reasons.
#pragma once

#include "common/base/text.hpp"
#include "common/base/time.hpp"

#include <string>

namespace cscc::core {

/// "30 s", "1500 ms" or "7 ns": the largest unit that says it exactly.
[[nodiscard]] inline std::string in_words(duration d)
{
    using namespace std::chrono;
    if (d % seconds(1) == duration::zero())
        return text(duration_cast<seconds>(d).count(), " s");
    if (d % milliseconds(1) == duration::zero())
        return text(duration_cast<milliseconds>(d).count(), " ms");
    return text(d.count(), " ns");
}

} // namespace cscc::core
