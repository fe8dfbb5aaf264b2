# Third-party libraries, all from Debian 12. Each is linked only by the folder that owns it.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(CURL 7.88 REQUIRED)
find_package(ICU 72 REQUIRED COMPONENTS uc i18n)
find_package(LibXml2 2.9 REQUIRED)
find_package(SQLite3 3.40 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
pkg_check_modules(idn2 REQUIRED IMPORTED_TARGET GLOBAL libidn2)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET GLOBAL libsodium)
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET GLOBAL re2)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET GLOBAL libxxhash)
pkg_check_modules(hiredis REQUIRED IMPORTED_TARGET GLOBAL hiredis)
# It asks for -D_FILE_OFFSET_BITS=64 and its own folder; the precompiled header has neither.
set_property(TARGET PkgConfig::hiredis PROPERTY INTERFACE_COMPILE_OPTIONS "")
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET GLOBAL libzstd)
pkg_check_modules(archive REQUIRED IMPORTED_TARGET GLOBAL libarchive)
pkg_check_modules(gmime REQUIRED IMPORTED_TARGET GLOBAL gmime-3.0)
# It asks for -D_LARGEFILE64_SOURCE, which 64-bit machines do not need and the precompiled header has not.
set_property(TARGET PkgConfig::gmime PROPERTY INTERFACE_COMPILE_OPTIONS "")
pkg_check_modules(pangocairo REQUIRED IMPORTED_TARGET GLOBAL pangocairo)
pkg_check_modules(cairopdf REQUIRED IMPORTED_TARGET GLOBAL cairo-pdf)
pkg_check_modules(ical REQUIRED IMPORTED_TARGET GLOBAL libical)
find_package(BZip2 REQUIRED)
pkg_check_modules(lzma REQUIRED IMPORTED_TARGET GLOBAL liblzma)
pkg_check_modules(zlib REQUIRED IMPORTED_TARGET GLOBAL zlib)
pkg_check_modules(gumbo REQUIRED IMPORTED_TARGET GLOBAL gumbo)
# 14: pipeline mode.
pkg_check_modules(pq REQUIRED IMPORTED_TARGET GLOBAL libpq>=14)
find_library(SOCI_CORE_LIBRARY soci_core REQUIRED)
find_library(SOCI_SQLITE3_LIBRARY soci_sqlite3 REQUIRED)
find_path(SOCI_INCLUDE_DIR soci/soci.h REQUIRED)
add_library(soci INTERFACE)
target_include_directories(soci SYSTEM INTERFACE ${SOCI_INCLUDE_DIR} ${SOCI_INCLUDE_DIR}/soci)
target_link_libraries(soci INTERFACE ${SOCI_SQLITE3_LIBRARY} ${SOCI_CORE_LIBRARY} SQLite::SQLite3)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # What ccache must not look at where headers are precompiled (its manual, "Precompiled headers"),
  # and that a second checkout may take what the first has compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_PCH_EXTSUM=1 ${CCACHE_PROGRAM})
endif()
