#include "tests/unit/matcher/terms_oracle.h"

#include <algorithm>
#include <array>

#include "hitokoe/text/regex.h"
#include "matcher/terms/domains.h"
#include "matcher/terms/folding.h"
#include "matcher/terms/utf8.h"

namespace hitokoe::matcher::test {
namespace {

struct Range {
  std::uint64_t begin, end;
};

// Each folded character, its source, and the end of that.
struct Folded {
  std::string text;
  std::vector<std::uint32_t> offsets;
};

Folded fold_all(std::string_view document) {
  static const Folding folding;
  Folded f;
  Folding::State state;
  folding.fold(document, state, f.text, &f.offsets);
  f.offsets.push_back(static_cast<std::uint32_t>(document.size()));
  return f;
}

Range source_of(const Folded& f, std::string_view document, std::size_t begin, std::size_t end) {
  std::size_t to = f.offsets[end - 1];
  to += code_point_at(document, to).length;
  if (to < document.size() && to < f.offsets[end] &&
      is_sound_mark(code_point_at(document, to).value)) {
    to += code_point_at(document, to).length;
  }
  return {f.offsets[begin], to};
}

void words(const Term& term, const Folded& f, std::string_view document, std::vector<Range>& out) {
  static const Folding folding;
  static std::map<std::array<bool, 3>, Folding> foldings;  // the tables take a while to make
  const std::array<bool, 3> what = {!term.exact_case, !term.exact_kana, !term.exact_kanji};
  const Folding& exactly =
      foldings.try_emplace(what, FoldWhat{what[0], what[1], what[2]}).first->second;
  for (const auto& text : term.texts) {
    const auto word = folding.of(text);
    for (auto at = f.text.find(word); at != std::string::npos; at = f.text.find(word, at + 1)) {
      const auto end = at + word.size();
      const auto goes_on = [&](char inside, std::size_t outside) {
        return is_ascii_word(inside) && outside < f.text.size() && is_ascii_word(f.text[outside]);
      };
      if (!term.inside_words && (goes_on(word.front(), at - 1) || goes_on(word.back(), end))) {
        continue;
      }
      const auto source = source_of(f, document, at, end);
      const auto slice = document.substr(source.begin, source.end - source.begin);
      if (exactly.of(slice).find(exactly.of(text)) == std::string::npos) continue;
      out.push_back(source);
    }
  }
}

void patterns(const Term& term, std::string_view document, std::vector<Range>& out) {
  for (const auto& text : term.texts) {
    const auto regex = text::Regex::compile("(?m:" + text + ")").value();
    for (std::size_t begin = 0; begin < document.size();) {
      const auto end = std::min(document.find_first_of("\r\n", begin), document.size());
      const auto line = document.substr(begin, end - begin);
      for (const auto& groups : regex.find_all(line)) {
        const auto at = begin + static_cast<std::size_t>(groups[0].data() - line.data());
        if (!groups[0].empty()) out.push_back({at, at + groups[0].size()});
      }
      begin = end + 1;
    }
  }
}

}  // namespace

Places slow_scan(const std::vector<Term>& terms, std::string_view document) {
  const Folded f = fold_all(document);
  const DomainWatch domains(terms);
  std::vector<std::vector<Range>> found(terms.size());
  for (std::uint32_t i = 0; i < terms.size(); ++i) {
    if (terms[i].kind == TermKind::kPattern) {
      patterns(terms[i], document, found[i]);
    } else if (terms[i].kind != TermKind::kDomain) {
      words(terms[i], f, document, found[i]);
    }
  }
  std::vector<DomainWatch::Match> matches;
  DomainWatch::hosts(f.text, 0, f.text.size(), [&](std::size_t begin, std::size_t end) {
    domains.check(std::string_view(f.text).substr(begin, end - begin), matches);
    for (const auto& m : matches) {
      found[m.term].push_back(source_of(f, document, end - m.bytes, end));
    }
  });
  Places places;
  for (std::uint32_t i = 0; i < terms.size(); ++i) {
    auto& all = found[i];
    std::ranges::sort(all, [](const Range& a, const Range& b) {
      return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
    });
    std::uint64_t until = 0;
    for (const auto& range : all) {
      if (range.begin < until) continue;
      until = range.end;
      places[i].push_back(range.begin);
    }
  }
  return places;
}

Counts counts_of(const Places& places) {
  Counts counts;
  for (const auto& [term, all] : places) {
    auto& c = counts[term];
    c.count = all.size();
    c.first.assign(all.begin(), all.begin() + std::min<std::ptrdiff_t>(3, std::ssize(all)));
  }
  return counts;
}

Counts fast_scan(const std::shared_ptr<const TermSet>& set, std::string_view document,
                 std::size_t piece) {
  TermScan scan(set);
  for (std::size_t at = 0; at < document.size(); at += piece) {
    scan.text(document.substr(at, piece));
  }
  Counts counts;
  for (const auto& hit : scan.finish()) {
    auto& c = counts[hit.term];
    c.count = hit.count;
    for (const auto& place : hit.places) c.first.push_back(place.byte);
  }
  return counts;
}

}  // namespace hitokoe::matcher::test
