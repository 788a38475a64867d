// console.hpp: where csccmgr writes: results to stdout, errors to stderr, and on a terminal lines
// that are redrawn in place.
#pragma once

#include "client/manager/render.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cscc {

/// The descriptors are the caller's. Not buffered: what was said is out. A reader that went away is
/// none of our business: the order goes on, whoever listens.
class console
{
public:
    console(int out, int err, page looks) noexcept : out_(out), err_(err), looks_(looks) {}

    /// stdout and stderr, looked at: terminal, its size, NO_COLOR, TERM=dumb.
    [[nodiscard]] static console of_process();

    [[nodiscard]] const page& looks() const noexcept { return looks_; }

    /// To stdout, below the live lines if there are any.
    void say(std::string_view text);

    /// To stderr: the cause, and what to do next if anything can be done.
    void complain(std::string_view cause, std::string_view next_step = {});

    /// Text that is already whole lines, to stderr.
    void complain_as_is(std::string_view lines);

    /// Draws the lines in place of those drawn before; only on a terminal. They stay when anything
    /// else is said.
    void redraw(const std::vector<std::string>& lines);

    /// Clears the screen and writes the text at its top; only on a terminal.
    void show_screen(std::string_view screen);

private:
    int out_;
    int err_;
    page looks_;
    std::size_t drawn_ = 0; // lines above the cursor that the next redraw replaces
};

} // namespace cscc
