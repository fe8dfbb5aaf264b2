#include "matcher/verdict.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "matcher/attribute/attribution.h"
#include "matcher/index/canaries.h"
#include "matcher/index/file_order.h"

namespace hitokoe::matcher {

namespace {

// The leak's customers of a carrier, in the order of its rows, by their ranks in a holder's file.
std::vector<std::uint32_t> ranks(const VerdictBasis& basis, std::span<const ResolvedSubject> order,
                                 std::uint32_t carrier, Ordinal ordinal) {
  const auto& of = basis.index.carriers()[carrier];
  std::vector<identity::Fingerprint> customers;
  for (const auto& s : order) {
    if (s.controller == of.id.controller) customers.push_back(s.y_ref);
  }
  auto found = file_order(basis.index, basis.keys, of.segment->meta().snapshots[ordinal].snapshot,
                          customers);
  return found ? std::move(found.value()) : std::vector<std::uint32_t>();
}

}  // namespace

void name_subjects(const IndexImpl& index, std::span<const FoundSubject> found,
                   ScanReport& report) {
  report.subjects.reserve(found.size());
  for (const auto& f : found) {
    const auto& carrier = index.carriers()[f.carrier];
    ResolvedSubject& subject = report.subjects.emplace_back();
    subject.controller = carrier.id.controller;
    subject.y_ref = carrier.segment->subjects()[f.subject].z_ref;
    carrier.k_idx->decrypt(std::span(&subject.y_ref, 1), std::span(&subject.y_ref, 1));
    subject.fields = identity::FieldSet::of_bits(f.fields);
    subject.agreeing = f.agreeing;
    subject.row = f.row;
  }
}

void tell_canaries(const VerdictBasis& basis, std::span<const FoundSubject> found,
                   ScanReport& report) {
  ScanReport& r = report;
  std::vector<CanaryLists> lists;
  for (const auto& c : basis.index.carriers()) lists.emplace_back(c.segment->meta().snapshots);
  std::set<std::pair<std::uint32_t, std::uint32_t>> decoys;
  std::map<std::string, std::set<std::string>> seen_in;  // by handover
  std::map<std::string, std::uint64_t> different;
  const auto flags = std::make_unique<bool[]>(found.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto& f = found[i];
    if (!lists[f.carrier].any()) continue;
    const Segment& segment = *basis.index.carriers()[f.carrier].segment;
    const auto members =
        segment.classes().members(segment.subjects()[f.subject].klass & ~kLocalBit);
    if (!lists[f.carrier].is_canary(members)) continue;
    flags[i] = r.subjects[i].canary = true;
    if (!decoys.insert({f.carrier, f.subject}).second) continue;
    std::set<std::string> handovers;
    for (const Ordinal o : members) {
      if (!lists[f.carrier].is_list(o)) continue;
      handovers.emplace(*identity::canary_handover(segment.meta().snapshots[o].snapshot));
    }
    for (const auto& handover : handovers) {
      ++different[handover];
      if (basis.known == nullptr) continue;
      for (auto& incident : basis.known->seen_in(f.carrier, f.subject)) {
        seen_in[handover].insert(std::move(incident));
      }
    }
  }
  r.matched_subjects -= std::min<std::uint64_t>(r.matched_subjects, decoys.size());
  for (const auto& [handover, count] : different) {
    CanaryResult& c = r.canaries.emplace_back();
    c.handover = handover;
    c.canaries = count;
    c.seen_in.assign(seen_in[handover].begin(), seen_in[handover].end());
  }
  if (basis.known != nullptr) {
    r.recirculation = basis.known->compare(found, {flags.get(), found.size()}, r.known_leaks);
  }
}

std::vector<ResolvedSubject> without_older(const VerdictBasis& basis,
                                           std::span<const FoundSubject> found,
                                           std::span<const ResolvedSubject> subjects) {
  std::vector<ResolvedSubject> out;
  out.reserve(subjects.size());
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    const bool old =
        basis.known != nullptr && basis.known->set_of(found[i].carrier, found[i].subject) != 0;
    if (!old) out.push_back(subjects[i]);
  }
  return out;
}

void tell_sources(const VerdictBasis& basis, const Leak& leak, const KnownLeaksView& known,
                  const RowsInOrder& order, ScanReport& report) {
  ScanReport& r = report;
  std::vector<CarrierView> carriers;
  for (const auto& c : basis.index.carriers()) {
    carriers.push_back({c.id.controller, c.segment->meta().snapshots, &c.segment->classes()});
  }
  const RanksOf ranks_of = [&](std::uint32_t carrier, Ordinal ordinal) {
    return ranks(basis, order.customers, carrier, ordinal);
  };
  const AttributionInput input{leak,  carriers,   basis.registry, basis.naming_threshold,
                               known, basis.seen, ranks_of,       order.sorted};
  auto attribution = attribute(input);
  r.verdict = attribution.verdict;
  r.holders = std::move(attribution.holders);
  r.unknown_probability = attribution.unknown_probability;
  r.snapshot = attribution.snapshot;
  r.rows_needed = attribution.rows_needed;
  r.tell_apart = std::move(attribution.tell_apart);
  r.summary = std::move(attribution.summary);
  for (auto& c : attribution.canaries) {
    const auto mine = std::ranges::find(r.canaries, c.handover, &CanaryResult::handover);
    if (mine == r.canaries.end()) continue;
    mine->party = std::move(c.party);
    mine->rows = c.rows;
    mine->descended = std::move(c.descended);
  }
  for (auto& k : attribution.known_leaks) {
    const auto mine = std::ranges::find(r.known_leaks, k.incident, &KnownLeakResult::incident);
    if (mine == r.known_leaks.end()) continue;
    k.subjects = mine->subjects;
    *mine = std::move(k);
  }
  std::erase_if(r.known_leaks, [](const KnownLeakResult& k) { return k.rows == 0; });
  for (auto& note : attribution.notes) r.notes.push_back(std::move(note));
}

void tell_unread(const KnownLeaks* known, ScanReport& report) {
  if (known == nullptr) return;
  constexpr std::size_t kNamed = 5;
  std::size_t unread = 0;
  std::string en, ja;
  for (const auto& leak : *known) {
    if (!leak.subjects.empty() || ++unread > kNamed) continue;
    en.append(en.empty() ? "" : ", ").append(leak.id);
    ja.append(ja.empty() ? "" : "、").append(leak.id);
  }
  if (unread == 0) return;
  if (unread > kNamed) {
    const auto more = std::to_string(unread - kNamed);
    en.append(" and ").append(more).append(" more");
    ja.append(" ほか ").append(more).append(" 件");
  }
  en.insert(0,
            "what is kept of older incidents cannot be read, so that this was not compared with ")
      .append(": rows from there may look like a new leak");
  ja.insert(0, "過去の事案の保存データが読めないため、次の事案とは照合していません：")
      .append("。そこから再流通した行が、新しい漏えいに見えることがあります");
  report.notes.push_back(Words{std::move(en), std::move(ja)});
}

}  // namespace hitokoe::matcher
