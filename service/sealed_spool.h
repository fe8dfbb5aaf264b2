// Where an upload waits until it is whole: a file of sealed pieces. The key is in memory only, so
// that what a killed process leaves is unreadable; it is removed at the next start.
//
// An upload that knows its digest (SHA-256) may be cut and go on where it stood, for a day.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/descriptor.h"
#include "hitokoe/base/random.h"
#include "hitokoe/base/secret.h"
#include "hitokoe/base/time.h"

namespace hitokoe::service {

// Thread-safe. `name` is a plain name (a digest, a random number).
class SealedSpool {
 public:
  // A folder of its own within `folder`, and those of processes that are gone are removed.
  static Result<std::unique_ptr<SealedSpool>> open(const std::filesystem::path& folder,
                                                   const Clock& clock, Random& random);

  // Bytes that are there; nothing: no such upload.
  std::optional<std::uint64_t> size(const std::string& name);
  // Takes hold of an upload, for one caller at a time, and makes it where it is not there.
  // kConflict: somebody holds it; kLimit: too many are unfinished (kMost).
  Result<std::uint64_t> begin(const std::string& name);
  // By whoever holds it. Nobody else waits while it is written or read. kIo.
  Result<void> append(const std::string& name, ByteView piece);
  void let_go(const std::string& name);  // keeps what is there
  void remove(const std::string& name);
  Result<Bytes> read(const std::string& name);  // as append; kCorrupt: altered
  // Removes what nobody touched for a day.
  void tidy();

  static constexpr std::size_t kMost = 64;

 private:
  struct Upload {
    std::uint64_t bytes = 0;
    std::uint64_t pieces = 0;
    bool held = false;
    bool broken = false;  // what was written could not be taken back: it begins anew
    UtcTime touched{};
  };
  SealedSpool(std::filesystem::path folder, Descriptor lock, const Clock& clock, Random& random);
  std::filesystem::path path_of(const std::string& name) const;
  Upload held(const std::string& name);  // a copy

  std::filesystem::path folder_;
  Descriptor lock_;  // on the folder, while this process lives
  const Clock& clock_;
  Random& random_;
  Key256 key_;
  std::mutex mutex_;
  std::map<std::string, Upload> uploads_;
};

}  // namespace hitokoe::service
