#include "crawler/adapters/known_posts.h"

#include <algorithm>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/crypto/digest.h"

namespace hitokoe::crawler {

namespace {

constexpr std::size_t kDigits = 16;
constexpr std::size_t kLongestPage = 4096;

std::string digest_of(std::string_view id) {
  return crypto::sha256_hex(as_bytes(id)).substr(0, kDigits);
}

bool is_digest(std::string_view text) {
  return text.size() == kDigits && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool is_address(std::string_view text) {
  return text.size() <= kLongestPage &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

KnownPosts::KnownPosts(std::string_view memory) {
  const auto end = std::min(memory.find('\n'), memory.size());
  if (!is_address(memory.substr(0, end))) return;
  page_ = memory.substr(0, end);
  memory.remove_prefix(std::min(end + 1, memory.size()));
  while (!memory.empty() && order_.size() < kMost) {
    const auto line = memory.substr(0, memory.find('\n'));
    if (is_digest(line) && known_.emplace(line).second) order_.emplace_back(line);
    memory.remove_prefix(std::min(line.size() + 1, memory.size()));
  }
}

void KnownPosts::go_on_from(std::string_view page) {
  page_ = is_address(page) ? std::string(page) : std::string();
}

bool KnownPosts::contains(std::string_view id) const { return known_.contains(digest_of(id)); }

void KnownPosts::add(std::string_view id) {
  auto digest = digest_of(id);
  if (known_.insert(digest).second) order_.push_back(std::move(digest));
}

std::string KnownPosts::memory() const {
  if (page_.empty() && order_.empty()) return {};
  std::string out = page_;
  const auto from = order_.size() - std::min(order_.size(), kMost);
  for (std::size_t i = from; i < order_.size(); ++i) out += "\n" + order_[i];
  return out;
}

}  // namespace hitokoe::crawler
