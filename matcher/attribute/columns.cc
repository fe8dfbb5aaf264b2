#include "matcher/attribute/columns.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cmath>

namespace hitokoe::matcher {

namespace {

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

double column_evidence(std::span<const FieldId> leaked, std::span<const FieldId> held,
                       std::span<const SegmentSnapshot> all, const Rates& rates) {
  std::bitset<256> known;
  std::bitset<256> shown;
  std::bitset<256> had;
  for (const FieldId f : leaked) shown.set(static_cast<std::uint8_t>(f));
  for (const FieldId f : held) had.set(static_cast<std::uint8_t>(f));
  known = shown | had;
  for (const auto& s : all) {
    for (const FieldId f : s.columns) known.set(static_cast<std::uint8_t>(f));
  }
  double evidence = 0;
  for (std::size_t field = 0; field < known.size(); ++field) {
    if (!known[field]) continue;
    const double if_unknown = rates.had * rates.shown + (1 - rates.had) * rates.foreign;
    const double if_holder = had[field] ? rates.shown : rates.foreign;
    evidence += shown[field] ? std::log(if_holder / if_unknown)
                             : std::log((1 - if_holder) / (1 - if_unknown));
  }
  return evidence;
}

}  // namespace hitokoe::matcher
