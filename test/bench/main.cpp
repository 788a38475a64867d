// cscc_bench: how long the product takes for what a bare loop does too, and what it costs at rest.
//
//   cscc_bench [--counts 10,100,1000] [--rounds 3] [--idle-seconds 20]
//
// Prints a table; judges nothing. The aims are in CONTRIBUTING.md.
#include "test/bench/bare_loop.hpp"
#include "test/bench/group_bench.hpp"
#include "test/bench/measure.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

using namespace cscc::bench;

namespace {

struct settings
{
    std::vector<std::size_t> counts{10, 100, 1000};
    int rounds = 3;
    int idle_seconds = 20;
};

void print_row(const char* what, double ms, double bare_ms)
{
    std::printf("  %-10s %9.1f ms   bare loop %9.1f ms   ratio %5.2f\n", what, ms, bare_ms,
                ms / bare_ms);
}

void measure_rest(const group_bench& group, int seconds)
{
    const int pid = group.daemon_pid(); // a request, whose end it is still busy with
    const activity before = settled_activity_of(pid);
    idle_for(seconds);
    const activity after = activity_of(pid);
    std::printf("  csccd at rest: PSS %.2f MiB, %llu wake-ups and %.2f ms of CPU in %d s\n",
                static_cast<double>(pss_kib(pid)) / 1024,
                static_cast<unsigned long long>(after.wakeups - before.wakeups),
                after.cpu_ms - before.cpu_ms, seconds);
}

void measure_status(const group_bench& group)
{
    std::vector<double> times;
    for (int i = 0; i < 50; ++i)
        times.push_back(group.csccmgr_ms("status"));
    std::printf("  csccmgr status, whole process: %.2f ms (median of %zu)\n", median(times),
                times.size());
}

/// One row of one count: medians over the rounds, loop and group by turns so that both see the same
/// machine. What csccd costs at rest is measured once a count.
void run_row(const std::string& bin, std::size_t count, const std::string& wanted,
             const settings& s)
{
    std::vector<double> bare_start;
    std::vector<double> bare_stop;
    std::vector<double> start;
    std::vector<double> stop;
    std::vector<double> recover;
    std::vector<double> detect;
    std::string containment;
    for (int round = 0; round < s.rounds; ++round) {
        const bare_times bare = run_bare_loop(bin + "/bench_service", count);
        bare_start.push_back(bare.start_ms);
        bare_stop.push_back(bare.stop_ms);

        group_bench group(bin, count, wanted);
        start.push_back(group.csccmgr_ms("start"));
        containment = group.containment();
        for (int i = 0; i < (count < 1000 ? 5 : 3); ++i) {
            const auto r = group.recover();
            recover.push_back(r.total_ms);
            detect.push_back(r.detected_ms);
        }
        if (round == 0 && wanted == "off") {
            measure_rest(group, s.idle_seconds);
            measure_status(group);
        }
        stop.push_back(group.csccmgr_ms("stop"));
    }
    std::printf("  contained by %s\n", containment.c_str());
    print_row("start", median(start), median(bare_start));
    print_row("recovery", median(recover), median(bare_stop) + median(bare_start));
    print_row("stop", median(stop), median(bare_stop));
    std::printf("  exit detected after %.2f ms (median of %zu)\n", median(detect), detect.size());
    std::fflush(stdout);
}

/// How long the group has nobody who answers, and how long the services take to be up again: with
/// "restart" against a plain stop and start of the same group.
void run_take_over(const std::string& bin, std::size_t count, const std::string& policy,
                   const settings& s)
{
    std::vector<double> take_over;
    std::vector<double> stop_and_start;
    for (int round = 0; round < s.rounds; ++round) {
        group_bench group(bin, count, "auto", policy);
        const double start = group.csccmgr_ms("start");
        for (int i = 0; i < 3; ++i)
            take_over.push_back(group.take_over());
        stop_and_start.push_back(group.csccmgr_ms("stop") + start);
    }
    std::printf("  take-over, %-8s %9.1f ms   stop + start %6.1f ms   ratio %5.2f\n",
                policy.c_str(), median(take_over), median(stop_and_start),
                median(take_over) / median(stop_and_start));
    std::fflush(stdout);
}

void run_count(const std::string& bin, std::size_t count, const settings& s)
{
    std::printf("%zu services\n", count);
    for (const char* const containment : {"off", "auto"})
        run_row(bin, count, containment, s);
    for (const char* const policy : {"adopt", "restart"})
        run_take_over(bin, count, policy, s);
    std::printf("\n");
}

} // namespace

int main(int argc, char** argv)
{
    settings s;
    CLI::App app("Measures the product against a bare loop.");
    app.add_option("--counts", s.counts, "numbers of services")->delimiter(',');
    app.add_option("--rounds", s.rounds, "of which the median is taken");
    app.add_option("--idle-seconds", s.idle_seconds, "how long csccd is watched at rest");
    CLI11_PARSE(app, argc, argv);

    const std::string bin = std::filesystem::canonical("/proc/self/exe").parent_path();
    for (const std::size_t count : s.counts)
        run_count(bin, count, s);
    return 0;
}
