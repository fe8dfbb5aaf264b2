#include "crawler/adapters/known_posts.h"

#include <algorithm>
#include <charconv>

#include "crawler/html.h"
#include "hitokoe/base/bytes.h"
#include "hitokoe/base/crypto/digest.h"

namespace hitokoe::crawler {

namespace {

constexpr std::size_t kDigits = 16;
constexpr std::size_t kSaidDigits = 8;
constexpr std::size_t kLongestPage = 4096;
constexpr char kMark = '~';
constexpr std::uint32_t kMostPages = 1U << 20;

std::string digest_of(std::string_view id) {
  return crypto::sha256_hex(as_bytes(id)).substr(0, kDigits);
}

bool is_digest(std::string_view text, std::size_t digits = kDigits) {
  return text.size() == digits && std::ranges::all_of(text, [](char c) {
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
    if (line.starts_with(kMark)) read_mark(line.substr(1));
    const auto id = line.substr(0, kDigits);
    const auto said = line.size() > kDigits ? line.substr(kDigits + 1) : std::string_view();
    const bool whole =
        line.size() == kDigits || (is_digest(said, kSaidDigits) && line[kDigits] == ' ');
    if (whole && is_digest(id) && known_.emplace(id, said).second) order_.emplace_back(id);
    memory.remove_prefix(std::min(line.size() + 1, memory.size()));
  }
}

void KnownPosts::go_on_from(std::string_view page) {
  page_ = is_address(page) ? std::string(page) : std::string();
}

// "0123456789abcdef 1 2"
void KnownPosts::read_mark(std::string_view line) {
  const auto digest = line.substr(0, kDigits);
  if (!is_digest(digest) || line.size() <= kDigits || line[kDigits] != ' ') return;
  const auto* const end = line.data() + line.size();
  std::uint32_t since = 0;
  std::uint32_t moves_at = 0;
  const auto first = std::from_chars(line.data() + kDigits + 1, end, since);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != ' ') return;
  const auto second = std::from_chars(first.ptr + 1, end, moves_at);
  if (second.ec != std::errc{} || second.ptr != end || since >= moves_at || moves_at > kMostPages)
    return;
  mark_ = digest;
  since_ = since;
  moves_at_ = moves_at;
}

bool KnownPosts::turn_page(std::string_view posts) {
  auto digest = digest_of(posts);
  if (digest == mark_) return false;
  if (++since_ < moves_at_) return true;
  mark_ = std::move(digest);
  since_ = 0;
  moves_at_ = std::min(moves_at_ * 2, kMostPages);
  return true;
}

void KnownPosts::reading_is_over() {
  mark_.clear();
  since_ = 0;
  moves_at_ = 1;
}

bool KnownPosts::contains(std::string_view id) const { return known_.contains(digest_of(id)); }

KnownPosts::Seen KnownPosts::look(std::string_view id, std::string_view said) const {
  const auto digest = digest_of(id);
  const auto at = known_.find(digest);
  if (at == known_.end()) return Seen::kNew;
  if (kept_.contains(digest) || at->second.empty() || said.empty()) return Seen::kSame;
  return at->second == said ? Seen::kSame : Seen::kEdited;
}

void KnownPosts::keep(std::string_view id, std::string_view said) {
  auto digest = digest_of(id);
  if (!kept_.insert(digest).second) return;
  const auto [at, added] = known_.try_emplace(digest, said);
  if (!added && !said.empty()) at->second = said;
  if (added) order_.push_back(std::move(digest));
}

std::string KnownPosts::memory(std::size_t most) const {
  if (page_.empty() && order_.empty() && mark_.empty()) return {};
  std::string out = page_;
  if (!mark_.empty()) {
    out += '\n';
    out += kMark;
    out += mark_ + " " + std::to_string(since_) + " " + std::to_string(moves_at_);
  }
  const auto from = order_.size() - std::min({order_.size(), most, kMost});
  for (std::size_t i = from; i < order_.size(); ++i) {
    const auto& said = known_.at(order_[i]);
    out.append("\n").append(order_[i]);
    if (!said.empty()) out.append(" ").append(said);
  }
  return out;
}

std::string said_digest(std::string_view html) {
  static const auto all = XPath::compile("string(/)").value();
  const HtmlPage page(as_bytes(html));
  auto words = page.text(all);
  std::erase_if(words, [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; });
  return words.empty() ? std::string() : digest_of(words).substr(0, kSaidDigits);
}

}  // namespace hitokoe::crawler
