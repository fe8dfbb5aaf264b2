#include "matcher/decode/archive/decompressor.h"

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "matcher/decode/archive/inflate64.h"

namespace hitokoe::matcher {

namespace {

using State = Decompressor::State;

// The libraries count in 32 bits.
unsigned most(std::size_t n) { return static_cast<unsigned>(std::min<std::size_t>(n, 1U << 30)); }

class Stored final : public Decompressor {
 public:
  Step step(ByteView in, std::span<std::uint8_t> out) override {
    const std::size_t n = std::min(in.size(), out.size());
    std::copy_n(in.begin(), n, out.begin());
    return {n, n, State::kMore};
  }
};

class Zlib final : public Decompressor {
 public:
  explicit Zlib(int window_bits) { usable_ = inflateInit2(&z_, window_bits) == Z_OK; }
  ~Zlib() override { inflateEnd(&z_); }
  Zlib(const Zlib&) = delete;
  Zlib& operator=(const Zlib&) = delete;

  Step step(ByteView in, std::span<std::uint8_t> out) override {
    if (!usable_) return {0, 0, State::kTooMuchMemory};
    z_.next_in = const_cast<Bytef*>(in.data());
    z_.avail_in = most(in.size());
    z_.next_out = out.data();
    z_.avail_out = most(out.size());
    const int code = inflate(&z_, Z_NO_FLUSH);
    Step step{most(in.size()) - z_.avail_in, most(out.size()) - z_.avail_out, State::kMore};
    if (code == Z_STREAM_END) {
      step.state = State::kEnd;
    } else if (code == Z_MEM_ERROR) {
      step.state = State::kTooMuchMemory;
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      step.state = State::kCorrupt;
    }
    return step;
  }

 private:
  z_stream z_{};
  bool usable_ = false;
};

class Bzip2 final : public Decompressor {
 public:
  Bzip2() { usable_ = BZ2_bzDecompressInit(&z_, 0, 0) == BZ_OK; }
  ~Bzip2() override { BZ2_bzDecompressEnd(&z_); }
  Bzip2(const Bzip2&) = delete;
  Bzip2& operator=(const Bzip2&) = delete;

  Step step(ByteView in, std::span<std::uint8_t> out) override {
    if (!usable_) return {0, 0, State::kTooMuchMemory};
    z_.next_in = const_cast<char*>(reinterpret_cast<const char*>(in.data()));
    z_.avail_in = most(in.size());
    z_.next_out = reinterpret_cast<char*>(out.data());
    z_.avail_out = most(out.size());
    const int code = BZ2_bzDecompress(&z_);
    Step step{most(in.size()) - z_.avail_in, most(out.size()) - z_.avail_out, State::kMore};
    if (code == BZ_STREAM_END) {
      step.state = State::kEnd;
    } else if (code == BZ_MEM_ERROR) {
      step.state = State::kTooMuchMemory;
    } else if (code != BZ_OK) {
      step.state = State::kCorrupt;
    }
    return step;
  }

 private:
  bz_stream z_{};
  bool usable_ = false;
};

class Lzma final : public Decompressor {
 public:
  Lzma() = default;
  ~Lzma() override {
    lzma_end(&z_);
    std::free(filter_options_);
  }
  Lzma(const Lzma&) = delete;
  Lzma& operator=(const Lzma&) = delete;

  bool start(Method method, std::uint64_t memory, ByteView properties) {
    switch (method) {
      case Method::kXz:
        return began(lzma_stream_decoder(&z_, memory, 0));
      case Method::kLzmaAlone:
        return began(lzma_alone_decoder(&z_, memory));
      case Method::kLzip:
        return began(lzma_lzip_decoder(&z_, memory, 0));
      default:
        break;
    }
    lzma_filter filters[2] = {
        {method == Method::kLzma1 ? LZMA_FILTER_LZMA1 : LZMA_FILTER_LZMA2, {}},
        {LZMA_VLI_UNKNOWN, {}}};
    if (lzma_properties_decode(filters, nullptr, properties.data(), properties.size()) != LZMA_OK) {
      return false;
    }
    filter_options_ = filters[0].options;
    const std::uint64_t needs = lzma_raw_decoder_memusage(filters);
    if (needs > memory) {
      too_much_ = true;
      return true;
    }
    return began(lzma_raw_decoder(&z_, filters));
  }

  Step step(ByteView in, std::span<std::uint8_t> out) override {
    if (too_much_) return {0, 0, State::kTooMuchMemory};
    z_.next_in = in.data();
    z_.avail_in = in.size();
    z_.next_out = out.data();
    z_.avail_out = out.size();
    const lzma_ret code = lzma_code(&z_, LZMA_RUN);
    Step step{in.size() - z_.avail_in, out.size() - z_.avail_out, State::kMore};
    if (code == LZMA_STREAM_END) {
      step.state = State::kEnd;
    } else if (code == LZMA_MEMLIMIT_ERROR || code == LZMA_MEM_ERROR) {
      step.state = State::kTooMuchMemory;
    } else if (code != LZMA_OK && code != LZMA_BUF_ERROR) {
      step.state = State::kCorrupt;
    }
    return step;
  }

 private:
  bool began(lzma_ret code) {
    if (code == LZMA_MEM_ERROR || code == LZMA_MEMLIMIT_ERROR) too_much_ = true;
    return code == LZMA_OK || too_much_;
  }

  lzma_stream z_ = LZMA_STREAM_INIT;
  void* filter_options_ = nullptr;
  bool too_much_ = false;
};

class Zstd final : public Decompressor {
 public:
  explicit Zstd(std::uint64_t memory) : z_(ZSTD_createDCtx()) {
    // A window is a power of two; the decoder keeps little else.
    const int log = std::clamp(static_cast<int>(std::bit_width(memory)) - 1, 10, 31);
    usable_ =
        z_ != nullptr && ZSTD_isError(ZSTD_DCtx_setParameter(z_, ZSTD_d_windowLogMax, log)) == 0;
  }
  ~Zstd() override { ZSTD_freeDCtx(z_); }
  Zstd(const Zstd&) = delete;
  Zstd& operator=(const Zstd&) = delete;

  Step step(ByteView in, std::span<std::uint8_t> out) override {
    if (!usable_) return {0, 0, State::kTooMuchMemory};
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    const std::size_t code = ZSTD_decompressStream(z_, &to, &from);
    Step step{from.pos, to.pos, State::kMore};
    if (ZSTD_isError(code) != 0) {
      // No other error code is about the window; ZSTD_getErrorCode() is not in the stable header.
      const bool window = std::strstr(ZSTD_getErrorName(code), "memory") != nullptr;
      step.state = window ? State::kTooMuchMemory : State::kCorrupt;
    } else if (code == 0) {
      step.state = State::kEnd;
    }
    return step;
  }

 private:
  ZSTD_DCtx* z_;
  bool usable_ = false;
};

}  // namespace

std::unique_ptr<Decompressor> make_decompressor(Method method, std::uint64_t memory,
                                                ByteView properties) {
  switch (method) {
    case Method::kStored:
      return std::make_unique<Stored>();
    case Method::kDeflate:
      return std::make_unique<Zlib>(-MAX_WBITS);
    case Method::kDeflate64:
      return make_inflate64();
    case Method::kZlib:
      return std::make_unique<Zlib>(MAX_WBITS);
    case Method::kGzip:
      return std::make_unique<Zlib>(MAX_WBITS + 16);
    case Method::kBzip2:
      return std::make_unique<Bzip2>();
    case Method::kZstd:
      return std::make_unique<Zstd>(memory);
    default: {
      auto lzma = std::make_unique<Lzma>();
      if (!lzma->start(method, memory, properties)) return nullptr;
      return lzma;
    }
  }
}

}  // namespace hitokoe::matcher
