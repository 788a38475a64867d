// command_line_help.cpp: the page of `csccmgr help`.
#include "client/manager/command_line.hpp"

namespace cscc {

std::string_view help_text() noexcept
{
    return R"(csccmgr: starts, stops and shows a group of services that only work together

usage: csccmgr [-c FILE] [--json] [--timeout T] [--no-wait] VERB

  start            start the group in order and wait until every service is ready
  stop             stop it in order and wait until nothing of it lives
  restart          check the file, stop, start with the file as it is now
  status [ID...]   the group and its services; --watch: until Ctrl-C; --cluster: the machines
  check            verify the configuration, say all mistakes at once
  plan             what start and stop would do, with deadlines; --if-fails ID: what a failure would
  events           follow the group's events
  history          each recovery as a story, and the last transitions (-n N: so many; 10);
                   works without a coordinator, and after the group's end
  logs [ID...]     the last lines (-n N: so many; 10) of each service's output, service by service
                   in startup order; -f, --follow: then what comes, as it comes, as tail -F does;
                   works without a coordinator
  locks            every lock by its configured name, with its holder
  drill WHOM       kill primary, standby, both or a service on purpose; judge what follows
  reset            forget the retry history
  version, help

  -c FILE          the group's configuration; else $CSCC_CONFIG, else /etc/cscc/cscomputer.cfg
  --json           JSON on stdout
  --timeout T      wait at most so long: 30s, 1500ms, 2min; a bare number is milliseconds
  --no-wait        start, stop, restart: give the order and do not wait for its end

exit codes
  status: 0 all ready, 1 not all ready (on the way, failed or gave up),
          2 coordinator dead but services alive, 3 stopped, 4 no such group or service
  else:   0 done, 1 failed, 2 usage, 4 not permitted, 5 program missing, 6 configuration,
          7 not running, 124 timed out; interrupted by a signal, 128 + its number
          (the group goes on)
)";
}

} // namespace cscc
