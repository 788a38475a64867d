// mutation_test.cpp: whatever bytes a file has, there is an answer. Seeded; the seed is printed.
#include "config/json.hpp"
#include "config/names.hpp"
#include "config/validate.hpp"
#include "test/unit/config/group_text.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

using namespace cscc::config;

namespace {

constexpr int rounds = 5000;

std::string content_of(const char* file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

class mutator
{
public:
    explicit mutator(std::uint64_t seed) : random_(seed) {}

    std::string mutate(std::string text)
    {
        for (std::size_t n = 1 + below(4); n > 0; --n)
            change(text);
        return text;
    }

private:
    std::size_t below(std::size_t end)
    {
        return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
    }
    void change(std::string& text)
    {
        // What TOML is made of, so that a change is likely to mean something.
        static constexpr std::string_view pieces[] = {"[",
                                                      "]",
                                                      "[[",
                                                      "]]",
                                                      "{",
                                                      "}",
                                                      "\"",
                                                      "'",
                                                      "\"\"\"",
                                                      "'''",
                                                      "=",
                                                      ",",
                                                      ".",
                                                      "#",
                                                      "\n",
                                                      "\\",
                                                      "-1",
                                                      "1e99",
                                                      "0x",
                                                      "true",
                                                      "nan",
                                                      "\\u0",
                                                      "\xff",
                                                      "\x1b",
                                                      "\xc3",
                                                      " ",
                                                      "id",
                                                      "1979-05-27",
                                                      "\\u0000",
                                                      "999999999999999999999",
                                                      "[[cs_components]]\n",
                                                      "[cluster]\n",
                                                      "a.b.c = 1\n"};
        const std::size_t at = below(text.size() + 1);
        const std::size_t length = std::min(below(40), text.size() - at);
        switch (below(6)) {
        case 0: text.insert(at, pieces[below(std::size(pieces))]); break;
        case 1: text.replace(at, length, pieces[below(std::size(pieces))]); break;
        case 2: text.erase(at, length); break;
        case 3: text.insert(at, text.substr(below(text.size() + 1), below(400))); break;
        case 4: text.resize(at); break;
        case 5: text.insert(at, 1, static_cast<char>(below(256))); break;
        }
        if (text.empty())
            text = "\n";
    }

    std::mt19937_64 random_;
};

std::uint64_t seed()
{
    const char* const given = std::getenv("CSCC_TEST_SEED");
    const std::uint64_t value = given ? std::strtoull(given, nullptr, 0) : std::random_device{}();
    BOOST_TEST_MESSAGE("CSCC_TEST_SEED=" << value);
    return value;
}

/// Each answer is a model that travels unharmed, or mistakes that can be shown.
void check_answer(const std::string& text)
{
    const auto read = read_text(text);
    if (read) {
        const auto back = from_json(to_json(*read, secrets::kept));
        BOOST_TEST((back && *back == *read), "lost on its way as JSON:\n" << text);
        return;
    }
    const mistakes all = read.error();
    BOOST_TEST(!all.list.empty());
    const std::string shown = render("f", all);
    for (const char c : shown)
        BOOST_TEST((c == '\n' || static_cast<unsigned char>(c) >= 0x20), "harmful:\n" << text);
    for (const diagnostic& d : all.list)
        BOOST_TEST((d.line > 0 && d.column > 0), "a mistake without a place:\n" << text);
}

} // namespace

BOOST_AUTO_TEST_CASE(any_change_to_a_file_has_an_answer)
{
    const std::uint64_t s = seed();
    BOOST_TEST_CONTEXT("CSCC_TEST_SEED=" << s)
    {
        mutator m(s);
        const std::string texts[] = {content_of("config/cscomputer.cfg"),
                                     content_of("config/examples/full.cfg"),
                                     std::string(group_text)};
        std::size_t refused = 0;
        for (int i = 0; i < rounds; ++i) {
            const std::string text = m.mutate(texts[static_cast<std::size_t>(i) % 3]);
            check_answer(text);
            diagnostics found(text);
            const document names = read_names(text, parts::group_names, found);
            if (found.empty())
                BOOST_TEST(!names.value.csccmgr.mem_shared_name.empty(), text);
            else
                ++refused;
        }
        BOOST_TEST(refused > 100U);          // the changes hurt
        BOOST_TEST(refused < rounds - 100U); // but not always
    }
}

BOOST_AUTO_TEST_CASE(any_change_to_the_json_of_a_configuration_has_an_answer)
{
    const std::uint64_t s = seed();
    BOOST_TEST_CONTEXT("CSCC_TEST_SEED=" << s)
    {
        mutator m(s);
        const auto read = read_text(content_of("config/examples/full.cfg"));
        BOOST_TEST_REQUIRE(!!read);
        const std::string json = to_json(*read, secrets::kept);
        for (int i = 0; i < rounds; ++i) {
            const std::string changed_json = m.mutate(json);
            const auto back = from_json(changed_json);
            if (back)
                BOOST_TEST((from_json(to_json(*back, secrets::kept)).value() == *back),
                           changed_json);
        }
    }
}
