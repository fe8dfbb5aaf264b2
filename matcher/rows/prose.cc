#include "matcher/rows/prose.h"

#include <algorithm>

#include "matcher/rows/header_names.h"
#include "matcher/rows/split.h"

namespace hitokoe::matcher {

namespace {

using identity::FieldId;

constexpr std::size_t kMostLines = 24;
constexpr std::size_t kMostBytes = 4096;
constexpr std::size_t kMostValues = 32;
constexpr std::size_t kLongestLabel = 60;
constexpr std::string_view kColons[] = {":", "：", "=", "＝", "\t"};

// "――――", "-----", "=====": a ruled line between records.
bool ruled(std::string_view line) {
  const std::string_view text = trimmed(line);
  if (text.size() < 3) return false;
  const std::string_view first =
      text.substr(0, static_cast<unsigned char>(text[0]) >= 0xE0 ? 3 : 1);
  if (std::string_view("-=_*#~").find(first[0]) == std::string_view::npos && first != "―" &&
      first != "─" && first != "━" && first != "＝" && first != "－" && first != "■") {
    return false;
  }
  for (std::size_t i = 0; i < text.size(); i += first.size()) {
    if (text.substr(i, first.size()) != first) return false;
  }
  return true;
}

std::size_t distinct_fields(const auto& values) {
  std::uint64_t seen = 0;
  for (const auto& v : values) seen |= std::uint64_t{1} << (static_cast<unsigned>(v.field) & 63U);
  return static_cast<std::size_t>(std::popcount(seen));
}

}  // namespace

void Prose::read(std::string_view text) {
  found_.clear();
  std::size_t value_begin = text.size();
  std::size_t label_end = std::string_view::npos;
  std::size_t colon_size = 0;
  for (const auto colon : kColons) {
    const std::size_t at = text.substr(0, kLongestLabel).find(colon);
    if (at < label_end) {
      label_end = at;
      colon_size = colon.size();
    }
  }
  bool labelled = false;
  if (label_end != std::string_view::npos) {
    if (const auto meaning = meaning_of(trimmed(text.substr(0, label_end)))) {
      value_begin = label_end + colon_size;
      const std::string_view value = trimmed(text.substr(value_begin));
      if (!value.empty() && value.size() <= 512) {
        found_.push_back({meaning->field, std::string(value), true});
        labelled = true;
      }
    }
  }
  tokens_.clear();
  identity::extract(text, tokens_);
  for (auto& token : tokens_) {
    // What the label has named already is not read a second time.
    if (labelled && token.field == found_[0].field) continue;
    const bool known = std::ranges::any_of(
        found_, [&](const Value& v) { return v.field == token.field && v.text == token.value; });
    if (!known && found_.size() < kMostValues) {
      found_.push_back({token.field, std::move(token.value), false});
    }
  }
}

Result<void> Prose::line(std::string_view text) {
  if (ruled(text)) return flush();
  read(text);
  // One of a kind with another value begins the next record; so does a line that is a record.
  const bool again = std::ranges::any_of(found_, [&](const Value& v) {
    return std::ranges::any_of(record_, [&](const Value& have) { return have.field == v.field; });
  });
  const bool whole = distinct_fields(found_) >= 2 && distinct_fields(record_) >= 2;
  if (again || whole || lines_ >= kMostLines || bytes_ + text.size() > kMostBytes ||
      record_.size() + found_.size() > kMostValues) {
    TRYV(flush());
  }
  ++lines_;
  bytes_ += text.size();
  record_.insert(record_.end(), std::make_move_iterator(found_.begin()),
                 std::make_move_iterator(found_.end()));
  return ok();
}

Result<void> Prose::flush() {
  lines_ = 0;
  bytes_ = 0;
  // A date that nobody called a date of birth is none where nothing else stands beside it.
  const bool dates_only = std::ranges::all_of(
      record_, [](const Value& v) { return v.field == FieldId::kBirthdate && !v.labelled; });
  if (dates_only) record_.clear();
  if (record_.empty()) return ok();
  out_.clear();
  for (const auto& v : record_) out_.push_back({v.field, v.text});
  const auto done = on_row_(out_);
  record_.clear();
  return done;
}

}  // namespace hitokoe::matcher
