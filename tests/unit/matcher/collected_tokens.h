// What a scanner of the sweep hands on, read back from its messages.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hitokoe/identity/contacts.h"
#include "matcher/sweep/scanner.h"

namespace hitokoe::matcher::sweep {

using Found = std::vector<std::pair<identity::FieldId, std::string>>;  // sorted

class Collected final : public Tokens::Sink {
 public:
  void take(std::span<const HmacBlock> blocks, std::span<const FieldId> fields,
            std::size_t words) override {
    if (blocks.size() != fields.size() || blocks.size() > Tokens::kRoom) ++broken;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      const auto& b = blocks[i].bytes;
      const std::size_t size = b[3] | static_cast<std::size_t>(b[4]) << 8;
      const auto version = identity::field_info(fields[i]).version;
      HmacBlock again{};
      std::copy_n(b.begin(), std::min(size + 5, b.size()), again.bytes.begin());
      if (size > Tokens::kLongest) {
        ++broken;
        continue;
      }
      crypto::close_block(again, size + 5);
      if (again.bytes != b || b[0] != static_cast<std::uint8_t>(fields[i]) || b[1] != version ||
          b[2] != version >> 8) {
        ++broken;
      }
      for (std::size_t at = 4 * words; at < 62; ++at) broken += b[at] != 0 ? 1U : 0U;
      found.emplace_back(fields[i], std::string(reinterpret_cast<const char*>(b.data()) + 5, size));
    }
  }
  void take_long(FieldId field, std::string_view canonical) override {
    if (canonical.size() <= Tokens::kLongest) ++broken;
    found.emplace_back(field, std::string(canonical));
  }

  Found sorted() {
    std::ranges::sort(found);
    return found;
  }

  Found found;
  std::size_t broken = 0;  // messages that are not what docs/fingerprints.md says
};

inline Found swept(std::string_view text, Cpu cpu, std::size_t* broken = nullptr) {
  Collected sink;
  Tokens tokens(sink);
  Scanner scanner(tokens, cpu);
  scanner.scan(text);
  tokens.flush();
  if (broken != nullptr) *broken += sink.broken;
  return sink.sorted();
}

// In pieces that end where `cuts` (ascending) say.
inline Found swept_in_pieces(std::string_view text, const std::vector<std::size_t>& cuts) {
  Collected sink;
  Tokens tokens(sink);
  Scanner scanner(tokens);
  std::string kept;
  std::size_t at = 0;
  const auto feed = [&](std::size_t end) {
    kept += text.substr(at, end - at);
    at = end;
    const std::size_t done = settled(kept);
    scanner.scan(std::string_view(kept).substr(0, done));
    kept.erase(0, done);
    if (kept.size() > kLargestWindow) ++sink.broken;
  };
  for (const std::size_t cut : cuts) feed(cut);
  feed(text.size());
  scanner.scan(kept);
  tokens.flush();
  if (sink.broken > 0) sink.found.clear();
  return sink.sorted();
}

// The obvious way: identity's, a stretch after the other.
inline Found obvious(std::string_view text) {
  std::vector<identity::Token> tokens;
  while (!text.empty()) {
    std::size_t end = 0;  // of the stretch
    while (end < text.size() && !is_barrier(static_cast<std::uint8_t>(text[end]))) ++end;
    if (end > kLargestWindow) {
      end = kLargestWindow;
      for (int i = 0; i < 3 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80; ++i) --end;
    } else if (end < text.size()) {
      ++end;
    }
    identity::extract_contacts(text.substr(0, end), {}, tokens);
    text.remove_prefix(end);
  }
  Found found;
  for (auto& token : tokens) found.emplace_back(token.field, std::move(token.value));
  std::ranges::sort(found);
  return found;
}

}  // namespace hitokoe::matcher::sweep
