#include "common/base/text.hpp"
#include "config/corosync_conf.hpp"
#include "config/json.hpp"
#include "config/validate.hpp"
#include "test/unit/config/group_text.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>
#include <set>

using namespace cscc;
using namespace cscc::config;
using namespace std::chrono_literals;

namespace {

std::string content_of(const char* file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

model read_file(const char* file)
{
    const auto read = read_text(content_of(file));
    BOOST_TEST_REQUIRE(!!read, (read ? "" : render(file, read.error())));
    return *read;
}

/// Every key of an object, also those of objects and lists within.
void collect_keys(const boost::json::value& from, std::set<std::string>& keys)
{
    if (const auto* list = from.if_array()) {
        for (const auto& element : *list)
            collect_keys(element, keys);
    }
    else if (const auto* object = from.if_object()) {
        for (const auto& [key, value] : *object) {
            if (key == "resolved")
                continue;
            keys.insert(key);
            collect_keys(value, keys);
        }
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(cscomputer_cfg_is_the_group_of_figure_13)
{
    const model m = read_file("config/cscomputer.cfg");
    struct row
    {
        const char* id;
        const char* lock;
        const char* executable;
        duration startup;
    };
    const row rows[] = {{"CSQLCE", "cscc_lock_shared_csqlce", "csqlced", 7s}, // in startup order
                        {"CSQL", "cscc_lock_shared_mutex_sql", "csqld", 7s},
                        {"CSGS", "cscc_lock_shared_csgs", "csgsd", 120s},
                        {"CSTS", "cscc_lock_shared_csts", "cstsd", 30s},
                        {"CSTR", "cscc_lock_shared_cstr", "cstrd", 7s}};
    BOOST_TEST_REQUIRE(m.components.size() == std::size(rows));
    for (std::size_t n = 0; n < std::size(rows); ++n) {
        const component& c = m.components[n];
        BOOST_TEST(c.id == rows[n].id);
        BOOST_TEST(c.lock_name == rows[n].lock);
        BOOST_TEST(c.executable_name == rows[n].executable);
        BOOST_TEST((c.startup_timeout == rows[n].startup));
        BOOST_TEST((c.shutdown_timeout == 7s));
    }
    BOOST_TEST(m.cscc.executable_name == "csccd");
    BOOST_TEST(m.cscc.lock_name == "csc_lock_standby");
    BOOST_TEST((m.cscc.startup_timeout == 250s));
    BOOST_TEST((m.cscc.shutdown_timeout == 40s));
    BOOST_TEST(m.cscc.restart_retry_counter == 5U);
    BOOST_TEST((m.cscc.restart_time_span == 60s));
    const auto start = startup_order(m).steps();
    BOOST_TEST((start == std::vector<std::vector<component_index>>{{0}, {1}, {2}, {3}, {4}}));
    const auto stop = shutdown_order(m).steps();
    BOOST_TEST((stop == std::vector<std::vector<component_index>>{{4}, {3}, {2}, {1}, {0}}));
    BOOST_TEST(m.csccd.lock_shared_daemon_name == "csc_lock_shared_daemon");
    BOOST_TEST(m.csccd.lock_shared_daemon_comp_name == "csc_lock_shared_daemon_comp");
    BOOST_TEST(m.csccd.sem_shared_daemon_comp_name == "csc_sem_shared_daemon_comp");
    BOOST_TEST(m.csccmgr.lock_shared_name == "csc_lock_shared");
    BOOST_TEST(m.csccmgr.lock_shared_mgr_name == "csc_lock_shared_mgr");
    BOOST_TEST(m.csccmgr.sem_shared_daemon_mgr_name == "csc_sem_shared_daemon_mgr");
    BOOST_TEST(group_name(m) == "csc_mem_shared");
}

BOOST_AUTO_TEST_CASE(the_minimal_example_has_every_default)
{
    const model m = read_file("config/examples/minimal.cfg");
    BOOST_TEST_REQUIRE(m.components.size() == 1U);
    component expected;
    expected.id = "hello";
    expected.lock_name = "hello_lock_hello";
    expected.executable_name = "/usr/local/bin/hello";
    expected.startup_timeout = 10s;
    expected.shutdown_timeout = 5s;
    expected.limits[limit_kind::core] = {0, 0};
    BOOST_TEST((m.components[0] == expected));
    BOOST_TEST(m.cscc.executable_path.empty());
    BOOST_TEST(m.cscc.standby);
    BOOST_TEST((m.cscc.takeover_timeout == 5s));
    BOOST_TEST((m.cscc.heartbeat_interval == 500ms));
    BOOST_TEST((m.cscc.heartbeat_timeout == 3s));
    BOOST_TEST((m.cscc.restart_delay == 0s));
    BOOST_TEST((m.cscc.restart_delay_max == 60s));
    BOOST_TEST((m.csccd.log_level == log_threshold::info));
    BOOST_TEST((m.csccd.log_format == log_form::text));
    BOOST_TEST((m.csccd.containment == containment_kind::automatic));
    BOOST_TEST(m.csccd.control_mode == 0660U);
    BOOST_TEST((m.cluster == cluster_environment{}));
}

BOOST_AUTO_TEST_CASE(the_full_example_is_read_as_it_says)
{
    const model m = read_file("config/examples/full.cfg");
    BOOST_TEST_REQUIRE(m.components.size() == 4U);
    const component& c = m.components[0];
    BOOST_TEST(c.id == "database");
    BOOST_TEST((c.arguments == std::vector<std::string>{"--port", "5433"}));
    BOOST_TEST(c.working_directory.value() == "/");
    BOOST_TEST(c.environment.at("SHOP_MODE") == "production");
    BOOST_TEST(c.environment_file.value() == "/etc/shop/database.env");
    BOOST_TEST(c.user.value() == "root");
    BOOST_TEST(c.group.value() == "root");
    BOOST_TEST((c.supplementary_groups == std::vector<std::string>{"root"}));
    BOOST_TEST(c.umask.value() == 0027U);
    BOOST_TEST((c.limits.at(limit_kind::nofile) == limit_range{1024, 4096}));
    BOOST_TEST((c.limits.at(limit_kind::nproc) == limit_range{unlimited, unlimited}));
    BOOST_TEST((c.limits.at(limit_kind::core) == limit_range{0, 0}));
    BOOST_TEST(c.limits.size() == words<limit_kind>().size());
    BOOST_TEST(c.nice.value() == 0);
    BOOST_TEST(c.oom_score_adjust.value() == 0);
    BOOST_TEST((c.success_exit_codes == std::vector<std::int32_t>{0}));
    BOOST_TEST((m.components[1].output == output_kind::inherit));
    BOOST_TEST((m.components[2].output == output_kind::null));
    BOOST_TEST(
        (startup_order(m).steps() == std::vector<std::vector<component_index>>{{0}, {1, 2}, {3}}));
    BOOST_TEST((shutdown_order(m).steps() ==
                std::vector<std::vector<component_index>>{{3}, {2}, {1}, {0}}));
}

BOOST_AUTO_TEST_CASE(the_full_example_shows_every_key_that_this_version_accepts)
{
    const std::set<std::string> refused{"http_listen"};
    const std::string file = content_of("config/examples/full.cfg");
    std::set<std::string> keys;
    const model m = read_file("config/examples/full.cfg");
    collect_keys(boost::json::parse(to_json(m, secrets::kept)), keys);
    BOOST_TEST(keys.size() > 60U);
    for (std::string key : keys) {
        if (key == "soft" || key == "hard") // members of a limit, not keys
            continue;
        if (key.ends_with("_ms"))
            key.resize(key.size() - 3);
        const bool shown = file.find("\n" + key + " = ") != std::string::npos ||
                           file.find("[" + key + "]") != std::string::npos ||
                           file.find("." + key + "]") != std::string::npos;
        BOOST_TEST(shown != refused.contains(key), key);
    }
}

BOOST_AUTO_TEST_CASE(the_cluster_example_differs_from_the_defaults_in_what_makes_it_a_cluster)
{
    const model m = read_file("config/examples/cluster.cfg");
    BOOST_TEST(m.components.size() == 3U);
    BOOST_TEST(m.cluster.enabled);
    BOOST_TEST(m.cluster.group.value() == group_name(m));
    cluster_environment otherwise;
    otherwise.enabled = true;
    otherwise.group = m.cluster.group;
    BOOST_TEST((m.cluster == otherwise));
    BOOST_TEST((m.cscc.restart_strategy == restart_strategy::one_for_all));
    BOOST_TEST((m.cluster.barrier_timeout > m.cscc.shutdown_timeout));
}

BOOST_AUTO_TEST_CASE(the_corosync_example_is_encrypted)
{
    const corosync_security found =
        read_corosync_security(content_of("config/examples/corosync.conf"));
    BOOST_TEST(found.secure, found.why);
}
