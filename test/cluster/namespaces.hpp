// namespaces.hpp: a network and a view of the file system of their own, without a name anywhere.
//
// Made in a thread that ends at once, and held by descriptors: they vanish with the test and the
// last process inside, however those end.
#pragma once

#include "common/base/unique_fd.hpp"
#include "test/support/process_watch.hpp"

#include <cstdint>
#include <string>

namespace cscc::test {

class namespaces
{
public:
    /// Fresh file systems are mounted, for nobody else to see, over what Corosync and shared memory
    /// use: /run, /dev/shm, /var/lib/corosync and /var/log/corosync.
    /// Throws std::system_error where it is not permitted: only root may.
    namespaces();

    [[nodiscard]] namespaces_of inside() const noexcept { return {net_.get(), mount_.get()}; }
    /// The network, as a path that other programs can open while this process lives.
    [[nodiscard]] std::string net_path() const;
    /// What network_of() says of who is in it.
    [[nodiscard]] std::uint64_t network() const;
    /// Its /dev/shm, as a path for this process.
    [[nodiscard]] std::string shared_memory() const;

private:
    unique_fd net_;
    unique_fd mount_;
    unique_fd shared_memory_;
};

} // namespace cscc::test
