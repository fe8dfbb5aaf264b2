// Findings open or join incidents.
#include "hitokoe/incident/incident_service.h"

#include <algorithm>

#include "incident/exposure_record.h"
#include "incident/record_set.h"

namespace hitokoe::incident {
namespace {

constexpr int kMaxTries = 16;

Viewer everything() { return {"service", registry::Role::kCoordinator, ""}; }

// Carriers and people; the counts of new people are filled in later.
void count_subjects(const matcher::ScanReport& report, const RecordSet& set, ExposureRecord& e) {
  e.matched_subjects = static_cast<std::uint64_t>(
      std::count_if(set.begin(), set.end(), [](const auto& s) { return !s.second.canary; }));
  e.canary = std::any_of(report.subjects.begin(), report.subjects.end(),
                         [](const auto& s) { return s.canary; });
  std::map<std::string, ControllerCount> counts;
  for (const auto& [key, record] : set) {
    auto& c = counts[key.controller];
    c.controller = key.controller;
    if (!record.canary) c.items.insert(record.items.begin(), record.items.end());
  }
  for (auto& [controller, c] : counts) e.controllers.push_back(std::move(c));
}

// Does `now` say what `in` knows of the exposure already?
bool same_attribution(const Incident& in, const ExposureRecord& before, const ExposureRecord& now) {
  return before.verdict == now.verdict && before.unknown_e6 == now.unknown_e6 &&
         before.holders == now.holders && before.ambiguous_rows == now.ambiguous_rows &&
         before.canary == now.canary &&
         std::includes(in.delegates.begin(), in.delegates.end(), now.delegates.begin(),
                       now.delegates.end());
}

bool share_captures(const Incident& in, const ExposureRecord& e) {
  const auto captures = in.captures();
  return std::any_of(e.captures.begin(), e.captures.end(),
                     [&](const std::string& c) { return captures.contains(c); });
}

const ExposureRecord* exposure_of(const Incident& in, const std::string& id) {
  const auto found = std::find_if(in.exposures.begin(), in.exposures.end(),
                                  [&](const ExposureRecord& e) { return e.id == id; });
  return found == in.exposures.end() ? nullptr : &*found;
}

std::uint64_t size_of(const Incident& in) {
  std::uint64_t n = 0;
  for (const auto& [controller, people] : in.people()) n += people;
  return n;
}

// What the incident knows of the subjects that the report has; and what of it this exposure brought
// before: an exposure keeps all of its subjects, so that it can be taken out again.
struct Known {
  RecordSet all, own;
};
Result<Known> known_of(IncidentStore& store, identity::KeyStore& keys, const Incident& in,
                       const RecordSet& report, std::string_view exposure) {
  Known known;
  TRY(const auto key, keys.key256(identity::KeyKind::kIncident, in.id));
  std::set<std::string> controllers;
  for (const auto& [subject, record] : report) controllers.insert(subject.controller);
  TRYV(store.each_chunk(in.id, [&](const SubjectChunk& chunk) -> Result<void> {
    if (!controllers.contains(chunk.controller)) return ok();
    return open_chunk(chunk, key, in.id, [&](SubjectKey subject, SubjectRecord record) {
      if (!report.contains(subject)) return;
      const auto add = [&](RecordSet& to) {
        auto& k = to[subject];
        k.items.insert(record.items.begin(), record.items.end());
        k.rows.insert(record.rows.begin(), record.rows.end());
      };
      add(known.all);
      if (chunk.exposure == exposure) add(known.own);
    });
  }));
  return known;
}

struct Candidate {
  Incident incident;
  Known known;
};

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::kOpened:
      return "opened";
    case Outcome::kJoined:
      return "joined";
    case Outcome::kUnchanged:
      return "unchanged";
    case Outcome::kBelowRule:
      return "below_rule";
  }
  return "below_rule";
}

Result<Opening> IncidentService::open_or_join(const matcher::ScanReport& report,
                                              std::string_view source, std::string_view actor,
                                              const registry::Registry& registry) {
  if (p_.captures == nullptr)
    return fail(Errc::kInternal, "incidents: no capture store", "事案: 取得物の保存先がありません");
  for (int i = 0;; ++i) {
    auto opening = try_open(report, source, actor, registry);
    const bool again = !opening && opening.error().code == Errc::kConflict && i + 1 < kMaxTries;
    if (again) continue;
    TRY(auto done, std::move(opening));
    // Also when nothing changed: the time before may have ended between the event and this.
    if (!done.incident.empty()) {
      for (const auto& capture : report.captures) {
        TRYV(p_.captures->keep_for_incident(capture, done.incident));
      }
    }
    return done;
  }
}

Result<Opening> IncidentService::try_open(const matcher::ScanReport& report,
                                          std::string_view source, std::string_view actor,
                                          const registry::Registry& registry) {
  TRY(const auto revision, p_.store.revision());
  const std::string exposure = exposure_id(report);
  TRY(const auto set, record_set(report, exposure));
  auto record = describe(report, source, exposure, registry, options_.naming_threshold);
  count_subjects(report, set, record);
  const bool opening = opens(report, options_.open);

  TRY(const auto ids, p_.store.ids(everything()));
  std::optional<Candidate> best;
  std::uint64_t best_shared = 0;
  for (const auto& id : ids) {
    TRY(auto in, p_.store.load(everything(), id));
    if (in.state == State::kMerged) continue;  // what it had is in the one that goes on
    const bool again = exposure_of(in, exposure) != nullptr;
    if (is_over(in.state)) {
      // It was dealt with: seeing the same captures once more is no news.
      if (again) return Opening{id, Outcome::kUnchanged, 0};
      continue;
    }
    const bool same_captures = again || share_captures(in, record);
    const auto people = in.people();
    const bool may_share = std::any_of(
        set.begin(), set.end(), [&](const auto& s) { return people.contains(s.first.controller); });
    if (!same_captures && !may_share) continue;
    TRY(auto known, known_of(p_.store, p_.keys, in, set, exposure));
    const std::uint64_t shared = known.all.size();
    const auto smaller = static_cast<double>(std::min<std::uint64_t>(set.size(), size_of(in)));
    const bool joins =
        same_captures ||
        (shared > 0 && (opening ? static_cast<double>(shared) >= options_.open.join_share * smaller
                                : shared == set.size()));
    if (!joins) continue;
    if (same_captures || !best || shared > best_shared) {
      best = Candidate{std::move(in), std::move(known)};
      best_shared = shared;
    }
    if (same_captures) break;
  }
  if (!best && !opening) return Opening{};

  IncidentChange change;
  change.all = revision;
  Outcome outcome = Outcome::kOpened;
  RecordSet added;
  if (best) {
    const auto* before = exposure_of(best->incident, exposure);
    const auto news = additions(set, best->known.all);
    added = additions(set, best->known.own);
    if (before != nullptr && news.empty() && same_attribution(best->incident, *before, record)) {
      return Opening{best->incident.id, Outcome::kUnchanged, 0};
    }
    outcome = Outcome::kJoined;
    change.incident = best->incident.id;
    change.revision = best->incident.revision;
    change.event.kind = before == nullptr ? "incident.joined" : "incident.updated";
    add_known(record, &best->incident);
  } else {
    added = set;
    change.incident = next_incident_id(ids, jst_day(p_.clock.now()));
    change.event.kind = "incident.opened";
    add_known(record, nullptr);
  }

  std::uint64_t new_subjects = 0;
  for (const auto& [key, r] : added) {
    if (r.canary || (best && best->known.all.contains(key))) continue;
    ++new_subjects;
    for (auto& c : record.controllers) c.added += c.controller == key.controller ? 1U : 0U;
  }
  if (!added.empty()) {
    TRY(const auto key, p_.keys.key256(identity::KeyKind::kIncident, change.incident));
    change.subjects = seal_chunks(added, key, change.incident, exposure, p_.random);
    ChunkDigest digest;
    for (const auto& chunk : change.subjects) digest.add(chunk);
    record.subjects_sha256 = digest.hex();
  }
  change.event.actor = actor;
  change.event.stream = stream_of(change.incident);
  change.event.body = encode_exposure(record);
  TRYV(p_.store.commit(change, p_.clock.now()));
  return Opening{change.incident, outcome, new_subjects};
}

Result<std::vector<AffectedSubject>> IncidentService::subjects(const std::string& id,
                                                               std::string_view controller) {
  TRYV(p_.store.load(everything(), id));
  TRY(const auto key, p_.keys.key256(identity::KeyKind::kIncident, id));
  RecordSet all;
  TRYV(p_.store.each_chunk(id, [&](const SubjectChunk& chunk) -> Result<void> {
    if (!controller.empty() && chunk.controller != controller) return ok();
    return open_chunk(chunk, key, id, [&](SubjectKey subject, SubjectRecord record) {
      if (record.canary) return;
      auto& s = all[std::move(subject)];
      s.items.merge(record.items);
      s.rows.merge(record.rows);
    });
  }));
  std::vector<AffectedSubject> out;
  out.reserve(all.size());
  for (const auto& [subject, record] : all) {
    out.push_back({subject.controller,
                   subject.y_ref,
                   {record.items.begin(), record.items.end()},
                   {record.rows.begin(), record.rows.end()}});
  }
  return out;
}

}  // namespace hitokoe::incident
