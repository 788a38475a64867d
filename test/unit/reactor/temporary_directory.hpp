// temporary_directory.hpp: a folder of this test's own, removed with all that is in it.
#pragma once

#include "common/base/contract.hpp"

#include <filesystem>
#include <string>

#include <stdlib.h>

namespace cscc::test {

class temporary_directory
{
public:
    temporary_directory()
    {
        std::string name = (std::filesystem::temp_directory_path() / "cscc-test-XXXXXX").string();
        EXPECTS(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~temporary_directory()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;

    [[nodiscard]] std::string path(const std::string& name) const
    {
        return (path_ / name).string();
    }

private:
    std::filesystem::path path_;
};

} // namespace cscc::test
