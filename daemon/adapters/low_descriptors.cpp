#include "daemon/adapters/low_descriptors.hpp"

#include "common/base/contract.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace cscc {
namespace {

constexpr int first_slot = 16; // above every target, or one target would overwrite another's source
static_assert(first_slot >= static_cast<int>(low_descriptors::count));

bool close_range(int first, int flags) noexcept
{
    return ::syscall(SYS_close_range, static_cast<unsigned>(first), ~0U, flags) == 0;
}

} // namespace

result<low_descriptors> low_descriptors::reserve()
{
    low_descriptors low;
    low.nothing_.reset(::open("/dev/null", O_RDWR | O_CLOEXEC));
    while (low.nothing_ && low.slots_.size() < count) {
        unique_fd slot(::fcntl(low.nothing_.get(), F_DUPFD_CLOEXEC, first_slot));
        if (!slot)
            return last_system_error();
        low.slots_.push_back(std::move(slot)); // ascending: the lowest that is free
    }
    if (!low.nothing_)
        return last_system_error();
    return low;
}

error_code low_descriptors::fill(std::span<const int> sources) const noexcept
{
    EXPECTS(sources.size() <= slots_.size());
    for (std::size_t i = 0; i < sources.size(); ++i) {
        if (::dup3(sources[i], slots_[i].get(), O_CLOEXEC) < 0)
            return last_system_error();
    }
    return {};
}

void low_descriptors::clear() const noexcept
{
    for (const unique_fd& slot : slots_)
        static_cast<void>(::dup3(nothing_.get(), slot.get(), O_CLOEXEC));
}

bool low_descriptors::take_over(std::size_t size) const noexcept
{
    if (!close_range(slots_.back().get() + 1, CLOSE_RANGE_UNSHARE))
        return false;
    for (std::size_t i = 0; i < size; ++i) {
        if (::dup2(slots_[i].get(), static_cast<int>(i)) < 0)
            return false;
    }
    return close_range(static_cast<int>(size), CLOSE_RANGE_CLOEXEC);
}

} // namespace cscc
