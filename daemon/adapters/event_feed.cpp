#include "daemon/adapters/event_feed.hpp"

#include "common/base/contract.hpp"

#include <utility>

namespace cscc {

event_feed::subscription::subscription(subscription&& other) noexcept
    : feed_(std::exchange(other.feed_, nullptr)), key_(other.key_)
{}

event_feed::subscription& event_feed::subscription::operator=(subscription&& other) noexcept
{
    if (this != &other) {
        end();
        feed_ = std::exchange(other.feed_, nullptr);
        key_ = other.key_;
    }
    return *this;
}

event_feed::subscription::~subscription()
{
    end();
}

void event_feed::subscription::end() noexcept
{
    if (event_feed* feed = std::exchange(feed_, nullptr))
        feed->listeners_.erase(key_);
}

void event_feed::publish(wire::event event)
{
    EXPECTS(!delivering_);
    event.number = ++last_number_;
    kept_.push_back(
        {event.number, event.kind, std::make_shared<const std::string>(wire::to_json(event))});
    if (kept_.size() > kept_max_)
        kept_.pop_front();

    delivering_ = true;
    // By key and not by iterator: a listener may end any subscription, and holding its function
    // keeps alive what it captured until it returns.
    for (auto it = listeners_.begin(); it != listeners_.end();) {
        const auto key = it->first;
        const auto on_event = it->second;
        (*on_event)(kept_.back());
        it = listeners_.upper_bound(key);
    }
    delivering_ = false;
}

event_feed::subscription event_feed::subscribe(std::uint64_t after, listener on_event)
{
    EXPECTS(!delivering_);
    delivering_ = true;
    for (const entry* e = next(after); e != nullptr; e = next(e->number))
        on_event(*e);
    delivering_ = false;
    const auto key = next_key_++;
    listeners_.emplace(key, std::make_shared<const listener>(std::move(on_event)));
    return {*this, key};
}

const event_feed::entry* event_feed::next(std::uint64_t after) const noexcept
{
    if (kept_.empty() ||
        after >= last_number_) // empty: a successor's, to whom nothing happened yet
        return nullptr;
    const std::uint64_t first = kept_.front().number;
    return &kept_[static_cast<std::size_t>(after < first ? 0 : after + 1 - first)];
}

} // namespace cscc
