#include "test/cluster/member_process.hpp"

#include <boost/test/unit_test.hpp>

#include <sstream>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace cscc::test {
namespace {

start_spec spec_of(std::vector<std::string> arguments, int in)
{
    start_spec spec;
    spec.program = GROUP_MEMBER;
    spec.arguments = std::move(arguments);
    spec.in = in;
    return spec;
}

} // namespace

member_process::pipe::pipe()
{
    int ends[2];
    BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    out.reset(ends[0]);
    in.reset(ends[1]);
}

member_process::member_process(corosync_nodes& nodes, int node, std::vector<std::string> arguments)
    : program_(nodes.run(node, spec_of(std::move(arguments), orders_.out.get())))
{}

void member_process::tell(const std::string& order)
{
    const std::string line = order + "\n";
    BOOST_REQUIRE(::write(orders_.in.get(), line.data(), line.size()) ==
                  static_cast<ssize_t>(line.size()));
}

std::vector<member_line> member_process::said() const
{
    std::vector<member_line> lines;
    std::istringstream all(program_.out());
    for (std::string one; std::getline(all, one);) {
        member_line line;
        std::istringstream words(one);
        words >> line.t_ns >> line.word;
        std::getline(words >> std::ws, line.rest);
        lines.push_back(std::move(line));
    }
    return lines;
}

std::optional<std::string> member_process::last(const std::string& word) const
{
    std::optional<std::string> found;
    for (member_line& line : said()) {
        if (line.word == word)
            found = std::move(line.rest);
    }
    return found;
}

std::optional<std::int64_t> member_process::when(const std::string& word, const std::string& rest,
                                                 std::int64_t since) const
{
    for (const member_line& line : said()) {
        if (line.t_ns > since && line.word == word && line.rest == rest)
            return line.t_ns;
    }
    return std::nullopt;
}

std::vector<std::string> member_process::messages() const
{
    std::vector<std::string> found;
    for (member_line& line : said()) {
        if (line.word == "message")
            found.push_back(std::move(line.rest));
    }
    return found;
}

std::optional<std::string> member_process::quorum() const
{
    std::optional<std::string> known;
    for (const member_line& line : said()) {
        if (line.word == "ring")
            known.reset();
        if (line.word == "quorum")
            known = line.rest;
    }
    return known;
}

} // namespace cscc::test
