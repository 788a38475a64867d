#include "test/unit/session/coordinator.hpp"

#include "common/base/contract.hpp"
#include "common/base/text.hpp"
#include "common/reactor/process_ref.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cscc::test {
namespace {

using namespace std::chrono_literals;

void require(bool condition, const std::string& what)
{
    if (!condition)
        throw std::runtime_error(what + (errno != 0 ? text(" (", std::strerror(errno), ")") : ""));
}

std::string make_directory()
{
    std::string name = (std::filesystem::temp_directory_path() / "cscc-session-XXXXXX").string();
    require(::mkdtemp(name.data()) != nullptr, "mkdtemp");
    return name;
}

shm::state_spec to_spec(const std::string& name, group_options options)
{
    shm::state_spec spec;
    spec.group_name = name;
    spec.components = std::move(options.components);
    for (const shm::component_spec& c : spec.components) {
        spec.startup_steps = std::max(spec.startup_steps, c.startup_step + 1);
        spec.shutdown_steps = std::max(spec.shutdown_steps, c.shutdown_step + 1);
    }
    spec.on_coordinator_failure = options.policy;
    spec.shutdown_timeout = 60s;
    spec.takeover_timeout = options.takeover_timeout;
    spec.heartbeat_timeout = 3s;
    return spec;
}

// Out of the way of 3 and 4.
unique_fd high(int fd)
{
    return unique_fd(::fcntl(fd, F_DUPFD_CLOEXEC, 100));
}

std::vector<std::string> change_environment(std::vector<std::string> environment,
                                            const std::vector<std::string>& changes)
{
    for (const std::string& change : changes) {
        const std::string name = change.substr(0, change.find('='));
        std::erase_if(environment, [&](const std::string& e) { return e.starts_with(name + "="); });
        if (change != name)
            environment.push_back(change);
    }
    return environment;
}

std::vector<char*> pointers(std::vector<std::string>& words)
{
    std::vector<char*> result;
    for (std::string& word : words)
        result.push_back(word.data());
    result.push_back(nullptr);
    return result;
}

} // namespace

bool wait_readable(int fd, std::chrono::milliseconds limit)
{
    pollfd p{fd, POLLIN, 0};
    return ::poll(&p, fd < 0 ? 0 : 1, static_cast<int>(limit.count())) == 1;
}

std::string describe(int status)
{
    return WIFSIGNALED(status) ? text("signal ", WTERMSIG(status))
                               : text("exit ", WEXITSTATUS(status));
}

// --- service_process

service_process::~service_process()
{
    if (pid_ <= 0)
        return;
    ::kill(pid_, SIGKILL);
    int status = 0;
    ::waitpid(pid_, &status, 0);
}

std::string service_process::line()
{
    for (;;) {
        const std::size_t end = read_.find('\n');
        if (end != std::string::npos) {
            std::string found = read_.substr(0, end);
            read_.erase(0, end + 1);
            return found;
        }
        require(wait_readable(output_.get(), patience), "the service said nothing");
        char buffer[512];
        const ssize_t n = ::read(output_.get(), buffer, sizeof buffer);
        if (n <= 0)
            return "(end)";
        read_.append(buffer, static_cast<std::size_t>(n));
    }
}

void service_process::signal(int number) const
{
    require(::kill(pid_, number) == 0, "kill");
}

std::string service_process::wait()
{
    const unique_fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    require(wait_readable(pidfd.get(), patience), "the service did not end");
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return describe(status);
}

bool service_process::has_timer() const
{
    std::ifstream timers(text("/proc/", pid_, "/timers"));
    std::string first;
    return static_cast<bool>(std::getline(timers, first));
}

// --- service_link

std::optional<wire::frame> service_link::frame() const
{
    require(wait_readable(socket_.get(), patience), "no frame came");
    wire::frame_buffer buffer{};
    const ssize_t n = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (n <= 0)
        return std::nullopt;
    return wire::decode(std::span(buffer).first(static_cast<std::size_t>(n))).value();
}

bool service_link::is_silent_for(std::chrono::milliseconds limit) const
{
    return !wait_readable(socket_.get(), limit);
}

void service_link::answer(int code) const
{
    const auto bytes = wire::encode({wire::frame_kind::answer, code, 0, false, {}});
    require(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0, "send");
}

void service_link::tell_turn() const
{
    const auto bytes = wire::encode({wire::frame_kind::turn, 0, 0, false, {}});
    require(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0, "send");
}

void service_link::send_raw(const std::string& bytes) const
{
    require(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0, "send");
}

pid_t service_link::peer() const
{
    ucred who{};
    socklen_t size = sizeof who;
    require(::getsockopt(socket_.get(), SOL_SOCKET, SO_PEERCRED, &who, &size) == 0, "SO_PEERCRED");
    return who.pid;
}

// --- coordinator

group_options lone_service()
{
    return {{{"SVC", 0, 0, 60s, 60s}}, coordinator_policy::restart, 60'000ms};
}

coordinator::coordinator(group_options options)
    : names_{text("unit_session.", ::getpid()), ::geteuid()}, directory_(make_directory()),
      state_(shm::state_writer::create(names_.state(), to_spec(names_.name, std::move(options)))
                 .value())
{
    state_.set_wanted_up();
    state_.set_state(group_state::steady, {});
    state_.set_epoch(1);
    state_.set_generation(generation);
    state_.set_primary(self_identity().value());
    take_locks();
    open_socket();
}

coordinator::~coordinator()
{
    locks_.reset();
    static_cast<void>(shm::remove_group_objects(names_));
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

void coordinator::open_socket()
{
    const std::string path = directory_ + "/socket";
    ::unlink(path.c_str());
    listener_.reset(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const auto* where = reinterpret_cast<const sockaddr*>(&address);
    require(::bind(listener_.get(), where, sizeof address) == 0, "bind");
    require(::listen(listener_.get(), 16) == 0, "listen");
}

service_process coordinator::start(const std::string& id, const std::string& program,
                                   std::vector<std::string> arguments,
                                   const std::vector<std::string>& change)
{
    shm::lock_descriptors lock = shm::make_lock_object(names_, id).value();
    const unique_fd page = high(lock.for_service.get());
    const unique_fd view_made = state_.read_only_descriptor().value();
    const unique_fd view = high(view_made.get());
    int ends[2];
    require(::pipe2(ends, O_CLOEXEC) == 0, "pipe");
    unique_fd output(ends[0]);
    const unique_fd output_of_child = high(ends[1]);
    ::close(ends[1]);

    std::vector<std::string> argv{program, "-cc"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    std::vector<std::string> environment = change_environment(
        {text("PATH=", std::getenv("PATH")), "CSCC_GROUP=" + names_.name, "CSCC_SERVICE=" + id,
         text("CSCC_GENERATION=", generation), "CSCC_SOCKET=" + directory_ + "/socket",
         "CSCC_STATE_FD=3", "CSCC_LOCK_FD=4"},
        change);
    const std::vector<char*> argument_pointers = pointers(argv);
    const std::vector<char*> environment_pointers = pointers(environment);

    const auto me = state_.view().find(id).value();
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        state_.set_component_identity(me, self_identity().value());
        ::dup2(view.get(), 3);
        ::dup2(page.get(), 4);
        ::dup2(output_of_child.get(), STDOUT_FILENO);
        ::execve(program.c_str(), argument_pointers.data(), environment_pointers.data());
        ::_exit(127);
    }
    require(pid > 0, "fork");
    state_.set_component_state(me, component_state::spawned, generation, {});
    return {pid, std::move(output), std::move(lock.for_looking)};
}

service_link coordinator::accept() const
{
    require(wait_readable(listener_.get(), patience), "no service connected");
    unique_fd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    require(static_cast<bool>(socket), "accept");
    return service_link(std::move(socket));
}

bool coordinator::is_called() const
{
    return wait_readable(listener_.get(), 0ms);
}

service_link coordinator::accept_alive(bool again) const
{
    service_link link = accept();
    const auto said = link.frame();
    require(said && said->kind == wire::frame_kind::alive && said->again == again &&
                said->generation == generation,
            "the service did not say alive as it should");
    link.answer(0);
    return link;
}

} // namespace cscc::test
