// temp_dir.hpp: a folder of our own that is gone when the test is over.
#pragma once

#include <filesystem>
#include <string>

namespace cscc::test {

class temp_dir
{
public:
    temp_dir();
    ~temp_dir();
    temp_dir(const temp_dir&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    /// A file or folder in it, as text.
    [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

void write_file(const std::string& path, const std::string& text, int mode = 0644);
[[nodiscard]] std::string read_file(const std::string& path); // "" if there is none

} // namespace cscc::test
