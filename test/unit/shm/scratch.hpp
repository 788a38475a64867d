// scratch.hpp: names in /dev/shm that no other run uses, and that are gone after the test.
#pragma once

#include "common/base/text.hpp"
#include "common/shm/group_names.hpp"
#include "common/shm/shared_object.hpp"

#include <string>

#include <unistd.h>

namespace cscc::shm {

/// A fixture: a group of this process's own.
struct scratch
{
    group_names names{text("unit_shm.", ::getpid()), ::geteuid()};

    scratch() = default;
    scratch(const scratch&) = delete;
    scratch& operator=(const scratch&) = delete;
    ~scratch()
    {
        static_cast<void>(remove_group_objects(names));
        static_cast<void>(remove(plain));
    }

    /// An object of no particular kind.
    std::string plain = text("unit_shm.", ::getpid(), ".plain");
};

} // namespace cscc::shm
