#include "service/index_merge.h"

#include <chrono>
#include <utility>

namespace hitokoe::service {

IndexMerge::IndexMerge(Parts parts, Duration every)
    : p_(std::move(parts)),
      every_(every),
      generation_(p_.metrics.gauge("hitokoe_index_generation", "Grows with every change")),
      keys_(p_.metrics.gauge("hitokoe_index_keys", "Values that somebody has, of all carriers")),
      subjects_(p_.metrics.gauge("hitokoe_index_subjects", "Customers, of all carriers")),
      segments_(p_.metrics.gauge("hitokoe_index_segments", "Segments, of all carriers")),
      bytes_(p_.metrics.gauge("hitokoe_index_bytes", "Size of the segments on disk")),
      merges_(p_.metrics.counter("hitokoe_index_merges_total", "Merges by what became of them",
                                 {{"outcome", "done"}})),
      failed_(p_.metrics.counter("hitokoe_index_merges_total", "Merges by what became of them",
                                 {{"outcome", "failed"}})),
      seconds_(p_.metrics.histogram("hitokoe_index_merge_seconds", "Time to merge segments",
                                    {1, 10, 60, 300, 1800, 7200})) {}

Task<Result<void>> IndexMerge::run() {
  for (;;) {
    co_await pool_.run([this] {
      look();
      return true;
    });
    CO_TRYV(co_await p_.sleeper.sleep_for(every_));
  }
}

Result<void> IndexMerge::count() {
  const auto generation = matcher::Index::generation_in(p_.data);
  if (!generation && generation.error().code == Errc::kNotFound) return ok();
  TRYV(generation);
  TRY(const auto carriers, matcher::index_carriers(p_.data));
  std::uint64_t keys = 0;
  std::uint64_t subjects = 0;
  std::uint64_t segments = 0;
  std::uint64_t bytes = 0;
  for (const auto& c : carriers) {
    keys += c.keys;
    subjects += c.subjects;
    segments += c.segment_keys.size();
    bytes += c.bytes;
  }
  generation_.set(static_cast<std::int64_t>(generation.value()));
  keys_.set(static_cast<std::int64_t>(keys));
  subjects_.set(static_cast<std::int64_t>(subjects));
  segments_.set(static_cast<std::int64_t>(segments));
  bytes_.set(static_cast<std::int64_t>(bytes));
  return ok();
}

void IndexMerge::look() {
  matcher::MergeOptions options;
  options.all = false;
  options.give_way = true;
  options.stopping = &stopping_;
  const auto begin = p_.clock.steady();
  const auto merged = matcher::merge_index(p_.data, p_.keys, options);
  const auto code = merged ? Errc::kCancelled : merged.error().code;
  if (merged && merged.value().carriers > 0) {
    merges_.add(merged.value().carriers);
    seconds_.observe(std::chrono::duration<double>(p_.clock.steady() - begin).count());
    p_.log.info("index.merged", {{"carriers", merged.value().carriers}});
  } else if (code != Errc::kCancelled && code != Errc::kUnavailable) {
    failed_.add();
    p_.log.error("index.merge_failed", {{"error", to_string(code)}});
  }
  if (const auto counted = count(); !counted) {
    p_.log.error("index.not_counted", {{"error", to_string(counted.error().code)}});
  }
}

}  // namespace hitokoe::service
