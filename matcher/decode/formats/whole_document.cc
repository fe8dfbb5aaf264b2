#include "matcher/decode/formats/whole_document.h"

#include <algorithm>
#include <cstring>

namespace hitokoe::matcher {

Result<void> WholeDocument::feed(ByteView piece) {
  if (cut_) return ok();
  if (piece.size() > most_ - size_) {
    piece = piece.first(most_ - size_);
    cut_ = true;
    const auto most = std::to_string(most_ >> 20);
    warn({"over " + most + " MiB: only the beginning was read",
          most + " MiB を超えるため、はじめの部分だけを読みました"});
  }
  if (piece.empty()) return ok();
  if (size_ + piece.size() > room_) {
    const std::size_t room =
        std::min(most_, std::max<std::size_t>({size_ + piece.size(), room_ * 2, 64U << 10}));
    auto* grown = static_cast<std::uint8_t*>(std::realloc(bytes_.get(), room));
    if (grown == nullptr) {
      cut_ = true;
      warn({"no memory: only the beginning was read",
            "メモリが足りないため、はじめの部分だけを読みました"});
      return ok();
    }
    [[maybe_unused]] const auto* const moved = bytes_.release();  // realloc() has it
    bytes_.reset(grown);
    room_ = room;
  }
  std::memcpy(bytes_.get() + size_, piece.data(), piece.size());
  size_ += piece.size();
  return ok();
}

Result<void> WholeDocument::finish() {
  const auto bytes = std::move(bytes_);
  return read(std::span(bytes.get(), size_));
}

}  // namespace hitokoe::matcher
