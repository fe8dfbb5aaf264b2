#include "matcher/decode/reading.h"

#include <algorithm>

#include "matcher/decode/document.h"

namespace hitokoe::matcher {

bool Reading::take_unpacked(std::uint64_t bytes) {
  unpacked_ += bytes;
  if (unpacked_ > limits_.unpacked_bytes) return false;
  return unpacked_ <= limits_.ratio_free_bytes || unpacked_ / limits_.ratio <= input_;
}

std::unique_ptr<Reader> Reading::open_part(const std::string& outer, unsigned outer_depth,
                                           std::string_view inner, std::string content_type) {
  if (outer_depth + 1 > limits_.depth) {
    if (!told_depth_) {
      warn(outer, {"nested more than " + std::to_string(limits_.depth) + " deep: not read further",
                   "入れ子が " + std::to_string(limits_.depth) + " 段を超えるため読んでいません"});
      told_depth_ = true;
    }
    return nullptr;
  }
  if (++parts_ > limits_.parts) {
    if (!told_parts_) {
      warn(outer, {"more than " + std::to_string(limits_.parts) + " parts: the rest was not read",
                   std::to_string(limits_.parts) + " 件を超える中身は読んでいません"});
      told_parts_ = true;
    }
    return nullptr;
  }
  return std::make_unique<DocumentReader>(*this, part_name(outer, inner), std::move(content_type),
                                          outer_depth + 1);
}

std::string part_name(std::string_view outer, std::string_view inner) {
  constexpr std::size_t kMost = 200;
  std::string name(outer);
  name += " > ";
  std::size_t end = std::min(inner.size(), kMost);
  while (end < inner.size() && end > 0 &&
         (static_cast<unsigned char>(inner[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  for (const char c : inner.substr(0, end)) {
    name += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '_' : c;
  }
  return name;
}

}  // namespace hitokoe::matcher
