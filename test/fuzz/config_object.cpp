// config_object.cpp: the .config object. The first byte says whether the rest is the whole object
// (odd) or the JSON in a sound one.
#include "common/shm/config_object.hpp"

#include "common/base/text.hpp"
#include "common/shm/shared_object.hpp"
#include "config/json.hpp"
#include "test/fuzz/input.hpp"
#include "test/fuzz/usable_model.hpp"

#include <string>

using namespace cscc;
using namespace cscc::fuzz;

namespace {

// By name, as csccd opens it; scripts/fuzz removes what a crash leaves of it.
const std::string& object_name()
{
    static const std::string name = text("cscc_fuzz.", ::getpid(), ".config");
    return name;
}

void make_raw(std::string_view bytes)
{
    const auto fd = shm::create_sized(object_name(), std::max<std::size_t>(bytes.size(), 1));
    promise(fd && ::pwrite(fd->get(), bytes.data(), bytes.size(), 0) ==
                      static_cast<ssize_t>(bytes.size()),
            "there is memory for an object");
}

void take_over(const std::string& json)
{
    const auto model = config::from_json(json);
    promise(model || model.error() == errc::object_damaged, "a refusal says why");
    if (model)
        promise_usable(*model);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    input in(data, size);
    const bool raw = in.take<std::uint8_t>() % 2 == 1;
    const std::string_view bytes = in.rest();
    if (raw)
        make_raw(bytes);
    else
        promise(!shm::create_config(object_name(), bytes), "there is memory for an object");
    const auto json = shm::read_config(object_name());
    promise(!shm::remove(object_name()), "an object of ours can be removed");
    promise(raw || (json && *json == bytes), "what was written is what is read");
    if (json)
        take_over(*json);
    return 0;
}
