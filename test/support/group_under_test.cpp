#include "test/support/group_under_test.hpp"

#include <boost/test/results_collector.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <unistd.h>

namespace cscc::test {
namespace fs = std::filesystem;
namespace {

std::string unique_name()
{
    static int number = 0;
    return "cscctest-" + std::to_string(::getpid()) + "-" + std::to_string(++number);
}

std::string binary(const char* name)
{
    return std::string(CSCC_BIN_DIR) + "/" + name;
}

std::map<std::string, std::int64_t> step_of(const steps& all)
{
    std::map<std::string, std::int64_t> found;
    for (std::size_t n = 0; n < all.size(); ++n) {
        for (const std::string& id : all[n])
            found[id] = static_cast<std::int64_t>(n);
    }
    return found;
}

/// The verb among csccmgr's arguments, "" if it is not one that gives an order.
std::string ordered_verb(const std::vector<std::string>& arguments)
{
    for (const char* verb : {"start", "stop", "restart"}) {
        if (std::find(arguments.begin(), arguments.end(), verb) != arguments.end())
            return verb;
    }
    return "";
}

/// What the test's own environment says to the sanitizers, for all that it starts: where to report
/// what they find, and to end by a signal then, which no take-over can hide from the checker.
std::map<std::string, std::string> sanitizer_options()
{
    std::map<std::string, std::string> found;
    for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"}) {
        if (const char* const value = std::getenv(name))
            found[name] = value;
    }
    return found;
}

/// Of the test case that runs, so far.
unsigned long failures()
{
    const auto id = boost::unit_test::framework::current_test_case_id();
    return boost::unit_test::results_collector.results(id).p_assertions_failed;
}

} // namespace

group_under_test::group_under_test(group_description description)
    : group_under_test(std::move(description), nullptr)
{}

group_under_test::group_under_test(group_description description, const machine& place)
    : group_under_test(std::move(description), &place)
{}

group_under_test::group_under_test(group_description description, const machine* place)
    : description_(std::move(description)),
      own_watch_(place ? nullptr : std::make_unique<process_watch>(event_log())),
      watch_(place ? *place->watch : *own_watch_), place_(place ? *place : machine{}),
      log_(::open(event_log().c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666)),
      failures_before_(failures())
{
    if (place)
        watch_.follow(event_log());
    fs::create_directory(runtime_directory());
    fs::create_directory(log_directory());
    configure(description_);
}

group_under_test::~group_under_test()
{
    note_logs();
    // Read before the cleaning up below, which ends processes in an order of its own.
    checker_options options;
    options.tolerance = std::chrono::milliseconds(description_.tolerance_ms);
    for (const violation& v : check(everything_logged(), options))
        BOOST_ERROR(to_text(v));
    if (failures() != failures_before_)
        keep_logs();
    const bool all_gone = watch_.eventually(
        [this] {
            for (const watched& w : processes())
                watch_.signal(w.who, SIGKILL);
            return processes().empty();
        },
        20s);
    BOOST_TEST(all_gone);
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(shared_memory(), ignored)) {
        if (entry.path().filename().string().starts_with(name() + "."))
            fs::remove(entry.path(), ignored);
    }
}

void group_under_test::configure(group_description description)
{
    description.name = description.name.empty()
                           ? (description_.name.empty() ? unique_name() : description_.name)
                           : description.name;
    if (description.daemon.empty())
        description.daemon = binary("csccd");
    for (service_description& s : description.services) {
        if (s.executable.empty())
            s.executable = binary("fixture_service");
        for (const auto& [name, value] : sanitizer_options())
            s.environment[name] = value;
        s.environment["TEST_EVENT_LOG"] = event_log(); // of the fixture
        s.environment["CSCC_EVENT_LOG"] = event_log(); // of the library
    }
    description_ = std::move(description);
    write_configuration();
}

void group_under_test::write_configuration()
{
    write_file(configuration_file(), to_toml(description_));
    note(watch_.line("group")
             .add("startup_timeout_ms", description_.startup_timeout_ms)
             .add("shutdown_timeout_ms", description_.shutdown_timeout_ms)
             .add("restart_retry_counter", description_.restart_retry_counter)
             .add("restart_time_span_ms", description_.restart_time_span_ms)
             .add("heartbeat_timeout_ms", description_.heartbeat_timeout_ms)
             .add("takeover_timeout_ms", description_.takeover_timeout_ms)
             .add("on_coordinator_failure", description_.on_coordinator_failure)
             .add("standby", description_.standby ? 1 : 0));
    const auto start_step = step_of(startup_steps(description_));
    const auto stop_step = step_of(shutdown_steps(description_));
    for (const service_description& s : description_.services) {
        if (!start_step.contains(s.id) || !stop_step.contains(s.id))
            continue; // a test of just that mistake
        if (s.silent)
            continue;
        note(watch_.line("plan")
                 .add("id", s.id)
                 .add("start_step", start_step.at(s.id))
                 .add("stop_step", stop_step.at(s.id))
                 .add("startup_timeout_ms", s.startup_timeout_ms)
                 .add("shutdown_timeout_ms", s.shutdown_timeout_ms));
    }
}

start_spec group_under_test::csccmgr_spec(const std::vector<std::string>& arguments) const
{
    start_spec spec;
    spec.program = binary("csccmgr");
    spec.inside = place_.inside;
    spec.arguments = {"-c", configuration_file()};
    spec.arguments.insert(spec.arguments.end(), arguments.begin(), arguments.end());
    spec.environment = {"PATH=/usr/bin:/bin", "LANG=C", "CSCC_RUNTIME_DIR=" + runtime_directory(),
                        "CSCC_LOG_DIR=" + log_directory(), "CSCC_EVENT_LOG=" + event_log()};
    for (const auto& [name, value] : sanitizer_options())
        spec.environment.push_back(name + "=" + value);
    return spec;
}

program_result group_under_test::csccmgr(const std::vector<std::string>& arguments,
                                         std::chrono::nanoseconds limit)
{
    const start_spec spec = csccmgr_spec(arguments);
    const std::string verb = ordered_verb(arguments);
    if (verb.empty())
        return run_program(watch_, spec, limit);
    const bool waits =
        std::find(arguments.begin(), arguments.end(), "--no-wait") == arguments.end();
    return run_order(verb, spec, limit, !waits ? "none" : verb == "stop" ? "down" : "up");
}

program_result group_under_test::run_order(const std::string& verb, const start_spec& spec,
                                           std::chrono::nanoseconds limit, const char* claim)
{
    const int number = ++orders_;
    note(
        watch_.line("order")
            .add("order", number)
            .add("verb", verb)
            .add("limit_ms", std::chrono::duration_cast<std::chrono::milliseconds>(limit).count()));
    program_result r = run_program(watch_, spec, limit);
    if (!r.timed_out)
        note(watch_.line("answer")
                 .add("order", number)
                 .add("code", r.code)
                 .add("claim", r.code == 0 ? claim : "none"));
    return r;
}

running_program group_under_test::begin_csccmgr(const std::vector<std::string>& arguments)
{
    event_line line = watch_.line("asked"); // which tells when it was asked, not yet by whom
    running_program program(watch_, csccmgr_spec(arguments));
    if (const std::string verb = ordered_verb(arguments); !verb.empty())
        note(line.add("verb", verb).add("of", program.who().pid));
    return program;
}

void group_under_test::kill_both_daemons()
{
    const process_key standby = await_role("standby");
    const process_key primary = await_role("primary");
    for (const auto& [who, signal_number] :
         {std::pair(primary, SIGSTOP), std::pair(standby, SIGKILL), std::pair(primary, SIGKILL)})
        BOOST_TEST(watch_.signal(who, signal_number));
}

void group_under_test::kill(const std::string& id, int signal_number)
{
    const auto process = service(id);
    BOOST_REQUIRE_MESSAGE(process && watch_.signal(process->who, signal_number),
                          "no process of " << id << " to be killed");
}

// A failure after hours is of no use without the story of it.
void group_under_test::keep_logs() const
{
    const char* const folder = std::getenv("CSCC_KEEP_LOGS");
    if (folder == nullptr)
        return;
    std::error_code ignored; // the test has failed already
    const fs::path place = fs::path(folder) / name();
    fs::create_directories(place, ignored);
    fs::copy(event_log(), place, ignored);
    fs::copy(configuration_file(), place, ignored);
    fs::copy(log_directory(), place / "log", fs::copy_options::recursive, ignored);
}

void group_under_test::expect_nothing_left()
{
    static_cast<void>(eventually([this] { return remains().empty(); }, 5s));
    for (const std::string& what : remains())
        note(watch_.line("left").add("what", what));
    note(watch_.line("down"));
    BOOST_TEST(remains() == std::vector<std::string>{}, boost::test_tools::per_element());
}

start_spec without_event_log(start_spec spec)
{
    std::erase_if(spec.environment, [](const std::string& variable) {
        return variable.starts_with("CSCC_EVENT_LOG=");
    });
    return spec;
}

} // namespace cscc::test
