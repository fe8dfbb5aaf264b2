#include "incident/desk/affected.h"

#include <algorithm>
#include <cstring>

#include "incident/record_set.h"

namespace hitokoe::incident::desk {

std::uint64_t AffectedSet::tag_of(const std::string& controller,
                                  const identity::Fingerprint& y_ref) const {
  std::string message = "desk affected ";
  message += controller;
  message += '\x1f';
  message.append(y_ref.begin(), y_ref.end());
  const auto mac = tagger_.mac(as_bytes(message));
  std::uint64_t tag = 0;
  std::memcpy(&tag, mac.data(), sizeof tag);
  return tag;
}

Result<std::shared_ptr<const AffectedSet>> AffectedSet::read(IncidentStore& store,
                                                             const Key256& key,
                                                             const std::string& incident,
                                                             const AffectedSet* before) {
  std::shared_ptr<AffectedSet> set(new AffectedSet(key));
  const std::uint64_t known = before != nullptr ? before->last_ : 0;
  if (before != nullptr) {
    set->entries_ = before->entries_;
    set->last_ = before->last_;
  }
  TRYV(store.each_chunk(incident, [&](const SubjectChunk& chunk) -> Result<void> {
    if (chunk.seq <= known) return ok();
    set->last_ = std::max(set->last_, chunk.seq);
    return open_chunk(
        chunk, key, incident, [&](const SubjectKey& subject, const SubjectRecord& record) {
          if (record.canary) return;
          identity::FieldSet items;
          for (const auto item : record.items) items.add(item);
          set->entries_.push_back({set->tag_of(subject.controller, subject.y_ref), items.bits()});
        });
  }));
  auto& all = set->entries_;
  std::ranges::sort(all, {}, &Entry::tag);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (kept > 0 && all[kept - 1].tag == all[i].tag) {
      all[kept - 1].items |= all[i].items;
    } else {
      all[kept++] = all[i];
    }
  }
  all.resize(kept);
  all.shrink_to_fit();
  return std::shared_ptr<const AffectedSet>(std::move(set));
}

std::optional<identity::FieldSet> AffectedSet::find(const std::string& controller,
                                                    const identity::Fingerprint& y_ref) const {
  const auto tag = tag_of(controller, y_ref);
  const auto at = std::ranges::lower_bound(entries_, tag, {}, &Entry::tag);
  if (at == entries_.end() || at->tag != tag) return std::nullopt;
  return identity::FieldSet::of_bits(at->items);
}

Result<std::shared_ptr<const AffectedSet>> AffectedSets::of(const Incident& incident,
                                                            const Key256& key) {
  auto& mine = kept_[incident.id];
  mine.used = ++uses_;
  if (mine.set == nullptr || mine.revision != incident.revision) {
    TRY(mine.set, AffectedSet::read(store_, key, incident.id, mine.set.get()));
    mine.revision = incident.revision;
  }
  auto set = mine.set;
  if (kept_.size() > kKept) {
    kept_.erase(
        std::ranges::min_element(kept_, {}, [](const auto& entry) { return entry.second.used; }));
  }
  return set;
}

}  // namespace hitokoe::incident::desk
