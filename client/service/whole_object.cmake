# Makes libcscc.a's one object: cmake -D OUTPUT=… -D LD=… -D OBJCOPY=… -D NM=… -D EXPORTS=a,b
# -D ARCHIVES=x,y -P whole_object.cmake
#
# All other symbols become local: a program's own copy of Asio does not meet ours. Groups (inline
# functions) are dissolved first, or the linker would drop ours in favour of the program's. What g++
# marks as unique (statics in inline functions) cannot be made local, so it gets names of its own;
# -fno-gnu-unique would be simpler, but clang-tidy stops at it.
cmake_policy(SET CMP0007 NEW)

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY OUTPUT_VARIABLE output)
  set(output "${output}" PARENT_SCOPE)
endfunction()

string(REPLACE "," ";" exports "${EXPORTS}")
string(REPLACE "," ";" archives "${ARCHIVES}")
list(TRANSFORM exports PREPEND "--undefined=" OUTPUT_VARIABLE roots)
list(TRANSFORM exports PREPEND "--keep-global-symbol=" OUTPUT_VARIABLE kept)

run(${LD} -r --force-group-allocation --gc-sections ${roots} -o ${OUTPUT} --start-group ${archives}
    --end-group)
run(${OBJCOPY} ${kept} ${OUTPUT})

run(${NM} --defined-only ${OUTPUT})
string(REGEX MATCHALL " u [^\n]+" unique "${output}")
set(renamings "")
foreach(symbol IN LISTS unique)
  string(SUBSTRING "${symbol}" 3 -1 symbol)
  string(APPEND renamings "${symbol} cscc_private.${symbol}\n")
endforeach()
file(WRITE ${OUTPUT}.renamings "${renamings}")
run(${OBJCOPY} --redefine-syms=${OUTPUT}.renamings ${OUTPUT})
