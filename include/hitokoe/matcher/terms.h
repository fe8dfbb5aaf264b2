// Watch terms beside fingerprints: words and phrases, patterns, domains with their look-alikes, and
// the names of parties. User's view: docs/terms.md.
//
//   TRY(const auto file, parse_terms(yaml, "terms.yaml"));
//   TRY(const auto set, TermSet::compile(terms_in_force(file, registry)));
//   TermCollector collector(set);
//   options.observe = collector.observe();      // of matcher::Options
//   ... exposure ...
//   for (const auto& document : collector.take()) ...
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/time.h"
#include "hitokoe/matcher/matcher.h"
#include "hitokoe/registry/model.h"

namespace hitokoe::matcher {

enum class TermKind { kWord, kPattern, kDomain, kName };
std::string_view to_string(TermKind kind);  // "word", "pattern", "domain", "name"
Result<TermKind> term_kind_by_name(std::string_view name);

enum class Severity { kLow, kMedium, kHigh, kCritical };
std::string_view to_string(Severity severity);  // "low", …
Result<Severity> severity_by_name(std::string_view name);

// Alerts of one term beyond `most` within `within` are kept, but tell nobody. 0: no limit.
struct Throttle {
  std::uint32_t most = 0;
  Duration within = std::chrono::hours(24);

  friend bool operator==(const Throttle&, const Throttle&) = default;
};

struct Term {
  std::string id;  // [a-z0-9][a-z0-9._-]{0,62}; of a party's name: "name:" and the party
  TermKind kind = TermKind::kWord;
  std::vector<std::string> texts;  // words, patterns or domains; any of them is the term
  Severity severity = Severity::kMedium;
  std::string note;                   // the operator's own; shown with alerts
  std::vector<std::string> carriers;  // whose people see its alerts, beside the operator's
  Throttle throttle;

  // Words and names: what must be as it is written. Width never must.
  bool exact_case = false;
  bool exact_kana = false;    // ひらがな is not カタカナ
  bool exact_kanji = false;   // 澤 is not 沢
  bool inside_words = false;  // also where ASCII letters or digits go on

  // Domains.
  bool lookalikes = true;
  std::vector<std::string> except;  // domains that are known, with what is below them

  friend bool operator==(const Term&, const Term&) = default;
};

// Terms made from the registry: the name of each party, with and without 株式会社 and the like.
struct NamesRule {
  Severity severity = Severity::kLow;
  std::vector<std::string> parties;  // empty: all
  std::vector<std::string> except;
  Throttle throttle;

  friend bool operator==(const NamesRule&, const NamesRule&) = default;
};

struct TermFile {
  std::vector<Term> terms;  // in the order of the file
  std::optional<NamesRule> names;

  friend bool operator==(const TermFile&, const TermFile&) = default;
};

inline constexpr std::size_t kMostTerms = 100'000;          // texts of words, domains and names
inline constexpr std::size_t kMostPatterns = 2'000;         // texts of patterns
inline constexpr std::size_t kMostTermCharacters = 100;     // of a word, folded
inline constexpr std::size_t kMostPatternMatch = 4U << 10;  // bytes; see docs/terms.md

// Strict: unknown keys, doubled ids and texts, what cannot be found. Every problem with its line in
// one kBadInput. kLimit: over 16 MiB or 1,000,000 values.
Result<TermFile> parse_terms(std::string_view yaml, std::string_view file_name);

// 丙コール株式会社 → 丙コール株式会社, 丙コール; also (株), Co., Ltd., Inc. and others. A form of
// one character is left out.
std::vector<std::string> forms_of_name(std::string_view name);

// The file's terms, then those of the registry's names. A contractor's name belongs to the carriers
// that its delegations come from.
std::vector<Term> terms_in_force(const TermFile& file, const registry::Registry& registry);

// How what was found differs from the term.
enum class Likeness { kSame, kBelow, kConfusable, kTypo, kHyphen, kOtherEnding, kEmbedded };
std::string_view to_string(Likeness likeness);  // "same", "below", "confusable", …
Result<Likeness> likeness_by_name(std::string_view name);

struct TermPlace {
  std::uint64_t line = 0;  // from 1
  std::uint64_t byte = 0;  // from 0, in the document as UTF-8
  // Text around it, masked (docs/terms.md): no letter or digit that is not the term's, or one of a
  // list of harmless words, is in it.
  std::string context;

  friend bool operator==(const TermPlace&, const TermPlace&) = default;
};

struct TermHit {
  std::uint32_t term = 0;  // of TermSet::terms()
  std::uint64_t count = 0;
  Likeness likeness = Likeness::kSame;  // of the first
  std::vector<TermPlace> places;        // the first ones
};

// Terms, compiled. Immutable; thread-safe. Needs about 100 bytes a character of all terms.
class TermSet {
 public:
  struct Limits {
    std::int64_t pattern_memory = 64LL << 20;  // of one automaton for patterns
  };
  // kBadInput: a text that parse_terms would refuse. kLimit: too many, or too large a pattern.
  static Result<std::shared_ptr<const TermSet>> compile(std::vector<Term> terms, Limits limits);
  static Result<std::shared_ptr<const TermSet>> compile(std::vector<Term> terms);
  virtual ~TermSet() = default;
  virtual const std::vector<Term>& terms() const = 0;
  // Times that patterns did not fit in the memory of an automaton, and were searched in parts.
  virtual std::uint64_t pattern_overflows() const = 0;
};

// One document: its text in any pieces. What it finds does not depend on how it was cut. Not
// thread-safe. Memory: about 2 MiB, less for small documents.
class TermScan {
 public:
  explicit TermScan(std::shared_ptr<const TermSet> set);
  ~TermScan();
  TermScan(TermScan&&) noexcept;
  TermScan& operator=(TermScan&&) noexcept;
  void text(std::string_view utf8);
  // By term. The scan is at its end.
  std::vector<TermHit> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct DocumentHits {
  std::string document;
  std::vector<TermHit> hits;
};

// Scans every document of an exposure. Thread-safe; outlives the exposure.
class TermCollector {
 public:
  explicit TermCollector(std::shared_ptr<const TermSet> set) : set_(std::move(set)) {}
  std::function<std::unique_ptr<TextObserver>(std::string_view document)> observe();
  // Documents with a hit, by name.
  std::vector<DocumentHits> take();
  const TermSet& set() const { return *set_; }

 private:
  class Observer;
  std::shared_ptr<const TermSet> set_;
  std::mutex mutex_;
  std::vector<DocumentHits> found_;
};

}  // namespace hitokoe::matcher
