#include "matcher/decode/formats/named_record.h"

#include <algorithm>
#include <bit>
#include <tuple>

#include "matcher/rows/split.h"

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kMostValues = 32;
constexpr std::size_t kLongestValue = 4096;

}  // namespace

Result<void> NamedRecord::put(Value value) {
  const std::string_view text = trimmed(value.text);
  if (text.empty()) return ok();
  const bool known = std::ranges::any_of(values_, [&](const Value& v) {
    return v.field == value.field && v.part == value.part && v.person == value.person &&
           v.text == text;
  });
  if (known && value.part == 0) return ok();
  if (values_.size() == kMostValues) {
    TRYV(flush());
  }
  if (text.size() != value.text.size()) value.text = std::string(text);
  values_.push_back(std::move(value));
  return ok();
}

Result<void> NamedRecord::add(identity::FieldId field, std::string_view value, std::uint8_t part,
                              Person person) {
  reading_.see(std::string(value) + "\n");
  return keep(field, value, part, person);
}

Result<void> NamedRecord::keep(identity::FieldId field, std::string_view value, std::uint8_t part,
                               Person person) {
  if (value.size() > kLongestValue) return find_in(value);
  return put({person, field, part, std::string(value)});
}

Result<void> NamedRecord::add(std::string_view name, std::string_view value) {
  reading_.see(std::string(value) + "\n");
  const NameReading reading = read_name(name);
  if (reading.other) return ok();
  if (!reading.meaning) return find_in(value);
  const ColumnMeaning meaning = *reading.meaning;
  TRYV(keep(meaning.field, value, meaning.part, meaning.person));
  if (meaning.part > 0) return ok();
  // What else stands beside it: a postal code before the address, a mail address after a name.
  tokens_.clear();
  identity::extract(value, reading_.sink().numbers(), tokens_);
  for (auto& token : tokens_) {
    if (token.field != meaning.field) {
      TRYV(put({meaning.person, token.field, 0, std::move(token.value)}));
    }
  }
  return ok();
}

Result<void> NamedRecord::add_text(std::string_view text) {
  reading_.see(std::string(text) + "\n");
  return find_in(text);
}

Result<void> NamedRecord::find_in(std::string_view text) {
  tokens_.clear();
  identity::extract(text, reading_.sink().numbers(), tokens_);
  for (auto& token : tokens_) {
    TRYV(put({Person::kSelf, token.field, 0, std::move(token.value)}));
  }
  return ok();
}

std::size_t NamedRecord::fields() const {
  std::uint64_t seen = 0;
  for (const auto& v : values_) seen |= std::uint64_t{1} << (static_cast<unsigned>(v.field) & 63U);
  return static_cast<std::size_t>(std::popcount(seen));
}

Result<void> NamedRecord::flush() {
  if (values_.empty()) return ok();
  // Parts of one value are joined in their order, whatever the order in the document.
  std::ranges::stable_sort(values_, {},
                           [](const Value& v) { return std::tuple(v.person, v.field, v.part); });
  std::vector<Value> whole;
  for (auto& v : std::exchange(values_, {})) {
    const bool joins = v.part > 0 && !whole.empty() && whole.back().person == v.person &&
                       whole.back().field == v.field && whole.back().part > 0 &&
                       whole.back().part < v.part;
    if (joins) {
      whole.back().text += v.text;
      whole.back().part = v.part;
    } else {
      whole.push_back(std::move(v));
    }
  }
  std::vector<identity::FieldValue> out;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    out.push_back({whole[i].field, whole[i].text});
    if (i + 1 == whole.size() || whole[i + 1].person != whole[i].person) {
      TRYV(reading_.sink()(out));
      out.clear();
    }
  }
  return ok();
}

}  // namespace hitokoe::matcher
