#include "test/unit/config/group_text.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace cscc::config;

BOOST_AUTO_TEST_CASE(a_name_that_is_no_name_or_not_unique_is_refused)
{
    check({
        {"id = \"A\"",
         "id = \"-A\"",
         {"2:6: 'id' is '-A'; it must be 1 to 32 of A-Z a-z 0-9 _ . -, beginning with a letter or "
          "digit",
          "18:20: '-A' is missing from 'startup_sequence'; every component stands in it once",
          "18:21: unknown id 'A' in 'startup_sequence'; did you mean '-A'?",
          "19:21: '-A' is missing from 'shutdown_sequence'; every component stands in it once",
          "19:25: unknown id 'A' in 'shutdown_sequence'; did you mean '-A'?"}},
        {"id = \"A\"",
         "id = \"A A\"",
         {"2:6: 'id' is 'A A'; it must be 1 to 32 of A-Z a-z 0-9 _ . -, beginning with a letter or "
          "digit",
          "18:20: 'A A' is missing from 'startup_sequence'; every component stands in it once",
          "18:21: unknown id 'A' in 'startup_sequence'; it is one of 'A A', 'B'",
          "19:21: 'A A' is missing from 'shutdown_sequence'; every component stands in it once",
          "19:25: unknown id 'A' in 'shutdown_sequence'; it is one of 'A A', 'B'"}},
        {"id = \"A\"",
         "id = \"ABCDEFGHIJABCDEFGHIJABCDEFGHIJABC\"",
         {"2:6: 'id' is 'ABCDEFGHIJABCDEFGHIJABCDEFGHIJABC'; it must be 1 to 32 of A-Z a-z 0-9 _ . "
          "-, beginning with a letter or digit",
          "18:20: 'ABCDEFGHIJABCDEFGHIJABCDEFGHIJABC' is missing from 'startup_sequence'; every "
          "component stands in it once",
          "18:21: unknown id 'A' in 'startup_sequence'; it is one of "
          "'ABCDEFGHIJABCDEFGHIJABCDEFGHIJABC', 'B'",
          "19:21: 'ABCDEFGHIJABCDEFGHIJABCDEFGHIJABC' is missing from 'shutdown_sequence'; every "
          "component stands in it once",
          "19:25: unknown id 'A' in 'shutdown_sequence'; it is one of "
          "'ABCDEFGHIJABCDEFGHIJABCDEFGHIJABC', 'B'"}},
        {"id = \"A\"",
         "id = 7",
         {"2:6: 'id' is an integer; it must be a string, in quotes",
          "18:21: unknown id 'A' in 'startup_sequence'; it is one of 'B'",
          "19:25: unknown id 'A' in 'shutdown_sequence'; it is one of 'B'"}},
        {"id = \"B\"",
         "id = \"A\"",
         {"9:6: the id 'A' occurs twice, first in line 2; name each differently",
          "18:26: unknown id 'B' in 'startup_sequence'; it is one of 'A'",
          "19:22: unknown id 'B' in 'shutdown_sequence'; it is one of 'A'"}},
        {"\"lock_b\"",
         "\"lock_a\"",
         {"10:13: the lock 'lock_a' occurs twice, first in line 3; name each differently"}},
        {"\"lock_b\"",
         "\"lock_mgr\"",
         {"32:24: the lock 'lock_mgr' occurs twice, first in line 10; name each differently"}},
        {"\"lock_daemon\"",
         "\"lock_shared\"",
         {"31:20: the lock 'lock_shared' occurs twice, first in line 26; name each differently"}},
        {"\"sem_comp\"",
         "\"sem_mgr\"",
         {"33:30: the socket or lock file 'sem_mgr' occurs twice, first in line 28; name each "
          "differently"}},
        {"\"sem_comp\"",
         "\"lock_mgr\"",
         {"28:31: the socket or lock file 'lock_mgr' occurs twice, first in line 32; name each "
          "differently"}},
        {"\"lock_a\"",
         "\"lock a\"",
         {"3:13: 'lock_name' is 'lock a'; it must be 1 to 200 of A-Z a-z 0-9 _ . -"}},
        {"\"lock_a\"", "\"..\"", {"3:13: 'lock_name' is '..'; it must be a name, not . or .."}},
        {"\"lock_a\"",
         "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
         "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
         "xxxxxxxxxxxxxxxxxxxxxxxxx\"",
         {"3:13: 'lock_name' is "
          "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxxxxxxxxxxxxxxxxxxxx'; it must be 1 to 200 of A-Z a-z 0-9 _ . -"}},
        {"\"sem_mgr\"",
         "\"a/b\"",
         {"33:30: 'sem_shared_daemon_mgr_name' is 'a/b'; it must be 1 to 200 of A-Z a-z 0-9 _ . "
          "-"}},
        {"\"group\"", "\".\"", {"34:19: 'mem_shared_name' is '.'; it must be a name, not . or .."}},
        {"executable_name = \"a\"",
         "executable_name = \"a/b\"",
         {"4:19: 'executable_name' is 'a/b'; it must be an absolute path, or a name without '/' to "
          "look up in 'executable_path'"}},
        {"executable_name = \"a\"",
         "executable_name = \"..\"",
         {"4:19: 'executable_name' is '..'; it must be an absolute path, or a name without '/' to "
          "look up in 'executable_path'"}},
    });
}

BOOST_AUTO_TEST_CASE(a_name_that_belongs_to_the_program_s_own_files_is_refused)
{
    const std::string status = "; it must not end in .final or .final.new: so do the files in the "
                               "same directory that keep the last status of a group";
    const std::string locks = "; it must not contain .lock. or end in .lock: so are the locks of "
                              "another group's services called";
    check({
        {"\"sem_comp\"",
         "\"group.final\"",
         {"28:31: 'sem_shared_daemon_comp_name' is 'group.final'" + status}},
        {"\"sem_mgr\"",
         "\"other.final.new\"",
         {"33:30: 'sem_shared_daemon_mgr_name' is 'other.final.new'" + status}},
        {"\"lock_mgr\"", "\".final\"", {"32:24: 'lock_shared_mgr_name' is '.final'" + status}},
        {"\"sem_mgr\"",
         "\"other.history\"",
         {"33:30: 'sem_shared_daemon_mgr_name' is 'other.history'; it must not end in .history or "
          ".history.new: so do the files in the same directory that keep the history of a group"}},
        {"\"group\"",
         "\"g.history\"",
         {"34:19: 'mem_shared_name' is 'g.history'; it must not end in .history: so does the file "
          "that keeps the history of another group"}},
        {"\"group\"", "\"g.0.lock.a\"", {"34:19: 'mem_shared_name' is 'g.0.lock.a'" + locks}},
        {"\"group\"", "\"g.0.lock\"", {"34:19: 'mem_shared_name' is 'g.0.lock'" + locks}},
        {"\"group\"",
         "\"g.final\"",
         {"34:19: 'mem_shared_name' is 'g.final'; it must not end in .final: so does the file that "
          "keeps the last status of another group"}},
    });
    for (const char* fine : {"\"final\"", "\"a.finals\"", "\"lock\"", "\"a.locks.b\""}) {
        BOOST_TEST_CONTEXT(fine)
        for (const char* key : {"\"group\"", "\"sem_mgr\"", "\"lock_mgr\""})
            BOOST_TEST(findings(changed(key, fine)).empty(), key);
    }
    // Names of locks that are no files are free.
    BOOST_TEST(findings(changed("\"lock_b\"", "\"b.final\"")).empty());
}
