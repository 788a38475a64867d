// render_locks.cpp: the second half of render.hpp, `csccmgr locks`.
#include "client/manager/render.hpp"
#include "client/manager/words.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace cscc {
namespace {

tint tint_of(std::string_view state)
{
    if (state == "held")
        return tint::good;
    return state == "owner died" ? tint::bad : tint::faint;
}

} // namespace

std::string render_locks(std::span<const lock_row> locks, const page& to)
{
    std::vector<std::vector<cell>> rows{{{"NAME", tint::faint},
                                         {"KIND", tint::faint},
                                         {"SERVICE", tint::faint},
                                         {"STATE", tint::faint},
                                         {"HOLDER", tint::faint}}};
    for (const auto& lock : locks) {
        rows.push_back({{lock.name},
                        {lock.kind},
                        {lock.service.value_or("-")},
                        {lock.state, tint_of(lock.state)},
                        {lock.holder ? std::to_string(*lock.holder) : "-"}});
    }
    return render_table(rows, to);
}

std::string locks_json(std::string_view group, std::span<const lock_row> locks)
{
    boost::json::array rows;
    for (const auto& lock : locks) {
        boost::json::object row;
        row["name"] = lock.name;
        row["kind"] = lock.kind;
        row["service"] = lock.service ? boost::json::value(*lock.service) : nullptr;
        row["state"] = lock.state;
        row["holder"] = lock.holder ? boost::json::value(*lock.holder) : nullptr;
        rows.push_back(std::move(row));
    }
    boost::json::object whole;
    whole["schema"] = 1;
    whole["group"] = boost::json::string_view(group.data(), group.size());
    whole["locks"] = std::move(rows);
    return boost::json::serialize(whole);
}

} // namespace cscc
