// checker_words.cpp: what is true of each line by itself: whom a signal went to (I15), by which
// configuration a process lives (I21), and what the product's log looks like (I22).
#include "test/support/checker_rules.hpp"

#include <csignal>
#include <map>
#include <set>
#include <utility>

namespace cscc::test {
namespace {

constexpr std::int64_t log_line_max = 8'192;

using identity = std::pair<std::int64_t, std::int64_t>;

/// Everybody who wrote a line, or of whom one says that it was made or seen.
std::set<identity> everybody(const history& h)
{
    std::set<identity> all;
    for (const log_event& e : h.events) {
        if (e.kind != "kill" || e.role != "harness")
            all.emplace(e.pid, static_cast<std::int64_t>(e.start));
        if (e.more.contains("child"))
            all.emplace(e.number("child"), e.number("child_start"));
    }
    return all;
}

void check_target(const history& h, const log_event& e, identity whom,
                  const std::set<identity>& ours, findings& out)
{
    if (!ours.contains(whom)) {
        out.add("I15", "a signal went to somebody who is none of ours", &e);
        return;
    }
    const life* l =
        h.life_of(static_cast<int>(whom.first), static_cast<std::uint64_t>(whom.second));
    if (l != nullptr && l->reaped != nullptr && l->reaped->t_ns < e.t_ns - out.tolerance_ns)
        out.add("I15", "a signal went to a process that was reaped: its pid may be another's",
                l->reaped, &e);
}

} // namespace

void check_signals(const history& h, findings& out)
{
    const std::set<identity> ours = everybody(h);
    std::set<identity> terminated; // by whomever
    for (const log_event& e : h.events) {
        if (e.role == "harness" && e.kind == "kill") {
            const identity whom(e.pid, static_cast<std::int64_t>(e.start));
            check_target(h, e, whom, ours, out);
            if (e.number("signal") == SIGTERM)
                terminated.insert(whom);
        }
        else if (e.kind == "kill" || e.kind == "terminate") {
            const identity whom(e.number("of"), e.number("of_start"));
            if (whom.first == 0)
                continue; // there was nobody, and nothing was sent
            check_target(h, e, whom, ours, out);
            if (e.kind == "terminate")
                terminated.insert(whom);
        }
        else if (e.kind == "sigterm" &&
                 !terminated.contains({e.pid, static_cast<std::int64_t>(e.start)})) {
            out.add("I15", e.id + " got a SIGTERM, and nobody noted that it sent one", &e);
        }
    }
}

void check_configuration(const history& h, findings& out)
{
    const log_event* first = nullptr; // of what one start began
    for (const log_event& e : h.events) {
        if (e.kind == "role" && e.word("from") == "none" && e.word("to") == "primary")
            first = nullptr;
        if (!e.more.contains("config_hash"))
            continue;
        if (first == nullptr)
            first = &e;
        else if (e.word("config_hash") != first->word("config_hash"))
            out.add("I21", "two processes of a generation live by different configurations", first,
                    &e);
    }
}

void check_log_lines(const history& h, findings& out)
{
    for (const log_event& e : h.events) {
        if (e.role != "harness" || e.kind != "log")
            continue;
        if (e.number("controls") != 0)
            out.add("I22", "there are control characters in " + e.word("file"), &e);
        if (e.number("longest") > log_line_max)
            out.add("I22", "there is a line of more than 8 KiB in " + e.word("file"), &e);
    }
}

} // namespace cscc::test
