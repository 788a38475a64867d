# strings.cmake: no failpoint reaches a program that is built without them.
#
#   cmake -D WITH=... -D WITHOUT=PROGRAM,... -P strings.cmake
#
# WITH prints all names; each of WITHOUT must be there, and have none of them.
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND ${WITH} OUTPUT_VARIABLE printed RESULT_VARIABLE bad)
string(REGEX MATCHALL "[a-z]+:[a-z-]+" names "${printed}")
list(LENGTH names count)
if(bad OR count LESS 50)
  message(FATAL_ERROR "${WITH} printed ${count} names (${bad})")
endif()

# found_in(PROGRAM RESULT): which of the names, and of the variables, are in it
function(found_in program result)
  file(STRINGS ${program} lines REGEX "(manager|primary|standby|service):|CSCC_FAILPOINT")
  string(JOIN "\n" text ${lines})
  set(found "")
  foreach(name IN LISTS names ITEMS CSCC_FAILPOINTS CSCC_FAILPOINT_LOG CSCC_FAILPOINT_ONCE)
    string(FIND "${text}" "${name}" at)
    if(NOT at EQUAL -1)
      list(APPEND found ${name})
    endif()
  endforeach()
  set(${result} "${found}" PARENT_SCOPE)
endfunction()

found_in(${WITH} present) # else the search itself may be what finds nothing
list(LENGTH present there)
math(EXPR expected "${count} + 3")
if(NOT there EQUAL expected)
  message(FATAL_ERROR "${there} instead of ${expected} strings found in ${WITH}")
endif()

string(REPLACE "," ";" programs "${WITHOUT}")
foreach(program IN LISTS programs)
  if(NOT EXISTS ${program})
    message(FATAL_ERROR "${program} is not there")
  endif()
  found_in(${program} left)
  if(left)
    message(FATAL_ERROR "${program} has failpoints: ${left}")
  endif()
  message(STATUS "${program}: none")
endforeach()
