#include "service/share_watch.h"

#include <algorithm>

namespace hitokoe::service {
namespace {

// Names a line each: a term does not go over the end of one.
std::string names_of(const crawler::FileShare& share) {
  std::string out;
  for (const auto& name : share.names) out += name + "\n";
  for (const auto& file : share.files) out += file.name + "\n";
  return out + share.comment + "\n";
}

}  // namespace

ShareWatch::ShareWatch(crawler::ShareStore& shares, std::vector<crawler::FileHost> hosts,
                       MetricsRegistry& metrics)
    : shares_(shares), hosts_(std::move(hosts)), metrics_(metrics) {}

Result<std::vector<matcher::DocumentHits>> ShareWatch::look(
    const crawler::CaptureMeta& meta, ByteView body,
    const std::shared_ptr<const matcher::TermSet>& terms) {
  std::vector<matcher::DocumentHits> out;
  for (const auto& share : crawler::shares_of_capture(body, hosts_)) {
    std::vector<std::string> found;
    if (terms) {
      matcher::TermScan scan(terms);
      scan.text(names_of(share));
      auto hits = scan.finish();
      found.reserve(hits.size());
      for (const auto& hit : hits) found.push_back(terms->terms()[hit.term].id);
      if (!hits.empty()) out.push_back({crawler::share_id(share.key), std::move(hits)});
    }
    const auto fresh = shares_.add(share, {meta.id, meta.source, meta.fetched}, found);
    // A capture that an incident keeps outlives the key of its day: what it names is matched, and
    // not kept a second time.
    if (!fresh && fresh.error().code == Errc::kForbidden) continue;
    if (!fresh) return outcome::failure(fresh.error());
    if (!fresh.value()) continue;
    metrics_
        .counter("hitokoe_file_shares_total", "Magnet links, torrents and file-host links found",
                 {{"kind", std::string(crawler::to_string(share.kind))}})
        .add();
  }
  return out;
}

}  // namespace hitokoe::service
