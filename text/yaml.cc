#include "hitokoe/text/yaml.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

#include "text/yaml_tree.h"

namespace hitokoe::text {
namespace {

constexpr std::size_t kMostToldProblems = 100;

using State = YamlNode::State;

std::shared_ptr<State> missing(int line) {
  auto node = std::make_shared<State>();
  node->line = line;
  return node;
}

const State::Entry* find(const State& map, std::string_view key) {
  const auto at = std::ranges::lower_bound(
      map.by_key, key, {}, [&](std::size_t i) { return std::string_view(map.map[i].key); });
  if (at == map.by_key.end() || map.map[*at].key != key) return nullptr;
  return &map.map[*at];
}

template <class T>
bool parse_all(std::string_view text, T& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

// 010 is eight to some and ten to others: refused.
bool has_leading_zero(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9';
}

std::string plain(double v) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), v).ptr;
  return {buffer.data(), end};
}

Words missing_words() { return {" is missing", " がありません"}; }
Words needed(const Words& expected) {
  return Words{": expected ", ": "} + expected + Words{"", "を指定"};
}
Words boolean_words() { return {"true or false", "true か false のどちらか"}; }
Words day_words() { return {"a day as in 2026-04-01", "2026-04-01 の形の日付"}; }

}  // namespace

void YamlProblems::add(int line, Words what) { lines_.emplace_back(line, std::move(what)); }

Result<void> YamlProblems::result() const {
  if (lines_.empty()) return ok();
  auto sorted = lines_;
  std::ranges::stable_sort(sorted, {}, [](const auto& l) { return l.first; });
  Words all;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i > 0) all = std::move(all) + "\n";
    if (i == kMostToldProblems) {
      const auto left = std::to_string(sorted.size() - i);
      all = std::move(all) + file_ + Words{": and " + left + " more", ": 他 " + left + " 件"};
      break;
    }
    all =
        std::move(all) + (file_ + ":" + std::to_string(sorted[i].first) + ": ") + sorted[i].second;
  }
  return fail(Errc::kBadInput, std::move(all));
}

std::string shown_key(std::string_view key) {
  const auto is_ours = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  };
  const bool name = !key.empty() && key.size() <= 40 && !(key[0] >= '0' && key[0] <= '9') &&
                    std::ranges::all_of(key, is_ours);
  return name ? "\"" + std::string(key) + "\"" : "\"…\"";
}

int YamlNode::line() const { return state_->line; }
bool YamlNode::is_map() const { return state_->kind == State::Kind::kMap; }
bool YamlNode::is_list() const { return state_->kind == State::Kind::kList; }
bool YamlNode::is_scalar() const { return state_->kind == State::Kind::kScalar; }
bool YamlNode::is_null() const {
  return state_->kind == State::Kind::kNull || state_->kind == State::Kind::kMissing;
}

bool YamlNode::has(std::string_view key) const {
  state_->asked.emplace(key);
  return find(*state_, key) != nullptr;
}

YamlNode YamlNode::get(std::string_view key) const {
  state_->asked.emplace(key);
  const auto* entry = find(*state_, key);
  return YamlNode(entry != nullptr ? entry->value : missing(state_->line));
}

int YamlNode::key_line(std::string_view key) const {
  const auto* entry = find(*state_, key);
  return entry != nullptr ? entry->line : state_->line;
}

std::vector<std::pair<std::string, YamlNode>> YamlNode::entries() const {
  std::vector<std::pair<std::string, YamlNode>> all;
  for (const auto& entry : state_->map) {
    state_->asked.insert(entry.key);
    all.emplace_back(entry.key, YamlNode(entry.value));
  }
  return all;
}

void YamlNode::refuse_unknown(YamlProblems& problems) const {
  std::string known;
  for (const auto& key : state_->asked) {
    if (!known.empty()) known += ", ";
    known += key;
  }
  const State::Entry* before = nullptr;
  for (const std::size_t i : state_->by_key) {
    const auto& entry = state_->map[i];
    if (before != nullptr && before->key == entry.key) {
      const auto first = std::to_string(before->line);
      problems.add(
          entry.line,
          {"key " + shown_key(entry.key) + " is there twice (first in line " + first + ")",
           "キー " + shown_key(entry.key) + " が重複しています（最初は " + first + "行目）"});
      continue;
    }
    before = &entry;
    if (!state_->asked.contains(entry.key)) {
      problems.add(entry.line,
                   {"unknown key " + shown_key(entry.key) + " (known: " + known + ")",
                    "知らないキー " + shown_key(entry.key) + "（使えるもの: " + known + "）"});
    }
  }
}

std::vector<YamlNode> YamlNode::items() const {
  std::vector<YamlNode> all;
  all.reserve(state_->list.size());
  for (const auto& item : state_->list) all.emplace_back(item);
  return all;
}

bool YamlNode::expect_map(YamlProblems& problems, std::string_view what) const {
  return is_map() || expect_map(problems, Words::same(std::string(what)));
}

bool YamlNode::expect_map(YamlProblems& problems, const Words& what) const {
  if (is_map()) return true;
  problems.add(line(),
               what + (is_null() ? missing_words()
                                 : Words{": expected keys and values", ": キーと値の組が必要"}));
  return false;
}

bool YamlNode::expect_list(YamlProblems& problems, std::string_view what) const {
  if (is_list()) return true;
  problems.add(line(),
               what + (is_null() ? missing_words() : Words{": expected a list", ": リストが必要"}));
  return false;
}

namespace {

// The scalar's text where there is one that may be read as more than text; else a problem.
const std::string* unquoted(const State& node, YamlProblems& problems, std::string_view what,
                            const Words& expected) {
  if (node.kind == State::Kind::kScalar && !node.quoted) return &node.text;
  const bool absent = node.kind == State::Kind::kNull || node.kind == State::Kind::kMissing;
  problems.add(node.line, absent ? what + Words{" is missing: expected ", " がありません: "} +
                                       expected + Words{"", "を指定"}
                          : node.quoted
                              ? what +
                                    Words{": expected, without quotes, ", ": 引用符を付けずに、"} +
                                    expected + Words{"", "を指定"}
                              : what + needed(expected));
  return nullptr;
}

}  // namespace

std::string YamlNode::text(YamlProblems& problems, std::string_view what) const {
  if (is_scalar() && !state_->text.empty()) return state_->text;
  problems.add(line(), what + (is_null()     ? missing_words()
                               : is_scalar() ? Words{" is empty", " が空です"}
                                             : needed({"a text", "文字列"})));
  return {};
}

std::int64_t YamlNode::integer(YamlProblems& problems, std::string_view what, std::int64_t least,
                               std::int64_t most) const {
  const Words expected{
      "a whole number from " + std::to_string(least) + " to " + std::to_string(most),
      std::to_string(least) + " から " + std::to_string(most) + " までの整数"};
  const auto* written = unquoted(*state_, problems, what, expected);
  if (written == nullptr) return least;
  std::int64_t value = 0;
  if (!has_leading_zero(*written) && parse_all(*written, value) && value >= least && value <= most)
    return value;
  problems.add(line(), what + needed(expected));
  return least;
}

double YamlNode::number(YamlProblems& problems, std::string_view what, double least,
                        double most) const {
  const Words expected{"a number from " + plain(least) + " to " + plain(most),
                       plain(least) + " から " + plain(most) + " までの数"};
  const auto* written = unquoted(*state_, problems, what, expected);
  if (written == nullptr) return least;
  double value = 0;
  if (!has_leading_zero(*written) && parse_all(*written, value) && std::isfinite(value) &&
      value >= least && value <= most)
    return value;
  problems.add(line(), what + needed(expected));
  return least;
}

bool YamlNode::boolean(YamlProblems& problems, std::string_view what) const {
  const auto* written = unquoted(*state_, problems, what, boolean_words());
  if (written == nullptr) return false;
  if (*written == "true") return true;
  if (*written != "false") problems.add(line(), what + needed(boolean_words()));
  return false;
}

JstDay YamlNode::day(YamlProblems& problems, std::string_view what) const {
  const auto* written = unquoted(*state_, problems, what, day_words());
  if (written == nullptr) return {};
  auto parsed = parse_day(*written);
  if (parsed) return parsed.value();
  problems.add(line(), what + needed(day_words()));
  return {};
}

Duration YamlNode::duration(YamlProblems& problems, std::string_view what) const {
  const Words expected{"a duration as in 500ms, 10s, 5m, 24h or 30d",
                       "500ms、10s、5m、24h、30d の形の時間"};
  constexpr std::int64_t kMost = 36'525LL * 24 * 3600 * 1000;
  struct Unit {
    std::string_view suffix;
    std::int64_t milliseconds;
  };
  constexpr Unit kUnits[] = {
      {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  const auto* written = unquoted(*state_, problems, what, expected);
  if (written == nullptr) return {};
  for (const auto& unit : kUnits) {
    if (!written->ends_with(unit.suffix)) continue;
    const auto digits = std::string_view(*written).substr(0, written->size() - unit.suffix.size());
    std::int64_t value = 0;
    if (!has_leading_zero(digits) && parse_all(digits, value) && value >= 0 &&
        value <= kMost / unit.milliseconds)
      return std::chrono::milliseconds(value * unit.milliseconds);
    break;
  }
  problems.add(line(), what + needed(expected));
  return {};
}

std::vector<std::string> YamlNode::texts(YamlProblems& problems, std::string_view what) const {
  if (!expect_list(problems, what)) return {};
  std::vector<std::string> all;
  std::set<std::string_view> seen;
  for (const auto& item : items()) {
    auto value = item.text(problems, what);
    if (value.empty()) continue;
    if (!seen.insert(item.state_->text).second) {
      problems.add(item.line(), std::string(what) + ": " + shown_key(value) +
                                    Words{" is there twice", " が重複しています"});
      continue;
    }
    all.push_back(std::move(value));
  }
  return all;
}

std::string YamlNode::text_or(YamlProblems& problems, std::string_view what,
                              std::string_view def) const {
  return is_null() ? std::string(def) : text(problems, what);
}
std::int64_t YamlNode::integer_or(YamlProblems& problems, std::string_view what, std::int64_t least,
                                  std::int64_t most, std::int64_t def) const {
  return is_null() ? def : integer(problems, what, least, most);
}
double YamlNode::number_or(YamlProblems& problems, std::string_view what, double least, double most,
                           double def) const {
  return is_null() ? def : number(problems, what, least, most);
}
bool YamlNode::boolean_or(YamlProblems& problems, std::string_view what, bool def) const {
  return is_null() ? def : boolean(problems, what);
}
Duration YamlNode::duration_or(YamlProblems& problems, std::string_view what, Duration def) const {
  return is_null() ? def : duration(problems, what);
}
std::vector<std::string> YamlNode::texts_or_none(YamlProblems& problems,
                                                 std::string_view what) const {
  return is_null() ? std::vector<std::string>{} : texts(problems, what);
}

}  // namespace hitokoe::text
