# hitokoe_component(NAME SOURCES a.cc ... [LINKS hitokoe::x ...] [PRIVATE_LINKS lib ...])
#   one static library per component folder, alias hitokoe::NAME, warnings as in the style guide.
# hitokoe_program(NAME SOURCES ... LINKS ...)
# hitokoe_test(NAME SOURCES ... LINKS ... [LABELS ...] [TIMEOUT s])
#   one GoogleTest program; every case becomes a CTest test.

add_library(hitokoe_flags INTERFACE)
target_compile_options(hitokoe_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  $<$<BOOL:${HITOKOE_WARNINGS_AS_ERRORS}>:-Werror>)
# GCC 12 at -O2 warns of its own inlining: std::string's operator+ (its bugs 105329 and 105651) and
# Asio's allocator of coroutine frames. What these warnings would find, the sanitizers look for.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(hitokoe_flags INTERFACE -Wno-array-bounds -Wno-restrict
    -Wno-stringop-overflow -Wno-stringop-overread -Wno-maybe-uninitialized
    -Wno-mismatched-new-delete)
endif()
# Clang blames users of a precompiled std::stable_sort for what libstdc++ itself does inside.
if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  target_compile_options(hitokoe_flags INTERFACE -Wno-deprecated-declarations)
endif()
# The programs carry debug information of large libraries: lld links them in a fifth of the time.
find_program(LLD_PROGRAM ld.lld)
if(LLD_PROGRAM)
  target_link_options(hitokoe_flags INTERFACE -fuse-ld=lld)
endif()
if(HITOKOE_SANITIZE)
  target_compile_options(hitokoe_flags INTERFACE -fsanitize=${HITOKOE_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(hitokoe_flags INTERFACE -fsanitize=${HITOKOE_SANITIZE})
endif()
if(HITOKOE_SANITIZE MATCHES thread AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # Asio's fences are not seen by GCC's thread sanitizer, which says so in every file.
  target_compile_options(hitokoe_flags INTERFACE -Wno-tsan)
endif()
if(HITOKOE_FUZZ)
  # Not vptr, the check of virtual calls: Debian's SOCI has no type information, and would not link.
  target_compile_options(hitokoe_flags INTERFACE
    -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=vptr)
  target_link_options(hitokoe_flags INTERFACE -fsanitize=address,undefined -fno-sanitize=vptr)
endif()
# Some packages ask for it, others do not; one precompiled header must fit all.
target_compile_options(hitokoe_flags INTERFACE -pthread)
target_compile_definitions(hitokoe_flags INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)

# Half of the time of a small file goes into the standard headers: they are read once. That every
# file includes what it needs is still seen, by clang-tidy and by hitokoe_verify_headers.
file(WRITE ${PROJECT_BINARY_DIR}/precompiled.cc "")
function(hitokoe_precompiled name)
  set(headers
    <algorithm> <array> <atomic> <chrono> <cstdint> <deque> <filesystem> <fstream> <functional> <map>
    <memory> <mutex> <optional> <set> <span> <sstream> <string> <string_view> <thread>
    <unordered_map> <variant> <vector>)
  if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
    # What result.h needs, not itself: the sum below is of what does not change with our own files.
    list(APPEND headers ${ARGN} <boost/outcome/basic_result.hpp>
      <boost/outcome/policy/terminate.hpp> <boost/outcome/try.hpp>)
  else()
    list(APPEND headers <hitokoe/base/result.h> ${ARGN})
  endif()
  add_library(${name} OBJECT ${PROJECT_BINARY_DIR}/precompiled.cc)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(${name} PRIVATE hitokoe_flags)
  target_precompile_headers(${name} PRIVATE ${headers})
  if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
    hitokoe_sum_of_precompiled(${name} ${headers})
  endif()
endfunction()

if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  # Without the header's own text behind it, which says nothing more: ccache takes its absolute name for
  # a part of what is compiled.
  set(CMAKE_CXX_COMPILE_OPTIONS_USE_PCH -Xclang -include-pch -Xclang <PCH_FILE>)
endif()

# Clang writes the folder's name into a precompiled header, so it is another one in every checkout, and
# so would all be that is compiled with it. ccache is told by a sum of its content instead; the header
# itself is never taken from another checkout.
function(hitokoe_sum_of_precompiled name)
  set(text)
  foreach(header IN LISTS ARGN)
    string(APPEND text "#include ${header}\n")
  endforeach()
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${name}.dir)
  file(WRITE ${folder}/all.h "${text}")
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} -std=c++20 -pthread -E -P -x c++ ${folder}/all.h
    OUTPUT_FILE ${folder}/all.ii COMMAND_ERROR_IS_FATAL ANY)
  file(SHA256 ${folder}/all.ii sum)
  file(REMOVE ${folder}/all.ii)
  file(WRITE ${folder}/cmake_pch.hxx.pch.sum ${sum})
  set_target_properties(${name} PROPERTIES CXX_COMPILER_LAUNCHER "")
endfunction()
hitokoe_precompiled(hitokoe_precompiled)

function(hitokoe_component name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  set(target hitokoe_${name})
  if(ARG_SOURCES)
    add_library(${target} STATIC ${ARG_SOURCES})
    target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}/include
                                         PRIVATE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${target} PUBLIC ${ARG_LINKS} PRIVATE hitokoe_flags ${ARG_PRIVATE_LINKS})
    target_precompile_headers(${target} REUSE_FROM hitokoe_precompiled)
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE ${PROJECT_SOURCE_DIR}/include)
    target_link_libraries(${target} INTERFACE ${ARG_LINKS})
  endif()
  add_library(hitokoe::${name} ALIAS ${target})
  if(HITOKOE_VERIFY_HEADERS)
    hitokoe_verify_headers(${name} ${target})
  endif()
endfunction()

# Compiles every public header of a component alone: each must include what it needs.
function(hitokoe_verify_headers name target)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/include
    ${PROJECT_SOURCE_DIR}/include/hitokoe/${name}/*.h)
  set(sources)
  foreach(header IN LISTS headers)
    set(source ${PROJECT_BINARY_DIR}/headers/${header}.cc)
    file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${header}\"\n#include \"${header}\"\n" @ONLY)
    list(APPEND sources ${source})
  endforeach()
  if(sources)
    add_library(${target}_headers OBJECT ${sources})
    target_include_directories(${target}_headers PRIVATE ${PROJECT_SOURCE_DIR}/include)
    target_link_libraries(${target}_headers PRIVATE hitokoe_flags ${target})
  endif()
endfunction()

# hitokoe_fuzzer(NAME SOURCES x.cc LINKS ... CORPUS dir [SECONDS n] [ASKS_MB n]): a libFuzzer program (preset
# `fuzz`); as a test it starts from the corpus, with always the same chance, and runs for n seconds
# (default 20). ops/soak runs them with other chances, and for longer. ASKS_MB: what may be asked for
# at once, where a library asks for memory that it does not use; what is used may be 2 GB in any case.
add_custom_target(fuzzers)

function(hitokoe_fuzzer name)
  cmake_parse_arguments(ARG "" "SECONDS;CORPUS;ASKS_MB" "SOURCES;LINKS" ${ARGN})
  if(NOT ARG_SECONDS)
    set(ARG_SECONDS 20)
  endif()
  if(NOT ARG_ASKS_MB)
    set(ARG_ASKS_MB 2048)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzz)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE hitokoe_flags ${ARG_LINKS})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  add_dependencies(fuzzers ${name})
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/corpus/${name})
  add_test(NAME fuzz.${name} COMMAND ${name} -seed=1 -max_total_time=${ARG_SECONDS} -timeout=25
    -rss_limit_mb=2048 -malloc_limit_mb=${ARG_ASKS_MB} -print_final_stats=1 ${PROJECT_BINARY_DIR}/corpus/${name}
    ${PROJECT_SOURCE_DIR}/tests/corpus/${ARG_CORPUS})
  set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 600)
endfunction()

function(hitokoe_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE hitokoe_flags ${ARG_LINKS})
  target_precompile_headers(${name} REUSE_FROM hitokoe_precompiled)
endfunction()

# What every test's process is told: nothing, or what leaks in libraries that are not ours.
set(HITOKOE_TEST_ENVIRONMENT)
if(HITOKOE_FUZZ OR HITOKOE_SANITIZE)
  set(HITOKOE_TEST_ENVIRONMENT ENVIRONMENT
    "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/leaks_of_others.txt:print_suppressions=0")
endif()

# hitokoe_test(NAME [OPTIMISED] [TOGETHER] SOURCES ... LINKS ... [LABELS ...] [TIMEOUT s]). OPTIMISED:
# its own code computes so much (an oracle, a hundred thousand records) that compiling it well pays.
# TOGETHER: all cases are one CTest test, because what they share is slow to set up; 77: not tried.
function(hitokoe_test name)
  cmake_parse_arguments(ARG "OPTIMISED;TOGETHER" "TIMEOUT" "SOURCES;LINKS;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  # Beside the sources, what CMake writes: tests/places.h.
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/written)
  target_link_libraries(${name} PRIVATE hitokoe_flags ${ARG_LINKS} GTest::gtest GTest::gmock GTest::gtest_main)
  if(ARG_OPTIMISED)
    target_precompile_headers(${name} REUSE_FROM hitokoe_precompiled)
  else()
    target_compile_options(${name} PRIVATE ${HITOKOE_TEST_OPTIONS})
    target_precompile_headers(${name} REUSE_FROM hitokoe_precompiled_tests)
  endif()
  if(ARG_TOGETHER)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
      SKIP_RETURN_CODE 77 ${HITOKOE_TEST_ENVIRONMENT})
  else()
    gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES ${HITOKOE_TEST_ENVIRONMENT}
      TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
  endif()
  foreach(source IN LISTS ARG_SOURCES)
    set_property(GLOBAL APPEND PROPERTY HITOKOE_TEST_SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/${source})
  endforeach()
endfunction()

# hitokoe_benchmark(NAME SOURCES ... LINKS ...): a Google Benchmark program, built by the target
# `benchmarks`, never part of the tests. Stands in build/PRESET/bench.
add_custom_target(benchmarks)
function(hitokoe_benchmark name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  find_package(benchmark REQUIRED)
  add_executable(${name} EXCLUDE_FROM_ALL ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bench)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE hitokoe_flags ${ARG_LINKS} benchmark::benchmark benchmark::benchmark_main)
  add_dependencies(benchmarks ${name})
endfunction()
