#include "common/base/error.hpp"

#include <cerrno>
#include <string>

namespace cscc {
namespace {

class category_impl final : public boost::system::error_category
{
public:
    constexpr category_impl() noexcept
        : error_category(0x6b1d0c5e9a7f4c23) // drawn at random, once and for all
    {}

    const char* name() const noexcept override { return "cscc"; }

    // Whole sentences: the operator reads them with no context but the object's or service's name.
    std::string message(int value) const override
    {
        switch (static_cast<errc>(value)) {
        case errc::object_half_made: return "The shared object was never completed by its maker.";
        case errc::object_foreign: return "The shared object belongs to another user.";
        case errc::object_other_version:
            return "The shared object was made by another version of this software.";
        case errc::object_damaged: return "The shared object's content is damaged.";
        case errc::no_space: return "The shared memory file system is full.";
        case errc::lock_held: return "The lock is held by another process.";
        case errc::lock_unrecoverable:
            return "The lock was left in a state that cannot be repaired.";
        case errc::process_gone: return "The process has ended.";
        case errc::timed_out: return "The time allowed for it has passed.";
        case errc::frame_malformed: return "The message is not one of this protocol.";
        case errc::peer_unknown: return "The sender is no service of this group.";
        case errc::said_too_early: return "The service said ready before it said alive.";
        case errc::said_twice: return "The service said the same thing twice.";
        case errc::not_accepting: return "The group is going down and accepts no service any more.";
        case errc::other_group: return "Another group answers there.";
        case errc::output_unsafe:
            return "It is no regular file, or has a second name; move it away.";
        case errc::peer_other_version:
            return "Another version of this software sent it; install the same one everywhere.";
        case errc::count_: break;
        }
        return "Unknown cscc error " + std::to_string(value) + ".";
    }
};

} // namespace

const boost::system::error_category& error_category() noexcept
{
    static constexpr category_impl instance;
    return instance;
}

error_code last_system_error() noexcept
{
    return {errno, boost::system::system_category()};
}

} // namespace cscc
