// manager_lock.hpp: the patent's manager mutex: who may make and remove the group's shared objects.
//
// A file in the runtime directory under flock(2), never removed (whoever removed it could remove
// the one that somebody else just locked). The lock belongs to the open description: csccd inherits
// the descriptor, so it stays held from csccmgr's first look until csccd has published itself,
// whoever of the two is killed in between.
#pragma once

#include "common/base/error.hpp"
#include "common/base/identity.hpp"
#include "common/base/unique_fd.hpp"

#include <optional>
#include <string>

namespace cscc {

class manager_lock
{
public:
    /// Takes it if it is free and writes our identity into the file. Does not wait.
    /// Errors: errc::lock_held; errc::object_foreign (another user's file); file_exists (no file,
    /// but something else of that name); no_such_file (no runtime directory), permission_denied,
    /// too_many_symbolic_link_levels (ELOOP: a link).
    [[nodiscard]] static result<manager_lock> try_take(const std::string& path);

    /// Names another holder, who has inherited the descriptor.
    void name_holder(process_identity holder) const;

    [[nodiscard]] int descriptor() const noexcept { return fd_.get(); }

    /// Gives it up, unless somebody inherited it.
    void release() noexcept { fd_.reset(); }

private:
    explicit manager_lock(unique_fd fd) noexcept : fd_(std::move(fd)) {}
    unique_fd fd_;
};

struct manager_lock_look
{
    bool held = false;
    std::optional<process_identity> holder; // with held, if the file names one
};

/// Looks without keeping it; for an instant it is taken as shared, and a try at that very moment
/// has to try again. Errors: as try_take, but errc::lock_held.
[[nodiscard]] result<manager_lock_look> look_at_manager_lock(const std::string& path);

/// Makes the directory (0711, one level) if it is missing, and checks that it is ours or root's and
/// that no other can write in it.
/// Errors: permission_denied and others of mkdir(2); errc::object_foreign: not safe to use.
[[nodiscard]] error_code ensure_runtime_directory(const std::string& path);

} // namespace cscc
