#include "test/services/journal.hpp"

#include <cstdlib>
#include <string>

#include <fcntl.h>

namespace cscc::test {
namespace {

int file = -1;
process_key self;
const char* role = "service";
std::string id;
std::int64_t generation = 0;

} // namespace

void journal_open()
{
    self = this_process();
    if (const char* name = std::getenv("CSCC_SERVICE"))
        id = name;
    if (const char* number = std::getenv("CSCC_GENERATION"))
        generation = std::atoll(number);
    if (const char* path = std::getenv("TEST_EVENT_LOG"))
        file = ::open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
}

void journal_forked()
{
    self = this_process();
    role = "descendant";
}

void journal(const char* kind, std::int64_t code, const char* key)
{
    if (file < 0)
        return;
    event_line line(now_ns(), self, role, kind);
    line.add("id", id).add("generation", generation);
    if (code != no_code)
        line.add(key, code);
    line.write_to(file);
}

} // namespace cscc::test
