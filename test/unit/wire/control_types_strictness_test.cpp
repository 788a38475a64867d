// control_types_strictness_test.cpp: JSON that is not the API's is refused, and never harms.
#include "common/wire/control_types.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <random>

using namespace cscc;
namespace json = boost::json;

namespace {

const std::string status_text =
    R"({"schema":1,"group":"g","state":"steady","epoch":1,"generation":3,)"
    R"("primary":{"pid":411,"since":"2026-11-22T10:00:00.123Z"},)"
    R"("standby":{"pid":498,"since":"2026-11-22T10:00:00.123Z"},"services":[{"id":"CSQL",)"
    R"("state":"ready","pid":420,"since":"2026-11-22T10:00:00.123Z","generation":3,"restarts":2,)"
    R"("last_exit":"exit 1","lock":"held","status":"serving"}],)"
    R"("retries":{"used":1,"limit":5,"window_ms":60000},"containment":"descent"})";
const std::string order_text =
    R"({"schema":1,"operation":7,"verb":"stop","result":"accepted","event":41})";
const std::string event_text =
    R"({"number":1,"time":"2026-11-22T10:00:00.123Z","kind":"service","service":"CSQL",)"
    R"("from":"alive","to":"ready","reason":"said so","operation":3,"generation":0,"pid":420})";
const std::string problem_text =
    R"({"type":"about:blank","title":"Conflict","status":409,"detail":"d"})";
const std::string view_text =
    R"({"schema":1,"group":"shop","joined":true,"agreed":true,"quorate":true,"node":2,)"
    R"("incident":7,"origin":"n1","cause":"CSQL was killed","released":false,)"
    R"("budget":{"used":1,"limit":5,"window_ms":60000},)"
    R"("machines":[{"node":1,"name":"n1","state":"going down"}],"problem":"p"})";
const std::string clustered_text = status_text.substr(0, status_text.size() - 1) +
                                   R"(,"cluster":{"service":411,"covered":7,"view":)" + view_text +
                                   "}}";
const std::string facts_text =
    R"({"schema":1,"phase":"waiting","covered":7,"failure":41,"cause":"c","gave_up":false})";
const std::string incident_text =
    R"({"schema":1,"verb":"restart","number":7,"failure":41,"cause":"c"})";
const std::string proceed_text = R"({"schema":1,"number":7,"failure":41})";

using accepts = std::function<bool(std::string_view)>;

template <class Value>
accepts parser(result<Value> (*parse)(std::string_view))
{
    return [parse](std::string_view text) {
        const auto value = parse(text);
        BOOST_TEST((value || value.error() == errc::frame_malformed));
        return value.has_value();
    };
}

struct kind
{
    std::string text;
    accepts accepted;
    std::vector<std::string> nullable; // pointers to members that may be null or missing
    std::vector<std::string> ignored;  // members that nobody reads
};

const std::vector<kind> all_kinds{
    {status_text,
     parser(wire::parse_group_status),
     {"/primary", "/standby", "/services/0/pid", "/services/0/since", "/services/0/last_exit",
      "/services/0/status", "/containment"},
     {}},
    {order_text, parser(wire::parse_order_answer), {}, {}},
    {event_text, parser(wire::parse_event), {"/service", "/from", "/to", "/operation", "/pid"}, {}},
    {problem_text, parser(wire::parse_problem), {}, {"/type"}},
    {view_text, parser(wire::parse_cluster_view), {"/origin", "/cause", "/problem"}, {}},
    {clustered_text,
     parser(wire::parse_group_status),
     {"/primary", "/standby", "/services/0/pid", "/services/0/since", "/services/0/last_exit",
      "/services/0/status", "/containment", "/cluster", "/cluster/service", "/cluster/covered",
      "/cluster/view", "/cluster/view/origin", "/cluster/view/cause", "/cluster/view/problem"},
     {}},
    {facts_text, parser(wire::parse_cluster_facts), {"/covered", "/failure", "/cause"}, {}},
    {incident_text, parser(wire::parse_incident_order), {"/failure"}, {}},
    {proceed_text, parser(wire::parse_proceed_order), {"/failure"}, {}}};

bool contains(const std::vector<std::string>& all, const std::string& one)
{
    return std::find(all.begin(), all.end(), one) != all.end();
}

// Every member of every object in a document, as JSON pointers. `at` is no reference into `out`.
void collect(const json::value& v, std::string at, std::vector<std::string>& out)
{
    if (const auto* o = v.if_object())
        for (const auto& [key, member] : *o) {
            out.push_back(at + "/" + std::string(key));
            collect(member, out.back(), out);
        }
    if (const auto* list = v.if_array())
        for (std::size_t i = 0; i < list->size(); ++i)
            collect((*list)[i], at + "/" + std::to_string(i), out);
}

std::vector<std::string> members_of(const std::string& text)
{
    std::vector<std::string> all;
    collect(json::parse(text), "", all);
    return all;
}

std::string with_member(const std::string& text, const std::string& at, const json::value& value)
{
    json::value document = json::parse(text);
    json::error_code ec;
    *document.find_pointer(at, ec) = value;
    return json::serialize(document);
}

std::string without_member(const std::string& text, const std::string& at)
{
    json::value document = json::parse(text);
    json::error_code ec;
    const auto slash = at.rfind('/');
    document.find_pointer(at.substr(0, slash), ec)->as_object().erase(at.substr(slash + 1));
    return json::serialize(document);
}

std::string with_number(const std::string& text, const std::string& from, const std::string& to)
{
    auto changed = text;
    const auto at = changed.find(from);
    BOOST_REQUIRE(at != changed.npos);
    return changed.replace(at, from.size(), to);
}

} // namespace

BOOST_AUTO_TEST_SUITE(control_types_strictness)

BOOST_AUTO_TEST_CASE(the_examples_themselves_are_accepted)
{
    for (const auto& k : all_kinds)
        BOOST_TEST(k.accepted(k.text));
}

BOOST_AUTO_TEST_CASE(every_member_of_a_wrong_type_is_refused)
{
    const std::vector<json::value> others{true, 1.5, -1, 7, "word", json::array{}, json::object{}};
    for (const auto& k : all_kinds)
        for (const auto& at : members_of(k.text)) {
            const auto right = json::parse(k.text).at_pointer(at).kind();
            const bool number = right == json::kind::int64;
            for (const auto& other : others) {
                const bool same = other.kind() == right || contains(k.ignored, at);
                if (!same)
                    BOOST_TEST(!k.accepted(with_member(k.text, at, other)),
                               at << " is " << json::serialize(other));
                else if (number && other == json::value(7) && !at.ends_with("/schema"))
                    BOOST_TEST(k.accepted(with_member(k.text, at, other)), at);
            }
        }
}

BOOST_AUTO_TEST_CASE(a_member_may_be_missing_exactly_where_it_may_be_null)
{
    for (const auto& k : all_kinds)
        for (const auto& at : members_of(k.text)) {
            const bool optional = contains(k.nullable, at) || contains(k.ignored, at);
            BOOST_TEST(k.accepted(without_member(k.text, at)) == optional, at);
            BOOST_TEST(k.accepted(with_member(k.text, at, nullptr)) == optional, at);
        }
}

BOOST_AUTO_TEST_CASE(unknown_members_are_passed_over)
{
    for (const auto& k : all_kinds)
        BOOST_TEST(k.accepted(R"({"future":[1,{"a":null}],)" + k.text.substr(1)));
}

BOOST_AUTO_TEST_CASE(numbers_out_of_range_are_refused)
{
    const auto status = all_kinds[0].accepted;
    BOOST_TEST(status(with_number(status_text, "\"pid\":411", "\"pid\":2147483647")));
    BOOST_TEST(!status(with_number(status_text, "\"pid\":411", "\"pid\":2147483648")));
    BOOST_TEST(!status(with_number(status_text, "\"epoch\":1", "\"epoch\":-1")));
    BOOST_TEST(status(with_number(status_text, "\"epoch\":1", "\"epoch\":18446744073709551615")));
    BOOST_TEST(!status(with_number(status_text, "\"epoch\":1", "\"epoch\":18446744073709551616")));
    BOOST_TEST(!status(with_number(status_text, "\"epoch\":1", "\"epoch\":1.0")));
    BOOST_TEST(!status(with_number(status_text, "\"epoch\":1", "\"epoch\":1e3")));
    BOOST_TEST(!status(with_number(status_text, ":60000", ":9223372036854775808")));
    BOOST_TEST(status(with_number(status_text, ":60000", ":-9223372036854775808")));
    BOOST_TEST(!all_kinds[3].accepted(with_number(problem_text, "409", "4294967296")));
}

BOOST_AUTO_TEST_CASE(numbers_of_the_cluster_out_of_range_are_refused)
{
    const auto view = all_kinds[4].accepted;
    for (const std::string node : {R"("node":2)", R"("node":1)"}) { // our own, a machine's
        BOOST_TEST(view(with_number(view_text, node, R"("node":4294967295)")));
        BOOST_TEST(!view(with_number(view_text, node, R"("node":4294967296)")));
        BOOST_TEST(!view(with_number(view_text, node, R"("node":-1)")));
    }
    for (const auto& [kind, member] : {std::pair{4, R"("incident":7)"},
                                       {4, R"("used":1)"},
                                       {4, R"("limit":5)"},
                                       {5, R"("covered":7)"},
                                       {6, R"("covered":7)"},
                                       {6, R"("failure":41)"},
                                       {7, R"("number":7)"},
                                       {7, R"("failure":41)"},
                                       {8, R"("number":7)"},
                                       {8, R"("failure":41)"}}) {
        const auto& [text, accepted, nullable, ignored] = all_kinds[static_cast<std::size_t>(kind)];
        const std::string from = member;
        const std::string key = from.substr(0, from.find(':') + 1);
        BOOST_TEST(accepted(with_number(text, from, key + "18446744073709551615")), member);
        BOOST_TEST(!accepted(with_number(text, from, key + "18446744073709551616")), member);
        BOOST_TEST(!accepted(with_number(text, from, key + "-1")), member);
        BOOST_TEST(!accepted(with_number(text, from, key + "7.0")), member);
    }
    BOOST_TEST(!view(with_number(view_text, ":60000", ":9223372036854775808")));
    const auto clustered = all_kinds[5].accepted;
    const std::string service = R"("service":411)";
    BOOST_TEST(clustered(with_number(clustered_text, service, R"("service":2147483647)")));
    BOOST_TEST(!clustered(with_number(clustered_text, service, R"("service":2147483648)")));
}

BOOST_AUTO_TEST_CASE(unknown_words_and_schemas_are_refused)
{
    const auto status = all_kinds[0].accepted;
    BOOST_TEST(!status(with_member(status_text, "/state", "sleeping")));
    BOOST_TEST(!status(with_member(status_text, "/services/0/state", "steady")));
    BOOST_TEST(!status(with_member(status_text, "/services/0/since", "yesterday")));
    BOOST_TEST(!status(with_member(status_text, "/schema", 2)));
    BOOST_TEST(!all_kinds[1].accepted(with_member(order_text, "/verb", "kill")));
    BOOST_TEST(!all_kinds[1].accepted(with_member(order_text, "/schema", 0)));
    BOOST_TEST(!all_kinds[2].accepted(with_member(event_text, "/kind", "kill")));
}

BOOST_AUTO_TEST_CASE(unknown_words_and_schemas_of_the_cluster_are_refused)
{
    for (const char* word : {"", "Up", "going_down", "steady", "?"}) {
        const auto& view = all_kinds[4];
        BOOST_TEST(!view.accepted(with_member(view.text, "/machines/0/state", word)), word);
        const auto& status = all_kinds[5];
        BOOST_TEST(
            !status.accepted(with_member(status.text, "/cluster/view/machines/0/state", word)),
            word);
        BOOST_TEST(!all_kinds[6].accepted(with_member(facts_text, "/phase", word)), word);
        BOOST_TEST(!all_kinds[7].accepted(with_member(incident_text, "/verb", word)), word);
    }
    for (const std::size_t n : {4, 6, 7, 8})
        for (const int schema : {0, 2, -1})
            BOOST_TEST(!all_kinds[n].accepted(with_member(all_kinds[n].text, "/schema", schema)));
    BOOST_TEST(!all_kinds[5].accepted(with_member(clustered_text, "/cluster/view/schema", 2)));
}

BOOST_AUTO_TEST_CASE(what_is_no_json_object_is_refused)
{
    const std::string deep(100000, '[');
    for (const std::string& text :
         {std::string(), std::string("null"), std::string("[]"), std::string("1"),
          std::string("\"x\""), std::string("{"), std::string("{}"), std::string("{} {}"),
          std::string("\xff"), deep, "{\"a\":" + deep, std::string(1000, '\0')})
        for (const auto& k : all_kinds)
            BOOST_TEST(!k.accepted(text));
    for (const auto& k : all_kinds) {
        BOOST_TEST(!k.accepted(k.text + "x"));
        BOOST_TEST(k.accepted(" " + k.text + "\n"));
    }
}

BOOST_AUTO_TEST_CASE(every_beginning_of_a_document_is_refused)
{
    for (const auto& k : all_kinds)
        for (std::size_t n = 0; n < k.text.size(); ++n)
            BOOST_TEST(!k.accepted(k.text.substr(0, n)));
}

BOOST_AUTO_TEST_CASE(mutated_documents_are_refused_or_read_without_harm)
{
    constexpr unsigned seed = 6467050;
    BOOST_TEST_MESSAGE("seed " << seed);
    std::mt19937 random(seed);
    int accepted = 0;
    int refused = 0;
    const std::string spice = "{}[]\",:0123456789eE.-+nulltruefalse\\u00\xff\x80 \n";
    for (int round = 0; round < 20000; ++round) {
        const auto& k = all_kinds[random() % all_kinds.size()];
        auto text = k.text;
        for (auto n = 1 + random() % 3; n > 0; --n) {
            const auto at = random() % text.size();
            switch (random() % 4) {
            case 0: text[at] = static_cast<char>(random()); break;
            case 1: text[at] = spice[random() % spice.size()]; break;
            case 2: text.erase(at, 1 + random() % 8); break;
            case 3: text.insert(at, text.substr(random() % text.size(), random() % 16)); break;
            }
            if (text.empty())
                text = "x";
        }
        ++(k.accepted(text) ? accepted : refused);
    }
    BOOST_TEST(accepted > 100); // both sides were seen
    BOOST_TEST(refused > 100);
}

BOOST_AUTO_TEST_SUITE_END()
