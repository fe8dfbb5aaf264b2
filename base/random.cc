#include "hitokoe/base/random.h"

#include <sodium.h>

#include <array>
#include <cstring>
#include <limits>
#include <mutex>

namespace hitokoe {

std::uint64_t Random::u64() {
  std::array<std::uint8_t, 8> bytes;
  fill(bytes);
  std::uint64_t value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

std::uint64_t Random::below(std::uint64_t bound) {
  // Values past the last whole multiple of `bound` would favour the small remainders.
  const std::uint64_t limit =
      std::numeric_limits<std::uint64_t>::max() - std::numeric_limits<std::uint64_t>::max() % bound;
  std::uint64_t value = u64();
  while (value >= limit) value = u64();
  return value % bound;
}

double Random::unit() { return static_cast<double>(u64() >> 11) * 0x1p-53; }

void SystemRandom::fill(std::span<std::uint8_t> out) {
  if (!out.empty()) randombytes_buf(out.data(), out.size());
}

struct SeededRandom::State {
  std::mutex mutex;
  std::array<std::uint8_t, crypto_stream_chacha20_KEYBYTES> key{};
  std::uint64_t block = 0;
  std::array<std::uint8_t, 4096> buffer{};
  std::size_t used = 4096;

  void refill() {
    static constexpr std::array<std::uint8_t, crypto_stream_chacha20_NONCEBYTES> kNonce{};
    buffer.fill(0);
    crypto_stream_chacha20_xor_ic(buffer.data(), buffer.data(), buffer.size(), kNonce.data(), block,
                                  key.data());
    block += buffer.size() / 64;
    used = 0;
  }
};

SeededRandom::SeededRandom(std::uint64_t seed) : state_(std::make_unique<State>()) {
  for (std::size_t i = 0; i < 8; ++i) state_->key[i] = static_cast<std::uint8_t>(seed >> (8 * i));
}

SeededRandom::~SeededRandom() = default;

void SeededRandom::fill(std::span<std::uint8_t> out) {
  const std::lock_guard lock(state_->mutex);
  while (!out.empty()) {
    if (state_->used == state_->buffer.size()) state_->refill();
    const std::size_t n = std::min(out.size(), state_->buffer.size() - state_->used);
    std::memcpy(out.data(), state_->buffer.data() + state_->used, n);
    state_->used += n;
    out = out.subspan(n);
  }
}

}  // namespace hitokoe
