#include "daemon/adapters/containment.hpp"

#include "common/base/text.hpp"
#include "common/reactor/log.hpp"

#include <utility>

namespace asio = boost::asio;

namespace cscc {
namespace {

class no_containment final : public containment
{
public:
    result<int> prepare(component_index) override { return -1; }
    asio::awaitable<std::size_t> end_remains(component_index, process_identity) override
    {
        co_return 0;
    }
    void clean_up() noexcept override {}
    std::string_view kind() const noexcept override { return "nothing"; }
};

} // namespace

std::unique_ptr<containment> make_containment(const asio::any_io_executor& reactor,
                                              const containment_settings& settings,
                                              std::function<bool(std::int32_t)> is_main)
{
    if (settings.choice == containment_choice::off)
        return std::make_unique<no_containment>();
    if (settings.choice == containment_choice::descent)
        return make_descent_containment(reactor, settings, std::move(is_main));
    std::string why_not;
    if (auto cgroups = make_cgroup_containment(reactor, settings, why_not))
        return cgroups;
    log(log_level::notice, "containment",
        text("services are contained by session and descent only: ", why_not));
    return make_descent_containment(reactor, settings, std::move(is_main));
}

} // namespace cscc
