// options.hpp: how a fixture service is told to behave, as values.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace cscc::test {

/// The arguments after `-cc`, in the order of the text below (it is what --help prints).
struct fixture_options
{
    bool with_coordinator = false; // the first argument was -cc

    std::optional<int> exit_at_once;
    bool crash_at_once = false;
    bool print_context = false;
    bool leave_child = false;
    bool leave_hidden = false;
    int leave_family = 0;
    int fork_bomb = 0;
    std::string claim_other;

    bool never_alive = false;
    bool alive_twice = false;
    bool ready_without_alive = false;
    bool no_callback = false;
    int ready_after_ms = 0;
    std::string ready_when; // a file
    bool never_ready = false;
    bool ready_twice = false;
    std::string status;
    std::optional<int> say_every_ms; // lines, to stdout and stderr in turn
    std::optional<int> beats;        // heartbeats, one every beat_interval_ms; then it is silent

    int callback_takes_ms = 0;
    int linger_ms = 0;
    bool ignore_shutdown = false;
    bool crash_in_callback = false;

    std::vector<std::string> raw; // said by hand instead of through the library
};

inline constexpr const char* fixture_help =
    R"(fixture_service [-cc] FLAG...: a service for tests, well-behaved unless a flag says otherwise.
  --exit-at-once CODE      ends first thing         --crash        by SIGSEGV
  --print-context          writes to stdout what it was born with
  --leave-child            leaves a process behind: an orphan in a session of its own (double fork,
                           setsid) that ignores SIGTERM
  --leave-hidden           the same, a program without any environment
  --leave-family N         leaves N generations of descendants behind that ignore SIGTERM
  --fork-bomb N            leaves N processes behind, each of which goes on as a child of itself
                           again and again
  --claim-other ID         says that it is the service ID
  --never-alive            --alive-twice            --ready-without-alive
  --no-callback            says alive without a shutdown callback
  --ready-after MS         --ready-when FILE        waits for the file to be there
  --never-ready            --ready-twice            --status TEXT
  --say-every MS           writes a line to stdout, the next to stderr: "line 0", "error 1", ...
  --beats N                sends N heartbeats, 50 ms apart, and then no more
  --callback-takes MS      --linger MS              lives on that long after its callback
  --ignore-shutdown        neither SIGTERM nor the callback ends it
  --crash-in-callback
  --raw WORD,...           speaks to the service socket by hand: alive, alive-again, ready, status,
                           answer, turn, garbage, short, long, close, wait (for an answer)
  --generation N           what follows counts in generation N only; 0: in every one again
)";

/// Empty for arguments that it does not know.
[[nodiscard]] std::optional<fixture_options> parse_fixture_options(int argc, char** argv);

} // namespace cscc::test
