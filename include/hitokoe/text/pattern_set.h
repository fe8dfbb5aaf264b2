// Many regular expressions over one text, in time linear in the text (RE2).
//
//   TRY(const auto set, PatternSet::compile(patterns));
//   set.candidates(block, ids);                        // one pass: which may match at all
//   for (const auto id : ids) set.find(id, block, 0, block.size());
//
// `^` and `$` are the ends of a line; `\A`, `\z` and `\Z` are refused, since text comes in blocks.
// Immutable; thread-safe. UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hitokoe/base/result.h"

namespace hitokoe::text {

class PatternSet {
 public:
  // Of one automaton for many patterns. Where it does not suffice the set is halved, at the start
  // or while it searches, down to single patterns, which RE2 can also search without an automaton.
  static constexpr std::int64_t kMemory = 64LL << 20;

  // kBadInput: as check(), with the pattern's number (from 1). kLimit: one pattern alone needs more
  // than `memory` (at least 8 MiB are given to it).
  static Result<PatternSet> compile(std::span<const std::string> patterns,
                                    std::int64_t memory = kMemory);
  // kBadInput: not a pattern, matches the empty text, or \A, \z, \Z; over 16,384 bytes.
  static Result<void> check(std::string_view pattern);
  PatternSet(PatternSet&&) noexcept;
  PatternSet& operator=(PatternSet&&) noexcept;
  ~PatternSet();

  std::size_t size() const;
  // Replaces `ids` by the patterns that match somewhere in `text`, ascending; where automata ran
  // out of memory there may be some that do not. Never one too few.
  void candidates(std::string_view text, std::vector<std::uint32_t>& ids) const;
  // Leftmost match of pattern `id` that begins in [from, to) and ends at `to` at the latest:
  // (begin, end), never empty. What stands around counts for ^, $ and \b.
  std::optional<std::pair<std::size_t, std::size_t>> find(std::uint32_t id, std::string_view text,
                                                          std::size_t from, std::size_t to) const;
  // How often an automaton ran out of memory while searching, so that its halves did the work.
  std::uint64_t overflows() const;
  std::size_t sets() const;  // automata

 private:
  struct State;
  explicit PatternSet(std::unique_ptr<State>);
  std::unique_ptr<State> state_;
};

}  // namespace hitokoe::text
