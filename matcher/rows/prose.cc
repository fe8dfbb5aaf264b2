#include "matcher/rows/prose.h"

#include <algorithm>
#include <bit>

#include "hitokoe/identity/canonical.h"
#include "matcher/rows/cell_shape.h"
#include "matcher/rows/header_names.h"
#include "matcher/rows/split.h"

namespace hitokoe::matcher {

namespace {

using identity::FieldId;

constexpr std::size_t kMostLines = 40;
constexpr std::size_t kMostBytes = 8192;
constexpr std::size_t kMostValues = 32;

unsigned kinds_of(const auto& values, bool labelled) {
  unsigned kinds = 0;
  for (const auto& v : values) {
    if (!v.guess && v.label.empty() != labelled) kinds |= kind_bit(v.meaning.field);
  }
  return kinds;
}

// 様, さん, 殿, 氏 behind a name.
std::string_view without_honorific(std::string_view text) {
  for (const std::string_view end : {"様", "さま", "さん", "殿", "氏", "くん", "ちゃん"}) {
    if (text.size() > end.size() + 5 && text.ends_with(end)) {
      return trimmed(text.substr(0, text.size() - end.size()));
    }
  }
  return text;
}

// "連絡先は", "終わり", "です": words of a sentence, not names. A guess that is wrong stands beside
// the customer's values as another person's name.
bool of_a_sentence(std::string_view word, const CellShape& s) {
  if (s.spaces > 0 || s.hiragana == 0) return false;
  constexpr std::string_view kEnds[] = {"は", "が", "を", "に", "へ", "も", "で", "と",
                                        "の", "す", "た", "て", "い", "る", "か"};
  const bool particle = std::ranges::any_of(kEnds, [&](auto end) { return word.ends_with(end); });
  return particle || s.chars < 4;
}

// The value behind a label without what else stands on its line.
std::string_view alone(FieldId field, std::string_view value) {
  value = trimmed(value.substr(0, value.find_first_of("<>")));  // of a page that is read as text
  if (field == FieldId::kEmail) {
    // "From here on": no label.
    return value.find('@') != std::string_view::npos || value.find("＠") != std::string_view::npos
               ? value
               : std::string_view();
  }
  if (field == FieldId::kPhone) {  // tel:+81-90-1234-5678 t@example.jp
    const std::size_t at = value.find('@');
    if (at == std::string_view::npos) return value;
    const std::size_t gap = value.rfind(' ', at);
    return gap == std::string_view::npos ? value : trimmed(value.substr(0, gap));
  }
  return value;
}

}  // namespace

void Prose::put(const ColumnMeaning& meaning, std::string_view text, std::string_view label) {
  if (text.empty() || found_.size() >= kMostValues) return;
  found_.push_back({meaning, std::string(text), std::string(label), false});
}

// To, Cc: each is a person of its own.
Result<void> Prose::correspondents(std::string_view rest) {
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    if (const auto mailbox = mailbox_in(rest.substr(0, end))) {
      row_.clear();
      row_.add({FieldId::kEmail}, mailbox->address);
      if (!mailbox->name.empty()) row_.add({FieldId::kName}, mailbox->name);
      TRYV(row_.emit(sink_));
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return ok();
}

void Prose::read_labels(std::string_view text) {
  labels_in(text, names_, labels_);
  for (const auto& l : labels_) {
    if (!l.meaning) continue;
    if (l.meaning->field == FieldId::kEmail) {
      if (const auto mailbox = mailbox_in(l.value)) {
        put(*l.meaning, mailbox->address, l.label);
        put({FieldId::kName, 0, l.meaning->person}, mailbox->name, l.label);
        continue;
      }
    }
    put(*l.meaning, alone(l.meaning->field, l.value), l.label);
  }
}

void Prose::read_tokens(std::string_view text) {
  tokens_.clear();
  extractor_.extract(text, tokens_);
  for (const auto& token : tokens_) {
    // What a label has named is not read a second time; what stands under the label of another
    // thing is not the person's.
    const bool told = std::ranges::any_of(labels_, [&](const Labelled& l) {
      const bool inside = token.begin < l.end && token.end > l.begin;
      return inside && !l.value.empty() && (!l.meaning || l.meaning->field == token.field);
    });
    const bool known = std::ranges::any_of(found_, [&](const Value& v) {
      return v.meaning.field == token.field && v.text == token.value;
    });
    // Of today's dates most are no dates of birth.
    const bool recent = token.field == FieldId::kBirthdate && token.value >= "2016";
    if (!told && !known && !recent) put({token.field}, token.value, {});
  }
}

// The line, or its first word before other values, when it looks like a name.
void Prose::guess_names(std::string_view text) {
  const bool has_name =
      std::ranges::any_of(found_, [](const Value& v) { return v.meaning.field == FieldId::kName; });
  if (has_name || !labels_.empty() || found_.size() >= kMostValues) return;
  std::string_view word = trimmed(text);
  if (!found_.empty()) {
    // Up to a gap or a comma that is no gap within a name.
    std::size_t end = word.size();
    for (const std::string_view stop : {"  ", "\t", "、", ",", "，", "/", "／", "|", "<"}) {
      end = std::min(end, word.find(stop));
    }
    const std::string_view first = trimmed(word.substr(0, end));
    word = first.size() <= 40 && shape_of(first).name_like()
               ? first
               : word.substr(0, std::min(word.find(' '), word.find("\u3000")));
  }
  // 山田太郎（ヤマダタロウ）
  for (const std::string_view open : {"（", "("}) {
    const std::size_t at = word.find(open);
    if (at == std::string_view::npos || at == 0) continue;
    const std::string_view close = open == "(" ? ")" : "）";
    const std::size_t end = word.find(close, at);
    const std::string_view inside = trimmed(word.substr(
        at + open.size(), end == std::string_view::npos ? end : end - at - open.size()));
    if (inside.size() >= 6 && inside.size() <= 60 && shape_of(inside).kana_only()) {
      found_.push_back({{FieldId::kKana}, std::string(inside), {}, true});
    }
    word = trimmed(word.substr(0, at));
  }
  word = without_honorific(word);
  if (word.size() < 6 || word.size() > 40) return;
  const CellShape s = shape_of(word);
  const bool kana = s.kana_only();
  if (of_a_sentence(word, s) || meaning_of(word) || is_prefecture(word)) return;
  if (kana && s.spaces == 0 && s.chars < 5) return;
  if (!s.name_like() || s.chars < 3 || (!kana && (s.kanji == 0 || s.chars - s.spaces > 8))) return;
  const FieldId field = kana ? FieldId::kKana : FieldId::kName;
  forms_.clear();
  identity::normalize(field, word, identity::Side::kLeak, forms_);
  if (forms_.empty()) return;
  found_.push_back({{field}, std::string(word), {}, true});
}

// Whether this line belongs to another record than those before it.
bool Prose::begins_anew(std::string_view text, std::size_t mark) const {
  if (record_.empty()) return false;
  if (lines_ >= kMostLines || bytes_ + text.size() > kMostBytes ||
      record_.size() + found_.size() > kMostValues) {
    return true;
  }
  const bool labelled =
      std::ranges::any_of(record_, [](const Value& v) { return !v.label.empty(); });
  for (const auto& v : found_) {
    for (const auto& have : record_) {
      if (have.meaning != v.meaning) continue;
      if (!v.label.empty() && !have.label.empty()) {
        if (v.label == have.label) return true;
        continue;  // 電話, 携帯
      }
      if (v.text == have.text) continue;
      if (v.guess && have.guess && v.meaning.field == have.meaning.field) return true;
      if (v.guess || have.guess) continue;
      // A value that is not labelled, in a block that is: a second number of the same person.
      if (labelled && v.label.empty()) continue;
      return true;
    }
  }
  if (mark > 0 && labels_.empty()) return true;
  // A guessed name after other values begins the next record.
  const bool name_first = !found_.empty() && found_.front().guess && found_.size() == 1;
  if (name_first && (record_.front().guess || kinds_of(record_, false) != 0) && !labelled) {
    const bool has_values = kinds_of(record_, false) != 0;
    if (has_values) return true;
  }
  return std::popcount(kinds_of(found_, false)) >= 2 &&
         std::popcount(kinds_of(record_, false)) >= 2;
}

Result<void> Prose::line(std::string_view text) {
  if (is_separator(text)) return blank_line();
  found_.clear();
  const std::size_t mark = item_mark(text);
  const std::string_view rest = text.substr(mark);
  constexpr std::string_view kTo[] = {"To:", "Cc:", "CC:", "Bcc:", "宛先:", "宛先："};
  for (const std::string_view to : kTo) {
    if (!rest.empty() && rest[0] == to[0] && rest.starts_with(to)) {
      return correspondents(rest.substr(to.size()));
    }
  }
  read_labels(rest);
  const std::string_view alone = trimmed(rest);
  const bool name_alone = may_be_name(alone) && names_.read(alone).meaning.has_value();
  if (labels_.empty() && !waiting_label_.empty() && !name_alone) {
    // The label stood in the line before.
    const NameReading& name = names_.read(waiting_label_);
    if (name.meaning) {
      labels_.push_back({waiting_label_, name.meaning, trimmed(rest), 0, rest.size()});
      if (labels_[0].value.size() <= 256) put(*name.meaning, labels_[0].value, waiting_label_);
    }
  }
  waiting_label_.clear();
  if (!labels_.empty() && labels_.back().value.empty() && labels_.back().meaning) {
    waiting_label_ = labels_.back().label;
  } else if (labels_.empty() && name_alone) {
    waiting_label_ = trimmed(rest);
  }
  if (labels_.size() == 1 && labels_[0].label == "From") {
    TRYV(flush());
  }
  read_tokens(rest);
  if (waiting_label_.empty()) guess_names(rest);
  if (begins_anew(text, mark)) {
    TRYV(flush());
  }
  ++lines_;
  bytes_ += text.size();
  record_.insert(record_.end(), std::make_move_iterator(found_.begin()),
                 std::make_move_iterator(found_.end()));
  return ok();
}

Result<void> Prose::blank_line() {
  waiting_label_.clear();
  return flush();
}

Result<void> Prose::flush() {
  lines_ = 0;
  bytes_ = 0;
  if (record_.empty()) return ok();
  // Guessed names and dates that nobody called a date of birth are nothing by themselves.
  const bool something = std::ranges::any_of(record_, [](const Value& v) {
    return !v.guess && (v.meaning.field != FieldId::kBirthdate || !v.label.empty());
  });
  Result<void> done = ok();
  if (something) {
    row_.clear();
    for (const auto& v : record_) row_.add(v.meaning, v.text);
    done = row_.emit(sink_);
  }
  record_.clear();
  return done;
}

}  // namespace hitokoe::matcher
