#include "matcher/sweep/found_counts.h"

#include <algorithm>

#include "hitokoe/identity/canary_list.h"

namespace hitokoe::matcher::sweep {

SeenSet::SeenSet() : shards_(std::make_unique<std::array<Shard, 1U << kShardBits>>()) {}

bool SeenSet::add(std::uint64_t value) {
  if (value == 0) value = 1;
  Shard& shard = (*shards_)[value >> (64 - kShardBits)];
  const std::scoped_lock lock(shard.mutex);
  const auto slot_of = [](const std::vector<std::uint64_t>& slots, std::uint64_t v) {
    std::size_t at = v & (slots.size() - 1);
    while (slots[at] != 0 && slots[at] != v) at = (at + 1) & (slots.size() - 1);
    return at;
  };
  const std::size_t at = slot_of(shard.slots, value);
  if (shard.slots[at] == value) return false;
  shard.slots[at] = value;
  if (++shard.used * 4 > shard.slots.size() * 3) {
    std::vector<std::uint64_t> larger(2 * shard.slots.size());
    for (const std::uint64_t v : shard.slots) {
      if (v != 0) larger[slot_of(larger, v)] = v;
    }
    shard.slots = std::move(larger);
  }
  return true;
}

void SegmentLookup::prefetch(std::span<const Block> z) const {
  for (const Block& block : z) segment_.prefetch(key_item(block, 0));
}

void SegmentLookup::find(std::span<const Block> z, std::vector<std::uint32_t>& found) const {
  constexpr std::size_t kPart = 64;
  std::array<std::uint16_t, kPart> masks;
  std::array<std::uint32_t, kPart> perhaps;
  for (std::size_t at = 0; at < z.size(); at += kPart) {
    const auto part = z.subspan(at, std::min(kPart, z.size() - at));
    masks.fill(0);
    segment_.may_have(part, std::span(masks).first(part.size()));
    std::size_t many = 0;
    for (std::size_t i = 0; i < part.size(); ++i) {
      perhaps[many] = static_cast<std::uint32_t>(i);
      many += masks[i] != 0 ? 1U : 0U;
    }
    // Their entries are waited for together.
    for (std::size_t k = 0; k < many; ++k) segment_.prefetch_entry(key_item(part[perhaps[k]], 0));
    for (std::size_t k = 0; k < many; ++k) {
      if (segment_.find(key_item(part[perhaps[k]], 0)).empty()) continue;
      found.push_back(static_cast<std::uint32_t>(at + perhaps[k]));
    }
  }
}

void FilterLookup::prefetch(std::span<const Block> z) const {
  for (const Block& block : z) filter_.prefetch(key_item(block, 0));
}

void FilterLookup::find(std::span<const Block> z, std::vector<std::uint32_t>& found) const {
  for (std::size_t i = 0; i < z.size(); ++i) {
    if (filter_.may_have(key_item(z[i], 0))) found.push_back(static_cast<std::uint32_t>(i));
  }
}

SweptIndex::SweptIndex(std::shared_ptr<const IndexImpl> index) : index_(std::move(index)) {
  for (const auto& epoch : index_->epochs()) plan_.epochs.push_back(&epoch);
  for (const auto& c : index_->carriers()) {
    controllers_.push_back(c.id.controller);
    for (const auto& s : c.segment->meta().snapshots) parties_.push_back(s.party);
  }
  const auto distinct = [](std::vector<std::string>& names) {
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
  };
  distinct(controllers_);
  distinct(parties_);
  const auto number = [](const std::vector<std::string>& names, const std::string& name) {
    return static_cast<std::size_t>(std::ranges::lower_bound(names, name) - names.begin());
  };
  for (const auto& c : index_->carriers()) {
    controller_of_.push_back(number(controllers_, c.id.controller));
    auto& parties = party_of_.emplace_back();
    for (const auto& s : c.segment->meta().snapshots) {
      const bool canaries = identity::canary_handover(s.snapshot).has_value();
      parties.push_back(canaries ? kNobody : number(parties_, s.party));
    }
    tables_.push_back(std::make_unique<SegmentLookup>(*c.segment));
    for (std::size_t e = 0; e < plan_.epochs.size(); ++e) {
      if (plan_.epochs[e]->epoch() == c.id.epoch) {
        plan_.carriers.push_back({e, c.k_idx.get(), tables_.back().get()});
      }
    }
  }
  if (index_->filter() != nullptr && index_->k_filter() != nullptr) {
    tables_.push_back(std::make_unique<FilterLookup>(*index_->filter()));
    plan_.filter = tables_.back().get();
    plan_.filter_key = index_->k_filter();
  }
}

FoundCounts::FoundCounts(const SweptIndex& index, SeenSet& seen)
    : index_(index), seen_(seen), counts_(index.controllers().size()) {}

void FoundCounts::hits(std::span<const ProbeHit> hits) {
  // Those of one token and controller stand for one identifier, in two epochs perhaps: the first is
  // always the same.
  for (std::size_t i = 0; i < hits.size();) {
    std::size_t end = i;
    const std::size_t controller = index_.controller_of(hits[i].carrier);
    while (end < hits.size() && hits[end].token == hits[i].token &&
           index_.controller_of(hits[end].carrier) == controller) {
      ++end;
    }
    if (seen_.add(key_item(hits[i].z, 0).high)) count(hits.subspan(i, end - i));
    i = end;
  }
}

void FoundCounts::count(std::span<const ProbeHit> hits) {
  parties_.clear();
  for (const ProbeHit& hit : hits) {
    const Segment& segment = *index_.index().carriers()[hit.carrier].segment;
    for (const Posting& p : segment.find(key_item(hit.z, 0))) {
      for (const Ordinal ordinal : segment.classes().members(p.klass)) {
        const std::size_t party = index_.party_of(hit.carrier, ordinal);
        if (party != SweptIndex::kNobody) parties_.push_back(party);
      }
    }
  }
  std::ranges::sort(parties_);
  parties_.erase(std::unique(parties_.begin(), parties_.end()), parties_.end());
  if (parties_.empty()) return;  // decoys alone
  const FieldId field = hits[0].field == FieldId::kRefToken ? FieldId::kRef : hits[0].field;
  Counts& counts = counts_[index_.controller_of(hits[0].carrier)];
  ++counts.all[static_cast<std::uint8_t>(field)];
  for (const std::size_t party : parties_) {
    ++counts.holders[party][static_cast<std::uint8_t>(field)];
  }
}

void FoundCounts::add(const FoundCounts& other) {
  const auto add_all = [](ByField& to, const ByField& from) {
    for (std::size_t f = 0; f < to.size(); ++f) to[f] += from[f];
  };
  for (std::size_t c = 0; c < counts_.size(); ++c) {
    add_all(counts_[c].all, other.counts_[c].all);
    for (const auto& [party, fields] : other.counts_[c].holders) {
      add_all(counts_[c].holders[party], fields);
    }
  }
}

std::vector<SweepCarrier> FoundCounts::carriers() const {
  const auto list = [](const ByField& fields, std::uint64_t& sum) {
    std::vector<SweepCount> out;
    for (std::size_t f = 0; f < fields.size(); ++f) {
      if (fields[f] > 0) out.push_back({static_cast<FieldId>(f), fields[f]});
      sum += fields[f];
    }
    return out;
  };
  std::vector<SweepCarrier> out;
  for (std::size_t c = 0; c < counts_.size(); ++c) {
    SweepCarrier& carrier = out.emplace_back();
    carrier.controller = index_.controllers()[c];
    carrier.fields = list(counts_[c].all, carrier.identifiers);
    for (const auto& [party, fields] : counts_[c].holders) {
      SweepHolder& holder = carrier.holders.emplace_back();
      holder.party = index_.parties()[party];
      holder.fields = list(fields, holder.identifiers);
    }
    std::ranges::stable_sort(carrier.holders, std::greater<>(), &SweepHolder::identifiers);
  }
  return out;
}

}  // namespace hitokoe::matcher::sweep
