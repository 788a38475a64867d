// fake_journal.hpp: the journal's end of systemd's stream protocol: what was said, stream by
// stream.
#pragma once

#include "common/base/unique_fd.hpp"

#include <string>
#include <vector>

namespace cscc::test {

/// Listens from its beginning. Nothing is read but in look().
class fake_journal
{
public:
    struct stream
    {
        unique_fd connection;
        std::string said{}; // header and output
        bool ended = false; // nobody has it open any more

        [[nodiscard]] std::string identifier() const { return said.substr(0, said.find('\n')); }
    };

    explicit fake_journal(const std::string& socket_path);

    /// Takes whoever connected, and what came; waits for nothing.
    const std::vector<stream>& look();

private:
    unique_fd listener_;
    std::vector<stream> streams_;
};

} // namespace cscc::test
