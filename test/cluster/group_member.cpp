// group_member.cpp: a member of a closed group, for the tests of the adapter: says what it hears
// and does what it is told, line by line.
//
//   group_member GROUP [UNANSWERED]   opens it at once; so many messages may be unanswered
//   told:  say TEXT | flood COUNT | say-many COUNT | leave | close | open | ping
//   says:  NS open NODE NAME secure|open-to-all | NS failed SENTENCE
//          NS view NODE,NODE... NODE=left|died|lost,... | NS ring | NS quorum 0|1
//          NS message NODE TEXT | NS gone SENTENCE | NS pong | NS told TEXT
// NS is CLOCK_MONOTONIC. A flood is COUNT messages of 1,000 bytes "NODE-NUMBER xxx...", as fast as
// the group takes them; say-many does not look whether it takes them.
#include "common/reactor/spawn.hpp"
#include "daemon/cluster/closed_group.hpp"
#include "test/support/proc.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>

#include <algorithm>
#include <iostream>
#include <sstream>

#include <unistd.h>

using namespace cscc;
using namespace cscc::cluster;
namespace asio = boost::asio;

namespace {

/// How much of a flood is under way: the group keeps twice as much, and 1,024 in any case.
std::size_t under_way_of(std::size_t unanswered)
{
    return std::max<std::size_t>(500, unanswered);
}

void say(const std::string& line)
{
    std::cout << (std::to_string(test::now_ns()) + " " + line + "\n") << std::flush;
}

const char* word_of(departure_kind how)
{
    switch (how) {
    case departure_kind::left: return "left";
    case departure_kind::died: return "died";
    case departure_kind::lost: return "lost";
    }
    return "?";
}

class talker
{
public:
    talker(asio::io_context& io, std::string name, std::size_t unanswered)
        : under_way_max_(under_way_of(unanswered)), name_(std::move(name)),
          input_(io, ::dup(STDIN_FILENO)),
          group_(io.get_executor(),
                 {.on_view = [this](const auto& members, const auto& gone) { view(members, gone); },
                  .on_ring = [](std::uint64_t) { say("ring"); },
                  .on_quorum = [](bool is) { say(is ? "quorum 1" : "quorum 0"); },
                  .on_message = [this](member_id from, std::string_view text) { hear(from, text); },
                  .on_gone = [](error_code why) { say("gone " + (why ? why.message() : "")); }},
                 {.queue_max = 2 * std::max<std::size_t>(512, under_way_max_),
                  .unanswered_max = unanswered})
    {
        open();
        listen();
    }

private:
    void open()
    {
        if (const error_code error = group_.open(name_))
            return say("failed " + error.message());
        const corosync_facts& f = group_.facts();
        say("open " + std::to_string(f.node) + " " + f.name +
            (f.security.secure ? " secure" : " open-to-all"));
    }

    static void view(const std::vector<member_id>& members, const std::vector<departure>& gone)
    {
        std::string line = "view ";
        for (const member_id& m : members)
            line += std::to_string(m.node) + ",";
        line += " ";
        for (const departure& d : gone)
            line += std::to_string(d.who.node) + "=" + word_of(d.how) + ",";
        say(line);
    }

    void hear(member_id from, std::string_view text)
    {
        say("message " + std::to_string(from.node) + " " +
            std::string(text.substr(0, text.find(' '))));
        if (from == group_.self() && under_way_ > 0) {
            --under_way_;
            pour();
        }
    }

    void pour()
    {
        for (; under_way_ < under_way_max_ && poured_ < flood_; ++under_way_)
            group_.multicast(std::to_string(group_.self().node) + "-" + std::to_string(++poured_) +
                             " " + std::string(1'000, 'x'));
    }

    void obey(const std::string& line)
    {
        std::istringstream in(line);
        std::string order;
        std::string rest;
        in >> order >> rest;
        if (order == "say")
            group_.multicast(rest);
        if (order == "flood") {
            flood_ = poured_ + std::stoi(rest);
            pour();
        }
        for (int n = 1; order == "say-many" && n <= std::stoi(rest); ++n)
            group_.multicast("many-" + std::to_string(n));
        if (order == "leave")
            group_.leave();
        if (order == "close")
            group_.close();
        if (order == "open" && !group_.is_open())
            open();
        if (order == "ping")
            say("pong");
        say("told " + line);
    }

    void listen()
    {
        asio::async_read_until(input_, asio::dynamic_buffer(unread_), '\n',
                               [this](error_code error, std::size_t size) {
                                   if (error)
                                       return; // told nothing more
                                   const std::string line = unread_.substr(0, size - 1);
                                   unread_.erase(0, size);
                                   obey(line);
                                   listen();
                               });
    }

    const std::size_t under_way_max_;
    std::string name_;
    asio::posix::stream_descriptor input_;
    std::string unread_;
    closed_group group_;
    int flood_ = 0; // so many in all
    int poured_ = 0;
    std::size_t under_way_ = 0;
};

} // namespace

int main(int argc, char** argv)
{
    asio::io_context io{1};
    const cluster::closed_group_limits usual;
    talker one(io, argc > 1 ? argv[1] : "test",
               argc > 2 ? std::stoul(argv[2]) : usual.unanswered_max);
    io.run();
}
