// What a scan found: the JSON of `hitokoe scan` (docs/cli.md) and what opens an incident.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
};

struct HolderResult {
  std::string party;
  std::vector<std::string> snapshots;
  std::uint64_t matched_rows = 0;
  std::uint64_t exclusive_rows = 0;
  double probability = 0;
  Decibans decibans;
  std::vector<std::string> indistinguishable_from;
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
  std::vector<Warning> warnings;      // parts of the input that could not be read
  std::vector<Words> notes;           // what limits the answer
  std::vector<std::string> captures;  // that the exposure was seen in
  // By row; a customer's rows beyond the 64th add their fields to the first. Not in the JSON.
  std::vector<ResolvedSubject> subjects;
};

// The contract's JSON, without `subjects`.
std::string to_json(const ScanReport& report, const std::optional<std::string>& incident);

}  // namespace hitokoe::matcher
