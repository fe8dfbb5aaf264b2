#include "hitokoe/identity/number_patterns.h"

#include <algorithm>

#include "identity/characters.h"
#include "identity/number_finder.h"

namespace hitokoe::identity {
namespace {

// One byte a character, as patterns see a text: offsets are the text's own.
constexpr char kForeign = '\x01';

bool is_word(char c) {
  const auto u = static_cast<unsigned char>(c);
  return is_ascii_digit(u) || is_ascii_letter(u);
}

void as_patterns_see(Chars text, std::string& out) {
  out.clear();
  for (const char32_t c : text) {
    out += is_dash(c) && c != U'ー' ? '-' : c < 0x80 ? static_cast<char>(c) : kForeign;
  }
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == U'ー' && is_word(out[i - 1]) && is_word(out[i + 1])) out[i] = '-';
  }
}

bool is_number(std::string_view match) {
  const auto words = static_cast<std::size_t>(std::count_if(match.begin(), match.end(), is_word));
  return words >= NumberPatterns::kShortest && match.size() <= NumberPatterns::kLongest &&
         match.find(kForeign) == std::string_view::npos;
}

Result<text::Regex> regex_of(const NumberPattern& pattern) {
  if (pattern.field != FieldId::kContract && pattern.field != FieldId::kRef) {
    return fail(Errc::kBadInput, "only contract and ref have patterns",
                "パターンを持てるのは contract と ref だけです");
  }
  if (pattern.pattern.empty() || pattern.pattern.size() > NumberPatterns::kLongestPattern) {
    return fail(Errc::kBadInput, "a pattern has 1 to 256 bytes",
                "パターンは 1 から 256 バイトまで");
  }
  TRY(auto regex, text::Regex::compile(pattern.pattern));
  if (regex.matches_all("")) {
    return fail(Errc::kBadInput, "this pattern also matches nothing at all",
                "このパターンは空の文字列にも一致してしまいます");
  }
  return regex;
}

}  // namespace

NumberPatterns::NumberPatterns() = default;
NumberPatterns::NumberPatterns(NumberPatterns&&) noexcept = default;
NumberPatterns& NumberPatterns::operator=(NumberPatterns&&) noexcept = default;
NumberPatterns::~NumberPatterns() = default;

bool NumberPatterns::empty() const { return compiled_ == nullptr || compiled_->all.empty(); }

Result<void> NumberPatterns::check(const NumberPattern& pattern) {
  TRYV(regex_of(pattern));
  return ok();
}

Result<NumberPatterns> NumberPatterns::compile(std::span<const NumberPattern> patterns) {
  if (patterns.size() > kMost) {
    return fail(Errc::kLimit, "at most 256 patterns of numbers", "番号のパターンは 256 個まで");
  }
  NumberPatterns made;
  made.compiled_ = std::make_unique<Compiled>();
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    auto regex = regex_of(patterns[i]);
    if (!regex) {
      const auto place = std::to_string(i + 1);
      return fail(
          regex.error().code,
          Words{"pattern " + place + ": ", place + " 番目のパターン: "} + regex.error().words());
    }
    made.compiled_->all.push_back({patterns[i].field, std::move(regex).value()});
  }
  if (patterns.size() > 1) {
    std::string any;
    for (const auto& p : patterns) any += (any.empty() ? "(?:" : "|(?:") + p.pattern + ")";
    if (auto regex = text::Regex::compile(any)) made.compiled_->any = std::move(regex).value();
  }
  return made;
}

FieldSet NumberPatterns::fields_of(std::string_view cell) const {
  constexpr std::size_t kMostBytes = 4 * kLongest;
  FieldSet fields;
  if (empty() || cell.size() < kShortest || cell.size() > kMostBytes) return fields;
  Folded folded;
  std::string seen;
  as_patterns_see(folded.of(cell), seen);
  std::string_view number = seen;
  while (number.starts_with(' ')) number.remove_prefix(1);
  while (number.ends_with(' ')) number.remove_suffix(1);
  if (!is_number(number)) return fields;
  if (compiled_->any && !compiled_->any->matches_all(number)) return fields;
  for (const auto& [field, regex] : compiled_->all) {
    if (regex.matches_all(number)) fields.add(field);
  }
  return fields;
}

void find_numbers(const NumberPatterns& patterns, Chars text, std::string& scratch,
                  NumberSink& out) {
  if (patterns.empty()) return;
  as_patterns_see(text, scratch);
  const auto& compiled = *patterns.compiled();
  if (compiled.any && !compiled.any->search(scratch)) return;
  for (const auto& [field, regex] : compiled.all) {
    std::size_t from = 0;
    while (from < scratch.size()) {
      const auto match = regex.search(scratch, from);
      if (!match) break;
      const std::string_view number = (*match)[0];
      const auto begin = static_cast<std::size_t>(number.data() - scratch.data());
      const std::size_t end = begin + number.size();
      from = std::max(end, begin + 1);
      if (!is_number(number)) continue;
      if (begin > 0 && is_word(scratch[begin - 1])) continue;
      if (end < scratch.size() && is_word(scratch[end])) continue;
      out.found(field, begin, end);
    }
  }
}

}  // namespace hitokoe::identity
