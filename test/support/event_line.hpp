// event_line.hpp: one line of the event log, written by one write: fixtures and harness share it.
//
//   {"t_ns":…,"pid":…,"start":…,"role":"service","id":"CSQL","generation":1,"kind":"ready",…}
//
// The file is opened with O_APPEND, so lines of many processes never mix; a line is at most 512
// bytes. Nothing here allocates: a fixture writes from its signal handler.
//
// Kinds of a fixture (role "service"; a process that it left behind has role "descendant"):
//   spawned                          first thing in main
//   alive, ready                     just BEFORE it says so: from here on the daemon may know
//   alive_answer, ready_answer       code: 0 or what the library returned
//   callback_begin, callback_end     the shutdown callback
//   sigterm                          SIGTERM came
//   exiting                          it ends by itself now, with `code` or by `signal`
// Kinds of the harness (role "harness"):
//   group, plan                      deadlines, retries and policy of the group; id, steps and
//                                    deadlines of a service
//   seen                             a process was found below us; `command`, and `network`: the
//                                    kernel's number of its namespace
//   exit                             a process is gone: pid and start are its, not the harness's;
//                                    `not_before_ns`: when it lived still, if we looked late
//   reaped                           (pid) nobody can take it for alive any more; `code` or
//   `signal`
//                                    if it was ours to reap
//   kill                             the test sent `signal` to that pid
//   order, answer                    what was asked of the group (`order` number, `verb`,
//                                    `limit_ms`) and its answer (`order`, `code`, `claim`)
//   asked                            an order that another process gives beside: `verb`, `of` (its
//                                    pid; its exit is its end), if it lives on
//   fault                            processes of `id` may end at a failpoint of their own
//   force                            from here on nothing is promised about deadlines
//   rest                             the test did its last, and saw the group `up`, `down` or, when
//   it
//                                    had waited long enough, none of both (`is`); `left`: so many
//                                    things that a stop removes
//   log                              what a log `file` of the product's holds: `lines`, the
//   `longest`
//                                    in bytes, and so many `controls`
//   status                           what `status` said of service `id` at rest: `state`, `of`
//   down                             from here on nothing may be left
//   left                             something is: `what`
//   crash                            (pid) a program of the product ended by `signal` of its own
//   zombie                           (pid) a process ended and was not reaped within a second
// The product's own lines (role primary, standby, manager, library) are described where it writes
// them; the checker takes their words for what was done, never for what was the case.
#pragma once

#include "test/support/proc.hpp"

#include <charconv>
#include <cstring>
#include <string_view>

#include <unistd.h>

namespace cscc::test {

class event_line
{
public:
    static constexpr std::size_t bytes_max = 512;

    event_line(std::int64_t t_ns, process_key who, std::string_view role, std::string_view kind)
    {
        put("{\"t_ns\":");
        put_number(t_ns);
        add("pid", who.pid);
        add("start", static_cast<std::int64_t>(who.start));
        add("role", role);
        add("kind", kind);
    }

    event_line& add(std::string_view key, std::string_view text)
    {
        put_key(key);
        put("\"");
        for (const char c : text.substr(0, text_max))
            put_char(c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' ' ? '?' : c);
        put("\"");
        return *this;
    }
    event_line& add(std::string_view key, std::int64_t number)
    {
        put_key(key);
        put_number(number);
        return *this;
    }

    /// One write; a log that cannot be written is the test's failure, seen by what is missing in
    /// it.
    void write_to(int fd)
    {
        length_ = std::min(length_, bytes_max - 2);
        put("}\n");
        [[maybe_unused]] const auto written = ::write(fd, bytes_, length_);
    }

private:
    static constexpr std::size_t text_max = 120;

    void put_char(char c)
    {
        if (length_ < bytes_max)
            bytes_[length_++] = c;
    }
    void put(std::string_view text)
    {
        for (const char c : text)
            put_char(c);
    }
    void put_key(std::string_view key)
    {
        put(",\"");
        put(key);
        put("\":");
    }
    void put_number(std::int64_t number)
    {
        char digits[24];
        const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
        put({digits, static_cast<std::size_t>(end - digits)});
    }

    char bytes_[bytes_max]{};
    std::size_t length_ = 0;
};

} // namespace cscc::test
