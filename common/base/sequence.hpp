// sequence.hpp: an order of start or stop: steps one after the other, members of a step side by
// side.
#pragma once

#include "common/base/contract.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace cscc {

/// A component's place in the tables of the group: its position in the flattened startup sequence.
using component_index = std::uint32_t;

/// Which step each component belongs to, and which components each step has.
/// Built once from a validated configuration: every component occurs in exactly one step.
class sequence
{
public:
    sequence() = default;

    explicit sequence(std::vector<std::vector<component_index>> steps) : steps_(std::move(steps))
    {
        for (const auto& step : steps_)
            size_ += step.size();
        step_of_.assign(size_, no_step);
        for (std::size_t s = 0; s < steps_.size(); ++s) {
            for (const component_index c : steps_[s]) {
                EXPECTS(c < size_ && step_of_[c] == no_step);
                step_of_[c] = static_cast<std::uint32_t>(s);
            }
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; } // components
    [[nodiscard]] const std::vector<std::vector<component_index>>& steps() const noexcept
    {
        return steps_;
    }
    [[nodiscard]] std::size_t step_of(component_index c) const { return step_of_.at(c); }

private:
    static constexpr std::uint32_t no_step = 0xffffffff;
    std::vector<std::vector<component_index>> steps_;
    std::vector<std::uint32_t> step_of_;
    std::size_t size_ = 0;
};

} // namespace cscc
