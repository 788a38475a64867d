// I20 on a story that keeps it, and on the same story broken in each way that it forbids.
#include "test/support/checker_cluster.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

using namespace cscc::test;

namespace {

/// The lines of one machine; a line can be found by its time and changed.
struct lines
{
    std::vector<std::pair<int, std::string>> of; // milliseconds, and the rest of the line

    void add(int ms, const std::string& role, const std::string& kind, const std::string& more = "")
    {
        of.emplace_back(ms, "\"role\":\"" + role + "\",\"kind\":\"" + kind + "\"" + more);
    }
    void drop(int ms)
    {
        std::erase_if(of, [&](const auto& line) { return line.first == ms; });
    }
    void move(int from, int to)
    {
        for (auto& line : of)
            line.first = line.first == from ? to : line.first;
    }
    [[nodiscard]] parsed_log parsed() const
    {
        std::string text;
        for (const auto& [ms, rest] : of)
            text +=
                "{\"t_ns\":" + std::to_string(ms) + "000000,\"pid\":1,\"start\":1," + rest + "}\n";
        return parse_log(text);
    }
};

constexpr const char* all_three = R"(,"machines":"n1 n2 n3","agreed":1,"quorate":1,"number":0)";

/// A machine that goes down at `down`, in the restart for incident 1 that begins at 200.
lines machine(int shift)
{
    lines l;
    l.add(10 + shift, "cluster", "cluster_view", all_three);
    l.add(20 + shift, "primary", "generation", R"(,"generation":1)");
    l.add(30 + shift, "primary", "covered", R"(,"number":0)");
    l.add(100 + shift, "cluster", "incident", R"(,"number":1)");
    l.add(110 + shift, "primary", "release");
    l.add(120 + shift, "primary", "covered", R"(,"number":1)");
    l.add(150 + shift, "primary", "cluster", R"(,"what":"waiting","reason":"all down")");
    l.add(190 + shift, "cluster", "released", R"(,"number":1)");
    l.add(200 + shift, "primary", "cluster", R"(,"what":"proceed","reason":"all are down")");
    l.add(210 + shift, "primary", "generation", R"(,"generation":2)");
    return l;
}

struct story
{
    lines n1 = machine(0);
    lines n2 = machine(1);
    lines n3 = machine(2);

    [[nodiscard]] std::vector<violation> judged() const
    {
        return check_cluster({{"n1", n1.parsed()}, {"n2", n2.parsed()}, {"n3", n3.parsed()}});
    }
};

struct mutation
{
    const char* what;
    std::function<void(story&)> change;
    const char* complaint;
};

} // namespace

BOOST_AUTO_TEST_SUITE(checker_of_a_cluster)

BOOST_AUTO_TEST_CASE(one_restart_on_each_machine_breaks_nothing)
{
    for (const violation& v : story().judged())
        BOOST_ERROR(to_text(v));
}

BOOST_AUTO_TEST_CASE(each_way_to_break_it_is_seen)
{
    const std::vector<mutation> mutations{
        {"n2 does not go down for it",
         [](story& s) {
             for (const int ms : {111, 121, 151, 201, 211})
                 s.n2.drop(ms);
         },
         "was not restarted for an incident"},
        {"n2 is restarted for it twice",
         [](story& s) {
             s.n2.add(300, "primary", "release");
             s.n2.add(301, "primary", "covered", R"(,"number":1)");
             s.n2.add(302, "primary", "cluster", R"(,"what":"waiting","reason":"all down")");
             s.n2.add(303, "primary", "generation", R"(,"generation":3)");
         },
         "covers an incident once more"},
        {"n3 calls it covered and runs on",
         [](story& s) {
             for (const int ms : {112, 152, 202, 212})
                 s.n3.drop(ms);
         },
         "was not restarted for"},
        {"n1 starts before n3 is down",
         [](story& s) {
             s.n3.move(152, 250);
             s.n3.move(202, 260);
             s.n3.move(212, 270);
         },
         "started again before n3 was down"},
        {"n1 restarts alone, with quorum",
         [](story& s) {
             s.n1.add(300, "primary", "release");
             s.n1.add(310, "primary", "cluster", R"(,"what":"waiting","reason":"all down")");
             s.n1.add(320, "primary", "generation", R"(,"generation":3)");
         },
         "restarted alone"},
    };
    for (const mutation& m : mutations) {
        story s;
        m.change(s);
        const auto found = s.judged();
        BOOST_TEST_CONTEXT(m.what)
        {
            BOOST_REQUIRE(!found.empty());
            BOOST_TEST(std::any_of(found.begin(), found.end(), [&](const violation& v) {
                return v.what.find(m.complaint) != std::string::npos;
            }));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_machine_without_quorum_may_restart_alone_and_follows_later)
{
    story s;
    s.n3 = {};
    s.n3.add(10, "cluster", "cluster_view", all_three);
    s.n3.add(20, "primary", "generation", R"(,"generation":1)");
    s.n3.add(30, "primary", "covered", R"(,"number":0)");
    s.n3.add(50, "cluster", "cluster_view",
             R"(,"machines":"n3","agreed":1,"quorate":0,"number":0)");
    s.n3.add(60, "primary", "release"); // a failure of its own
    s.n3.add(61, "primary", "generation", R"(,"generation":2)");
    for (lines* other : {&s.n1, &s.n2})
        other->add(90, "cluster", "cluster_view",
                   R"(,"machines":"n1 n2","agreed":1,"quorate":1,"number":0)");
    for (lines* each : {&s.n1, &s.n2, &s.n3})
        each->add(400, "cluster", "cluster_view",
                  R"(,"machines":"n1 n2 n3","agreed":1,"quorate":1,"number":1)");
    s.n3.add(401, "cluster", "incident", R"(,"number":1)");
    s.n3.add(402, "primary", "release");
    s.n3.add(403, "primary", "covered", R"(,"number":1)");
    s.n3.add(404, "primary", "generation", R"(,"generation":3)");
    for (const violation& v : s.judged())
        BOOST_ERROR(to_text(v));
}

BOOST_AUTO_TEST_SUITE_END()
