// program_search.hpp: the program behind an executable_name. Part of load.
//
// A name without '/' is looked up: first in `executable_path`, in order, a relative directory being
// relative to the directory of the configuration file; then where the running program lies and in
// ../libexec/cscc, ../sbin and ../bin from there, so that an installed tree works under any prefix;
// then in /usr/local/sbin, /usr/local/bin, /usr/sbin, /usr/bin, /sbin and /bin. The first that
// exists is meant: if it is unsafe, that is said and not passed over.
#pragma once

#include "config/load.hpp"

#include <map>
#include <string>
#include <vector>

namespace cscc::config {

struct program
{
    std::string file;    // absolute; empty if there is a problem
    std::string problem; // what is wrong; what would be right
};

class program_search
{
public:
    /// Takes resolved.file and executable_path of the model.
    program_search(const model&, const surroundings&);

    /// Remembers what it finds: many services may run the same program. For a name that validate
    /// refuses, neither a file nor a problem.
    [[nodiscard]] const program& find(const std::string& name);

private:
    [[nodiscard]] program examine(const std::string& file) const;
    [[nodiscard]] program look_up(const std::string& name) const;

    std::uint32_t uid_;
    std::vector<std::string> directories_;
    std::map<std::string, program> known_;
};

} // namespace cscc::config
