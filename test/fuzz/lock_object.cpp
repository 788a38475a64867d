// lock_object.cpp: what a service may have made of its own page. The input is the object, padded to
// its size unless the first byte is odd.
#include "common/shm/lock_object.hpp"

#include "test/fuzz/memory_file.hpp"

#include <vector>

using namespace cscc;
using namespace cscc::fuzz;

namespace {

// Looking is what csccd and csccmgr do; mapping is what the service does with its own.
void look(int fd)
{
    const auto seen = shm::look_at_lock(fd);
    const auto tag = shm::lock_object_tag(fd);
    promise(seen.has_value() == tag.has_value(), "an object can be looked at or cannot");
    auto mine = shm::service_lock::from_descriptor(fd);
    if (!seen) {
        promise(!mine, "what cannot be looked at cannot be used");
        return;
    }
    const auto tid = seen->lock.owner_tid();
    promise(shm::to_string(seen->lock.state()) != "?" && tid >= 0 &&
                (tid == 0 || seen->lock.state() == shm::lock_state::held),
            "a lock is free, held by a thread, or its owner died");
    if (!mine)
        return;
    promise(mine->lock().look() == seen->lock, "who looks sees what the service sees");
    mine->beat();
    promise(shm::look_at_lock(fd).value().heartbeats == seen->heartbeats + 1, "a beat is seen");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static memory_file file;
    input in(data, size);
    const bool as_it_is = in.take<std::uint8_t>() % 2 == 1;
    const auto bytes = in.take_bytes(2 * shm::lock_object_bytes);
    std::vector<std::byte> content(bytes.begin(), bytes.end());
    if (!as_it_is)
        content.resize(shm::lock_object_bytes);
    file.become(content);
    look(file.get());
    return 0;
}
