// corosync_conf.cpp: how well a corosync.conf protects its traffic. The input is its text.
#include "config/corosync_conf.hpp"

#include "test/fuzz/input.hpp"

#include <algorithm>

using namespace cscc;
using namespace cscc::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string text(reinterpret_cast<const char*>(data), size);
    const config::corosync_security said = config::read_corosync_security(text);
    promise(said.why.ends_with('.') && said.why.size() < 600, "there is a sentence about it");
    promise(
        std::all_of(said.why.begin(), said.why.end(), [](char c) { return c >= ' ' && c <= '~'; }),
        "and it can be shown");
    promise(!said.secure || text.find("on") != text.npos || text.find("aes") != text.npos,
            "nothing is secure that does not say so");

    // Where the file can be gone on with, the last word is the one that counts.
    const auto off = config::read_corosync_security(text + "\ntotem.crypto_cipher:none\n");
    promise(!off.secure, "without a cipher nothing is encrypted");
    return 0;
}
