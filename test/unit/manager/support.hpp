// support.hpp: a group of this test's own, a console that is read back, and a way to run a
// coroutine to its end.
#pragma once

#include "client/manager/session.hpp"
#include "common/base/text.hpp"
#include "common/base/unique_fd.hpp"
#include "common/reactor/spawn.hpp"
#include "common/shm/state_table.hpp"
#include "config/validate.hpp"
#include "test/unit/config/group_text.hpp"
#include "test/unit/reactor/child.hpp"
#include "test/unit/reactor/temporary_directory.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cscc::test {

/// A file in memory that stands for stdout or stderr.
class captured
{
public:
    captured() : fd_(::memfd_create("captured", MFD_CLOEXEC)) {}
    [[nodiscard]] int descriptor() const { return fd_.get(); }
    [[nodiscard]] std::string text() const
    {
        std::string all(1 << 20, '\0');
        const auto size = ::pread(fd_.get(), all.data(), all.size(), 0);
        all.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return all;
    }

private:
    unique_fd fd_;
};

/// Runs one coroutine to its end, at most ten seconds.
template <class T>
T run_to_end(boost::asio::io_context& reactor,
             const std::function<boost::asio::awaitable<T>()>& make)
{
    std::optional<T> result;
    struct runner
    {
        static boost::asio::awaitable<void> run(boost::asio::awaitable<T> work,
                                                boost::asio::io_context& on, std::optional<T>& into)
        {
            into.emplace(co_await std::move(work));
            on.stop(); // whatever else still waits
        }
    };
    spawn(reactor.get_executor(), "test", runner::run(make(), reactor, result));
    reactor.restart();
    reactor.run_for(std::chrono::seconds(10));
    BOOST_TEST_REQUIRE(result.has_value(), "the coroutine did not end");
    return std::move(*result);
}

template <class T>
T run_to_end(const std::function<boost::asio::awaitable<T>()>& make)
{
    boost::asio::io_context reactor{1};
    return run_to_end<T>(reactor, make);
}

/// A configuration of two services, A and B, whose names nobody else has; its directory and its
/// shared objects go with it.
class own_group
{
public:
    explicit own_group(page looks = {}) : run(make(looks)) {}
    ~own_group() { static_cast<void>(shm::remove_group_objects(run.names())); }
    own_group(const own_group&) = delete;
    own_group& operator=(const own_group&) = delete;

    /// The file that says the same, for verbs that read one.
    [[nodiscard]] static std::string text_of(const std::string& name)
    {
        return config::changed("mem_shared_name = \"group\"",
                               text("mem_shared_name = \"", name, "\""));
    }
    [[nodiscard]] std::string said() const { return out.text(); }
    [[nodiscard]] std::string complained() const { return err.text(); }

    temporary_directory directory;
    captured out;
    captured err;
    std::string name = text("cscc-test-", ::getpid());
    session run;

private:
    session make(page looks)
    {
        auto model = config::read_text(text_of(name));
        BOOST_TEST_REQUIRE(model.has_value());
        model->resolved.uid = ::geteuid();
        model->resolved.runtime_directory = directory.path("run");
        model->resolved.log_file = directory.path("csccd.log");
        ::mkdir(directory.path("run").c_str(), 0711);
        command_line line;
        line.verb = command_verb::start;
        return session{line, console(out.descriptor(), err.descriptor(), looks), std::move(*model),
                       clock::now()};
    }
};

inline bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace cscc::test
