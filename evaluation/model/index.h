// A made-up world as attribution sees it: classes, snapshots, registry, resolved rows; without
// keys, files and text. What matcher/resolve would have found, row by row.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "evaluation/leaks/leak.h"
#include "hitokoe/base/result.h"
#include "matcher/attribute/attribution.h"

namespace hitokoe::evaluation {

// Two steps: rows are resolved while sets are numbered, then the sets are written and read back.
class MadeIndex {
 public:
  // Both outlive it. The older dumps are known incidents: whom they had is on record.
  MadeIndex(const World& world, std::span<const Dump> dumps);

  // Before open(). A part for every carrier that has the person with two values that agree.
  matcher::Leak resolve(std::span<const LeakedRow> rows);
  // Writes the classes into `folder`, which may go afterwards. kIo.
  Result<void> open(const std::filesystem::path& folder);
  std::span<const matcher::CarrierView> carriers() const { return views_; }
  const registry::Registry& registry() const { return registry_; }
  const matcher::KnownLeaksView& known() const { return known_; }
  // The ranks of the leak's customers in their holders' files; known older leaks' are left out.
  // `rows` outlive it.
  matcher::RanksOf ranks_of(std::span<const LeakedRow> rows) const;

 private:
  std::optional<matcher::RowPart> part(const LeakedRow& row, std::uint32_t carrier);

  const World& world_;
  registry::Registry registry_;
  std::vector<matcher::Ordinal> ordinals_;          // by copy, within its carrier
  std::vector<std::vector<std::uint32_t>> copies_;  // by carrier and ordinal
  std::vector<matcher::ClassBuilder> builders_;
  std::vector<std::vector<matcher::SegmentSnapshot>> snapshots_;
  std::vector<matcher::Klass> subjects_;  // by contract; kNoKlass: no file has it
  matcher::KnownLeaksView known_;
  std::vector<std::uint32_t> known_set_;  // by person; a bit for each dump
  std::vector<matcher::ClassTable> classes_;
  std::vector<matcher::CarrierView> views_;
  std::vector<matcher::Ordinal> members_;  // scratch
};

}  // namespace hitokoe::evaluation
