#include "test/cluster/corosync_nodes.hpp"

#include <boost/test/unit_test.hpp>

#include <iterator>
#include <random>
#include <sstream>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

namespace cscc::test {
namespace {

std::string number(int n)
{
    return std::to_string(n);
}

std::string random_key()
{
    std::random_device source;
    std::string key(256, '\0');
    for (char& c : key)
        c = static_cast<char>(source());
    return key;
}

std::vector<std::string> words_of(const std::string& text)
{
    std::istringstream in(text);
    return {std::istream_iterator<std::string>(in), {}};
}

/// The word after `label`, "" if it is not there.
std::string after(const std::string& text, const std::string& label)
{
    const auto at = text.find(label);
    std::string word;
    if (at != std::string::npos)
        std::istringstream(text.substr(at + label.size())) >> word;
    return word;
}

void require_installed(const char* program)
{
    BOOST_REQUIRE_MESSAGE(::access(program, X_OK) == 0,
                          program << " is not installed, and this test is about it; run "
                                     "scripts/setup --with-real-services");
}

} // namespace

corosync_nodes::corosync_nodes(process_watch& watch, std::string watch_log, const temp_dir& dir,
                               corosync_settings settings)
    : watch_(watch), dir_(dir), settings_(std::move(settings))
{
    require_installed("/usr/sbin/corosync");
    require_installed("/usr/sbin/corosync-quorumtool");
    require_installed("/sbin/ip");
    write_file(dir_.file("authkey"), random_key(), 0400);
    for (int n = 1; n <= settings_.nodes; ++n) {
        auto made = std::make_unique<site>();
        made->place = {&watch_, watch_log, made->own.inside(), made->own.network(),
                       made->own.shared_memory()};
        nodes_.push_back(std::move(made));
        write_file(dir_.file("corosync-" + number(n) + ".conf"), configuration(n));
    }
    hire_janitor();
    connect();
}

corosync_nodes::~corosync_nodes()
{
    janitors_leash_.reset();
    BOOST_TEST(janitor_->finish(std::chrono::seconds(20)).code == 0);
}

std::string corosync_nodes::configuration(int node) const
{
    std::ostringstream os;
    os << "totem {\n version: 2\n cluster_name: cscc-test\n transport: knet\n token: "
       << settings_.token_ms << "\n token_coefficient: 0\n";
    if (settings_.encrypted)
        os << " crypto_cipher: aes256\n crypto_hash: sha256\n keyfile: " << dir_.file("authkey")
           << "\n";
    os << settings_.totem_extra << "}\nnodelist {\n";
    for (int n = 1; n <= settings_.nodes; ++n)
        os << " node {\n  ring0_addr: 10.77.0." << n << "\n  nodeid: " << n << "\n  name: n" << n
           << "\n }\n";
    os << "}\nquorum {\n " << settings_.quorum << "\n}\n"
       << "system {\n sched_rr: no\n move_to_root_cgroup: no\n}\n"
       << "logging {\n to_stderr: no\n to_syslog: no\n to_logfile: yes\n timestamp: hires\n "
          "logfile: "
       << log_of(node) << "\n}\n";
    return os.str();
}

std::string corosync_nodes::log_of(int node) const
{
    return dir_.file("corosync-" + number(node) + ".log");
}

// --- the network

void corosync_nodes::call(const namespaces& place, const std::string& words)
{
    start_spec spec;
    spec.program = "/sbin/ip";
    spec.arguments = words_of(words);
    spec.inside = place.inside();
    const program_result r = run_program(watch_, spec, std::chrono::seconds(20));
    BOOST_REQUIRE_MESSAGE(r.code == 0, "ip " << words << ": " << r.describe());
}

void corosync_nodes::connect()
{
    call(switch_, "link add br0 type bridge stp_state 0 forward_delay 0");
    call(switch_, "link set br0 up");
    for (int n = 1; n <= settings_.nodes; ++n) {
        const namespaces& place = at(n).own;
        const std::string port = "port" + number(n);
        call(switch_, "link add " + port + " type veth peer name eth0 netns " + place.net_path());
        call(switch_, "link set " + port + " master br0 up");
        call(place, "addr add 10.77.0." + number(n) + "/24 dev eth0");
        call(place, "link set eth0 up");
        call(place, "link set lo up");
    }
}

void corosync_nodes::unplug(int node)
{
    call(switch_, "link set port" + number(node) + " down");
}

void corosync_nodes::plug(int node)
{
    call(switch_, "link set port" + number(node) + " up");
}

// --- processes

void corosync_nodes::hire_janitor()
{
    int ends[2];
    BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const unique_fd his(ends[0]);
    janitors_leash_.reset(ends[1]);
    start_spec spec;
    spec.program = CLUSTER_JANITOR;
    for (const auto& n : nodes_)
        spec.arguments.push_back(n->own.net_path());
    spec.in = his.get();
    janitor_.emplace(watch_, spec);
    BOOST_REQUIRE(
        watch_.eventually([&] { return janitor_->out() == "ready\n"; }, std::chrono::seconds(20)));
}

void corosync_nodes::start(int node)
{
    start_spec spec;
    spec.program = "/usr/sbin/corosync";
    spec.arguments = {"-f", "-c", dir_.file("corosync-" + number(node) + ".conf")};
    spec.environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin"};
    spec.directory = "/run";
    spec.inside = on(node).inside;
    at(node).corosync = watch_.start(spec);
}

void corosync_nodes::start_all()
{
    std::vector<int> all;
    for (int n = 1; n <= settings_.nodes; ++n) {
        start(n);
        all.push_back(n);
    }
    await_together(all, true);
}

void corosync_nodes::await_together(const std::vector<int>& nodes, bool quorate)
{
    const quorum_view wanted{quorate, static_cast<int>(nodes.size())};
    for (const int n : nodes) {
        BOOST_REQUIRE_MESSAGE(
            watch_.eventually([&] { return quorum(n) == wanted; }, std::chrono::seconds(40)),
            "machine " << n << " does not see what it should; the Corosyncs said:\n"
                       << logs());
    }
}

void corosync_nodes::signal(int node, int signal_number)
{
    const auto who = corosync(node);
    BOOST_REQUIRE_MESSAGE(who && watch_.signal(*who, signal_number),
                          "no Corosync on machine " << node << " to be signalled");
}

void corosync_nodes::kill(int node)
{
    const auto who = corosync(node);
    signal(node, SIGKILL);
    BOOST_REQUIRE(watch_.eventually([&] { return !watch_.lives(*who); }, std::chrono::seconds(20)));
}

void corosync_nodes::stop(int node)
{
    signal(node, SIGSTOP);
}

void corosync_nodes::resume(int node)
{
    signal(node, SIGCONT);
}

void corosync_nodes::power_off(int node)
{
    if (const auto who = corosync(node))
        watch_.signal(*who, SIGKILL); // first: nobody is to hear of the others' ends
    BOOST_REQUIRE(watch_.eventually(
        [&] {
            bool is_empty = true;
            for (const watched& w : watch_.living()) {
                if (network_of(w.who.pid) == on(node).network) {
                    watch_.signal(w.who, SIGKILL);
                    is_empty = false;
                }
            }
            return is_empty;
        },
        std::chrono::seconds(20)));
}

std::optional<process_key> corosync_nodes::corosync(int node) const
{
    const auto& who = at(node).corosync;
    return who && watch_.lives(*who) ? who : std::nullopt;
}

running_program corosync_nodes::run(int node, start_spec spec)
{
    spec.inside = on(node).inside;
    return {watch_, spec};
}

program_result corosync_nodes::finish(int node, const std::string& program,
                                      const std::vector<std::string>& arguments)
{
    start_spec spec;
    spec.program = program;
    spec.arguments = arguments;
    spec.environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C"};
    return run(node, spec).finish(std::chrono::seconds(20));
}

std::optional<quorum_view> corosync_nodes::quorum(int node)
{
    const program_result r = finish(node, "/usr/sbin/corosync-quorumtool", {"-s"});
    const std::string count = after(r.out, "Nodes:");
    if (count.empty())
        return std::nullopt;
    return quorum_view{after(r.out, "Quorate:") == "Yes", std::stoi(count)};
}

std::string corosync_nodes::logs() const
{
    std::string all;
    for (int n = 1; n <= settings_.nodes; ++n)
        all += "--- n" + number(n) + "\n" + read_file(log_of(n));
    return all;
}

} // namespace cscc::test
