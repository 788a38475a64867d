#include "client/manager/log_tail.hpp"

#include "client/manager/words.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cscc {
namespace {

constexpr std::size_t block_bytes = 64 * 1024;
constexpr std::size_t blocks_a_look = 16;

file_facts facts_of(const struct stat& found)
{
    return {found.st_dev, found.st_ino, static_cast<std::uint64_t>(found.st_size)};
}

std::optional<file_facts> facts_of_open(int file)
{
    struct stat found = {};
    if (file < 0 || ::fstat(file, &found) != 0)
        return std::nullopt;
    return facts_of(found);
}

std::optional<file_facts> facts_of_named(const std::string& path)
{
    struct stat found = {};
    if (::stat(path.c_str(), &found) != 0)
        return std::nullopt;
    return facts_of(found);
}

bool is_absence(int error)
{
    return error == ENOENT || error == ENOTDIR;
}

} // namespace

void log_tail::remark(output_news& news, std::string sentence)
{
    if (sentence != last_remark_)
        news.remarks.push_back(sentence);
    last_remark_ = std::move(sentence);
}

output_news log_tail::begin(std::size_t last_lines)
{
    output_news news;
    open(news);
    if (file_) {
        go_to_last_lines(last_lines);
        news.more = true;
    }
    return news;
}

output_news log_tail::look()
{
    output_news news;
    switch (judge_file(facts_of_open(file_.get()), facts_of_named(path_), position_)) {
    case file_fate::truncated:
        end_line(news);
        position_ = 0;
        news.remarks.push_back(text(printable(path_), " was truncated; from its beginning:"));
        news.more = true;
        break;
    case file_fate::same:
        last_remark_.clear();
        read_on(news);
        break;
    case file_fate::moved:
        read_on(news);
        remark(news, text(printable(path_), " was moved or removed; waiting for a new one"));
        break;
    case file_fate::replaced:
        read_on(news);
        if (!news.more) { // else first what is left in the old one
            end_line(news);
            remark(news, text(printable(path_), " is a new file; from its beginning:"));
            open(news);
            news.more = static_cast<bool>(file_);
        }
        break;
    case file_fate::absent:
    case file_fate::appeared: {
        const bool was_missed = opened_ == 0 && !last_remark_.empty();
        open(news);
        if (file_ && was_missed)
            news.remarks.push_back(text(printable(path_), " is there now"));
        news.more = static_cast<bool>(file_);
        break;
    }
    }
    return news;
}

// Without waiting for what may be in the place of a file: a pipe would hold us up.
void log_tail::open(output_news& news)
{
    position_ = 0;
    trouble_ = {};
    file_.reset(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat found = {};
    if (!file_ && is_absence(errno)) {
        remark(news, text("nothing yet: there is no ", printable(path_)));
    }
    else if (!file_ || ::fstat(file_.get(), &found) != 0) {
        trouble_ = last_system_error();
        remark(news, text(printable(path_), " cannot be read: ", trouble_.message()));
    }
    else if (!S_ISREG(found.st_mode)) {
        trouble_ = error_code(EINVAL, boost::system::system_category());
        remark(news, text(printable(path_), " is no regular file: what was written to it cannot be "
                                            "read"));
        file_.reset();
    }
    else {
        ++opened_;
    }
}

void log_tail::read_on(output_news& news)
{
    std::string block(block_bytes, '\0');
    for (std::size_t n = 0; n < blocks_a_look; ++n) {
        const auto wanted = std::min<std::uint64_t>(block.size(), end_ - std::min(end_, position_));
        const ssize_t got =
            ::pread(file_.get(), block.data(), wanted, static_cast<off_t>(position_));
        if (got <= 0)
            return;
        position_ += static_cast<std::uint64_t>(got);
        splitter_.take(std::string_view(block).substr(0, static_cast<std::size_t>(got)),
                       news.lines);
    }
    news.more = true;
}

void log_tail::end_line(output_news& news)
{
    if (auto line = splitter_.rest())
        news.lines.push_back(std::move(*line));
}

void log_tail::stop_at_end()
{
    if (const auto facts = facts_of_open(file_.get()))
        end_ = facts->bytes;
}

void log_tail::go_to_last_lines(std::size_t lines)
{
    last_lines search(lines);
    std::string block(block_bytes, '\0');
    const auto facts = facts_of_open(file_.get());
    std::uint64_t before = facts ? facts->bytes : 0;
    while (before > 0) {
        const auto wanted = std::min<std::uint64_t>(block.size(), before);
        const std::uint64_t from = before - wanted;
        const ssize_t got = ::pread(file_.get(), block.data(), wanted, static_cast<off_t>(from));
        if (got != static_cast<ssize_t>(wanted))
            break; // truncated this moment: from its beginning
        const auto found = search.take_before(std::string_view(block).substr(0, wanted));
        if (found) {
            position_ = from + *found;
            return;
        }
        before = from;
    }
    position_ = 0;
}

} // namespace cscc
