// temporary_directory.hpp: a directory of a test's own, gone with everything in it at its end.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <sys/stat.h>

namespace cscc::config {

class temporary_directory
{
public:
    temporary_directory()
    {
        path_ = (std::filesystem::temp_directory_path() / "cscc-config-XXXXXX").string();
        if (::mkdtemp(path_.data()) == nullptr)
            throw std::runtime_error("mkdtemp failed in " + path_);
        path_ = std::filesystem::canonical(path_).string();
    }
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;
    ~temporary_directory()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// Makes a file, and directories down to it, with exactly this mode. Returns its path.
    std::string file(std::string_view name, std::string_view content, mode_t mode = 0644) const
    {
        const std::filesystem::path whole = std::filesystem::path(path_) / name;
        std::filesystem::create_directories(whole.parent_path());
        std::ofstream(whole, std::ios::binary) << content;
        if (::chmod(whole.c_str(), mode) != 0)
            throw std::runtime_error("chmod failed for " + whole.string());
        return whole.string();
    }
    std::string program(std::string_view name) const { return file(name, "#!/bin/sh\n", 0755); }

private:
    std::string path_;
};

} // namespace cscc::config
