#include "matcher/decode/reading.h"

#include <algorithm>

#include "matcher/decode/document.h"

namespace hitokoe::matcher {

Reading::Reading(RowSink sink, std::vector<Warning>& warnings, NestingLimits limits,
                 ArchiveKeys* keys, std::shared_ptr<const Clock> clock)
    : sink_(std::move(sink)),
      warnings_(warnings),
      budget_(std::make_shared<NestingBudget>()),
      keys_(keys) {
  budget_->limits = limits;
  budget_->clock = std::move(clock);
  budget_->began = budget_->clock->steady();
}

Reading::Reading(RowSink sink, std::vector<Warning>& warnings,
                 std::shared_ptr<NestingBudget> budget, ArchiveKeys* keys)
    : sink_(std::move(sink)), warnings_(warnings), budget_(std::move(budget)), keys_(keys) {}

void Reading::warn(std::string name, Words what) {
  if (++budget_->warnings > limits().warnings) {
    if (budget_->warnings != limits().warnings + 1) return;
    const auto most = std::to_string(limits().warnings);
    what = {"more than " + most + " warnings: the others are not listed",
            "警告が " + most + " 件を超えたため、残りは表示しません"};
  }
  warnings_.push_back({std::move(name), std::move(what)});
}

bool Reading::take_unpacked(std::uint64_t bytes) {
  budget_->unpacked += bytes;
  return !over();
}

bool Reading::take_member() {
  ++budget_->members;
  return !over();
}

bool Reading::take_key_rounds(std::uint64_t rounds) {
  if (over() || rounds > limits().key_rounds - budget_->key_rounds) return false;
  budget_->key_rounds += rounds;
  return true;
}

const Words* Reading::why_over() const {
  static const Words too_many_members = {"too many members: the rest was not read",
                                         "書庫の中身が多すぎるため、残りは読んでいません"};
  static const Words too_many_bytes = {"unpacks to too many bytes: the rest was not read",
                                       "展開後の大きさが上限を超えたため、残りは読んでいません"};
  static const Words too_repetitive = {
      "unpacks to far more than its size: the rest was not read",
      "展開後の大きさが元の大きさに比べて異常なため、残りは読んでいません"};
  static const Words too_long = {"unpacking took too long: the rest was not read",
                                 "展開に時間がかかりすぎたため、残りは読んでいません"};
  const NestingBudget& b = *budget_;
  if (b.members > b.limits.members) return &too_many_members;
  if (b.unpacked > b.limits.unpacked_bytes) return &too_many_bytes;
  if (b.unpacked > b.limits.ratio_free_bytes && b.unpacked / b.limits.ratio > b.input) {
    return &too_repetitive;
  }
  if (b.clock->steady() - b.began > b.limits.time) return &too_long;
  return nullptr;
}

void Reading::warn_over(const std::string& name) {
  const Words* why = why_over();
  if (why == nullptr || budget_->told_over) return;
  budget_->told_over = true;
  warn(name, *why);
}

std::unique_ptr<Reader> Reading::open_part(const std::string& outer, unsigned outer_depth,
                                           std::string_view inner, std::string content_type) {
  if (outer_depth + 1 > limits().depth) {
    if (!budget_->told_depth) {
      const auto most = std::to_string(limits().depth);
      warn(outer, {"nested more than " + most + " deep: not read further",
                   "入れ子が " + most + " 段を超えるため読んでいません"});
      budget_->told_depth = true;
    }
    return nullptr;
  }
  if (++budget_->parts > limits().parts) {
    if (!budget_->told_parts) {
      const auto most = std::to_string(limits().parts);
      warn(outer, {"more than " + most + " parts: the rest was not read",
                   most + " 件を超える中身は読んでいません"});
      budget_->told_parts = true;
    }
    return nullptr;
  }
  return std::make_unique<DocumentReader>(*this, part_name(outer, inner), std::move(content_type),
                                          outer_depth + 1);
}

bool PartBudget::take(std::uint64_t out, std::uint64_t in) {
  out_ += out;
  if (!reading_.take_unpacked(out)) return false;
  const NestingLimits& limits = reading_.limits();
  over_ratio_ = out_ > limits.part_free_bytes && out_ / limits.ratio > in;
  return !over_ratio_;
}

void PartBudget::warn(const std::string& name) const {
  if (!over_ratio_) return reading_.warn_over(name);
  reading_.warn(name, {"unpacks to far more than its size: its rest was not read",
                       "展開後の大きさが元の大きさに比べて異常なため、続きは読んでいません"});
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
