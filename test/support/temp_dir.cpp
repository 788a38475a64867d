#include "test/support/temp_dir.hpp"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

#include <sys/stat.h>

namespace cscc::test {

temp_dir::temp_dir()
{
    std::string name = std::filesystem::temp_directory_path() / "cscc-group-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr)
        throw std::system_error(errno, std::system_category(), name);
    path_ = name;
}

temp_dir::~temp_dir()
{
    std::error_code ignored; // what cannot be removed shows in /tmp
    std::filesystem::remove_all(path_, ignored);
}

void write_file(const std::string& path, const std::string& text, int mode)
{
    std::ofstream(path, std::ios::binary) << text;
    if (::chmod(path.c_str(), static_cast<mode_t>(mode)) != 0)
        throw std::system_error(errno, std::system_category(), path);
}

std::string read_file(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace cscc::test
