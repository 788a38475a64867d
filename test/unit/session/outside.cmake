# A program outside the source tree builds against the installed library, wherever that was moved to:
# cmake -D BUILD=… -D SOURCE=… -D WORK=… -P outside.cmake
function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY OUTPUT_VARIABLE output
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  set(output "${output}" PARENT_SCOPE)
endfunction()

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
set(ENV{LD_LIBRARY_PATH} ${output})
run(${WORK}/outside_pc)
file(REMOVE_RECURSE ${WORK})
