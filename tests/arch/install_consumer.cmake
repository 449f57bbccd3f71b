# Installs the build, builds the project in consumer/ against what was installed, and runs its programs.
set(work ${build}/arch)
file(REMOVE_RECURSE ${work})

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ECHO STDOUT RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "exit code ${result}")
  endif()
endfunction()

run(${CMAKE_COMMAND} --install ${build} --prefix ${work}/installed)
run(${CMAKE_COMMAND} -S ${source} -B ${work}/consumer -G ${generator} -D CMAKE_PREFIX_PATH=${work}/installed)
run(${CMAKE_COMMAND} --build ${work}/consumer)
run(${work}/consumer/mirror_one_face)
run(${work}/consumer/run_without_a_pack)
run(${work}/installed/bin/facemirror --version)
