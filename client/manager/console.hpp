// console.hpp: where csccmgr writes: results to stdout, errors to stderr, and on a terminal lines
// that are redrawn in place.
#pragma once

#include "client/manager/render.hpp"
#include "common/base/error.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cscc {

/// The descriptors are the caller's. Not buffered: what was said is out. A reader that went away
/// does not hold up an order: what could not be said is remembered, for the end (lost). The program
/// must ignore SIGPIPE, or such a reader ends it.
class console
{
public:
    console(int out, int err, page looks) : out_(out), err_(err), looks_(looks) {}

    /// stdout and stderr, looked at: terminal, its size, NO_COLOR, TERM=dumb. To be called before
    /// anything is opened: standard descriptors that are closed are taken, so that no file of ours
    /// gets their numbers and, with them, what is said.
    [[nodiscard]] static console of_process();

    [[nodiscard]] const page& looks() const noexcept { return looks_; }

    /// Why something did not get to stdout, the first time that it happened to this console or to a
    /// copy of it; no error if all did. A result that nobody got is no success.
    [[nodiscard]] const error_code& lost() const noexcept { return *lost_; }

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
    void put(std::string_view text);

    int out_;
    int err_;
    page looks_;
    std::size_t drawn_ = 0; // lines above the cursor that the next redraw replaces
    std::shared_ptr<error_code> lost_ = std::make_shared<error_code>(); // with its copies
};

} // namespace cscc
