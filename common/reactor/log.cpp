#include "common/reactor/log.hpp"

#include "common/base/text.hpp"
#include "common/reactor/log_line.hpp"
#include "common/reactor/log_output.hpp"

#include <boost/log/attributes/attribute_value_impl.hpp>
#include <boost/log/attributes/value_extraction.hpp>
#include <boost/log/core.hpp>
#include <boost/log/sinks/basic_sink_backend.hpp>
#include <boost/log/sinks/sync_frontend.hpp>
#include <boost/log/sources/severity_channel_logger.hpp>
#include <boost/make_shared.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <utility>

#include <unistd.h>

namespace logging = boost::log;

namespace cscc {
namespace {

constexpr const char* level_key = "Severity"; // the names that Boost.Log's logger gives them
constexpr const char* channel_key = "Channel";
constexpr const char* message_key = "Message";

std::atomic<std::uint64_t> dropped_total{0};

/// Writes each record at once, in the thread that logs. Boost.Log's asynchronous sink is a thread,
/// and its stream sinks block on a pipe that nobody reads.
class line_backend final
    : public logging::sinks::basic_sink_backend<logging::sinks::synchronized_feeding>
{
public:
    void set_output(log_output output) { output_ = std::move(output); }
    void set_look(log_format format, log_head head)
    {
        format_ = format;
        head_ = head;
    }

    void consume(const logging::record_view& record)
    {
        const auto level = logging::extract<log_level>(level_key, record);
        const auto channel = logging::extract<std::string>(channel_key, record);
        const auto message = logging::extract<std::string>(message_key, record);
        using namespace std::chrono;
        const auto now = time_point_cast<milliseconds>(system_clock::now());
        write({now, level ? *level : log_level::error, channel ? *channel : std::string_view{},
               message ? *message : std::string_view{}});
    }

private:
    void write(const log_event& event)
    {
        // In one write with the line, or it would be said into the last gap of a full pipe.
        const std::string said = what_was_dropped(event) + make_log_line(event, format_, head_);
        if (output_.write(said)) {
            unsaid_ = 0;
            return;
        }
        ++unsaid_;
        ++dropped_total;
    }

    [[nodiscard]] std::string what_was_dropped(const log_event& event) const
    {
        if (unsaid_ == 0)
            return {};
        const std::string sentence =
            text(unsaid_, unsaid_ == 1 ? " line was dropped" : " lines were dropped");
        return make_log_line({event.when, log_level::warning, "log", sentence}, format_, head_);
    }

    log_output output_ = log_output::to_shared(STDERR_FILENO);
    log_format format_ = log_format::text;
    log_head head_ = log_head::sd_prefix;
    std::uint64_t unsaid_ = 0;
};

/// The one sink and the one source, made at the first line or at log_open.
class logger
{
public:
    logger() : sink_(boost::make_shared<sink>())
    {
        logging::core::get()->add_sink(sink_);
        set_level(log_settings{}.level);
    }

    error_code open(const log_settings& wanted)
    {
        const bool to_file = !wanted.file.empty();
        result<log_output> output =
            to_file ? log_output::to_file(wanted.file) : log_output::to_shared(STDERR_FILENO);
        if (!output)
            return output.error();
        const auto backend = sink_->locked_backend();
        backend->set_output(*std::move(output));
        backend->set_look(wanted.format, to_file ? log_head::time : log_head::sd_prefix);
        set_level(wanted.level);
        file_ = wanted.file;
        return {};
    }

    error_code reopen()
    {
        if (file_.empty())
            return {};
        result<log_output> output = log_output::to_file(file_);
        if (!output)
            return output.error();
        sink_->locked_backend()->set_output(*std::move(output));
        return {};
    }

    void write(log_level level, std::string_view channel, std::string_view message)
    {
        logging::record record =
            source_.open_record((logging::keywords::severity = level,
                                 logging::keywords::channel = std::string(channel)));
        if (!record) // the filter did not want it
            return;
        record.attribute_values().insert(
            message_key, logging::attributes::make_attribute_value(std::string(message)));
        source_.push_record(boost::move(record));
    }

private:
    using sink = logging::sinks::synchronous_sink<line_backend>;

    static void set_level(log_level least)
    {
        logging::core::get()->set_filter([least](const logging::attribute_value_set& values) {
            const auto level = logging::extract<log_level>(level_key, values);
            return level && *level <= least;
        });
    }

    boost::shared_ptr<sink> sink_;
    logging::sources::severity_channel_logger<log_level, std::string> source_;
    std::string file_;
};

logger& the_logger()
{
    static logger instance;
    return instance;
}

constexpr std::array all_levels{log_level::error, log_level::warning, log_level::notice,
                                log_level::info, log_level::debug};

} // namespace

error_code log_open(const log_settings& wanted)
{
    return the_logger().open(wanted);
}

error_code log_reopen()
{
    return the_logger().reopen();
}

void log(log_level level, std::string_view channel, std::string_view message)
{
    the_logger().write(level, channel, message);
}

std::uint64_t log_lines_dropped() noexcept
{
    return dropped_total;
}

std::optional<log_level> parse_log_level(std::string_view word) noexcept
{
    for (const log_level level : all_levels)
        if (to_string(level) == word)
            return level;
    return std::nullopt;
}

} // namespace cscc
