// corpus_test.cpp: what the fuzzers found and what they began with still keeps every promise.
#define BOOST_TEST_MODULE fuzz_corpus
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#define TARGETS(each)                                                                              \
    each(cluster_message) each(config_object) each(config_text) each(control_json)                 \
        each(control_route) each(control_session) each(corosync_conf) each(environment_file)       \
            each(event_stream) each(guard_command) each(lock_object) each(sd_notify)               \
                each(service_frame) each(state_object)

#define DECLARE(target) extern "C" int fuzz_##target(const std::uint8_t* data, std::size_t size);
TARGETS(DECLARE)

namespace {

using target = int (*)(const std::uint8_t* data, std::size_t size);

std::vector<std::filesystem::path> files_of(const std::string& name)
{
    const std::filesystem::path folder = std::filesystem::path("corpus") / name;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        files.push_back(entry.path());
    return files;
}

std::vector<std::uint8_t> content_of(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void run_through(const std::string& name, target run)
{
    const auto files = files_of(name);
    BOOST_TEST(!files.empty());
    for (const auto& file : files) {
        BOOST_TEST_CONTEXT(file.string()) // a broken promise ends the program, and says this
        {
            BOOST_TEST_CHECKPOINT(file.string());
            const auto bytes = content_of(file);
            BOOST_TEST(run(bytes.data(), bytes.size()) == 0);
        }
    }
    const std::vector<std::uint8_t> nothing(1);
    BOOST_TEST(run(nothing.data(), 0) == 0);
}

} // namespace

#define CASE(target)                                                                               \
    BOOST_AUTO_TEST_CASE(every_input_kept_for_##target##_keeps_its_promises)                       \
    {                                                                                              \
        run_through(#target, fuzz_##target);                                                       \
    }
TARGETS(CASE)
