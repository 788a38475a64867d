#include "daemon/cluster/corosync_error.hpp"

#include "common/base/text.hpp"

#include <string>

#include <corosync/corotypes.h>

namespace cscc::cluster {
namespace {

static_assert(static_cast<int>(corosync_errc::try_again) == CS_ERR_TRY_AGAIN);

class category_impl final : public boost::system::error_category
{
public:
    constexpr category_impl() noexcept
        : error_category(0x93e84f11b6d2705a) // drawn at random, once and for all
    {}

    const char* name() const noexcept override { return "corosync"; }

    std::string message(int value) const override
    {
        if (value >= static_cast<int>(corosync_errc::not_running))
            return message_of(static_cast<corosync_errc>(value));
        switch (value) {
        case CS_ERR_LIBRARY:
            return "Corosync cannot be spoken to; see that it runs: systemctl status corosync.";
        case CS_ERR_TRY_AGAIN:
            return "Corosync is busy, perhaps because its machines find each other just now; it is "
                   "asked again.";
        case CS_ERR_EXIST:
            return "Corosync has not noticed yet that a former membership of this process ended; "
                   "it is "
                   "asked again.";
        case CS_ERR_ACCESS:
        case CS_ERR_SECURITY:
            return "Corosync does not speak to this user; allow it with uidgid { uid: NAME } in a "
                   "file "
                   "in /etc/corosync/uidgid.d, and run corosync-cfgtool -R.";
        case CS_ERR_NO_MEMORY:
        case CS_ERR_NO_RESOURCES:
        case CS_ERR_NO_SPACE:
            return "Corosync or this machine has no memory for another connection; make room in "
                   "/dev/shm.";
        case CS_ERR_VERSION:
        case CS_ERR_NOT_SUPPORTED:
            return "This Corosync is too old or too new; version 3.1 is needed.";
        case CS_ERR_NAME_TOO_LONG: return message_of(corosync_errc::name_unusable);
        default: return text("Corosync reported error ", value, "; look into its log.");
        }
    }

private:
    static std::string message_of(corosync_errc e)
    {
        switch (e) {
        case corosync_errc::try_again:
        case corosync_errc::exists: break; // a cs_error_t, above
        case corosync_errc::not_running:
            return "Corosync does not run on this machine; start it: systemctl start corosync.";
        case corosync_errc::ended:
            return "Corosync has ended or closed the connection; see that it runs: systemctl "
                   "status "
                   "corosync.";
        case corosync_errc::no_quorum_provider:
            return "Corosync runs without quorum; write provider: corosync_votequorum into the "
                   "section quorum of corosync.conf on every machine.";
        case corosync_errc::name_unusable:
            return "The name of the group cannot be one of Corosync's; write 1 to 128 bytes as "
                   "cluster.group.";
        case corosync_errc::backlog:
            return "Corosync has not taken our messages for too long; it may be stopped, or its "
                   "network overloaded.";
        case corosync_errc::put_out:
            return "Corosync has put this machine out of the group; look into its log.";
        }
        return text("Unknown error ", static_cast<int>(e), " about Corosync.");
    }
};

} // namespace

const boost::system::error_category& corosync_category() noexcept
{
    static constexpr category_impl instance;
    return instance;
}

error_code corosync_error(int cs_error) noexcept
{
    if (cs_error == CS_OK)
        return {};
    return {cs_error, corosync_category()};
}

} // namespace cscc::cluster
