// A document of any bytes: in one piece, in many, and the slow way, the same is found.
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/unit/matcher/terms_oracle.h"

namespace {

using namespace hitokoe::matcher;

Term term(TermKind kind, std::vector<std::string> texts) {
  Term t;
  t.id = "t";
  t.kind = kind;
  t.texts = std::move(texts);
  t.exact_kanji = true;
  return t;
}

std::vector<Term> terms() {
  std::vector<Term> all = {term(TermKind::kWord, {"青空", "青空計画"}),
                           term(TermKind::kWord, {"ab"}),
                           term(TermKind::kWord, {"abab", "bab"}),
                           term(TermKind::kWord, {"コール"}),
                           term(TermKind::kWord, {"ガー", "a b"}),
                           term(TermKind::kWord, {"会社", "(株)"}),
                           term(TermKind::kPattern, {"a+b"}),
                           term(TermKind::kPattern, {"[あ-ん]{2,5}"}),
                           term(TermKind::kPattern, {"^\\bab\\b"}),
                           term(TermKind::kPattern, {"[^a]b$"}),
                           term(TermKind::kDomain, {"abaab.jp", "kou-tele.co.jp"})};
  all[1].inside_words = true;
  all[3].exact_kana = true;
  all[5].exact_kanji = false;
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<Term> kTerms = terms();
  static const auto kSet = TermSet::compile(kTerms).value();
  if (size < 1) return 0;
  const std::size_t piece = 1 + data[0] % 37;
  const std::string_view document(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = test::fast_scan(kSet, document, document.size() + 1);
  if (whole != test::fast_scan(kSet, document, piece)) std::abort();
  if (whole != test::counts_of(test::slow_scan(kTerms, document))) std::abort();
  return 0;
}
