#include "incident/exposure_record.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace hitokoe::incident {
namespace {

std::uint32_t millionths(double p) {
  return static_cast<std::uint32_t>(std::lround(std::clamp(p, 0.0, 1.0) * 1e6));
}

// From the holder up to the carrier: each link is one who must tell the next.
void add_edges(const registry::Registry& registry, const registry::Snapshot& snapshot,
               std::set<DelegateEdge>& edges) {
  const auto* d = registry.delegation(snapshot.delegation);
  // As many steps as there are delegations: a Registry that was not parsed may have a cycle.
  for (std::size_t step = 0; d != nullptr && step < registry.delegations().size(); ++step) {
    edges.insert({d->to, d->from, d->controller});
    d = d->under.empty() ? nullptr : registry.delegation(d->under);
  }
}

}  // namespace

ExposureRecord describe(const matcher::ScanReport& report, std::string_view source,
                        std::string_view exposure, const registry::Registry& registry,
                        double threshold) {
  ExposureRecord e;
  e.id = exposure;
  e.source = source;
  e.captures.assign(report.captures.begin(), report.captures.end());
  std::sort(e.captures.begin(), e.captures.end());
  e.captures.erase(std::unique(e.captures.begin(), e.captures.end()), e.captures.end());
  e.verdict = report.verdict;
  e.unknown_e6 = millionths(report.unknown_probability);
  e.ambiguous_rows = report.ambiguous_rows;
  std::set<DelegateEdge> edges;
  for (const auto& h : report.holders) {
    HolderRecord holder;
    holder.party = h.party;
    holder.probability_e6 = millionths(h.probability);
    holder.matched_rows = h.matched_rows;
    holder.exclusive_rows = h.exclusive_rows;
    holder.passed_on_e6 = millionths(static_cast<double>(h.passed_on));
    holder.nameable = matcher::may_be_named(h, threshold);
    for (const auto& id : h.snapshots) {
      HolderSnapshot s;
      s.id = id;
      if (const auto* snapshot = registry.snapshot(id)) {
        s.controller = snapshot->controller;
        for (const auto& party : registry.chain(*snapshot)) {
          if (party != h.party) s.above.push_back(party);
        }
        if (holder.nameable) add_edges(registry, *snapshot, edges);
      }
      holder.snapshots.push_back(std::move(s));
    }
    e.holders.push_back(std::move(holder));
  }
  e.delegates.assign(edges.begin(), edges.end());
  return e;
}

void add_known(ExposureRecord& e, const Incident* before) {
  std::set<std::string> parties;
  for (const auto& c : e.controllers) parties.insert(c.controller);
  for (const auto& d : e.delegates) parties.insert(d.delegate);
  if (before != nullptr) {
    for (const auto& k : before->knowledge) parties.erase(k.party);
  }
  e.known.assign(parties.begin(), parties.end());
}

void add_edges(const ExposureRecord& record, std::set<DelegateEdge>& edges) {
  for (const auto& h : record.holders) {
    if (!h.nameable) continue;
    for (const auto& s : h.snapshots) {
      std::string lower = h.party;
      for (const auto& upper : s.above) {
        edges.insert({lower, upper, s.controller});
        lower = upper;
      }
    }
  }
}

std::string next_incident_id(const std::vector<std::string>& ids, JstDay day) {
  std::string date = format_day(day);
  std::erase(date, '-');
  const std::string prefix = "INC-" + date + "-";
  unsigned long last = 0;
  for (const auto& id : ids) {
    if (id.starts_with(prefix)) last = std::max(last, std::stoul(id.substr(prefix.size())));
  }
  char number[24];
  std::snprintf(number, sizeof number, "%04lu", last + 1);
  return prefix + number;
}

}  // namespace hitokoe::incident
