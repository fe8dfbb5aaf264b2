// What a scan found: the JSON of `hitokoe scan` (docs/cli.md) and what opens an incident.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/language.h"
#include "hitokoe/base/time.h"
#include "hitokoe/identity/field_set.h"
#include "hitokoe/identity/fingerprint.h"

namespace hitokoe::matcher {

enum class Verdict { kNamed, kIndistinguishable, kUnknown, kNoMatch };
std::string_view to_string(Verdict verdict);

// A subject of one carrier that a leaked row was resolved to.
struct ResolvedSubject {
  std::string controller;
  identity::Fingerprint y_ref{};  // the subject: HMAC under G; the same for all holders
  identity::FieldSet fields;      // fields of the row that agreed, or that it carried
  std::uint32_t agreeing = 0;     // how many agreed independently
  std::uint64_t row = 0;          // number of the row in the exposure
  bool canary = false;
};

struct Decibans {
  double membership = 0, columns = 0, dates = 0, order = 0, canary = 0, prior = 0;
  // What is taken off (0 or less) because somebody unregistered may have it from a holder, which
  // rows cannot tell: the more speaks for one, the more of it.
  double downstream = 0;
  double sum() const { return membership + columns + dates + order + canary + prior + downstream; }
};

// Rows that speak against a holder: their customer is in its copy with another value.
struct Contradiction {
  std::uint64_t row = 0;                  // number of one such row in the exposure
  std::uint64_t rows = 0;                 // that say the same
  std::vector<identity::FieldId> fields;  // whose value its copy had otherwise
  std::string capture = {};               // where several are judged together: which one's row
};

struct HolderResult {
  std::string party;
  std::vector<std::string> snapshots;
  std::uint64_t matched_rows = 0;
  std::uint64_t exclusive_rows = 0;
  double probability = 0;  // that it is a source itself
  Decibans decibans;
  std::vector<std::string> indistinguishable_from;

  // Explanation, of the copy that explains most.
  std::string snapshot;
  JstDay as_of{}, handed_over{};  // 1970-01-01: not known
  bool guessed = false;           // the copy was never fingerprinted: guessed from another
  // P that no holder of the registry is a source, but somebody unregistered who had it from this
  // one: its copy leaked, and not by itself. To a millionth.
  float passed_on = 0;
  double share = 0;  // of the resolved rows that it gave, at most 1
  std::uint64_t contradicting_rows = 0;
  std::vector<Contradiction> contradictions;  // the first few
  Words sentence;                             // for a manager

  // That its copy leaked, by itself or by somebody who had it from there.
  double copy_probability() const {
    return std::min(1.0, probability + static_cast<double>(passed_on));
  }
};

// Whose copy leaked may be said: that it was this one reaches the naming threshold, that it was the
// holder itself is at least as likely as not, and nobody else fits as well (docs/attribution.md).
// A copy of a carrier's own base has no `passed_on`: what a carrier handed to nobody on record is
// no more than an unknown source.
bool may_be_named(const HolderResult& holder, double naming_threshold);

// Decoys of a handover among the rows: the leak goes back to it, with certainty.
struct CanaryResult {
  std::string handover;
  std::string party;                   // who received it
  std::uint64_t rows = 0;              // that are decoys of it
  std::uint64_t canaries = 0;          // different ones
  std::vector<std::string> descended;  // copies that were made from it, by the registry
  std::vector<std::string> seen_in;    // older incidents in which one of them was seen already
};

// An older leak that rows of this one are from.
struct KnownLeakResult {
  std::string incident;
  std::uint64_t rows = 0;      // resolved rows whose customers it had
  double share = 0;            // of the resolved rows
  std::uint64_t subjects = 0;  // different customers that both have
  std::uint64_t of = 0;        // customers that it has
};

// Against older leaks: what is new. `kind`: "none", "same", "subset", "merge", "partly".
struct Recirculation {
  std::string kind = "none";
  std::uint64_t new_subjects = 0;        // whom no older leak had
  std::uint64_t known_subjects = 0;      // whom one had
  std::uint64_t subjects_new_items = 0;  // of these, whose row shows more than any older leak did
  identity::FieldSet new_items;          // what
};

// What would tell the two most likely sources apart.
struct TellApart {
  std::string first, second;               // parties; second empty: the unknown source
  std::uint64_t rows = 0;                  // more rows of the kind seen; 0: no number of them
  std::vector<identity::FieldId> columns;  // that only one of them had: look for them in the dump
  std::vector<std::string> canaries;       // handovers to one of them without decoys
};

struct Warning {
  std::string file;
  Words what;
};

struct SnapshotInterval {
  JstDay from{};
  JstDay to{};
  double confidence = 0.9;
};

struct ScanReport {
  std::uint64_t documents = 0, bytes = 0, rows = 0, tokens = 0;
  std::uint64_t matched_rows = 0, matched_subjects = 0, ambiguous_rows = 0;
  Verdict verdict = Verdict::kNoMatch;
  std::vector<HolderResult> holders;  // by probability, highest first
  double unknown_probability = 0;
  std::optional<SnapshotInterval> snapshot;
  std::uint64_t rows_needed = 0;
  std::optional<TellApart> tell_apart;
  std::vector<CanaryResult> canaries;
  std::vector<KnownLeakResult> known_leaks;
  std::optional<Recirculation> recirculation;  // where older leaks were given
  Words summary;                               // one sentence for a manager
  std::vector<Warning> warnings;               // parts of the input that could not be read
  std::vector<Words> notes;                    // what limits the answer
  std::vector<std::string> captures;           // that the exposure was seen in
  // By row; a customer's rows beyond the 64th add their fields to the first. Not in the JSON.
  std::vector<ResolvedSubject> subjects;
  // For judge_together() (contribution.h), where Options::keep_contribution asked for it. Comes
  // from leaked text: to be sealed. Not in the JSON.
  Bytes contribution;
};

// What speaks for and against a holder, without other parties' names or counts that are theirs.
// Empty where nothing is explained.
std::string explanation_json(const HolderResult& holder);
// What is said beside that: summary, decoys, older leaks, what would tell more, each holder's
// sentence. Names parties.
std::string explanation_json(const ScanReport& report);

// The contract's JSON, without `subjects`.
std::string to_json(const ScanReport& report, const std::optional<std::string>& incident);

}  // namespace hitokoe::matcher
