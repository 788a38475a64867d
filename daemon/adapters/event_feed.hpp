// event_feed.hpp: the last events of the group, and who listens to them.
#pragma once

#include "common/wire/control_types.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace cscc {

/// Numbers events, keeps the last of them, and hands each to every listener. One thread.
class event_feed
{
public:
    /// An event that was published: rendered once for all listeners.
    struct entry
    {
        std::uint64_t number = 0;
        wire::event_kind kind = wire::event_kind::group;
        std::shared_ptr<const std::string> json;
    };
    using listener = std::function<void(const entry&)>;

    /// Ends the subscription when it is destroyed. Must not outlive the feed.
    class subscription
    {
    public:
        subscription() = default;
        subscription(subscription&&) noexcept;
        subscription& operator=(subscription&&) noexcept;
        ~subscription();

    private:
        friend class event_feed;
        subscription(event_feed& feed, std::uint64_t key) : feed_(&feed), key_(key) {}
        void end() noexcept;

        event_feed* feed_ = nullptr;
        std::uint64_t key_ = 0;
    };

    /// @param components  of the group: a failure, the way down and the way up again are some six
    ///                    events each, and a follower should find them whole
    /// @param epoch       of the coordinator: its numbers are above those of all before it, so that
    ///                    a follower who comes back misses nothing
    explicit event_feed(std::size_t components = 1, std::uint64_t epoch = 1)
        : kept_max_(1024 + 8 * components), last_number_((epoch - 1) * numbers_per_epoch)
    {}
    event_feed(const event_feed&) = delete; // subscriptions point here
    event_feed& operator=(const event_feed&) = delete;

    /// Numbers the event and delivers it, at once and on this thread.
    void publish(wire::event event);

    /// `on_event` first hears what is kept with a number above `after`, inside this call, then each
    /// new event. It must not subscribe or publish; it may end its own subscription, or another's.
    [[nodiscard]] subscription subscribe(std::uint64_t after, listener on_event);

    [[nodiscard]] std::size_t kept_max() const noexcept { return kept_max_; }
    [[nodiscard]] std::uint64_t last_number() const noexcept { return last_number_; }

    /// The first event kept with a number above `after`; null if there is none. For a reader that
    /// takes events at its own pace: what waits for it then waits here, once for all such readers.
    /// Valid until the next publish().
    [[nodiscard]] const entry* next(std::uint64_t after) const noexcept;

private:
    static constexpr std::uint64_t numbers_per_epoch = 1'000'000'000;

    const std::size_t kept_max_;
    std::uint64_t last_number_;
    std::deque<entry> kept_; // numbers without a gap, the last is last_number_
    std::map<std::uint64_t, std::shared_ptr<const listener>> listeners_;
    std::uint64_t next_key_ = 1;
    bool delivering_ = false;
};

} // namespace cscc
