#include "matcher/attribute/columns.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cmath>
#include <set>

namespace hitokoe::matcher {

namespace {

constexpr double kVisible = 0.1;  // share of rows that makes a column

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

std::vector<FieldId> known_columns(const CarrierView& view) {
  std::set<FieldId> out;
  for (const auto& s : view.snapshots) out.insert(s.columns.begin(), s.columns.end());
  return {out.begin(), out.end()};
}

double column_evidence(std::span<const FieldId> leaked, std::span<const FieldId> held,
                       std::span<const FieldId> known, const Rates& rates) {
  std::bitset<256> all;
  std::bitset<256> shown;
  std::bitset<256> had;
  for (const FieldId f : leaked) shown.set(static_cast<std::uint8_t>(f));
  for (const FieldId f : held) had.set(static_cast<std::uint8_t>(f));
  for (const FieldId f : known) all.set(static_cast<std::uint8_t>(f));
  all |= shown | had;
  const double if_unknown = rates.had * rates.shown + (1 - rates.had) * rates.foreign;
  const auto count = [](const std::bitset<256>& set) { return static_cast<double>(set.count()); };
  return count(all & shown & had) * std::log(rates.shown / if_unknown) +
         count(all & shown & ~had) * std::log(rates.foreign / if_unknown) +
         count(all & ~shown & had) * std::log((1 - rates.shown) / (1 - if_unknown)) +
         count(all & ~shown & ~had) * std::log((1 - rates.foreign) / (1 - if_unknown));
}

}  // namespace hitokoe::matcher
