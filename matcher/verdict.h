// From customers that were found to whose copy it is: decoys, older leaks, attribution, into the
// report. The same for one exposure (exposure.cc) and for several together (evidence_join.h).
//
// Pure but for reading fingerprint files where the order of rows may tell copies apart.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "hitokoe/identity/key_store.h"
#include "hitokoe/matcher/known_leaks.h"
#include "hitokoe/matcher/report.h"
#include "hitokoe/registry/model.h"
#include "matcher/attribute/leak.h"
#include "matcher/index/index.h"
#include "matcher/resolve/findings.h"
#include "matcher/resolve/known_subjects.h"

namespace hitokoe::matcher {

struct VerdictBasis {
  const IndexImpl& index;
  const registry::Registry& registry;
  identity::KeyStore& keys;
  double naming_threshold;
  std::optional<JstDay> seen;  // day of the leak
  const KnownSubjects* known;  // nullptr: no older leaks
};

// Customers of the index under their carriers' own references: report.subjects, in the order given.
void name_subjects(const IndexImpl& index, std::span<const FoundSubject> found, ScanReport& report);

// Which of report.subjects are decoys, that is which handovers leaked for certain; what of the
// others is known of older leaks. found[i] belongs to report.subjects[i]. Decoys are taken off
// report.matched_subjects.
void tell_canaries(const VerdictBasis& basis, std::span<const FoundSubject> found,
                   ScanReport& report);

// Those that no older leak had: the others lie as they lay there. found[i] belongs to subjects[i].
std::vector<ResolvedSubject> without_older(const VerdictBasis& basis,
                                           std::span<const FoundSubject> found,
                                           std::span<const ResolvedSubject> subjects);

struct RowsInOrder {
  std::span<const ResolvedSubject> customers;  // as the leak has them, without those of older ones
  bool sorted = false;  // by a column that can be seen: only which ones they are says something
};

// Everything that attribution says. `known`: what the leak's rows mean by their numbers.
void tell_sources(const VerdictBasis& basis, const Leak& leak, const KnownLeaksView& known,
                  const RowsInOrder& order, ScanReport& report);

// That older leaks among `known` cannot be read (they have no customers), and were compared with
// nothing: a note. Null: none are known.
void tell_unread(const KnownLeaks* known, ScanReport& report);

}  // namespace hitokoe::matcher
