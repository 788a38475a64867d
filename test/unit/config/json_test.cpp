#include "common/base/text.hpp"
#include "config/json.hpp"
#include "test/unit/config/group_text.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>

using namespace cscc;
using namespace cscc::config;
namespace json = boost::json;

namespace {

model resolved_model(const char* file)
{
    std::ifstream in(file, std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    model m = read_text(text).value();
    m.resolved.file = file;
    m.resolved.uid = 4294967294U;
    m.resolved.runtime_directory = "/run/cscc";
    m.resolved.log_directory = "/var/log/cscc";
    m.resolved.csccd = "/usr/sbin/csccd";
    m.resolved.clusterd = "/usr/sbin/cscc-clusterd";
    m.resolved.log_file = "/var/log/cscc/g/csccd.log";
    m.resolved.journal_socket = "/run/systemd/journal/stdout";
    m.resolved.control_gid = 7;
    for (component& c : m.components) {
        c.resolved.executable = "/usr/bin/" + c.id;
        c.resolved.output_file = "/var/log/cscc/g/" + c.id + ".log";
        c.resolved.uid = 1;
        c.resolved.gid = 2;
        c.resolved.supplementary_gids = {2, 3};
        c.resolved.environment = {{"TOKEN", "se\"cr\\et\n\u00e4"}, {"EMPTY", ""}};
    }
    return m;
}

const char* const files[] = {"config/cscomputer.cfg", "config/examples/minimal.cfg",
                             "config/examples/full.cfg"};

json::object small_object()
{
    return json::parse(to_json(read_text(group_text).value(), secrets::kept)).as_object();
}

bool accepted(const json::value& v)
{
    return from_json(json::serialize(v)).has_value();
}

/// Visits every member of every object in `v`, at any depth.
template <class Visit>
void for_each_member(json::value& v, Visit visit)
{
    if (auto* list = v.if_array()) {
        for (json::value& element : *list)
            for_each_member(element, visit);
    }
    else if (auto* object = v.if_object()) {
        for (auto& member : *object)
            for_each_member(member.value(), visit);
        visit(*object);
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(a_model_survives_its_journey_as_json)
{
    for (const char* file : files) {
        const model m = resolved_model(file);
        const auto back = from_json(to_json(m, secrets::kept));
        BOOST_TEST_REQUIRE(!!back, file);
        BOOST_TEST((*back == m), file);
        BOOST_TEST(back->resolved.clusterd == "/usr/sbin/cscc-clusterd");
    }
}

BOOST_AUTO_TEST_CASE(a_cluster_survives_its_journey_as_json)
{
    model m = resolved_model(files[0]);
    for (const quorum_loss wish : {quorum_loss::stop, quorum_loss::hold}) {
        m.cluster = {true, "shop", wish, std::chrono::milliseconds(1), 64, std::chrono::hours(1)};
        const auto back = from_json(to_json(m, secrets::kept));
        BOOST_TEST_REQUIRE(!!back);
        BOOST_TEST((back->cluster == m.cluster));
    }
}

BOOST_AUTO_TEST_CASE(a_redacted_configuration_has_no_value_of_any_environment)
{
    model m = resolved_model("config/examples/full.cfg");
    m.components[0].environment["PASSWORD"] = "hunter2";
    const std::string shown = to_json(m, secrets::redacted);
    BOOST_TEST(shown.find("hunter2") == std::string::npos);
    BOOST_TEST(shown.find("cr\\\\et") == std::string::npos);
    BOOST_TEST(shown.find("production") == std::string::npos);
    BOOST_TEST(shown.find("\"PASSWORD\":\"(redacted)\"") != std::string::npos);
    BOOST_TEST(shown.find("\"TOKEN\":\"(redacted)\"") != std::string::npos);
    BOOST_TEST(to_json(m, secrets::kept).find("hunter2") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(json_has_the_keys_of_the_file_and_durations_in_ms)
{
    const json::object o = small_object();
    const json::object& c = o.at("cs_components").at(0).as_object();
    BOOST_TEST(c.at("id") == json::value("A"));
    BOOST_TEST(c.at("startup_timeout_ms") == json::value(7000));
    BOOST_TEST(c.at("stop_signal") == json::value("SIGTERM"));
    BOOST_TEST(c.at("user").is_null());
    BOOST_TEST(o.at("cscc_environment").at("startup_sequence") == json::parse(R"([["A"],["B"]])"));
    BOOST_TEST(o.at("csccmgr_environment").at("mem_shared_name") == json::value("group"));
}

BOOST_AUTO_TEST_CASE(a_missing_member_anywhere_is_refused)
{
    std::size_t members = 0;
    json::value original = json::parse(to_json(resolved_model(files[2]), secrets::kept));
    for_each_member(original, [&](json::object& o) {
        if (o.contains("TOKEN") || o.contains("SHOP_MODE") || o.contains("core"))
            return; // variables and limits may be any
        for (std::size_t n = 0; n < o.size(); ++n) {
            const json::object whole = o;
            o.erase(whole.begin()[static_cast<std::ptrdiff_t>(n)].key());
            BOOST_TEST(!accepted(original), whole.begin()[static_cast<std::ptrdiff_t>(n)].key()
                                                << " is not missed");
            o = whole;
            ++members;
        }
    });
    BOOST_TEST(members > 200U);
    BOOST_TEST(accepted(original));
}

BOOST_AUTO_TEST_CASE(an_unknown_member_anywhere_is_refused)
{
    json::value original = json::parse(to_json(resolved_model(files[2]), secrets::kept));
    for_each_member(original, [&](json::object& o) {
        if (o.contains("TOKEN") || o.contains("SHOP_MODE"))
            return;
        o["unheard_of"] = 1;
        BOOST_TEST(!accepted(original));
        o.erase("unheard_of");
    });
    BOOST_TEST(accepted(original));
}

BOOST_AUTO_TEST_CASE(a_member_of_another_type_anywhere_is_refused)
{
    json::value original = json::parse(to_json(resolved_model(files[2]), secrets::kept));
    for_each_member(original, [&](json::object& o) {
        for (auto& member : o) {
            const json::value before = member.value();
            member.value() = 1.5; // nothing of ours is a fraction
            BOOST_TEST(!accepted(original), member.key() << " is not checked");
            member.value() = before;
        }
    });
    BOOST_TEST(accepted(original));
}

BOOST_AUTO_TEST_CASE(numbers_beyond_their_range_are_refused)
{
    const auto with = [](const char* table, const char* key, const json::value& value) {
        json::object o = small_object();
        if (table == std::string("cs_components"))
            o[table].as_array()[0].as_object()[key] = value;
        else
            o[table].as_object()[key] = value;
        return accepted(o);
    };
    BOOST_TEST(with("cscc_environment", "restart_retry_counter", 64));
    BOOST_TEST(!with("cscc_environment", "restart_retry_counter", 65));
    BOOST_TEST(!with("cscc_environment", "restart_retry_counter", -1));
    BOOST_TEST(!with("cscc_environment", "restart_retry_counter", 4294967296));
    BOOST_TEST(!with("cscc_environment", "restart_time_span_ms", 0));
    BOOST_TEST(!with("cscc_environment", "restart_time_span_ms", -1));
    BOOST_TEST(!with("cscc_environment", "restart_time_span_ms", INT64_MAX));
    BOOST_TEST(!with("csccd_environment", "control_mode", 07777));
    BOOST_TEST(!with("cs_components", "umask", 01000));
    BOOST_TEST(with("cs_components", "umask", 0777));
    BOOST_TEST(!with("cs_components", "stop_signal", "SIGSTOP"));
    BOOST_TEST(!with("cs_components", "id", "../x"));
    BOOST_TEST(with("cs_components", "arguments", json::array{"a"}));
    BOOST_TEST(!with("cs_components", "arguments",
                     json::array{json::value(json::string_view("a\0b", 3))}));
}

BOOST_AUTO_TEST_CASE(components_that_are_not_in_startup_order_are_refused)
{
    json::object o = small_object();
    auto& components = o["cs_components"].as_array();
    std::swap(components[0], components[1]);
    BOOST_TEST(!accepted(o));
    std::swap(components[0], components[1]);
    BOOST_TEST(accepted(o));
    o["cscc_environment"].as_object()["startup_sequence"] = json::parse(R"([["A"]])");
    BOOST_TEST(!accepted(o));
}

BOOST_AUTO_TEST_CASE(what_is_no_json_is_refused)
{
    const std::string deep(100'000, '[');
    for (const std::string_view text :
         {std::string_view(""), std::string_view("{"), std::string_view("[]"),
          std::string_view("null"), std::string_view("{} x"), std::string_view(deep)})
        BOOST_TEST((from_json(text).error() == errc::object_damaged));
}

BOOST_AUTO_TEST_CASE(a_right_file_is_ok_in_json_and_has_no_mistakes)
{
    BOOST_TEST(verdict_json("/etc/a b.cfg", read_text(group_text)) ==
               R"({"schema":1,"file":"/etc/a b.cfg","ok":true,"mistakes":[],"more":0})");
}

BOOST_AUTO_TEST_CASE(every_mistake_is_in_json_with_its_place_its_line_and_a_caret)
{
    const auto read = read_text(changed("id = \"A\"", "id = 7", changed("= 5", "= 65")));
    BOOST_TEST_REQUIRE(!read);
    const json::value v = json::parse(verdict_json("f", read));
    BOOST_TEST(v.at("ok") == json::value(false));
    BOOST_TEST(v.at("more") == json::value(0));
    const json::array& list = v.at("mistakes").as_array();
    BOOST_TEST_REQUIRE(list.size() == 4U); // two about sequences that name A
    BOOST_TEST(list.at(0) == json::parse(R"({"line":2,"column":6,"severity":"error","message":)"
                                         R"("'id' is an integer; it must be a string, in quotes",)"
                                         R"("quoted_line":"id = 7","caret":5})"));
    BOOST_TEST(list.at(3).at("line") == json::value(22));
}

BOOST_AUTO_TEST_CASE(a_mistake_of_the_whole_file_has_no_place_and_the_uncounted_are_more)
{
    const json::value v = json::parse(verdict_json("\xff\"\x1b", mistake("it is \"no\" file")));
    BOOST_TEST(v.at("file") == json::value("?\"?"));
    BOOST_TEST(v.at("mistakes").at(0) ==
               json::parse(R"({"line":null,"column":null,"severity":"error","message":)"
                           R"("it is \"no\" file","quoted_line":null,"caret":null})"));
    mistakes many = mistake("m");
    many.more = 7;
    BOOST_TEST(json::parse(verdict_json("f", many)).at("more") == json::value(7));
}
