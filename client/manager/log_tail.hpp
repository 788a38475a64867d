// log_tail.hpp: reads the file that a service's output is in, and follows it as `tail -F` does.
#pragma once

#include "client/manager/log_lines.hpp"
#include "common/base/error.hpp"
#include "common/base/unique_fd.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cscc {

/// What one look at a file brought.
struct output_news
{
    std::vector<output_line> lines;
    std::vector<std::string> remarks; // sentences: what became of the file
    bool more = false;                // there is more in it: look again
};

/// Never waits, but for the disk. What is truncated and has grown beyond its former length between
/// two looks is not noticed; nothing in a file tells.
class log_tail
{
public:
    explicit log_tail(std::string path) : path_(std::move(path)) {}

    /// Once, first: opens the file if it is there, and goes to where its last lines begin.
    [[nodiscard]] output_news begin(std::size_t last_lines);
    /// Reads what came since, at most about a mebibyte.
    [[nodiscard]] output_news look();
    /// Reads no further than to the present end of the file.
    void stop_at_end();
    /// At the end: the line that has none.
    [[nodiscard]] std::optional<output_line> rest() { return splitter_.rest(); }

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// The open file, -1 if none is; and how many were opened so far.
    [[nodiscard]] int descriptor() const noexcept { return file_.get(); }
    [[nodiscard]] std::size_t opened() const noexcept { return opened_; }
    /// Why it cannot be read, if it is there.
    [[nodiscard]] const error_code& trouble() const noexcept { return trouble_; }

private:
    void open(output_news& news);
    void read_on(output_news& news);
    void end_line(output_news& news);
    void go_to_last_lines(std::size_t lines);
    /// Says it, unless it was the last that was said.
    void remark(output_news& news, std::string sentence);

    std::string path_;
    unique_fd file_;
    std::size_t opened_ = 0;
    std::uint64_t position_ = 0;
    std::uint64_t end_ = UINT64_MAX; // to be read up to
    line_splitter splitter_;
    std::string last_remark_;
    error_code trouble_;
};

} // namespace cscc
