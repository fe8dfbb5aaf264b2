// The text of canonical forms: grows at its end, without the checks that std::string does for each
// character. What was reserved is never moved.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "identity/short_copy.h"

namespace hitokoe::identity {

class FormText {
 public:
  FormText() = default;
  explicit FormText(std::size_t capacity) { grow(capacity); }
  FormText(FormText&&) noexcept = default;
  FormText& operator=(FormText&&) noexcept = default;

  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  const char* data() const { return bytes_.get(); }
  operator std::string_view() const { return {bytes_.get(), size_}; }  // NOLINT(*-explicit-*)

  void clear() { size_ = 0; }
  void cut(std::size_t size) { size_ = size; }  // at most size()
  // Takes `n` characters away from `from` on.
  void erase(std::size_t from, std::size_t n) {
    std::memmove(bytes_.get() + from, bytes_.get() + from + n, size_ - from - n);
    size_ -= n;
  }
  FormText& append(std::string_view text) {
    copy_short(more(text.size()), text);
    return *this;
  }
  FormText& append(std::size_t n, char c) {
    std::memset(more(n), c, n);
    return *this;
  }
  FormText& operator+=(char c) {
    *more(1) = c;
    return *this;
  }
  FormText& operator+=(std::string_view text) { return append(text); }
  // In UTF-8; what is no scalar value becomes U+FFFD.
  void put(char32_t c) {
    if (c < 0x80) {
      *this += static_cast<char>(c);
      return;
    }
    if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) c = 0xfffd;
    const auto byte = [c](unsigned lead, unsigned shift) {
      return static_cast<char>(lead | (c >> shift & (lead == 0x80 ? 0x3fU : 0xffU)));
    };
    if (c < 0x800) {
      char* const to = more(2);
      to[0] = byte(0xc0, 6);
      to[1] = byte(0x80, 0);
    } else if (c < 0x10000) {
      char* const to = more(3);
      to[0] = byte(0xe0, 12);
      to[1] = byte(0x80, 6);
      to[2] = byte(0x80, 0);
    } else {
      char* const to = more(4);
      to[0] = byte(0xf0, 18);
      to[1] = byte(0x80, 12);
      to[2] = byte(0x80, 6);
      to[3] = byte(0x80, 0);
    }
  }
  // Room for `n` characters, which the caller writes; they count at once.
  char* more(std::size_t n) {
    if (capacity_ - size_ < n) grow(size_ + n);
    char* const to = bytes_.get() + size_;
    size_ += n;
    return to;
  }

 private:
  [[gnu::noinline]] void grow(std::size_t least) {
    const std::size_t capacity = std::max<std::size_t>({least, 2 * capacity_, 64});
    auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
    if (size_ > 0) std::memcpy(bytes.get(), bytes_.get(), size_);
    bytes_ = std::move(bytes);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace hitokoe::identity
