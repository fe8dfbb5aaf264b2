// Many words over one text: Aho & Corasick, Efficient string matching (CACM 18, 1975), behind a
// filter that passes over what begins no word.
//
// Time is linear in the text whatever words and text are: a byte is looked at by the filter, and at
// most a few times by the automaton. Immutable; thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hitokoe::matcher {

class Automaton {
 public:
  // Each word at least two bytes long; numbers as in `words`. Equal words are found as each.
  explicit Automaton(const std::vector<std::string>& words);

  bool empty() const { return lengths_.empty(); }
  // Calls `found(word, end)` for every occurrence, also of words within words, by end. `text` is
  // followed by kPadding bytes that may be read, of any value.
  static constexpr std::size_t kPadding = 8;
  template <class Found>
  void search(std::string_view text, Found found) const {
    std::size_t at = 0;
    while ((at = candidate(text, at)) < text.size()) at = walk(text, at, found);
  }
  std::size_t length(std::uint32_t word) const { return lengths_[word]; }

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;
  static constexpr unsigned kSettled = 4;  // bytes that the filter knows of a beginning
  static constexpr unsigned kHashBits = 18;

  struct Node {
    std::uint32_t first = 0;  // of its edges
    std::uint32_t fail = 0;
    std::uint32_t words = kNone;  // the first word that ends here, then next_[…]
    std::uint32_t shorter = 0;  // the nearest node down the failures at which a word ends; 0: none
    std::uint16_t edges = 0;
    std::uint16_t depth = 0;
    bool holds = false;  // a word stands within what leads here
  };

  void build_trie(const std::vector<std::string>& words);
  void build_failures();
  void build_filter(const std::vector<std::string>& words);

  std::uint32_t child(std::uint32_t node, unsigned char byte) const {
    if (node == 0) return root_[byte];
    const Node& n = nodes_[node];
    const unsigned char* const begin = bytes_.data() + n.first;
    if (n.edges <= 8) {
      for (unsigned i = 0; i < n.edges; ++i) {
        if (begin[i] == byte) return targets_[n.first + i];
      }
      return kNone;
    }
    unsigned low = 0;
    unsigned high = n.edges;
    while (low < high) {
      const unsigned middle = (low + high) / 2;
      if (begin[middle] < byte) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < n.edges && begin[low] == byte ? targets_[n.first + low] : kNone;
  }

  // Where, from `at` on, a word may begin; text.size() where none may.
  std::size_t candidate(std::string_view text, std::size_t at) const;

  // From a candidate on, until no word that began may go on. @return where to go on: beyond `at`.
  template <class Found>
  std::size_t walk(std::string_view text, std::size_t at, Found& found) const {
    std::uint32_t node = 0;
    for (std::size_t i = at; i < text.size();) {
      const auto byte = static_cast<unsigned char>(text[i]);
      bool failed = false;
      std::uint32_t next = child(node, byte);
      while (next == kNone && node != 0) {
        node = nodes_[node].fail;
        failed = true;
        next = child(node, byte);
      }
      ++i;
      if (next == kNone || next == 0) return i;
      node = next;
      for (std::uint32_t n = nodes_[node].words != kNone ? node : nodes_[node].shorter; n != 0;
           n = nodes_[n].shorter) {
        for (std::uint32_t w = nodes_[n].words; w != kNone; w = next_[w]) found(w, i);
      }
      // What is left is a beginning that the filter can tell, and that is later than `at`; no word
      // is found twice.
      if (failed && nodes_[node].depth < kSettled && !nodes_[node].holds) {
        return i - nodes_[node].depth;
      }
    }
    return text.size();
  }

  std::vector<std::uint32_t> lengths_;
  std::vector<std::uint32_t> next_;  // of each word: another one that ends at the same node
  std::vector<Node> nodes_;
  std::vector<unsigned char> bytes_;    // of edges, ascending within a node
  std::vector<std::uint32_t> targets_;  // of the same edges
  std::vector<std::uint32_t> root_;
  std::vector<std::uint64_t> pairs_;  // bit: these two bytes begin a word
  // By the length of a beginning that is hashed: 2 (none: the pair says all), 3, 4 and 6 bytes.
  struct Beginnings {
    std::uint64_t mask = 0;
    std::vector<std::uint64_t> bits;
  };
  std::vector<Beginnings> beginnings_;
  bool pairs_suffice_ = false;  // there are words of two bytes
};

}  // namespace hitokoe::matcher
