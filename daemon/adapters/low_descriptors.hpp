// low_descriptors.hpp: numbers through which a child gets its descriptors, below all others of
// ours.
//
// A child that lets go of a thousand inherited descriptors closes each of them, and a start of n
// services costs n squared: measured, half of the start of 1,000. So its descriptors are first put
// below a limit, and then one call makes it a table of what is below (CLOSE_RANGE_UNSHARE): the
// others are never copied.
#pragma once

#include "common/base/error.hpp"
#include "common/base/unique_fd.hpp"

#include <span>
#include <vector>

namespace cscc {

class low_descriptors
{
public:
    /// Early in the life of a process, while low numbers are free. Errors: EMFILE, ENFILE.
    [[nodiscard]] static result<low_descriptors> reserve();

    /// In the parent: what the child is to have as its 0, 1, 2 …; at most `count`. Errors: dup3(2).
    [[nodiscard]] error_code fill(std::span<const int> sources) const noexcept;
    /// In the parent, once the child has its own table: keeps nothing of it open.
    void clear() const noexcept;

    /// In the child, whose table is a copy of the parent's or still shared with it: makes it one of
    /// its own with 0 … size-1 as they were filled; all others close at the exec. May be called
    /// where a signal handler may. False: errno tells.
    [[nodiscard]] bool take_over(std::size_t size) const noexcept;

    static constexpr std::size_t count = 8;

private:
    low_descriptors() = default;

    unique_fd nothing_; // what lies in the numbers between two children
    std::vector<unique_fd> slots_;
};

} // namespace cscc
