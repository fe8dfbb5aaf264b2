// A value that must not be seen: it cannot be printed or logged, and its memory is wiped.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace hitokoe {

// Overwrites `size` bytes in a way that the compiler keeps.
void wipe(void* data, std::size_t size) noexcept;

inline void wipe_value(std::string& s) noexcept { wipe(s.data(), s.size()); }
inline void wipe_value(std::vector<std::uint8_t>& v) noexcept { wipe(v.data(), v.size()); }
template <std::size_t N>
void wipe_value(std::array<std::uint8_t, N>& a) noexcept {
  wipe(a.data(), N);
}

// Holds T, wiped on destruction and on being moved from. No operator<<, no comparison, no
// implicit copy: reading it is `expose()`, which is easy to search for.
template <class T>
class Secret {
 public:
  Secret() = default;
  explicit Secret(T value) : value_(std::move(value)) {}
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { wipe_value(other.value_); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe_value(value_);
      value_ = std::move(other.value_);
      wipe_value(other.value_);
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe_value(value_); }

  Secret clone() const { return Secret(value_); }
  const T& expose() const { return value_; }
  T& expose() { return value_; }

 private:
  T value_{};
};

using SecretBytes = Secret<std::vector<std::uint8_t>>;
using SecretText = Secret<std::string>;
using Key128 = Secret<std::array<std::uint8_t, 16>>;
using Key256 = Secret<std::array<std::uint8_t, 32>>;

}  // namespace hitokoe
