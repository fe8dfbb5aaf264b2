// One compressed stream → its bytes, in pieces: zlib, bzip2, liblzma and zstd behind one face.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "hitokoe/base/bytes.h"

namespace hitokoe::matcher {

enum class Method {
  kStored,
  kDeflate,  // bare, as in ZIP
  kDeflate64,
  kZlib,
  kGzip,
  kBzip2,
  kXz,
  kLzmaAlone,  // .lzma; what ZIP calls LZMA needs its header put in order first: zip_member.cc
  kLzip,
  kZstd,
  kLzma1,  // bare, as in 7z: `properties` is its 5 bytes
  kLzma2,  // bare, as in 7z: `properties` is its byte
};

class Decompressor {
 public:
  enum class State {
    kMore,           // give more, or more room
    kEnd,            // the stream ended by itself; what is left of the input is not its
    kCorrupt,        // nothing more comes out
    kTooMuchMemory,  // it asks for more than `memory`
  };
  struct Step {
    std::size_t taken = 0, put = 0;
    State state = State::kMore;
  };
  virtual ~Decompressor() = default;
  // Takes from `in` and puts into `out` as much as it can. kMore with nothing taken and nothing put
  // means that it waits for input. Checksums that the format has are verified.
  virtual Step step(ByteView in, std::span<std::uint8_t> out) = 0;
};

// `memory`: the most that its window may take. nullptr: the properties make no sense.
std::unique_ptr<Decompressor> make_decompressor(Method method, std::uint64_t memory,
                                                ByteView properties = {});

}  // namespace hitokoe::matcher
