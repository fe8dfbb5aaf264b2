#include "matcher/terms/compiled.h"

#include "hitokoe/identity/kanji.h"
#include "matcher/terms/utf8.h"

namespace hitokoe::matcher {
namespace {

Words which(const Term& term) { return Words{"term ", "監視語 "} + (term.id + ": "); }

std::size_t characters_of(std::string_view utf8) {
  std::size_t n = 0;
  for (const char c : utf8) n += begins_character(c) ? 1U : 0U;
  return n;
}

// Kanji that another one is folded to.
std::vector<bool> folded_to() {
  std::vector<bool> out(0x10000, false);
  for (char32_t c = 0x3400; c < 0xfb00; ++c) {
    const char32_t to = identity::modern_kanji(c);
    if (to != c && to < out.size()) out[to] = true;
  }
  return out;
}

// What of the word could stand otherwise in a text: bits as of exact_foldings.
std::size_t could_differ(std::string_view as_written, const std::vector<bool>& kanji) {
  std::size_t bits = 0;
  for (std::size_t i = 0; i < as_written.size();) {
    const auto c = code_point_at(as_written, i);
    i += c.length;
    if ((c.value >= U'a' && c.value <= U'z') || (c.value >= U'A' && c.value <= U'Z') ||
        (c.value >= 0xc0 && c.value <= 0x52f)) {
      bits |= 1;
    }
    if (c.value >= 0x3041 && c.value <= 0x30fe) bits |= 2;
    if (c.value >= 0x3400 && (identity::modern_kanji(c.value) != c.value ||
                              (c.value < kanji.size() && kanji[c.value]))) {
      bits |= 4;
    }
  }
  return bits;
}

}  // namespace

Result<void> CompiledTerms::add_word(std::uint32_t term, const std::string& text,
                                     std::vector<std::string>& folded) {
  static const std::vector<bool> kanji = folded_to();
  const Term& t = terms_[term];
  std::string word = folding.of(text);
  const std::size_t n = characters_of(word);
  if (n < 2 || n > kMostTermCharacters || word.find('\n') != std::string::npos) {
    return fail(Errc::kBadInput,
                which(t) + Words{"a word has 2 to 100 characters, and no long gaps",
                                 "語は 2～100 文字で、長い空白を含みません"});
  }
  Word w;
  w.term = term;
  w.whole_left = !t.inside_words && is_ascii_word(word.front());
  w.whole_right = !t.inside_words && is_ascii_word(word.back());
  std::size_t exact =
      (t.exact_case ? 1U : 0U) | (t.exact_kana ? 2U : 0U) | (t.exact_kanji ? 4U : 0U);
  if (exact != 0) {
    auto& with = exact_foldings[exact];
    if (!with) {
      with =
          std::make_unique<Folding>(FoldWhat{(exact & 1) == 0, (exact & 2) == 0, (exact & 4) == 0});
    }
    w.as_written = with->of(text);
    if ((could_differ(w.as_written, kanji) & exact) == 0) exact = 0;
  }
  w.exact = exact;
  longest_word = std::max(longest_word, word.size());
  words.push_back(std::move(w));
  folded.push_back(std::move(word));
  return ok();
}

Result<std::shared_ptr<const CompiledTerms>> CompiledTerms::make(std::vector<Term> terms,
                                                                 Limits limits) {
  auto set = std::make_shared<CompiledTerms>();
  set->terms_ = std::move(terms);
  std::vector<std::string> folded;
  std::vector<std::string> patterns;
  std::size_t texts = 0;
  bool domains = false;
  for (std::uint32_t i = 0; i < set->terms_.size(); ++i) {
    const Term& term = set->terms_[i];
    if (term.kind == TermKind::kPattern) {
      for (const auto& pattern : term.texts) {
        if (const auto good = text::PatternSet::check(pattern); !good) {
          return fail(good.error().code, which(term) + good.error().words());
        }
        patterns.push_back(pattern);
        set->pattern_terms.push_back(i);
      }
      continue;
    }
    texts += term.texts.size();
    if (term.kind == TermKind::kDomain) {
      domains = true;
      continue;
    }
    for (const auto& text : term.texts) {
      TRYV(set->add_word(i, text, folded));
    }
  }
  if (texts > kMostTerms || patterns.size() > kMostPatterns) {
    return fail(Errc::kLimit, "over 100,000 words and domains, or over 2,000 patterns",
                "語とドメインは 100,000、正規表現は 2,000 までです");
  }
  if (domains) {
    set->domains.emplace(set->terms_);
    for (const auto& [term, text] : set->domains->written_words()) {
      TRYV(set->add_word(term, text, folded));
    }
  }
  if (!folded.empty()) set->automaton.emplace(folded);
  if (!patterns.empty()) {
    TRY(auto compiled, text::PatternSet::compile(patterns, limits.pattern_memory));
    set->patterns.emplace(std::move(compiled));
  }
  return std::shared_ptr<const CompiledTerms>(std::move(set));
}

Result<std::shared_ptr<const TermSet>> TermSet::compile(std::vector<Term> terms, Limits limits) {
  TRY(auto made, CompiledTerms::make(std::move(terms), limits));
  return std::shared_ptr<const TermSet>(std::move(made));
}

Result<std::shared_ptr<const TermSet>> TermSet::compile(std::vector<Term> terms) {
  return compile(std::move(terms), Limits{});
}

std::string_view to_string(TermKind kind) {
  switch (kind) {
    case TermKind::kWord:
      return "word";
    case TermKind::kPattern:
      return "pattern";
    case TermKind::kDomain:
      return "domain";
    case TermKind::kName:
      return "name";
  }
  return "";
}

Result<TermKind> term_kind_by_name(std::string_view name) {
  for (const auto kind :
       {TermKind::kWord, TermKind::kPattern, TermKind::kDomain, TermKind::kName}) {
    if (to_string(kind) == name) return kind;
  }
  return fail(Errc::kBadInput, "kinds of terms are word, pattern, domain and name",
              "監視語の種類は word、pattern、domain、name");
}

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::kLow:
      return "low";
    case Severity::kMedium:
      return "medium";
    case Severity::kHigh:
      return "high";
    case Severity::kCritical:
      return "critical";
  }
  return "";
}

Result<Severity> severity_by_name(std::string_view name) {
  for (const auto s : {Severity::kLow, Severity::kMedium, Severity::kHigh, Severity::kCritical}) {
    if (to_string(s) == name) return s;
  }
  return fail(Errc::kBadInput, "severities are low, medium, high and critical",
              "重要度は low、medium、high、critical");
}

std::string_view to_string(Likeness likeness) {
  switch (likeness) {
    case Likeness::kSame:
      return "same";
    case Likeness::kBelow:
      return "below";
    case Likeness::kConfusable:
      return "confusable";
    case Likeness::kTypo:
      return "typo";
    case Likeness::kHyphen:
      return "hyphen";
    case Likeness::kOtherEnding:
      return "other_ending";
    case Likeness::kEmbedded:
      return "embedded";
  }
  return "";
}

Result<Likeness> likeness_by_name(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(Likeness::kEmbedded); ++i) {
    if (to_string(static_cast<Likeness>(i)) == name) return static_cast<Likeness>(i);
  }
  return fail(Errc::kBadInput, "no such likeness", "そのような類似の種類はありません");
}

}  // namespace hitokoe::matcher
