#include "matcher/attribute/columns.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cmath>
#include <set>

namespace hitokoe::matcher {

namespace {

constexpr double kForeign = 0.01;  // shown, and the holder never had it
constexpr double kShown = 0.7;     // had and shown
constexpr double kHad = 0.6;       // an unknown source had it
constexpr double kVisible = 0.1;   // share of rows that makes a column

}  // namespace

std::vector<FieldId> leaked_columns(const Leak& leak, std::uint32_t carrier) {
  std::array<std::uint64_t, 256> shown{};  // by field
  std::uint64_t rows = 0;
  for (const auto& type : leak.types()) {
    for (const auto& part : type.parts) {
      if (part.carrier != carrier) continue;
      rows += type.rows;
      for (const auto& v : part.values) shown[static_cast<std::uint8_t>(v.field)] += type.rows;
    }
  }
  std::vector<FieldId> out;
  for (std::size_t field = 0; field < shown.size(); ++field) {
    if (shown[field] > 0 &&
        static_cast<double>(shown[field]) >= kVisible * static_cast<double>(rows)) {
      out.push_back(static_cast<FieldId>(field));
    }
  }
  return out;
}

double column_evidence(std::span<const FieldId> leaked, const SegmentSnapshot& snapshot,
                       std::span<const SegmentSnapshot> all) {
  std::bitset<256> known;
  std::bitset<256> shown;
  std::bitset<256> had;
  for (const FieldId f : leaked) shown.set(static_cast<std::uint8_t>(f));
  for (const FieldId f : snapshot.columns) had.set(static_cast<std::uint8_t>(f));
  known = shown;
  for (const auto& s : all) {
    for (const FieldId f : s.columns) known.set(static_cast<std::uint8_t>(f));
  }
  double evidence = 0;
  for (std::size_t field = 0; field < known.size(); ++field) {
    if (!known[field]) continue;
    const double if_unknown = kHad * kShown + (1 - kHad) * kForeign;
    const double if_holder = had[field] ? kShown : kForeign;
    evidence += shown[field] ? std::log(if_holder / if_unknown)
                             : std::log((1 - if_holder) / (1 - if_unknown));
  }
  return evidence;
}

double prior_weight(const std::string& snapshot, bool own, const registry::Registry& registry) {
  constexpr double kOwn = 0.5;
  constexpr double kReturned = 0.05;
  if (own) return kOwn;
  const auto* entry = registry.snapshot(snapshot);
  const auto* delegation = entry != nullptr ? registry.delegation(entry->delegation) : nullptr;
  return delegation != nullptr && delegation->returned ? kReturned : 1.0;
}

double missing_weight(std::string_view controller, std::span<const CarrierView> carriers,
                      const registry::Registry& registry, std::size_t& count) {
  std::set<std::string> there;
  std::set<std::string> parties;
  for (const auto& view : carriers) {
    if (view.controller != controller) continue;
    for (const auto& s : view.snapshots) {
      there.insert(s.snapshot);
      parties.insert(s.party);
    }
  }
  double weight = 0;
  for (const auto& s : registry.snapshots()) {
    if (s.controller != controller || there.contains(s.id)) continue;
    ++count;
    // A party with another snapshot in the index is a candidate already.
    if (!parties.insert(s.holder).second) continue;
    weight += prior_weight(s.id, s.own, registry);
  }
  return weight;
}

}  // namespace hitokoe::matcher
