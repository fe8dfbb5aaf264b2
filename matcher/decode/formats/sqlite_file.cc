#include "matcher/decode/formats/sqlite_file.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace hitokoe::matcher {

struct SqliteFile::Handle {
  sqlite3_file base;
  const SqliteFile* file;
};

// What SQLite asks of a file system; none of it reaches one.
struct SqliteFile::Methods {
  static const SqliteFile& of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file)->file; }
  static int close(sqlite3_file*) { return SQLITE_OK; }
  static int read(sqlite3_file* file, void* out, int size, sqlite3_int64 at) {
    const SqliteFile& f = of(file);
    auto* bytes = static_cast<std::uint8_t*>(out);
    const auto from = static_cast<std::uint64_t>(at);
    const auto wanted = static_cast<std::size_t>(size);
    const auto there = static_cast<std::size_t>(
        std::min<std::uint64_t>(wanted, f.size_ - std::min(f.size_, from)));
    const std::size_t got = f.spool_.read(from, {bytes, there});
    std::memset(bytes + got, 0, wanted - got);
    for (std::uint64_t i = from; i < f.header_.size() && i < from + got; ++i) {
      bytes[i - from] = f.header_[i];
    }
    return got == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  }
  static int write(sqlite3_file*, const void*, int, sqlite3_int64) { return SQLITE_READONLY; }
  static int truncate(sqlite3_file*, sqlite3_int64) { return SQLITE_READONLY; }
  static int sync(sqlite3_file*, int) { return SQLITE_OK; }
  static int size(sqlite3_file* file, sqlite3_int64* out) {
    *out = static_cast<sqlite3_int64>(of(file).size_);
    return SQLITE_OK;
  }
  static int lock(sqlite3_file*, int) { return SQLITE_OK; }
  static int reserved(sqlite3_file*, int* out) {
    *out = 0;
    return SQLITE_OK;
  }
  static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int sector(sqlite3_file*) { return 512; }
  static int character(sqlite3_file*) { return SQLITE_IOCAP_IMMUTABLE; }

  static int open(sqlite3_vfs* vfs, const char*, sqlite3_file* file, int flags, int* out_flags) {
    static constexpr sqlite3_io_methods kMethods = {
        1,       &close,  &read,     &write,   &truncate, &sync,      &size,
        &lock,   &lock,   &reserved, &control, &sector,   &character, nullptr,
        nullptr, nullptr, nullptr,   nullptr,  nullptr};
    file->pMethods = nullptr;
    if ((flags & SQLITE_OPEN_MAIN_DB) == 0) return SQLITE_CANTOPEN;
    auto* handle = reinterpret_cast<Handle*>(file);
    handle->file = static_cast<const SqliteFile*>(vfs->pAppData);
    file->pMethods = &kMethods;
    if (out_flags != nullptr) *out_flags = SQLITE_OPEN_READONLY;
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs*, const char*, int) { return SQLITE_IOERR_DELETE; }
  static int access(sqlite3_vfs*, const char*, int, int* out) {
    *out = 0;  // there is no journal and no log
    return SQLITE_OK;
  }
  static int full_name(sqlite3_vfs*, const char* name, int size, char* out) {
    std::snprintf(out, static_cast<std::size_t>(size), "%s", name);
    return SQLITE_OK;
  }
  static int randomness(sqlite3_vfs*, int size, char* out) {
    std::memset(out, 0,
                static_cast<std::size_t>(size));  // nothing is written, nothing has to differ
    return size;
  }
  static int sleep(sqlite3_vfs*, int) { return 0; }
  static int time(sqlite3_vfs*, double* out) {
    *out = 2440587.5;  // 1970, always
    return SQLITE_OK;
  }
  static int last_error(sqlite3_vfs*, int, char*) { return 0; }
};

// https://www.sqlite.org/fileformat2.html, 1.3
bool SqliteFile::mend() {
  if (spool_.read(0, header_) != header_.size()) return false;
  const std::size_t said = (std::size_t{header_[16]} << 8) | header_[17];
  const std::size_t page = said == 1 ? 65'536 : said;
  if (page < 512 || (page & (page - 1)) != 0) return false;
  if (header_[18] == 2) header_[18] = 1;
  if (header_[19] == 2) header_[19] = 1;
  const std::uint64_t pages = spool_.size() / page;
  if (pages == 0) return false;
  std::uint64_t count = 0;
  for (std::size_t i = 28; i < 32; ++i) count = (count << 8) | header_[i];
  if (count > pages) {
    for (std::size_t i = 0; i < 4; ++i) {
      header_[28 + i] = static_cast<std::uint8_t>(pages >> (8 * (3 - i)));
    }
  }
  size_ = pages * page;
  return true;
}

SqliteFile::SqliteFile(const Spool& spool) : spool_(spool) {
  if (!mend()) return;
  // File systems have names, one for all connections of a process.
  std::array<char, 48> name{};
  std::snprintf(name.data(), name.size(), "hitokoe-leak-%p", static_cast<void*>(this));
  name_ = name.data();
  vfs_.iVersion = 1;
  vfs_.szOsFile = sizeof(Handle);
  vfs_.mxPathname = 64;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = &Methods::open;
  vfs_.xDelete = &Methods::remove;
  vfs_.xAccess = &Methods::access;
  vfs_.xFullPathname = &Methods::full_name;
  vfs_.xRandomness = &Methods::randomness;
  vfs_.xSleep = &Methods::sleep;
  vfs_.xCurrentTime = &Methods::time;
  vfs_.xGetLastError = &Methods::last_error;
  if (sqlite3_vfs_register(&vfs_, 0) != SQLITE_OK) return;
  if (sqlite3_open_v2("leak", &database_, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
                      name_.c_str()) != SQLITE_OK) {
    sqlite3_close(database_);
    database_ = nullptr;
  }
}

SqliteFile::~SqliteFile() {
  sqlite3_close(database_);
  if (vfs_.zName != nullptr) sqlite3_vfs_unregister(&vfs_);
}

}  // namespace hitokoe::matcher
