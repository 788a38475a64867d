// verbs_fixture.hpp: csccmgr's main without a process of its own, on a group of the test's own.
#pragma once

#include "client/manager/verbs.hpp"
#include "common/wire/final_status.hpp"
#include "test/unit/manager/fake_server.hpp"
#include "test/unit/manager/support.hpp"

#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <stdlib.h>

namespace cscc::test {

/// A file on the disk, and csccmgr's main without a process of its own.
struct verbs_fixture : own_group
{
    verbs_fixture()
    {
        std::string content = text_of(name);
        for (const char* program : {"\"a\"", "\"b\""})
            content = config::changed(text("executable_name = ", program),
                                      "executable_name = \"/bin/true\"", content);
        content = config::changed("executable_name = \"csccd\"",
                                  text("executable_name = \"", csccd, "\""), content);
        write(file, content);
        write_daemon("exit 3");
        ::setenv("CSCC_RUNTIME_DIR", directory.path("run").c_str(), 1);
        ::setenv("CSCC_LOG_DIR", directory.path("log").c_str(), 1);
    }
    ~verbs_fixture()
    {
        ::unsetenv("CSCC_RUNTIME_DIR");
        ::unsetenv("CSCC_LOG_DIR");
    }
    static void write(const std::string& path, const std::string& content)
    {
        std::ofstream(path) << content;
    }
    void write_daemon(const std::string& script)
    {
        write(csccd, text("#!/bin/sh\n", script, "\n"));
        std::filesystem::permissions(csccd, std::filesystem::perms::owner_all);
    }
    void write_final(wire::final_outcome outcome, const std::string& reason)
    {
        wire::final_status f;
        f.status.group = name;
        f.outcome = outcome;
        f.reason = reason;
        wire::service_status a;
        a.id = "A";
        f.status.services.push_back(a);
        write(final_path, to_json(f));
    }

    int csccmgr(const std::vector<std::string>& arguments)
    {
        const auto parsed = parse_command_line(arguments);
        const auto* line = std::get_if<command_line>(&parsed);
        BOOST_TEST_REQUIRE((line != nullptr));
        printed = said().size();
        complaints = complained().size();
        return run_verb(*line, console(out.descriptor(), err.descriptor(), page{}), file);
    }
    /// What the last call wrote.
    std::string stdout_text() const { return said().substr(printed); }
    std::string stderr_text() const { return complained().substr(complaints); }
    bool objects_left() const
    {
        return shm::exists(run.names().state()) || shm::exists(run.names().config());
    }

    std::string file = directory.path("group.cfg");
    std::string csccd = directory.path("csccd");
    std::string final_path = directory.path("run/") + wire::final_status_name(name);
    std::size_t printed = 0;
    std::size_t complaints = 0;
};

/// A coordinator of this test's own, in a process of its own.
struct coordinated_fixture : verbs_fixture
{
    /// Serves until it is killed, or until `last` was asked for.
    child serve(fake_server::answerer answer, const std::string& last = {})
    {
        std::array<int, 2> ends{};
        BOOST_TEST_REQUIRE(::pipe(ends.data()) == 0);
        const unique_fd reading(ends[0]);
        unique_fd writing(ends[1]);
        child process([&] {
            boost::asio::io_context reactor{1};
            fake_server server(reactor, socket, [&](const std::string& line) {
                if (!last.empty() && contains(line, last))
                    boost::asio::post(reactor, [&] { reactor.stop(); });
                return answer(line);
            });
            writing.reset();
            reactor.run();
            return 0;
        });
        writing.reset();
        char byte = 0;
        BOOST_TEST(::read(reading.get(), &byte, 1) == 0); // it listens
        return process;
    }
    child serve_events(const std::string& stream, bool then_close)
    {
        return serve([=, this](const std::string& line) {
            if (contains(line, "/v1/events"))
                return fake_answer{stream, 0, then_close};
            return fake_answer{http(200, status_json(group_state::steady, component_state::ready)),
                               0, false};
        });
    }
    std::string status_json(group_state state, component_state services) const
    {
        wire::group_status s;
        s.group = name;
        s.state = state;
        for (const char* id : {"A", "B"}) {
            wire::service_status one;
            one.id = id;
            one.state = services;
            s.services.push_back(one);
        }
        return to_json(s);
    }
    static std::string answer_json(wire::order_verb verb, const std::string& result)
    {
        return to_json(wire::order_answer{2, verb, result, 0});
    }
    static std::string end_of_order(const std::string& outcome)
    {
        wire::event e;
        e.number = 1;
        e.kind = wire::event_kind::operation;
        e.operation = 2;
        e.to = outcome;
        e.reason = "A exited: exit 1";
        return text(event_stream, "data: ", to_json(e), "\n\n");
    }
    /// Accepts the order, and ends it as told.
    fake_server::answerer obeying(wire::order_verb verb, const std::string& outcome)
    {
        return [this, verb, outcome](const std::string& line) {
            if (line.starts_with("POST"))
                return fake_answer{http(202, answer_json(verb, "accepted")), 0, false};
            if (contains(line, "/v1/events"))
                return fake_answer{end_of_order(outcome), 0, false};
            return fake_answer{http(200, status_json(group_state::steady, component_state::ready)),
                               0, false};
        };
    }
    std::string socket = config::control_socket_path(run.model);
};

} // namespace cscc::test
