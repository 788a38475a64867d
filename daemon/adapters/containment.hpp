// containment.hpp: keeps a component's processes together, so that none outlives it unseen.
//
// A service may fork, and fork again; its death is complete only when all that is gone too ("the
// coordinator ends a dead component's remaining processes before the next turn"). Two ways:
//   cgroup   one cgroup v2 a component: the kernel knows every member and kills them at once
//   descent  without a cgroup that we may write: we are the subreaper of our services, so orphans
//            become our children, and are told apart by their session and the CSCC_SERVICE they
//            inherited. Weaker: a process that hides both is only found when the whole group is
//            down - and, if a former coordinator started its service, not at all: its orphans are
//            init's children, and of those only who bears a mark of ours is known for ours.
#pragma once

#include "common/base/error.hpp"
#include "common/base/identity.hpp"
#include "common/base/sequence.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cscc {

class containment
{
public:
    virtual ~containment() = default;

    /// Before a spawn: a descriptor of the cgroup to be born into, or -1. The descriptor stays
    /// ours.
    [[nodiscard]] virtual result<int> prepare(component_index component) = 0;

    /// After the death of the component's main process: kills what it left behind, and completes
    /// when none of that lives. SIGKILL cannot be refused, so the one wait here is for the kernel's
    /// word; it is reported every 10 s. Completes with the number of processes that had to be
    /// killed.
    [[nodiscard]] virtual boost::asio::awaitable<std::size_t>
    end_remains(component_index component, process_identity main) = 0;

    /// When the whole group is down: removes what was made for it.
    virtual void clean_up() noexcept = 0;

    [[nodiscard]] virtual std::string_view
    kind() const noexcept = 0; // "cgroup", "descent", "nothing"
};

enum class containment_choice
{
    best,
    descent,
    off, // leave alone what services leave behind
};

struct containment_settings
{
    containment_choice choice = containment_choice::best;
    std::string group_name;
    std::string service_socket;   // no other group has it
    std::vector<std::string> ids; // by component_index
};

/// The better of the two that works here, if nothing else was chosen.
/// @param is_main  says whether a child of ours is the main process of a living component
[[nodiscard]] std::unique_ptr<containment>
make_containment(const boost::asio::any_io_executor& reactor, const containment_settings& settings,
                 std::function<bool(std::int32_t pid)> is_main);

/// Empty if no cgroup v2 of ours can be written, with the reason in `why_not`.
[[nodiscard]] std::unique_ptr<containment>
make_cgroup_containment(const boost::asio::any_io_executor& reactor,
                        const containment_settings& settings, std::string& why_not);

[[nodiscard]] std::unique_ptr<containment>
make_descent_containment(const boost::asio::any_io_executor& reactor,
                         const containment_settings& settings,
                         std::function<bool(std::int32_t pid)> is_main);

} // namespace cscc
