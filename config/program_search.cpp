#include "config/program_search.hpp"

#include "common/base/text.hpp"
#include "config/safe_file.hpp"

#include <filesystem>

namespace cscc::config {

program_search::program_search(const model& m, const surroundings& around) : uid_(around.uid)
{
    const auto add = [&](const std::filesystem::path& directory) {
        std::string text = directory.lexically_normal().string();
        while (text.ends_with('/'))
            text.pop_back();
        directories_.push_back(std::move(text));
    };
    for (const std::string& directory : m.cscc.executable_path)
        add(std::filesystem::path(m.resolved.file).parent_path() / directory);
    if (!around.program_directory.empty()) {
        const std::filesystem::path here = around.program_directory;
        for (const char* from_here : {".", "../libexec/cscc", "../sbin", "../bin"})
            add(here / from_here);
    }
    for (const char* directory :
         {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"})
        add(directory);
}

const program& program_search::find(const std::string& name)
{
    const auto [entry, is_new] = known_.try_emplace(name);
    if (is_new && name.starts_with('/'))
        entry->second = examine(name);
    else if (is_new && !name.empty() && name.find('/') == std::string::npos)
        entry->second = look_up(name);
    return entry->second;
}

program program_search::examine(const std::string& file) const
{
    bool missing = false;
    const auto why = why_not_executable(file, uid_, missing);
    if (missing)
        return {{}, text("there is no executable '", file, "'; install it, or name another")};
    if (why)
        return {{}, text("the executable '", file, "' ", *why)};
    return {file, {}};
}

program program_search::look_up(const std::string& name) const
{
    std::string searched;
    for (const std::string& directory : directories_) {
        const std::string file = text(directory, "/", name);
        bool missing = false;
        const auto why = why_not_executable(file, uid_, missing);
        if (!why)
            return {file, {}};
        if (!missing)
            return {{}, text("the executable '", file, "' ", *why)};
        searched += text(searched.empty() ? "" : ", ", directory.empty() ? "/" : directory);
    }
    return {{},
            text("there is no executable '", name, "' in ", searched,
                 "; install it, or add its directory to 'executable_path'")};
}

} // namespace cscc::config
