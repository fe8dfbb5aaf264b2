#include "matcher/terms/automaton.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <map>

namespace hitokoe::matcher {
namespace {

std::uint64_t load(const char* p) {
  std::uint64_t v = 0;
  std::memcpy(&v, p, sizeof v);
  return v;
}

std::uint64_t mask_of(std::size_t bytes) { return (1ULL << (8 * bytes)) - 1; }

std::size_t hash(std::uint64_t beginning, unsigned bits) {
  return static_cast<std::size_t>(beginning * 0x9e3779b97f4a7c15ULL >> (64 - bits));
}

unsigned pair_of(const char* p) {
  return static_cast<unsigned char>(p[0]) | static_cast<unsigned>(static_cast<unsigned char>(p[1]))
                                                << 8;
}

}  // namespace

Automaton::Automaton(const std::vector<std::string>& words) : root_(256, kNone) {
  build_trie(words);
  build_failures();
  build_filter(words);
}

void Automaton::build_trie(const std::vector<std::string>& words) {
  // Words in order: the children of a node come one after the other, each as a range of words.
  std::vector<std::uint32_t> order(words.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, [&](auto a, auto b) { return words[a] < words[b]; });
  for (const auto& word : words) lengths_.push_back(static_cast<std::uint32_t>(word.size()));
  next_.assign(words.size(), kNone);
  struct Range {
    std::uint32_t node;
    std::size_t begin, end;
  };
  nodes_.emplace_back();
  std::deque<Range> open{{0, 0, order.size()}};
  while (!open.empty()) {
    const Range range = open.front();
    open.pop_front();
    const std::size_t depth = nodes_[range.node].depth;
    std::size_t at = range.begin;
    for (; at < range.end && words[order[at]].size() == depth; ++at) {
      next_[order[at]] = nodes_[range.node].words;
      nodes_[range.node].words = order[at];
    }
    nodes_[range.node].first = static_cast<std::uint32_t>(bytes_.size());
    while (at < range.end) {
      const char byte = words[order[at]][depth];
      std::size_t end = at;
      while (end < range.end && words[order[end]][depth] == byte) ++end;
      const auto node = static_cast<std::uint32_t>(nodes_.size());
      nodes_.emplace_back().depth = static_cast<std::uint16_t>(depth + 1);
      bytes_.push_back(static_cast<unsigned char>(byte));
      targets_.push_back(node);
      ++nodes_[range.node].edges;
      if (range.node == 0) root_[static_cast<unsigned char>(byte)] = node;
      open.push_back({node, at, end});
      at = end;
    }
  }
}

void Automaton::build_failures() {
  // Nodes are numbered by depth: what a failure leads to is done before.
  for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
    for (unsigned i = 0; i < nodes_[node].edges; ++i) {
      const auto byte = bytes_[nodes_[node].first + i];
      const auto target = targets_[nodes_[node].first + i];
      std::uint32_t fail = node;
      std::uint32_t to = kNone;
      while (fail != 0 && to == kNone) {
        fail = nodes_[fail].fail;
        to = child(fail, byte);
      }
      Node& t = nodes_[target];
      t.fail = to == kNone ? 0 : to;
      t.shorter = nodes_[t.fail].words != kNone ? t.fail : nodes_[t.fail].shorter;
      t.holds = nodes_[node].holds || t.words != kNone || t.shorter != 0;
    }
  }
}

void Automaton::build_filter(const std::vector<std::string>& words) {
  pairs_.assign(65536 / 64, 0);
  std::map<std::size_t, std::vector<std::uint64_t>> by_length;
  for (const auto& word : words) {
    const unsigned pair = pair_of(word.data());
    pairs_[pair / 64] |= 1ULL << (pair % 64);
    if (word.size() == 2) {
      pairs_suffice_ = true;
      continue;
    }
    const std::size_t bytes = word.size() >= 6 ? 6 : word.size() >= 4 ? 4 : 3;
    auto& bits = by_length[bytes];
    bits.resize((1U << kHashBits) / 64, 0);
    std::uint64_t beginning = 0;
    std::memcpy(&beginning, word.data(), bytes);
    const auto h = hash(beginning, kHashBits);
    bits[h / 64] |= 1ULL << (h % 64);
  }
  for (auto& [bytes, bits] : by_length) beginnings_.push_back({mask_of(bytes), std::move(bits)});
}

std::size_t Automaton::candidate(std::string_view text, std::size_t at) const {
  const char* const data = text.data();
  const std::size_t size = text.size();
  for (; at < size; ++at) {
    const unsigned pair = pair_of(data + at);
    if ((pairs_[pair / 64] >> (pair % 64) & 1) == 0) continue;
    if (pairs_suffice_) return at;
    const std::uint64_t eight = load(data + at);
    for (const auto& b : beginnings_) {
      const auto h = hash(eight & b.mask, kHashBits);
      if ((b.bits[h / 64] >> (h % 64) & 1) != 0) return at;
    }
  }
  return size;
}

}  // namespace hitokoe::matcher
