// memory_file.hpp: a file without a name that becomes one shared object after the other.
#pragma once

#include "common/base/unique_fd.hpp"
#include "test/fuzz/input.hpp"

#include <sys/mman.h>
#include <unistd.h>

namespace cscc::fuzz {

class memory_file
{
public:
    memory_file() : fd_(::memfd_create("cscc-fuzz", MFD_CLOEXEC)) {}

    void become(std::span<const std::byte> content)
    {
        promise(::ftruncate(fd_.get(), static_cast<off_t>(content.size())) == 0 &&
                    ::pwrite(fd_.get(), content.data(), content.size(), 0) ==
                        static_cast<ssize_t>(content.size()),
                "there is memory for an object");
    }
    [[nodiscard]] int get() const noexcept { return fd_.get(); }

private:
    unique_fd fd_;
};

} // namespace cscc::fuzz
