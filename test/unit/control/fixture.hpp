// fixture.hpp: a control server on a real socket, a fake coordinator behind it, raw clients before.
//
// Server and clients share one io_context, and a test runs it until what it waits for has happened
// or a limit far beyond has passed: no sleeping, and no second thread.
#pragma once

#include "common/reactor/log.hpp"
#include "common/reactor/spawn.hpp"
#include "daemon/adapters/control_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <stdlib.h>
#include <unistd.h>

namespace cscc::test {

namespace asio = boost::asio;
using namespace std::chrono_literals;

class scratch_directory
{
public:
    scratch_directory()
    {
        std::string name = "/tmp/cscc-control-XXXXXX";
        BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    scratch_directory(const scratch_directory&) = delete;
    scratch_directory& operator=(const scratch_directory&) = delete;
    ~scratch_directory() { std::filesystem::remove_all(path_); }

    [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

/// The log lines of a test, in a file of its own.
class captured_log
{
public:
    captured_log()
    {
        const log_settings to_file{log_level::info, log_format::text, directory_.file("log")};
        BOOST_REQUIRE(!log_open(to_file));
    }
    captured_log(const captured_log&) = delete;
    captured_log& operator=(const captured_log&) = delete;
    ~captured_log() { (void)log_open({}); }

    [[nodiscard]] std::string text() const
    {
        std::ifstream file(directory_.file("log"));
        return {std::istreambuf_iterator<char>(file), {}};
    }
    [[nodiscard]] bool has(const std::string& words) const
    {
        return text().find(words) != std::string::npos;
    }

private:
    scratch_directory directory_;
};

struct fake_port final : control_port
{
    struct given
    {
        wire::order_verb verb;
        std::string who;
    };
    wire::group_status now;
    std::variant<wire::order_answer, wire::problem> outcome =
        wire::order_answer{7, wire::order_verb::start, "accepted", 0};
    std::vector<given> orders;
    std::function<void()> on_order;

    wire::group_history past;

    wire::group_status status() const override { return now; }
    wire::group_history history() const override { return past; }
    std::string configuration() const override { return R"({"cs_components":[]})"; }
    std::variant<wire::order_answer, wire::problem> order(wire::order_verb verb,
                                                          const std::string& who) override
    {
        orders.push_back({verb, who});
        if (on_order)
            on_order();
        return outcome;
    }

    cluster_facts facts;
    std::vector<wire::incident_order> incidents;
    std::vector<wire::proceed_order> proceeded;
    std::vector<wire::cluster_view> views;
    std::int32_t cluster_service = 0;

    bool is_cluster_service(std::int32_t pid) const override { return pid == cluster_service; }
    cluster_facts cluster() const override { return facts; }
    std::optional<wire::problem> incident(const wire::incident_order& order) override
    {
        incidents.push_back(order);
        if (facts.phase == cluster_phase::ending)
            return wire::problem{"The group is going down", 409, "For good."};
        return std::nullopt;
    }
    void proceed(const wire::proceed_order& order) override { proceeded.push_back(order); }
    void note_cluster(wire::cluster_view view) override { views.push_back(std::move(view)); }
};

/// Says bytes and keeps what it hears. Hears nothing while it is told not to read.
class raw_client
{
public:
    raw_client(asio::io_context& io, const std::string& path)
        : socket_(std::make_shared<asio::local::stream_protocol::socket>(io))
    {
        socket_->connect(path);
    }
    raw_client(raw_client&&) = default;
    ~raw_client() { hang_up(); }

    void say(const std::string& bytes)
    {
        const auto kept = std::make_shared<std::string>(bytes);
        auto done = [kept, socket = socket_](error_code, std::size_t) {};
        asio::async_write(*socket_, asio::buffer(*kept), std::move(done));
    }
    void listen() { listen(socket_, heard_); }
    void end_of_speech() { socket_->shutdown(asio::socket_base::shutdown_send); }
    void hang_up()
    {
        error_code ignored;
        if (socket_)
            socket_->close(ignored);
    }

    [[nodiscard]] const std::string& text() const { return heard_->text; }
    [[nodiscard]] bool closed() const { return heard_->closed; }
    [[nodiscard]] bool was_reset() const { return heard_->reset; }
    [[nodiscard]] bool has(const std::string& words) const
    {
        return text().find(words) != std::string::npos;
    }
    [[nodiscard]] std::size_t count(const std::string& words) const
    {
        std::size_t n = 0;
        for (auto at = text().find(words); at != std::string::npos; at = text().find(words, at + 1))
            ++n;
        return n;
    }

private:
    struct heard
    {
        std::string text;
        bool closed = false;
        bool reset = false; // closed by the peer with words of ours unread
        std::array<char, 65536> piece{};
    };

    static void listen(const std::shared_ptr<asio::local::stream_protocol::socket>& socket,
                       const std::shared_ptr<heard>& into)
    {
        auto on_read = [socket, into](error_code ec, std::size_t bytes) {
            into->text.append(into->piece.data(), bytes);
            into->closed = ec.failed();
            into->reset = ec == asio::error::connection_reset;
            if (!ec)
                listen(socket, into);
        };
        socket->async_read_some(asio::buffer(into->piece), std::move(on_read));
    }

    std::shared_ptr<asio::local::stream_protocol::socket> socket_;
    std::shared_ptr<heard> heard_ = std::make_shared<heard>();
};

struct fixture
{
    static constexpr auto patience = 20s;

    scratch_directory directory;
    asio::io_context io{1};
    fake_port port;
    event_feed feed{1000}; // keeps more than a socket holds
    control_settings settings = default_settings();
    std::unique_ptr<control_server> server;

    void open()
    {
        server = std::make_unique<control_server>(io.get_executor(), port, feed, settings);
        BOOST_REQUIRE(!server->open());
    }

    /// Every peer to come has this uid.
    void pretend_uid(uid_t uid, gid_t gid = 4242, std::vector<gid_t> groups = {})
    {
        const control_peer peer{{123, uid, gid}, std::move(groups)};
        settings.read_peer = [peer](int) -> result<control_peer> { return peer; };
    }

    template <class Condition>
    [[nodiscard]] bool run_until(Condition condition, duration limit = patience)
    {
        const auto end = clock::now() + limit;
        while (!condition()) {
            if (clock::now() >= end)
                return false;
            io.restart();
            io.run_one_until(end);
        }
        return true;
    }

    /// How many handlers run until nothing has happened for `quiet`, or `limit` has passed.
    std::size_t handlers_until_quiet(duration quiet, duration limit = patience)
    {
        const auto end = clock::now() + limit;
        for (std::size_t count = 0;; ++count) {
            io.restart();
            if (io.run_one_for(quiet) == 0 || clock::now() >= end)
                return count;
        }
    }

    [[nodiscard]] raw_client connect() { return raw_client(io, settings.path); }

    /// Says all of it, and hears everything until the server closes.
    std::string exchange(const std::string& bytes)
    {
        auto client = connect();
        client.listen();
        client.say(bytes);
        BOOST_REQUIRE(run_until([&] { return client.closed(); }));
        return client.text();
    }

    void publish(const std::string& reason, wire::event_kind kind = wire::event_kind::group)
    {
        wire::event e;
        e.kind = kind;
        e.reason = reason;
        feed.publish(e);
    }

    [[nodiscard]] bool nobody_is_connected()
    {
        return run_until([&] { return server->connection_count() == 0; });
    }

private:
    control_settings default_settings() const
    {
        control_settings s;
        s.path = directory.file("control");
        s.owner = ::geteuid();
        return s;
    }
};

inline std::size_t open_descriptors()
{
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

inline bool starts_with(const std::string& text, const std::string& beginning)
{
    return text.compare(0, beginning.size(), beginning) == 0;
}

inline bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

inline std::string get(const std::string& target,
                       const std::string& fields = "Connection: close\r\n")
{
    return "GET " + target + " HTTP/1.1\r\nHost: cscc\r\n" + fields + "\r\n";
}

inline std::string post(const std::string& target,
                        const std::string& fields = "Connection: close\r\n")
{
    return "POST " + target + " HTTP/1.1\r\nHost: cscc\r\nContent-Length: 0\r\n" + fields + "\r\n";
}

} // namespace cscc::test
