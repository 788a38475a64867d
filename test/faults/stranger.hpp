// stranger.hpp: a process that is nobody's business, and notices if it is made somebody's.
//
// It is no descendant of the test (the harness would take it for a process of the group), blocks
// every signal that can be blocked, and tells which came. It ends with the test.
#pragma once

#include "common/base/unique_fd.hpp"

#include <string>

#include <sys/types.h>

namespace cscc::test {

class stranger
{
public:
    /// Before the first group_under_test. @param uid  another than ours only for root
    explicit stranger(uid_t uid);
    stranger(const stranger&) = delete;

    [[nodiscard]] int pid() const noexcept { return pid_; }

    /// What was done to it since the last question: empty, or a sentence.
    [[nodiscard]] std::string complaint();

private:
    int pid_ = 0;
    unique_fd pidfd_;
    unique_fd told_; // signal numbers, a byte each
    unique_fd life_; // closed with us: then it ends
};

} // namespace cscc::test
