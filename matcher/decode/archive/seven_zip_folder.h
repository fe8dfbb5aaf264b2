// A chain of coders in a 7z archive → its bytes.
#pragma once

#include <memory>

#include "hitokoe/base/secret.h"
#include "matcher/decode/archive/seven_zip_header.h"

namespace hitokoe::matcher {

// The key is costly on purpose: kept for the salt and the rounds that it was made for.
class SevenZipKeys {
 public:
  static constexpr unsigned kMostPower = 24;
  explicit SevenZipKeys(std::string_view password);  // UTF-8
  // Of hashing, that key_for() would take; 0: the key is there, or none can be.
  std::uint64_t rounds_for(ByteView properties) const;
  // nullptr: the properties make no sense, or ask for too many rounds.
  const Key256* key_for(ByteView properties, std::array<std::uint8_t, 16>& iv);

 private:
  struct Parameters {
    unsigned power = 0;
    ByteView salt, iv;
  };
  static std::optional<Parameters> parse(ByteView properties);
  bool has(const Parameters& p) const;

  SecretBytes utf16_;
  Bytes salt_;
  unsigned power_ = 0;
  std::optional<Key256> key_;
};

class SevenZipSource {
 public:
  enum class State { kMore, kEnd, kDamaged, kTooMuchMemory, kUnknown, kNoKey };
  virtual ~SevenZipSource() = default;
  // Fills as much of `out` as it can; 0: state() says why.
  virtual std::size_t read(std::span<std::uint8_t> out) = 0;
  virtual State state() const = 0;
  virtual std::uint64_t taken() const = 0;  // packed bytes so far
};

// `keys` (may be nullptr where nothing is encrypted) and `bytes` outlive it. `base`: the end of the
// 32 bytes at the archive's start.
std::unique_ptr<SevenZipSource> open_seven_zip_folder(const Spool& bytes, std::uint64_t base,
                                                      const SevenZipStreams& streams,
                                                      const SevenZipFolder& folder,
                                                      std::uint64_t memory, SevenZipKeys* keys);

}  // namespace hitokoe::matcher
