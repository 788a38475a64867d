// What is said when csccd cannot begin: each sentence has a cause, a next step and an exit code.
#include "daemon/startup_words.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>

using namespace cscc;

namespace {

using obstacle = socket_refusal::obstacle;

error_code system(int number)
{
    return {number, boost::system::system_category()};
}

void expect(const startup_failure& said, exit_code code, const std::string& sentence)
{
    BOOST_TEST(static_cast<int>(said.code) == static_cast<int>(code));
    BOOST_TEST(said.sentence == sentence);
}

startup_failure service_socket(const socket_refusal& why)
{
    return no_socket("service socket", "/run/cscc/s", "sem_shared_daemon_comp_name", why);
}

} // namespace

BOOST_AUTO_TEST_CASE(only_what_the_system_forbids_is_not_permitted)
{
    for (const int number : {EACCES, EPERM, EROFS})
        BOOST_TEST((exit_code_for(system(number)) == exit_code::not_permitted));
    for (const int number : {ENOSPC, ENOENT, ENOTDIR, EISDIR, EMFILE, EDQUOT})
        BOOST_TEST((exit_code_for(system(number)) == exit_code::failed));
    BOOST_TEST((exit_code_for(errc::no_space) == exit_code::failed));
}

BOOST_AUTO_TEST_CASE(every_reason_ends_with_one_full_stop)
{
    BOOST_TEST(sentence_of(system(ENOENT)) == "No such file or directory.");
    BOOST_TEST(sentence_of(errc::lock_held) == "The lock is held by another process.");
}

BOOST_AUTO_TEST_CASE(who_has_the_socket_is_named_and_the_key_that_is_to_be_changed)
{
    expect(service_socket({obstacle::in_use, 4711}), exit_code::configuration,
           "The service socket /run/cscc/s is in use by process 4711: no two groups may share it; "
           "change sem_shared_daemon_comp_name.");
    expect(service_socket({obstacle::in_use}), exit_code::configuration,
           "The service socket /run/cscc/s is in use by another process: no two groups may share "
           "it; change sem_shared_daemon_comp_name.");
}

BOOST_AUTO_TEST_CASE(what_is_in_the_way_of_a_socket_is_named)
{
    expect(service_socket(obstacle::no_socket), exit_code::configuration,
           "There is no room for the service socket: /run/cscc/s is in the way: it is no socket. "
           "Move it away, or change sem_shared_daemon_comp_name.");
    expect(service_socket(obstacle::foreign), exit_code::configuration,
           "There is no room for the service socket: /run/cscc/s is in the way: it is another "
           "user's socket. Move it away, or change sem_shared_daemon_comp_name.");
}

BOOST_AUTO_TEST_CASE(a_full_file_system_is_a_matter_of_space_and_not_of_permission)
{
    expect(service_socket(system(ENOSPC)), exit_code::failed,
           "The service socket /run/cscc/s cannot be opened: No space left on device. Free space "
           "in /run/cscc (df -h /run/cscc; df -i /run/cscc).");
    expect(no_log_directory("/var/log/cscc/g", system(ENOSPC)), exit_code::failed,
           "The log directory /var/log/cscc/g cannot be made: No space left on device. Free space "
           "in /var/log/cscc (df -h /var/log/cscc; df -i /var/log/cscc).");
    expect(no_log_file("/var/log/x", system(ENOSPC)), exit_code::failed,
           "The log file /var/log/x cannot be opened: No space left on device. Free space in "
           "/var/log (df -h /var/log; df -i /var/log).");
}

BOOST_AUTO_TEST_CASE(other_refusals_say_what_can_be_done)
{
    expect(service_socket(system(EACCES)), exit_code::not_permitted,
           "The service socket /run/cscc/s cannot be opened: Permission denied. See who may write "
           "there: ls -ld /run/cscc");
    expect(no_log_directory("/var/log/g", system(EROFS)), exit_code::not_permitted,
           "The log directory /var/log/g cannot be made: Read-only file system. Make it, or set "
           "CSCC_LOG_DIR.");
    expect(no_log_file("/var/log/g", system(EISDIR)), exit_code::failed,
           "The log file /var/log/g cannot be opened: Is a directory. Change log_file, or what is "
           "in its way.");
    expect(no_event_log("/nowhere/e", system(ENOENT)), exit_code::failed,
           "The event log /nowhere/e cannot be opened: No such file or directory. Change what "
           "CSCC_EVENT_LOG names, or unset it.");
    expect(no_descriptors("the start of services", system(EMFILE)), exit_code::failed,
           "No descriptor can be had for the start of services: Too many open files. Raise "
           "LimitNOFILE= (ulimit -Hn) or fs.file-max.");
}
