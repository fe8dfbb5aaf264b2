#include "hitokoe/base/metrics.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <variant>

namespace hitokoe {

namespace {

[[noreturn]] void abort_with(std::string_view what, std::string_view name) {
  std::fprintf(stderr, "metrics: %.*s: %.*s\n", static_cast<int>(what.size()), what.data(),
               static_cast<int>(name.size()), name.data());
  std::abort();
}

bool valid_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == '"') out.push_back('\\');
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out;
}

std::string label_text(Labels labels) {
  std::string out;
  for (const auto& [key, value] : labels) {
    if (!valid_name(key)) abort_with("no valid label name", key);
    if (!out.empty()) out.push_back(',');
    out += std::string(key) + "=\"" + escaped(value) + '"';
  }
  return out;
}

std::string shown(double v) {
  std::array<char, 40> digits;
  std::snprintf(digits.data(), digits.size(), "%.9g", v);
  return digits.data();
}

std::string braces(const std::string& labels) { return labels.empty() ? "" : '{' + labels + '}'; }

}  // namespace

Histogram::Histogram(std::vector<double> upper_bounds)
    : bounds_(std::move(upper_bounds)),
      counts_(std::make_unique<std::atomic<std::uint64_t>[]>(bounds_.size() + 1)) {
  if (!std::ranges::is_sorted(bounds_)) abort_with("bounds are not ascending", "histogram");
}

void Histogram::observe(double v) {
  const auto at = std::ranges::lower_bound(bounds_, v) - bounds_.begin();
  counts_[static_cast<std::size_t>(at)].fetch_add(1, std::memory_order_relaxed);
  double sum = sum_.load(std::memory_order_relaxed);
  while (!sum_.compare_exchange_weak(sum, sum + v, std::memory_order_relaxed)) {
  }
}

Histogram::Snapshot Histogram::snapshot() const {
  Snapshot s{bounds_, {}, sum_.load(std::memory_order_relaxed)};
  std::uint64_t total = 0;
  for (std::size_t i = 0; i <= bounds_.size(); ++i) {
    total += counts_[i].load(std::memory_order_relaxed);
    s.cumulative.push_back(total);
  }
  return s;
}

struct MetricsRegistry::Impl {
  using Series =
      std::variant<std::unique_ptr<Counter>, std::unique_ptr<Gauge>, std::unique_ptr<Histogram>>;
  struct Family {
    std::string help;
    std::map<std::string, Series> series;  // by label text
  };
  mutable std::mutex mutex;
  std::map<std::string, Family, std::less<>> families;

  template <class T, class Make>
  T& get(std::string_view name, std::string_view help, Labels labels, Make make) {
    if (!valid_name(name)) abort_with("no valid metric name", name);
    const std::lock_guard lock(mutex);
    Family& family = families.try_emplace(std::string(name)).first->second;
    if (family.help.empty()) family.help = help;
    if (!family.series.empty() &&
        !std::holds_alternative<std::unique_ptr<T>>(family.series.begin()->second)) {
      abort_with("one name for two kinds", name);
    }
    auto [at, added] = family.series.try_emplace(label_text(labels));
    if (added) at->second = make();
    return *std::get<std::unique_ptr<T>>(at->second);
  }
};

MetricsRegistry::MetricsRegistry() : impl_(std::make_unique<Impl>()) {}
MetricsRegistry::~MetricsRegistry() = default;

Counter& MetricsRegistry::counter(std::string_view name, std::string_view help, Labels labels) {
  return impl_->get<Counter>(name, help, labels, [] { return std::make_unique<Counter>(); });
}

Gauge& MetricsRegistry::gauge(std::string_view name, std::string_view help, Labels labels) {
  return impl_->get<Gauge>(name, help, labels, [] { return std::make_unique<Gauge>(); });
}

Histogram& MetricsRegistry::histogram(std::string_view name, std::string_view help,
                                      std::vector<double> bounds, Labels labels) {
  return impl_->get<Histogram>(name, help, labels,
                               [&] { return std::make_unique<Histogram>(std::move(bounds)); });
}

std::string MetricsRegistry::render() const {
  const std::lock_guard lock(impl_->mutex);
  std::string out;
  for (const auto& [name, family] : impl_->families) {
    constexpr std::array<std::string_view, 3> kKinds = {"counter", "gauge", "histogram"};
    out += "# HELP " + name + ' ' + family.help + '\n';
    out += "# TYPE " + name + ' ';
    out += kKinds[family.series.begin()->second.index()];
    out += '\n';
    for (const auto& [labels, series] : family.series) {
      if (const auto* counter = std::get_if<std::unique_ptr<Counter>>(&series)) {
        out += name + braces(labels) + ' ' + std::to_string((*counter)->value()) + '\n';
      } else if (const auto* gauge = std::get_if<std::unique_ptr<Gauge>>(&series)) {
        out += name + braces(labels) + ' ' + std::to_string((*gauge)->value()) + '\n';
      } else {
        const auto s = std::get<std::unique_ptr<Histogram>>(series)->snapshot();
        const std::string before = labels.empty() ? "" : labels + ',';
        for (std::size_t i = 0; i < s.cumulative.size(); ++i) {
          const std::string bound = i < s.bounds.size() ? shown(s.bounds[i]) : "+Inf";
          out.append(name).append("_bucket{").append(before).append("le=\"").append(bound);
          out.append("\"} ").append(std::to_string(s.cumulative[i])) += '\n';
        }
        out += name + "_sum" + braces(labels) + ' ' + shown(s.sum) + '\n';
        out += name + "_count" + braces(labels) + ' ' + std::to_string(s.cumulative.back()) + '\n';
      }
    }
  }
  return out;
}

}  // namespace hitokoe
