#include "config/tables.hpp"

#include "common/base/text.hpp"

#include <algorithm>

namespace cscc::config {
namespace {

bool is_list_of_tables(const node& n)
{
    if (n.kind != node_kind::list)
        return false;
    for (const node& element : n.elements) {
        if (element.kind != node_kind::table)
            return false;
    }
    return true;
}

/// Keys that a missing table needs, for its message.
std::string_view keys_of(std::string_view table)
{
    if (table == "cscc_environment")
        return "executable_name, lock_name, startup_sequence, shutdown_sequence, startup_timeout, "
               "shutdown_timeout, restart_retry_counter and restart_time_span";
    if (table == "csccd_environment")
        return "lock_shared_daemon_name, lock_shared_daemon_comp_name and "
               "sem_shared_daemon_comp_name";
    return "lock_shared_name, lock_shared_mgr_name, sem_shared_daemon_mgr_name and "
           "mem_shared_name";
}

} // namespace

const node* find_table(const node& root, std::string_view name, document& out, diagnostics& found)
{
    const member* m = root.find(name);
    if (m == nullptr) {
        found.add(found.end_of_text(),
                  text("missing table [", name, "]; add it with ", keys_of(name)));
        out.where.set_broken(std::string(name));
        return nullptr;
    }
    if (m->value.kind == node_kind::table)
        return &m->value;
    found.add(m->at, text("'", name, "' is ", description(m->value.kind), "; write the table [",
                          name, "], once"));
    out.where.set_broken(std::string(name));
    return nullptr;
}

const std::vector<node>& find_components(const node& root, document& out, diagnostics& found)
{
    static const std::vector<node> none;
    const member* m = root.find("cs_components");
    if (m == nullptr) {
        found.add(found.end_of_text(), "missing table [[cs_components]]; add one for each service");
        out.where.set_broken("cs_components");
        return none;
    }
    out.where.set("cs_components", m->at);
    if (!is_list_of_tables(m->value)) {
        found.add(m->at, "'cs_components' must be a list of tables; write [[cs_components]] once "
                         "for each service");
        out.where.set_broken("cs_components");
        return none;
    }
    const auto& all = m->value.elements;
    if (all.size() > components_max) {
        found.add(all[components_max].at, text("there are ", all.size(), " components; at most ",
                                               components_max, " are possible"));
        out.where.set_broken("cs_components");
        return none;
    }
    return all;
}

std::string component_title(const node& table)
{
    const member* id = table.find("id");
    return id == nullptr || id->value.kind != node_kind::string
               ? "[[cs_components]]"
               : text("[[cs_components]] '", id->value.string, "'");
}

void mark_all_broken(document& out)
{
    for (const std::string_view name : table_names)
        out.where.set_broken(std::string(name));
}

void report_unknown_tables(const node& root, diagnostics& found)
{
    const std::vector<std::string_view> known(table_names.begin(), table_names.end());
    for (const member& m : root.members) {
        if (std::find(known.begin(), known.end(), m.key) != known.end())
            continue;
        const std::string_view what = m.value.kind == node_kind::table || is_list_of_tables(m.value)
                                          ? "unknown table '"
                                          : "outside of all tables there is no key '";
        found.add(m.at, text(what, m.key, "'", found.full() ? "" : did_you_mean(m.key, known)));
    }
}

void take_names(table_reader& r, component& c)
{
    r.require("id", "\"CSQL\"").take("id", c.id);
    r.require("lock_name", "\"cscc_lock_shared_csql\"").take("lock_name", c.lock_name);
}

void take_names(table_reader& r, csccd_environment& e)
{
    r.require("lock_shared_daemon_name", "\"csc_lock_shared_daemon\"")
        .take("lock_shared_daemon_name", e.lock_shared_daemon_name)
        .require("lock_shared_daemon_comp_name", "\"csc_lock_shared_daemon_comp\"")
        .take("lock_shared_daemon_comp_name", e.lock_shared_daemon_comp_name)
        .require("sem_shared_daemon_comp_name", "\"csc_sem_shared_daemon_comp\"")
        .take("sem_shared_daemon_comp_name", e.sem_shared_daemon_comp_name);
}

void take_names(table_reader& r, csccmgr_environment& e)
{
    r.require("lock_shared_name", "\"csc_lock_shared\"")
        .take("lock_shared_name", e.lock_shared_name)
        .require("lock_shared_mgr_name", "\"csc_lock_shared_mgr\"")
        .take("lock_shared_mgr_name", e.lock_shared_mgr_name)
        .require("sem_shared_daemon_mgr_name", "\"csc_sem_shared_daemon_mgr\"")
        .take("sem_shared_daemon_mgr_name", e.sem_shared_daemon_mgr_name)
        .require("mem_shared_name", "\"csc_mem_shared\"")
        .take("mem_shared_name", e.mem_shared_name);
}

} // namespace cscc::config
