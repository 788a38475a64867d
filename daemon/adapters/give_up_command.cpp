#include "daemon/adapters/give_up_command.hpp"

#include "common/base/text.hpp"
#include "common/reactor/log.hpp"
#include "common/reactor/spawn_lists.hpp"

#include <cstring>
#include <vector>

#include <unistd.h>

namespace cscc {
namespace {

std::vector<char*> pointers_to(std::vector<std::string>& words)
{
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (std::string& word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);
    return pointers;
}

} // namespace

void start_give_up_command(const config::model& model, const std::string& reason)
{
    std::vector<std::string> words = model.cscc.on_give_up;
    const std::string& program = model.resolved.give_up_program;
    if (words.empty() || program.empty())
        return;
    std::vector<std::string> environment;
    for (char** variable = environ; *variable != nullptr; ++variable)
        environment.emplace_back(*variable);
    environment.push_back(text("CSCC_GROUP=", config::group_name(model)));
    environment.push_back(text("CSCC_REASON=", reason));

    spawn_lists lists;
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        lists.open_null(standard);
    lists.close_from(STDERR_FILENO + 1);
    pid_t pid = 0;
    const int bad = lists.spawn(pid, program.c_str(), pointers_to(words).data(),
                                pointers_to(environment).data());
    if (bad == 0)
        log(log_level::notice, "daemon", text("on_give_up: ", program, " is started, pid ", pid));
    else
        log(log_level::error, "daemon",
            text("on_give_up: ", program, " cannot be started: ", ::strerrordesc_np(bad)));
}

} // namespace cscc
