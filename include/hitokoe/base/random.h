// The only source of chance.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

namespace hitokoe {

// Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;

  std::uint64_t u64();
  std::uint64_t below(std::uint64_t bound);  // uniform in [0, bound), bound > 0, no modulo bias
  double unit();                             // uniform in [0, 1)
};

// The kernel's generator; fit for keys.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

// The same bytes for the same seed on every machine (ChaCha20 keystream). Never for keys that
// protect real data.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed);
  ~SeededRandom() override;
  void fill(std::span<std::uint8_t> out) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hitokoe
