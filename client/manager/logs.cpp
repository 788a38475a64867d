#include "client/manager/logs.hpp"

#include "client/manager/change_watch.hpp"
#include "client/manager/group_look.hpp"
#include "client/manager/log_tail.hpp"
#include "client/manager/words.hpp"
#include "common/base/text.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace asio = boost::asio;

namespace cscc {
namespace {

using namespace std::chrono_literals;

// Only where inotify does not tell: no directory yet, another machine's changes, no watch left.
constexpr duration look_anyway_after = 1s;

/// One file that is shown, and whose it is.
struct shown_file
{
    std::string id;
    log_tail tail;
    std::size_t colour = 0;
    std::size_t watched = 0; // which of the files that it opened
    bool is_watched = false;
};

class log_view
{
public:
    explicit log_view(session& run) : run_(run) {}

    void choose(const config::model& model);
    [[nodiscard]] bool is_empty() const noexcept { return files_.empty(); }
    asio::awaitable<void> show_last(std::size_t lines);
    asio::awaitable<exit_code> follow(time_point deadline);
    void show_rests()
    {
        for (shown_file& file : files_)
            show_rest(file);
    }
    [[nodiscard]] exit_code code() const;

private:
    void show(const shown_file& file, const output_news& news);
    void show_rest(shown_file& file);
    asio::awaitable<void> catch_up(shown_file& file);
    asio::awaitable<void> attend(change_watch& changes, std::size_t number);

    session& run_;
    std::vector<shown_file> files_;
    std::size_t width_ = 0;
};

/// A service whose output is in no file.
std::string whereabouts(const config::component& component)
{
    switch (component.output) {
    case config::output_kind::file: break;
    case config::output_kind::journal:
        return text("its output is in the journal: journalctl -t ", component.id);
    case config::output_kind::inherit:
        return "its output goes where csccd's own does: where the group was started, or to the "
               "journal of csccd's unit";
    case config::output_kind::null: return "its output is thrown away (output = \"null\")";
    }
    return {};
}

void log_view::choose(const config::model& model)
{
    const auto& ids = run_.line.ids;
    for (std::size_t n = 0; n < model.components.size(); ++n) {
        const config::component& c = model.components[n];
        if (!ids.empty() && std::find(ids.begin(), ids.end(), c.id) == ids.end())
            continue;
        const std::string& path = c.resolved.output_file;
        if (c.output != config::output_kind::file) {
            run_.out.complain(text(c.id, ": ", whereabouts(c)));
            continue;
        }
        const auto same = std::find_if(files_.begin(), files_.end(),
                                       [&](const auto& f) { return f.tail.path() == path; });
        if (same != files_.end()) {
            run_.out.complain(
                text(c.id, ": its output is in the file of ", same->id, ", and shown with that"));
            continue;
        }
        files_.push_back({c.id, log_tail(path), n});
        width_ = std::max(width_, c.id.size());
    }
}

void log_view::show(const shown_file& file, const output_news& news)
{
    std::string out;
    const line_prefix prefix{file.id, width_, file.colour};
    for (const output_line& line : news.lines)
        out += run_.line.json ? output_line_json(file.id, line)
                              : render_output_line(prefix, line, run_.out.looks());
    if (!out.empty())
        run_.out.say(out);
    for (const std::string& sentence : news.remarks)
        run_.out.complain(text(file.id, ": ", sentence));
}

/// All that is there, with room in between for whatever else the reactor has to do.
asio::awaitable<void> log_view::catch_up(shown_file& file)
{
    const auto reactor = co_await asio::this_coro::executor;
    for (bool more = true; more && !run_.out.lost();) {
        const output_news news = file.tail.look();
        show(file, news);
        more = news.more;
        co_await asio::post(reactor, asio::use_awaitable);
    }
}

asio::awaitable<void> log_view::show_last(std::size_t lines)
{
    for (shown_file& file : files_) {
        const output_news news = file.tail.begin(lines);
        show(file, news);
        if (!run_.line.follow)
            file.tail.stop_at_end();
        if (news.more) {
            co_await catch_up(file);
        }
        if (!run_.line.follow)
            show_rest(file);
    }
}

/// Watched first, read then: nothing comes in between unseen.
asio::awaitable<void> log_view::attend(change_watch& changes, std::size_t number)
{
    shown_file& file = files_[number];
    for (bool again = true; again;) {
        const std::string directory = std::filesystem::path(file.tail.path()).parent_path();
        file.is_watched = changes.watch_directory(number, directory);
        if (file.tail.descriptor() >= 0)
            file.is_watched =
                changes.watch_content(number, file.tail.descriptor()) && file.is_watched;
        file.watched = file.tail.opened();
        co_await catch_up(file);
        again = file.watched != file.tail.opened() && !run_.out.lost();
    }
}

asio::awaitable<exit_code> log_view::follow(time_point deadline)
{
    change_watch changes(co_await asio::this_coro::executor, files_.size());
    std::set<std::size_t> touched;
    for (std::size_t number = 0; number < files_.size(); ++number)
        touched.insert(number);
    while (clock::now() < deadline) {
        for (const std::size_t number : touched) {
            co_await attend(changes, number);
        }
        if (run_.out.lost())
            co_return exit_code::failed;
        const bool all_watched = std::all_of(files_.begin(), files_.end(),
                                             [](const auto& file) { return file.is_watched; });
        const time_point until =
            all_watched ? deadline : std::min(deadline, clock::now() + look_anyway_after);
        touched = co_await changes.wait(until);
        for (std::size_t number = 0; number < files_.size(); ++number) {
            if (!files_[number].is_watched)
                touched.insert(number);
        }
    }
    co_return exit_code::timed_out;
}

void log_view::show_rest(shown_file& file)
{
    output_news last;
    if (auto line = file.tail.rest())
        last.lines.push_back(std::move(*line));
    show(file, last);
}

exit_code log_view::code() const
{
    for (const shown_file& file : files_) {
        if (file.tail.trouble())
            return exit_of(file.tail.trouble());
    }
    return exit_code::done;
}

std::vector<std::string> unknown_ids(const session& run, const config::model& model)
{
    std::vector<std::string> unknown;
    for (const std::string& id : run.line.ids) {
        const auto is_it = [&](const config::component& c) { return c.id == id; };
        if (std::none_of(model.components.begin(), model.components.end(), is_it))
            unknown.push_back(text("\"", printable(id), "\""));
    }
    return unknown;
}

} // namespace

asio::awaitable<int> show_logs(session& run)
{
    const auto running = running_configuration(run.names());
    const config::model& model = running ? *running : run.model;
    const auto unknown = unknown_ids(run, model);
    if (!unknown.empty()) {
        run.out.complain(text(run.group(), " has no service ", listed(unknown)),
                         "See which there are: csccmgr status");
        co_return static_cast<int>(status_code::unknown);
    }
    log_view view(run);
    view.choose(model);
    co_await view.show_last(run.line.lines);
    exit_code code = exit_code::done;
    if (run.line.follow && !view.is_empty()) {
        code = co_await view.follow(run.line.timeout ? run.deadline(0s) : time_point::max());
        view.show_rests();
    }
    co_return static_cast<int>(code == exit_code::done ? view.code() : code);
}

} // namespace cscc
