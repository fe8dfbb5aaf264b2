#include "incident/moves/people.h"

#include <algorithm>

namespace hitokoe::incident::moves {

std::uint32_t People::number(std::vector<std::string>& of,
                             std::unordered_map<std::string, std::uint32_t>& known,
                             const std::string& name) {
  const auto [at, fresh] = known.try_emplace(name, static_cast<std::uint32_t>(of.size()));
  if (fresh) of.push_back(name);
  return at->second;
}

Result<void> People::add(IncidentStore& store, identity::KeyStore& keys,
                         const std::string& incident, const std::set<std::string>& wanted) {
  TRY(const auto key, keys.key256(identity::KeyKind::kIncident, incident));
  sorted_ = false;
  return store.each_chunk(incident, [&](const SubjectChunk& chunk) -> Result<void> {
    if (!wanted.empty() && !wanted.contains(chunk.exposure)) return ok();
    const auto carrier = number(carriers_, carrier_numbers_, chunk.controller);
    const auto exposure = number(exposures_, exposure_numbers_, chunk.exposure);
    auto& items = items_[{chunk.exposure, chunk.controller}];
    return open_chunk(chunk, key, incident,
                      [&](const SubjectKey& subject, const SubjectRecord& record) {
                        if (record.canary) return;
                        items.insert(record.items.begin(), record.items.end());
                        seen_.push_back({carrier, exposure, subject.y_ref});
                      });
  });
}

void People::sort() {
  if (sorted_) return;
  std::ranges::sort(seen_, [](const Seen& a, const Seen& b) {
    return std::tie(a.carrier, a.y_ref, a.exposure) < std::tie(b.carrier, b.y_ref, b.exposure);
  });
  sorted_ = true;
}

std::vector<PeopleCount> People::counts(const Contents& contents) {
  sort();
  // Exposures by the time at which they became known; the same time keeps their order.
  std::vector<const ExposureRecord*> order;
  order.reserve(contents.exposures.size());
  for (const auto& e : contents.exposures) order.push_back(&e);
  const auto first = [&](const ExposureRecord* e) {
    const auto at = contents.first_seen.find(e->id);
    return at == contents.first_seen.end() ? e->at : at->second;
  };
  std::ranges::stable_sort(order, {}, first);
  constexpr std::uint32_t kNone = ~0U;
  std::vector<std::uint32_t> place(exposures_.size(), kNone);
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    const auto at = exposure_numbers_.find(order[i]->id);
    if (at != exposure_numbers_.end()) place[at->second] = i;
  }
  std::vector<std::map<std::string, std::uint64_t>> added(order.size());
  for (std::size_t begin = 0; begin < seen_.size();) {
    std::uint32_t earliest = kNone;
    std::size_t end = begin;
    for (; end < seen_.size() && seen_[end].who() == seen_[begin].who(); ++end) {
      earliest = std::min(earliest, place[seen_[end].exposure]);
    }
    if (earliest != kNone) ++added[earliest][carriers_[seen_[begin].carrier]];
    begin = end;
  }
  std::vector<PeopleCount> out;
  std::map<std::string, PeopleCount> newest;
  std::map<std::string, std::uint64_t> people;
  std::uint64_t ambiguous = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    ambiguous = std::max(ambiguous, order[i]->ambiguous_rows);
    for (const auto& carrier : order[i]->carriers) people.try_emplace(carrier, 0);
    for (const auto& [carrier, n] : added[i]) people[carrier] += n;
    for (const auto& [carrier, n] : people) {
      const PeopleCount now{carrier, n, n + ambiguous, first(order[i])};
      const auto last = newest.find(carrier);
      if (last != newest.end() && last->second.people == now.people &&
          last->second.possible == now.possible) {
        continue;
      }
      newest[carrier] = now;
      out.push_back(now);
    }
  }
  return out;
}

std::map<std::string, std::set<identity::FieldId>> People::items(const Contents& contents) const {
  std::map<std::string, std::set<identity::FieldId>> out;
  std::set<std::string> there;
  for (const auto& e : contents.exposures) there.insert(e.id);
  for (const auto& [place, items] : items_) {
    if (!there.contains(place.first) || items.empty()) continue;
    out[place.second].insert(items.begin(), items.end());
  }
  return out;
}

std::uint64_t People::shared(const std::string& exposure, const std::set<std::string>& others) {
  sort();
  std::uint64_t n = 0;
  for (std::size_t begin = 0; begin < seen_.size();) {
    bool here = false;
    bool there = false;
    std::size_t end = begin;
    for (; end < seen_.size() && seen_[end].who() == seen_[begin].who(); ++end) {
      const auto& of = exposures_[seen_[end].exposure];
      here = here || of == exposure;
      there = there || others.contains(of);
    }
    n += here && there ? 1U : 0U;
    begin = end;
  }
  return n;
}

std::vector<SubjectKey> People::only_in(const std::set<std::string>& left,
                                        const Contents& contents) {
  sort();
  std::set<std::string> stays;
  for (const auto& e : contents.exposures) stays.insert(e.id);
  std::vector<SubjectKey> out;
  for (std::size_t begin = 0; begin < seen_.size();) {
    bool here = false;
    bool there = false;
    std::size_t end = begin;
    for (; end < seen_.size() && seen_[end].who() == seen_[begin].who(); ++end) {
      const auto& of = exposures_[seen_[end].exposure];
      here = here || left.contains(of);
      there = there || stays.contains(of);
    }
    if (here && !there) out.push_back({carriers_[seen_[begin].carrier], seen_[begin].y_ref});
    begin = end;
  }
  return out;
}

Result<Resealed> reseal(IncidentStore& store, identity::KeyStore& keys, Random& random,
                        const std::string& from, const std::string& to,
                        const std::set<std::string>& wanted) {
  Resealed out;
  TRY(const auto old_key, keys.key256(identity::KeyKind::kIncident, from));
  TRY(const auto new_key, keys.key256(identity::KeyKind::kIncident, to));
  TRYV(store.each_chunk(from, [&](const SubjectChunk& chunk) -> Result<void> {
    if (!wanted.contains(chunk.exposure)) return ok();
    RecordSet set;
    TRYV(open_chunk(chunk, old_key, from, [&](SubjectKey subject, SubjectRecord record) {
      set.emplace(std::move(subject), std::move(record));
    }));
    auto sealed = seal_chunks(set, new_key, to, chunk.exposure, random,
                              static_cast<std::uint32_t>(out.chunks.size()));
    std::ranges::move(sealed, std::back_inserter(out.chunks));
    return ok();
  }));
  std::map<std::string, ChunkDigest> digests;
  for (const auto& chunk : out.chunks) digests[chunk.exposure].add(chunk);
  for (auto& [exposure, digest] : digests) out.digests[exposure] = digest.hex();
  return out;
}

}  // namespace hitokoe::incident::moves
