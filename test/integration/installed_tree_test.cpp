// The installed tree: `cmake --install` of this build into a prefix, which is then moved, and the
// group of FIG. 13 run from there with the installed example configuration and the services of
// scripts/demo.
#define BOOST_TEST_MODULE installed_tree
#include "test/integration/as_json.hpp"
#include "test/integration/said.hpp"
#include "test/support/process_watch.hpp"
#include "test/support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

#include <unistd.h>

using namespace cscc::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> figure{"CSQLCE", "CSQL", "CSGS", "CSTS", "CSTR"};

struct fixture
{
    temp_dir dir;
    process_watch watch{dir.file("events.log")};
    const std::string tree = dir.file("moved");
    const std::string group = "cscctest-" + std::to_string(::getpid()) + "-installed";

    fixture()
    {
        for (const char* const folder : {"run", "log"})
            fs::create_directory(dir.file(folder));
    }
    ~fixture()
    {
        std::error_code ignored;
        for (const std::string& object : objects()) // after a failure only
            fs::remove(object, ignored);
    }

    void install_and_move();
    void write_configuration();
    program_result csccmgr(std::vector<std::string> arguments);
    std::vector<std::string> objects() const;
    std::vector<std::string> remains() const;
};

void fixture::install_and_move()
{
    const std::string first = dir.file("first");
    const start_spec install{
        CMAKE_PROGRAM, {"--install", BUILD_FOLDER, "--prefix", first}, {"PATH=/usr/bin:/bin"}};
    expect(run_program(watch, install, 60s), 0);
    fs::rename(first, tree);
}

/// The example as it was installed, but for a name of its own (a real group may run beside us) and
/// the place where its five programs are found.
void fixture::write_configuration()
{
    std::string text = read_file(tree + "/" INSTALLED_EXAMPLES "/cscomputer.cfg");
    const auto put = [&](const std::string& what, const std::string& with) {
        const auto at = text.find(what);
        BOOST_REQUIRE_MESSAGE(at != std::string::npos, "no " << what << " in: " << text);
        text.replace(at, what.size(), with);
    };
    put("mem_shared_name = 'csc_mem_shared'", "mem_shared_name = '" + group + "'");
    put("[cscc_environment]\n", "[cscc_environment]\nexecutable_path = ['programs']\n");
    write_file(dir.file("cscomputer.cfg"), text);
    fs::copy(BUILD_FOLDER "/demo", dir.file("programs"), fs::copy_options::recursive);
}

program_result fixture::csccmgr(std::vector<std::string> arguments)
{
    arguments.insert(arguments.begin(), {"-c", dir.file("cscomputer.cfg")});
    const start_spec spec{tree + "/" INSTALLED_BIN "/csccmgr",
                          arguments,
                          {"PATH=/usr/bin:/bin", "CSCC_RUNTIME_DIR=" + dir.file("run"),
                           "CSCC_LOG_DIR=" + dir.file("log")}};
    return run_program(watch, spec, 60s);
}

std::vector<std::string> fixture::objects() const
{
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator("/dev/shm")) {
        if (entry.path().filename().string().starts_with(group + "."))
            found.push_back(entry.path());
    }
    return found;
}

std::vector<std::string> fixture::remains() const
{
    std::vector<std::string> found = objects();
    for (const watched& w : watch.living())
        found.push_back("process " + std::to_string(w.who.pid) + " (" + w.command + ")");
    for (const auto& entry : fs::directory_iterator(dir.file("run"))) {
        const std::string file = entry.path().filename();
        if (file != "csc_lock_shared_mgr" && file != group + ".final" && file != group + ".history")
            found.push_back(entry.path());
    }
    return found;
}

/// Of a service of the status or of its "primary".
std::string program_of(const json::value& process)
{
    const std::string link = "/proc/" + std::to_string(number_of(process, "pid")) + "/exe";
    std::error_code gone;
    return fs::read_symlink(link, gone);
}

} // namespace

BOOST_FIXTURE_TEST_CASE(a_moved_installation_starts_shows_and_stops_the_group_of_the_figure,
                        fixture)
{
    install_and_move();
    write_configuration();
    for (const char* const example : {"full.cfg", "cscc.service", "cscc.logrotate"})
        BOOST_TEST(fs::exists(tree + "/" INSTALLED_EXAMPLES "/" + example));
    expect(csccmgr({"check"}), 0, {"ok: 5 services, 5 steps to start, 5 steps to stop"});
    expect(csccmgr({"start"}), 0, {group + " is running: 5 of 5 services ready"});
    expect(csccmgr({"status"}), 0, {"steady", "serving nobody"});

    const json::value status = json_of(csccmgr({"--json", "status"}));
    BOOST_TEST(program_of(status.at("primary")) == tree + "/" INSTALLED_LIBEXEC "/csccd");
    std::vector<std::string> ids;
    for (const json::value& service : status.at("services").as_array()) {
        ids.push_back(word_of(service, "id"));
        BOOST_TEST(word_of(service, "state") == "ready");
        BOOST_TEST(program_of(service).starts_with(dir.file("programs/")));
    }
    BOOST_TEST(ids == figure, boost::test_tools::per_element());

    expect(csccmgr({"stop"}), 0, {group + " is stopped"});
    expect(csccmgr({"status"}), 3, {"stopped", "exit 0"});
    static_cast<void>(watch.eventually([&] { return remains().empty(); }, 5s));
    BOOST_TEST(remains() == std::vector<std::string>{}, boost::test_tools::per_element());
    for (const std::string& id : figure)
        BOOST_TEST(fs::exists(dir.file("log/" + group + "/" + id + ".log")));
}
