#include "common/shm/mapped_object.hpp"

#include "common/base/contract.hpp"
#include "common/shm/interprocess_error.hpp"

#include <deque>
#include <utility>

namespace cscc::shm {
namespace {

namespace bip = boost::interprocess;

// Boost.Interprocess maps whatever can give it a handle, but has nothing that is made from one.
class open_descriptor_of_somebody
{
public:
    explicit open_descriptor_of_somebody(int fd) noexcept : fd_(fd) {}
    [[nodiscard]] bip::mapping_handle_t get_mapping_handle() const noexcept
    {
        return bip::ipcdetail::mapping_handle_from_file_handle(fd_);
    }

private:
    int fd_;
};

} // namespace

result<mapped_object> mapped_object::map(int fd, std::size_t size_bytes, access_mode mode)
{
    EXPECTS(size_bytes > 0); // Boost would map the whole of it, whatever its size
    try {
        const bool writable = mode == access_mode::read_write;
        mapped_object mapped;
        mapped.region_ =
            bip::mapped_region(open_descriptor_of_somebody(fd),
                               writable ? bip::read_write : bip::read_only, 0, size_bytes);
        mapped.writable_ = writable;
        return mapped;
    }
    catch (const bip::interprocess_exception& failure) {
        return converted(failure);
    }
}

std::byte* mapped_object::mutable_data() noexcept
{
    EXPECTS(writable());
    return static_cast<std::byte*>(region_.get_address());
}

void mapped_object::keep_until_exit()
{
    // Never destroyed: destructors of statics run while other threads may still hold their locks.
    static auto* const kept = new std::deque<bip::mapped_region>;
    kept->push_back(std::exchange(region_, bip::mapped_region()));
}

} // namespace cscc::shm
