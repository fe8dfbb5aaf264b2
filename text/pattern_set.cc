#include "hitokoe/text/pattern_set.h"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <atomic>

#include "hitokoe/text/regex.h"

namespace hitokoe::text {
namespace {

constexpr std::int64_t kSingle = 8LL << 20;
constexpr std::size_t kSmallest = 4;  // patterns; fewer are searched one by one

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

re2::RE2::Options options_with(std::int64_t memory) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(memory);
  return options;
}

// Lines, not the text, have ends.
std::string by_line(std::string_view pattern) { return "(?m:" + std::string(pattern) + ")"; }

bool names_ends_of_text(std::string_view pattern) {
  for (std::size_t i = 0; i + 1 < pattern.size(); ++i) {
    if (pattern[i] != '\\') continue;
    ++i;
    if (pattern[i] == 'A' || pattern[i] == 'z' || pattern[i] == 'Z') return true;
  }
  return false;
}

// The patterns [begin, end) as one automaton, and the same in two halves for when that one does not
// fit in its memory.
struct Node {
  std::size_t begin = 0, end = 0;
  std::unique_ptr<re2::RE2::Set> set;  // none: its halves, or one by one
  std::unique_ptr<Node> left, right;
};

}  // namespace

struct PatternSet::State {
  std::vector<std::unique_ptr<re2::RE2>> single;
  std::unique_ptr<Node> root;
  std::size_t sets = 0;
  mutable std::atomic<std::uint64_t> overflows{0};

  std::unique_ptr<Node> build(std::span<const std::string> patterns, std::size_t begin,
                              std::size_t end, std::int64_t memory);
  void search(const Node& node, std::string_view text, std::vector<std::uint32_t>& ids) const;
};

std::unique_ptr<Node> PatternSet::State::build(std::span<const std::string> patterns,
                                               std::size_t begin, std::size_t end,
                                               std::int64_t memory) {
  auto node = std::make_unique<Node>();
  node->begin = begin;
  node->end = end;
  if (end - begin < kSmallest) return node;
  auto set = std::make_unique<re2::RE2::Set>(options_with(memory), re2::RE2::UNANCHORED);
  bool fits = true;
  for (std::size_t i = begin; i < end && fits; ++i) {
    fits = set->Add(by_line(patterns[i]), nullptr) >= 0;
  }
  if (fits && set->Compile()) {
    node->set = std::move(set);
    ++sets;
  }
  const std::size_t middle = begin + (end - begin) / 2;
  node->left = build(patterns, begin, middle, memory);
  node->right = build(patterns, middle, end, memory);
  return node;
}

void PatternSet::State::search(const Node& node, std::string_view text,
                               std::vector<std::uint32_t>& ids) const {
  if (node.set) {
    std::vector<int> matched;
    re2::RE2::Set::ErrorInfo error{};
    if (node.set->Match(piece(text), &matched, &error)) {
      for (const int id : matched) {
        ids.push_back(static_cast<std::uint32_t>(node.begin + static_cast<std::size_t>(id)));
      }
      return;
    }
    if (error.kind == re2::RE2::Set::kNoError) return;
    overflows.fetch_add(1, std::memory_order_relaxed);
  }
  if (node.left) {
    search(*node.left, text, ids);
    search(*node.right, text, ids);
    return;
  }
  // RE2 itself goes on without an automaton where one does not fit: the answer is always right.
  for (std::size_t i = node.begin; i < node.end; ++i) {
    if (re2::RE2::PartialMatch(piece(text), *single[i])) {
      ids.push_back(static_cast<std::uint32_t>(i));
    }
  }
}

PatternSet::PatternSet(std::unique_ptr<State> state) : state_(std::move(state)) {}
PatternSet::PatternSet(PatternSet&&) noexcept = default;
PatternSet& PatternSet::operator=(PatternSet&&) noexcept = default;
PatternSet::~PatternSet() = default;

Result<void> PatternSet::check(std::string_view pattern) {
  TRY(const auto regex, Regex::compile(pattern));
  if (names_ends_of_text(pattern)) {
    return fail(Errc::kBadInput,
                "pattern: \\A, \\z and \\Z mean nothing here; ^ and $ are a line's ends",
                "正規表現: \\A、\\z、\\Z は使えません。^ と $ は行の端です");
  }
  if (regex.search("")) {
    return fail(Errc::kBadInput, "pattern: matches the empty text, so it would be found everywhere",
                "正規表現: 空の文字列に一致するため、どこでも見つかってしまいます");
  }
  return ok();
}

Result<PatternSet> PatternSet::compile(std::span<const std::string> patterns, std::int64_t memory) {
  auto state = std::make_unique<State>();
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const Words which = Words{"pattern ", "正規表現 "} + (std::to_string(i + 1) + ": ");
    if (const auto checked = check(patterns[i]); !checked) {
      return fail(checked.error().code, which + checked.error().words());
    }
    auto one =
        std::make_unique<re2::RE2>(by_line(patterns[i]), options_with(std::max(memory, kSingle)));
    if (!one->ok()) {
      return fail(Errc::kLimit, which + Words{"needs more memory than is allowed",
                                              "許された量を超えるメモリが要ります"});
    }
    state->single.push_back(std::move(one));
  }
  state->root = state->build(patterns, 0, patterns.size(), memory);
  return PatternSet(std::move(state));
}

std::size_t PatternSet::size() const { return state_->single.size(); }

void PatternSet::candidates(std::string_view text, std::vector<std::uint32_t>& ids) const {
  ids.clear();
  state_->search(*state_->root, text, ids);
  std::ranges::sort(ids);
}

std::optional<std::pair<std::size_t, std::size_t>> PatternSet::find(std::uint32_t id,
                                                                    std::string_view text,
                                                                    std::size_t from,
                                                                    std::size_t to) const {
  const re2::RE2& re = *state_->single[id];
  re2::StringPiece found;
  while (from < to && re.Match(piece(text), from, to, re2::RE2::UNANCHORED, &found, 1)) {
    const auto begin = static_cast<std::size_t>(found.data() - text.data());
    if (!found.empty()) return std::pair(begin, begin + found.size());
    from = begin + 1;  // \b alone, say
  }
  return std::nullopt;
}

std::uint64_t PatternSet::overflows() const { return state_->overflows.load(); }
std::size_t PatternSet::sets() const { return state_->sets; }

}  // namespace hitokoe::text
