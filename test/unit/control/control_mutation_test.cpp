// control_mutation_test.cpp: 5,000 requests gone wrong, and the server is as it was.
#include "test/unit/control/fixture.hpp"

#include <random>

using namespace cscc;
using namespace cscc::test;

namespace {

const std::vector<std::string> seeds{
    get("/v1/status"),
    get("/v1/config", ""),
    get("/v1/events?after=0", "Last-Event-ID: 3\r\n"),
    post("/v1/start"),
    "HEAD /v1/status HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "POST /v1/stop HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nabcde",
    "POST /v1/stop HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nabcde\r\n0\r\nT: "
    "x\r\n\r\n",
};

class mutator
{
public:
    explicit mutator(unsigned seed) : random_(seed) {}

    std::string next()
    {
        std::string text = seeds[random_() % seeds.size()];
        if (random_() % 8 == 0)
            text += seeds[random_() % seeds.size()];
        for (auto n = random_() % 5; n > 0; --n)
            mutate(text);
        return text;
    }
    bool coin() { return random_() % 2 == 0; }

private:
    void mutate(std::string& text)
    {
        if (text.empty())
            return;
        const auto at = random_() % text.size();
        switch (random_() % 6) {
        case 0: text[at] = static_cast<char>(random_()); break;
        case 1: text.erase(at, 1 + random_() % 8); break;
        case 2: text.insert(at, text.substr(random_() % text.size(), random_() % 32)); break;
        case 3: text.resize(at); break;
        case 4:
            text.insert(at, std::string(random_() % 12000, static_cast<char>(random_())));
            break;
        case 5: text.insert(at, "\r\n"); break;
        }
    }

    std::mt19937 random_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(control_mutation, fixture)

BOOST_AUTO_TEST_CASE(five_thousand_mutated_requests_leave_nothing_behind)
{
    constexpr unsigned seed = 1998;
    BOOST_TEST_MESSAGE("seed " << seed);
    pretend_uid(0);
    settings.owner = 0;
    open();
    BOOST_REQUIRE(starts_with(exchange(get("/v1/status")), "HTTP/1.1 200"));
    BOOST_REQUIRE(nobody_is_connected());
    const auto before = open_descriptors();

    mutator mutate(seed);
    std::size_t answered = 0;
    for (int round = 0; round < 250; ++round) {
        std::vector<raw_client> clients;
        for (int n = 0; n < 20; ++n) {
            clients.push_back(connect());
            if (mutate.coin())
                clients.back().listen();
            clients.back().say(mutate.next());
            if (mutate.coin())
                clients.back().end_of_speech();
        }
        publish("meanwhile");
        handlers_until_quiet(1ms, 1s);
        for (const auto& client : clients)
            answered += client.has("HTTP/1.1 ") ? 1u : 0u;
        clients.clear();
        BOOST_REQUIRE(nobody_is_connected());
    }
    handlers_until_quiet(5ms);
    BOOST_TEST(open_descriptors() == before);
    BOOST_TEST(answered > 1000u); // or they only ever met the first check
    BOOST_TEST(starts_with(exchange(get("/v1/status")), "HTTP/1.1 200"));
}

BOOST_AUTO_TEST_SUITE_END()
