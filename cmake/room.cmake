# facemirror_room(<name> [USES <room>...] [LIBS <target>...])
# One folder under src/facemirror is one room and one target. USES is the only place that says which
# other rooms it may include; tools/check_rooms.py holds the sources to it.
add_library(facemirror_flags INTERFACE)
target_compile_options(facemirror_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  $<$<BOOL:${FACEMIRROR_WERROR}>:-Werror>)
if(FACEMIRROR_SANITIZE)
  target_compile_options(facemirror_flags INTERFACE -fsanitize=${FACEMIRROR_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(facemirror_flags INTERFACE -fsanitize=${FACEMIRROR_SANITIZE})
endif()
set_property(GLOBAL PROPERTY FACEMIRROR_ROOMS "")
function(facemirror_room name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "USES;LIBS")
  file(GLOB sources CONFIGURE_DEPENDS src/facemirror/${name}/*.cpp src/facemirror/${name}/detail/*.cpp)
  file(GLOB headers CONFIGURE_DEPENDS src/facemirror/${name}/*.hpp)
  add_library(facemirror_${name} STATIC ${sources})
  add_library(facemirror::${name} ALIAS facemirror_${name})
  target_compile_features(facemirror_${name} PUBLIC cxx_std_20)
  target_sources(facemirror_${name} PUBLIC FILE_SET HEADERS BASE_DIRS src FILES ${headers})
  set_target_properties(facemirror_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON EXPORT_NAME ${name})
  list(TRANSFORM arg_USES PREPEND facemirror_)
  target_link_libraries(facemirror_${name} PUBLIC ${arg_USES} PRIVATE ${arg_LIBS} $<BUILD_INTERFACE:facemirror_flags>)
  set_property(GLOBAL APPEND PROPERTY FACEMIRROR_ROOMS ${name})
endfunction()

# facemirror_unit_test(<room> [LIBS <target>...]): tests/unit/<room>/test_*.cpp become one executable,
# its tests are labelled "unit;<room>".
function(facemirror_unit_test room)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LIBS")
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/unit/${room}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(test_${room} ${sources})
  target_link_libraries(test_${room} PRIVATE facemirror_${room} ${arg_LIBS} facemirror_flags GTest::gtest GTest::gmock GTest::gtest_main)
  target_include_directories(test_${room} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  gtest_discover_tests(test_${room} TEST_PREFIX "${room}." DISCOVERY_TIMEOUT 60
    PROPERTIES ENVIRONMENT "${FACEMIRROR_TEST_ENVIRONMENT}")
  # gtest_discover_tests() tears a list of labels apart, and what stands after it is lost.
  set(labels ${CMAKE_CURRENT_BINARY_DIR}/test_${room}_labels.cmake)
  file(WRITE ${labels} "if(test_${room}_TESTS)\n"
    "  set_tests_properties(\${test_${room}_TESTS} PROPERTIES LABELS \"unit;${room}\")\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${labels})
endfunction()
