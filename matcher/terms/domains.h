// Which watched domain a host name is, or looks like.
//
// A look-alike differs from the domain by letters that look alike, by one letter (missing, added,
// doubled, another, two in turn), by hyphens, by its ending (.com for .co.jp), or has the domain or
// its name within other words (kou-tel.jp.example.com, kou-tel-login.com). Found by deleting one
// letter on both sides (after Garbe's symmetric deletion), then compared: a host costs a few
// look-ups per letter, however many domains are watched. Immutable; thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hitokoe/matcher/terms.h"

namespace hitokoe::matcher {

class DomainWatch {
 public:
  struct Match {
    std::uint32_t term = 0;
    Likeness likeness = Likeness::kSame;
    std::size_t bytes = 0;  // of the end of the host: what is the domain, or looks like it
  };

  // Of `terms` those of kDomain; their texts have a host's ASCII form (text::host_to_ascii).
  explicit DomainWatch(const std::vector<Term>& terms);

  bool empty() const { return watched_.empty(); }
  // Replaces `out`; at most one match a term, the nearest. `host`: folded, labels between dots.
  void check(std::string_view host, std::vector<Match>& out) const;

  // Domains of other letters than ASCII, as people write them; within Japanese text nothing tells
  // where they begin: they are looked for as words. (term, text).
  std::vector<std::pair<std::uint32_t, std::string>> written_words() const;

  // Calls `each(begin, end)` for what may be a host name: 2 to 127 labels of 63 letters at most,
  // whose first dot stands in [from, to).
  template <class Each>
  static void hosts(std::string_view text, std::size_t from, std::size_t to, Each each);

 private:
  struct Watched {
    std::uint32_t term = 0;
    std::u32string name, skeleton;  // of the first label; the skeleton has no hyphens
    std::string name_ascii;
    std::string ending;  // "co.jp"
    bool lookalikes = true;
  };
  struct Label;

  void near(const std::vector<Label>& labels, std::size_t i, std::vector<Match>& out) const;
  void compare(const Watched& w, const std::vector<Label>& labels, std::size_t i,
               std::vector<Match>& out) const;
  void embedded(const std::vector<Label>& labels, std::size_t i, std::vector<Match>& out) const;
  bool excepted(std::uint32_t term, std::string_view host) const;
  bool may_be_near(std::uint64_t hash) const {
    const auto bit = hash & (near_bits_.size() * 64 - 1);
    return (near_bits_[bit / 64] >> (bit % 64) & 1) != 0;
  }

  static std::pair<std::size_t, std::size_t> host_at(std::string_view text, std::size_t dot);

  std::vector<Watched> watched_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> exact_;   // domain → terms
  std::unordered_map<std::string, std::vector<std::uint32_t>> names_;   // first label → watched_
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> near_;  // hash → watched_
  std::vector<std::uint64_t> near_bits_;                                // of the keys of near_
  std::unordered_map<std::uint32_t, std::vector<std::string>> except_;
  std::size_t longest_ = 0, shortest_ = SIZE_MAX;  // of the skeletons
};

template <class Each>
void DomainWatch::hosts(std::string_view text, std::size_t from, std::size_t to, Each each) {
  for (std::size_t at = from; at < to;) {
    const std::size_t dot = text.find('.', at);
    if (dot >= to) return;
    const auto [begin, end] = host_at(text, dot);
    if (begin < end) each(begin, end);
    at = end > dot ? end : dot + 1;
  }
}

}  // namespace hitokoe::matcher
