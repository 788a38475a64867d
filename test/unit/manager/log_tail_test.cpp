// A file of output under all that happens to such files.
#include "client/manager/log_tail.hpp"
#include "common/base/text.hpp"
#include "test/unit/reactor/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

namespace cscc {
namespace {

namespace fs = std::filesystem;

struct followed_file
{
    void write(const std::string& words, const std::string& name = "A.log") const
    {
        std::ofstream(directory.path(name), std::ios::app) << words;
    }
    /// Looks until nothing more comes; lines and remarks as they came, a remark in brackets.
    std::string news()
    {
        std::string all;
        output_news seen;
        do {
            seen = tail.look();
            note(all, seen);
        } while (seen.more);
        return all;
    }
    std::string begin(std::size_t lines)
    {
        std::string all;
        const output_news seen = tail.begin(lines);
        note(all, seen);
        return seen.more ? all + news() : all;
    }

    test::temporary_directory directory;
    std::string path = directory.path("A.log");
    log_tail tail{path};

private:
    void note(std::string& all, const output_news& seen) const
    {
        for (const output_line& line : seen.lines)
            all += line.text + "\n";
        for (std::string remark : seen.remarks) {
            if (const auto at = remark.find(path); at != remark.npos)
                remark.replace(at, path.size(), "A.log");
            all += text("[", remark, "]\n");
        }
    }
};

BOOST_FIXTURE_TEST_SUITE(a_file_of_output, followed_file)

BOOST_AUTO_TEST_CASE(begins_with_its_last_lines_and_goes_on_with_what_comes)
{
    for (int n = 0; n < 20; ++n)
        write(text("line ", n, "\n"));
    BOOST_TEST(begin(2) == "line 18\nline 19\n");
    BOOST_TEST(news() == "");
    write("line 20\nhalf");
    BOOST_TEST(news() == "line 20\n");
    write(" a line\n");
    BOOST_TEST(news() == "half a line\n");
    write("no end");
    BOOST_TEST(news() == "");
    BOOST_TEST(tail.rest().value().text == "no end");
}

BOOST_AUTO_TEST_CASE(is_read_whole_if_more_lines_are_asked_for_than_it_has)
{
    std::string all;
    for (int n = 0; n < 300'000; ++n) // over many blocks, and more than one look reads
        all += text("line ", n, "\n");
    write(all);
    BOOST_TEST((begin(1'000'000) == all));
}

BOOST_AUTO_TEST_CASE(is_not_read_beyond_the_end_that_it_had)
{
    write("one\ntwo\n");
    const output_news ignored = tail.begin(10);
    BOOST_TEST(ignored.lines.empty());
    tail.stop_at_end();
    write("three\n"); // by somebody who writes as fast as we read
    BOOST_TEST(news() == "one\ntwo\n");
    BOOST_TEST(news() == "");
}

BOOST_AUTO_TEST_CASE(that_is_rotated_by_rename_is_read_to_its_end_and_then_the_new_one)
{
    write("one\n");
    BOOST_TEST(begin(10) == "one\n");
    fs::rename(path, directory.path("A.log.1"));
    write("two\n", "A.log.1"); // by a service that has it open still
    BOOST_TEST(news() == "two\n[A.log was moved or removed; waiting for a new one]\n");
    write("three\nend", "A.log.1");
    BOOST_TEST(news() == "three\n"); // said once
    write("four\n");
    write(" of it\n", "A.log.1");
    BOOST_TEST(news() == "end of it\n[A.log is a new file; from its beginning:]\nfour\n");
    write("five\n");
    BOOST_TEST(news() == "five\n");
}

BOOST_AUTO_TEST_CASE(that_is_truncated_is_read_from_its_beginning)
{
    write("one\ntwo\nunfinished");
    BOOST_TEST(begin(10) == "one\ntwo\n");
    BOOST_TEST(::truncate(path.c_str(), 0) == 0);
    BOOST_TEST(news() == "unfinished\n[A.log was truncated; from its beginning:]\n");
    write("three\n");
    BOOST_TEST(news() == "three\n");
    BOOST_TEST(::truncate(path.c_str(), 0) == 0);
    write("4\n"); // before anybody looked
    BOOST_TEST(news() == "[A.log was truncated; from its beginning:]\n4\n");
}

BOOST_AUTO_TEST_CASE(that_is_not_there_yet_is_said_and_waited_for)
{
    BOOST_TEST(begin(10) == "[nothing yet: there is no A.log]\n");
    BOOST_TEST(news() == "");
    BOOST_TEST(tail.descriptor() == -1);
    BOOST_TEST(!tail.trouble()); // it is no error
    write("one\n");
    BOOST_TEST(news() == "[A.log is there now]\none\n");
}

BOOST_AUTO_TEST_CASE(that_is_no_file_of_lines_is_refused_without_waiting)
{
    BOOST_TEST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    const std::string refusal =
        "[A.log is no regular file: what was written to it cannot be read]\n";
    BOOST_TEST(begin(10) == refusal);
    BOOST_TEST(tail.trouble().failed());
    BOOST_TEST(news() == "");
    fs::remove(path);
    BOOST_TEST(news() == "[nothing yet: there is no A.log]\n");
    write("one\n");
    BOOST_TEST(news() == "[A.log is there now]\none\n");
    BOOST_TEST(!tail.trouble());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
