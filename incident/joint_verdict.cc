// All exposures of an incident, judged together.
#include "hitokoe/incident/joint_verdict.h"

#include <algorithm>

#include "hitokoe/base/crypto/sealed.h"
#include "hitokoe/matcher/contribution.h"
#include "incident/exposure_record.h"

namespace hitokoe::incident {
namespace {

constexpr int kMaxTries = 16;

Viewer everything() { return {"service", registry::Role::kCoordinator, ""}; }

std::string context_of(std::string_view incident, std::string_view exposure) {
  return "hitokoe-contribution-1\n" + std::string(incident) + "\n" + std::string(exposure);
}

// INC-20260401-0009 is before INC-20260401-0010, and that before INC-20260401-10000.
bool before(std::string_view a, std::string_view b) {
  const auto day_a = a.substr(0, a.rfind('-'));
  const auto day_b = b.substr(0, b.rfind('-'));
  if (day_a != day_b) return day_a < day_b;
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

std::shared_ptr<const matcher::KnownLeaks> older_than(
    const std::string& id, const std::shared_ptr<const matcher::KnownLeaks>& all) {
  auto out = std::make_shared<matcher::KnownLeaks>();
  if (all == nullptr) return out;
  for (const auto& leak : *all) {
    if (before(leak.id, id)) out->push_back(leak);
  }
  return out;
}

bool same(const ExposureRecord& a, const ExposureRecord& b) {
  return a.verdict == b.verdict && a.unknown_e6 == b.unknown_e6 && a.holders == b.holders &&
         a.whole == b.whole && a.canary == b.canary && a.matched_subjects == b.matched_subjects &&
         a.ambiguous_rows == b.ambiguous_rows;
}

// The incident first: what is kept after that comes with a revision of its own.
Result<std::optional<matcher::ScanReport>> judge_once(const IncidentService::Parts& p,
                                                      double threshold, const std::string& id,
                                                      const matcher::Index& index,
                                                      const registry::Registry& registry,
                                                      const matcher::Options& matching,
                                                      std::string_view actor) {
  TRY(const auto in, p.store.load(everything(), id));
  if (is_over(in.state)) return std::optional<matcher::ScanReport>();
  std::vector<matcher::Contribution> all;
  TRYV(p.contributions->each(id, [&](const std::string& exposure, ByteView sealed) -> Result<void> {
    const auto found = std::ranges::find(in.exposures, exposure, &ExposureRecord::id);
    if (found == in.exposures.end()) return ok();
    all.push_back({exposure, found->captures, Bytes(sealed.begin(), sealed.end())});
    return ok();
  }));
  if (all.empty()) return std::optional<matcher::ScanReport>();
  {
    TRY(const auto key, p.keys.key256(identity::KeyKind::kIncident, id));
    for (auto& one : all) {
      TRY(one.bytes, crypto::open(key, one.bytes, as_bytes(context_of(id, one.exposure))));
    }
  }
  auto judged = matcher::judge_together(index, registry, p.keys, matching, all);
  for (auto& one : all) wipe(one.bytes.data(), one.bytes.size());
  TRY(auto report, std::move(judged));

  auto record = describe(report, "", kTogether, registry, threshold);
  record.captures.clear();  // those of the exposures
  record.matched_subjects = report.matched_subjects;
  record.canary = !report.canaries.empty();
  record.whole = matcher::explanation_json(report);
  for (std::size_t i = 0; i < report.holders.size(); ++i) {
    record.holders[i].explanation = matcher::explanation_json(report.holders[i]);
  }
  std::set<std::string> carriers;
  for (const auto& e : in.exposures) carriers.insert(e.carriers.begin(), e.carriers.end());
  for (const auto& carrier : carriers) record.controllers.push_back({carrier, 0, {}});
  if (in.together && same(*in.together, record)) return std::optional<matcher::ScanReport>();
  add_known(record, &in);

  IncidentChange change;
  change.incident = id;
  change.revision = in.revision;
  change.event.kind = "incident.attributed";
  change.event.actor = actor;
  change.event.stream = stream_of(id);
  change.event.body = encode_exposure(record);
  TRYV(p.store.commit(change, p.clock.now()));
  return std::optional(std::move(report));
}

}  // namespace

Result<bool> has_contributions(const IncidentService::Parts& parts, const Incident& in) {
  if (parts.contributions == nullptr) return false;
  bool found = false;
  const auto looked =
      parts.contributions->each(in.id, [&](const std::string& exposure, ByteView) -> Result<void> {
        found =
            std::ranges::find(in.exposures, exposure, &ExposureRecord::id) != in.exposures.end();
        if (!found) return ok();
        return fail(Errc::kCancelled, "one is enough", "一つで足ります");
      });
  if (!looked && !found) return outcome::failure(looked.error());
  return found;
}

Result<std::optional<matcher::ScanReport>> judge_again(
    const IncidentService::Parts& parts, double naming_threshold, const std::string& id,
    const matcher::Index& index, const registry::Registry& registry,
    const matcher::Options& matching, std::string_view actor) {
  if (parts.contributions == nullptr) return std::optional<matcher::ScanReport>();
  matcher::Options options;
  options.naming_threshold = naming_threshold;
  options.known_leaks = older_than(id, matching.known_leaks);
  for (int i = 0;; ++i) {
    auto judged = judge_once(parts, naming_threshold, id, index, registry, options, actor);
    const bool again = !judged && judged.error().code == Errc::kConflict && i + 1 < kMaxTries;
    if (!again) return judged;
  }
}

Result<std::optional<matcher::ScanReport>> IncidentService::judge_together(
    const std::string& id, const matcher::ScanReport& report, const matcher::Index& index,
    const registry::Registry& registry, const matcher::Options& matching, std::string_view actor) {
  if (p_.contributions == nullptr || report.contribution.empty()) {
    return std::optional<matcher::ScanReport>();
  }
  const std::string exposure = exposure_id(report);
  {
    TRY(const auto key, p_.keys.key256(identity::KeyKind::kIncident, id));
    TRYV(p_.contributions->put(
        id, exposure,
        crypto::seal(key, report.contribution, as_bytes(context_of(id, exposure)), p_.random)));
  }
  return judge(id, index, registry, matching, actor);
}

Result<std::optional<matcher::ScanReport>> IncidentService::judge(
    const std::string& id, const matcher::Index& index, const registry::Registry& registry,
    const matcher::Options& matching, std::string_view actor) {
  return judge_again(p_, options_.naming_threshold, id, index, registry, matching, actor);
}

Result<std::string> IncidentService::attribution(const Viewer& viewer, const std::string& id) {
  TRY(const auto in, p_.store.load(viewer, id));
  return attribution_json(in, viewer);
}

}  // namespace hitokoe::incident
