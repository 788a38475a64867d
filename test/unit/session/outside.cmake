# A program outside the source tree builds against the installed library, wherever that was moved to,
# and the README's first service as the README says:
# cmake -D BUILD=… -D SOURCE=… -D ROOT=… -D WORK=… -P outside.cmake
function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY OUTPUT_VARIABLE output
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  set(output "${output}" PARENT_SCOPE)
endfunction()

# A service does not get the LD_LIBRARY_PATH of the shell that started the group.
unset(ENV{LD_LIBRARY_PATH})
file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --component library --prefix ${WORK}/first)
file(RENAME ${WORK}/first ${WORK}/moved)

function(build_and_run name with_cxx)
  run(${CMAKE_COMMAND} -G Ninja -S ${SOURCE} -B ${WORK}/${name} -D CMAKE_PREFIX_PATH=${WORK}/moved
      -D CMAKE_BUILD_TYPE=Debug -D WITH_CXX=${with_cxx})
  run(${CMAKE_COMMAND} --build ${WORK}/${name})
  foreach(program IN LISTS ARGN)
    run(${WORK}/${name}/${program})
  endforeach()
endfunction()
build_and_run(c OFF outside_c outside_c_shared)
build_and_run(cxx ON outside_shared outside_static)

file(GLOB_RECURSE pc ${WORK}/moved/cscc.pc)
get_filename_component(pc_dir ${pc} DIRECTORY)
set(ENV{PKG_CONFIG_PATH} ${pc_dir})
run(pkg-config --cflags --libs cscc)
separate_arguments(flags UNIX_COMMAND "${output}")
run(cc -o ${WORK}/outside_pc ${SOURCE}/outside.c ${flags})
run(pkg-config --variable=libdir cscc)
run(${CMAKE_COMMAND} -E env LD_LIBRARY_PATH=${output} ${WORK}/outside_pc)

# What the README shows is what there is, and its command makes a program that finds the library.
file(READ ${ROOT}/README.md readme)
foreach(example IN ITEMS c python)
  string(REPLACE "python" "py" suffix ${example})
  file(READ ${ROOT}/client/examples/hello.${suffix} source)
  string(FIND "${readme}" "```${example}\n${source}```" place)
  if(place EQUAL -1)
    message(FATAL_ERROR "the README does not quote client/examples/hello.${suffix} as it is")
  endif()
endforeach()
if(NOT readme MATCHES "\n(gcc client/examples/hello\\.c [^\n]*\\\\\n[^\n]*)\n")
  message(FATAL_ERROR "the README does not say how hello.c is built")
endif()
set(command "${CMAKE_MATCH_1}")
file(COPY ${ROOT}/client/examples/hello.c DESTINATION ${WORK}/mine/client/examples)
run(sh -e -c "${command}" WORKING_DIRECTORY ${WORK}/mine)
run(ldd ${WORK}/mine/hello)
string(FIND "${output}" "libcscc.so.1 => ${WORK}/moved/" place) # not one that the system may have
if(place EQUAL -1)
  message(FATAL_ERROR "hello as the README builds it does not find the library: ${output}")
endif()
# Alone it would wait for its turn for ever; what only looks like a coordinator it refuses at once.
execute_process(COMMAND ${WORK}/mine/hello -cc RESULT_VARIABLE result ERROR_VARIABLE complaint
                TIMEOUT 20)
if(NOT result EQUAL 1 OR NOT complaint MATCHES "^hello: ")
  message(FATAL_ERROR "hello -cc ended with ${result}: ${complaint}")
endif()
file(REMOVE_RECURSE ${WORK})
