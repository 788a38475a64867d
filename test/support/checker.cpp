#include "test/support/checker.hpp"

#include "test/support/checker_rules.hpp"

namespace cscc::test {

std::vector<violation> check(const parsed_log& log, checker_options options)
{
    findings out{.tolerance_ns = options.tolerance.count(), .found = {}};
    for (const std::string& line : log.malformed)
        out.found.push_back({"log", "a line that cannot be read", line, ""});

    const history h = make_history(log.events);
    for (const auto rule :
         {check_start_order, check_callback_order, check_generations, check_callback_once,
          check_deadlines,   check_answers,        check_status,      check_remains,
          check_one_primary, check_epochs,         check_deposed,     check_causes,
          check_retries,     check_wanted,         check_rest,        check_orphans,
          check_detection,   check_standby,        check_signals,     check_configuration,
          check_log_lines})
        rule(h, out);
    return out.found;
}

std::string to_text(const violation& v)
{
    return v.invariant + ": " + v.what + "\n  " + (v.first.empty() ? "(no line)" : v.first) +
           "\n  " + (v.second.empty() ? "(no line)" : v.second) + "\n";
}

} // namespace cscc::test
