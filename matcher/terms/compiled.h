// A TermSet as the scan sees it.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hitokoe/matcher/terms.h"
#include "hitokoe/text/pattern_set.h"
#include "matcher/terms/automaton.h"
#include "matcher/terms/domains.h"
#include "matcher/terms/folding.h"
#include "matcher/terms/masking.h"

namespace hitokoe::matcher {

class CompiledTerms final : public TermSet {
 public:
  struct Word {
    std::uint32_t term = 0;
    bool whole_left = false, whole_right = false;  // no ASCII letter or digit may go on
    std::size_t exact = 0;                         // index into exact_foldings; 0: as folded
    std::string as_written;                        // under that folding
  };

  static Result<std::shared_ptr<const CompiledTerms>> make(std::vector<Term> terms, Limits limits);

  const std::vector<Term>& terms() const override { return terms_; }
  std::uint64_t pattern_overflows() const override { return patterns ? patterns->overflows() : 0; }

  Folding folding;
  std::array<std::unique_ptr<Folding>, 8> exact_foldings;  // by bits: case 1, kana 2, kanji 4 stay
  std::optional<Automaton> automaton;
  std::vector<Word> words;  // of the automaton
  std::size_t longest_word = 0;
  std::optional<text::PatternSet> patterns;
  std::vector<std::uint32_t> pattern_terms;
  std::optional<DomainWatch> domains;
  Masking masking;

 private:
  Result<void> add_word(std::uint32_t term, const std::string& text,
                        std::vector<std::string>& folded);

  std::vector<Term> terms_;
};

}  // namespace hitokoe::matcher
