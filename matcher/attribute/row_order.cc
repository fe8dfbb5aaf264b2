#include "matcher/attribute/row_order.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace hitokoe::matcher {

namespace {

constexpr double kRises = 0.97;         // neighbours of a leak that kept the order
constexpr std::size_t kFewest = 8;      // neighbours that say anything
constexpr std::uint64_t kSorted = 20;   // pairs of neighbours that make an order
constexpr double kMostlySorted = 0.95;  // of them

// As compare() does it: of most neighbours the first eight bytes, or the next, tell.
int order_of(std::string_view a, std::string_view b) {
  for (std::size_t at = 0; at + 8 <= std::min(a.size(), b.size()) && at < 16; at += 8) {
    std::uint64_t x = 0, y = 0;
    std::memcpy(&x, a.data() + at, sizeof x);
    std::memcpy(&y, b.data() + at, sizeof y);
    if (x != y) return __builtin_bswap64(x) < __builtin_bswap64(y) ? -1 : 1;
  }
  return a.compare(b);
}

}  // namespace

double order_evidence(std::span<const std::uint32_t> ranks, const Rates& rates) {
  double up = 0;
  double down = 0;
  for (std::size_t i = 1; i < ranks.size(); ++i) {
    up += ranks[i] > ranks[i - 1] ? 1 : 0;
    down += ranks[i] < ranks[i - 1] ? 1 : 0;
  }
  if (up + down < static_cast<double>(kFewest)) return 0;
  const double kept = up * std::log(kRises / 0.5) + down * std::log((1 - kRises) / 0.5);
  const double other = std::log(1 - rates.kept_order);
  const double high = std::max(std::log(rates.kept_order) + kept, other);
  const double low = std::min(std::log(rates.kept_order) + kept, other);
  return std::min(kMostOrder, high + std::log1p(std::exp(low - high)));
}

void ColumnOrder::see(std::span<const identity::FieldValue> row) {
  for (const auto& value : row) {
    const auto field = static_cast<std::size_t>(value.field);
    if (field >= columns_.size() || value.raw.empty()) continue;
    Column& c = columns_[field];
    const auto text = value.raw.substr(0, kPrefix);
    const int order = c.size == 0 ? 0 : order_of(text, {c.last.data(), c.size});
    if (order > 0) ++c.up;
    if (order < 0) ++c.down;
    if (order != 0 || c.size == 0) c.size = text.copy(c.last.data(), kPrefix);
  }
}

bool ColumnOrder::sorted() const {
  return std::ranges::any_of(columns_, [](const Column& c) {
    const auto pairs = c.up + c.down;
    return pairs >= kSorted && static_cast<double>(std::max(c.up, c.down)) >=
                                   kMostlySorted * static_cast<double>(pairs);
  });
}

}  // namespace hitokoe::matcher
