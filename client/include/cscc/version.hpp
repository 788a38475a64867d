// version.hpp: the version of these headers; the library's ABI has a number of its own
// (libcscc.so.1).
#pragma once

#define CSCC_VERSION_MAJOR 0
#define CSCC_VERSION_MINOR 1
#define CSCC_VERSION_PATCH 0

/// 10,000 × major + 100 × minor + patch, for the preprocessor.
#define CSCC_VERSION (CSCC_VERSION_MAJOR * 10000 + CSCC_VERSION_MINOR * 100 + CSCC_VERSION_PATCH)
