#include "matcher/index/linker.h"

#include <algorithm>

#include "matcher/index/linkage.h"

namespace hitokoe::matcher {

namespace {

using enum FieldId;

// A value that this many customers share (a shop's own number in a form) links nobody.
constexpr std::size_t kMostSubjects = 16;

bool is_name(FieldId field) { return field == kName || field == kKana; }

bool has_name(FieldId key) {
  const Linkage* parts = linkage_of(key);
  return parts != nullptr && is_name(parts->columns[0]);
}

// Hardly two customers of a carrier have the same.
bool tells_one_customer(FieldId key) {
  const auto& info = identity::field_info(key);
  if (info.strength == identity::Strength::kStrong) return key != kPhone;
  return has_name(key) && key != kNamePhone4;
}

}  // namespace

Linker::Linker(std::shared_ptr<const Segment> segment) : segment_(std::move(segment)) {
  if (segment_ == nullptr) return;
  const auto& snapshots = segment_->meta().snapshots;
  for (std::size_t i = 0; i < snapshots.size(); ++i) {
    if (snapshots[i].own && !snapshots[i].snapshot.empty()) own_.push_back(static_cast<Ordinal>(i));
  }
}

// Only the customer base counts, so that no other holder's file changes who is linked.
std::span<const Posting> Linker::own_postings(const Block& z) {
  const auto found = segment_->find(key_item(z, 0));
  const auto known = found.size() > kMostSubjects ? long_.find(found.data()) : long_.end();
  if (known != long_.end()) return known->second;
  few_.clear();
  for (const auto& p : found) {
    const bool own =
        std::ranges::any_of(own_, [&](Ordinal o) { return segment_->classes().has(p.klass, o); });
    if (!own) continue;
    few_.push_back(p);
    if (few_.size() > kMostSubjects) break;
  }
  if (few_.size() > kMostSubjects) few_.clear();
  // A list that a whole file points at is gone through once.
  if (found.size() > kMostSubjects) return long_[found.data()] = few_;
  return few_;
}

// Of the same subject as the first.
std::span<const Linker::Hit> Linker::hits_of(std::size_t first) const {
  std::size_t end = first;
  while (end < hits_.size() && hits_[end].subject == hits_[first].subject) ++end;
  return std::span(hits_).subspan(first, end - first);
}

// `hits` of one subject; `named`: the record has a name.
Agreement Linker::agreement_of(std::span<const Hit> hits, bool named) const {
  Agreement out;
  out.subject = hits.front().subject;
  bool name_agrees = false;
  for (const Hit& hit : hits) {
    out.keys.push_back({hit.field, columns_of(hit.field), hit.klass});
    name_agrees = name_agrees || has_name(hit.field);
    const Linkage* parts = linkage_of(hit.field);
    for (std::size_t i = 0; parts != nullptr && i < parts->whole; ++i) {
      out.checks.push_back({parts->columns[i], column_bit(parts->columns[i]), hit.klass});
    }
  }
  out.name_differs =
      named && !name_agrees && std::ranges::any_of(segment_->check_fields(out.subject), is_name);
  return out;
}

bool Linker::own_in_both(Klass a, Klass b) const {
  const auto& classes = segment_->classes();
  return std::ranges::any_of(own_,
                             [&](Ordinal o) { return classes.has(a, o) && classes.has(b, o); });
}

// A key is the same as in some of the own snapshots: what stands in it is as they had it.
void Linker::take_tags(std::span<const Hit> hits) {
  const auto rows = segment_->checks(hits.front().subject);
  const auto fields = segment_->check_fields(hits.front().subject);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const bool same = std::ranges::any_of(hits, [&](const Hit& hit) {
      return stands_in(fields[r], hit.field) && own_in_both(hit.klass, rows[r].klass);
    });
    if (same) link_.tags.emplace_back(fields[r], rows[r].tag);
  }
}

const Linker::Link* Linker::link(std::span<const FieldId> fields, std::span<const Block> z) {
  if (own_.empty()) return nullptr;
  hits_.clear();
  bool named = false;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    named = named || has_name(fields[i]);
    for (const auto& p : own_postings(z[i])) hits_.push_back({p.subject, fields[i], p.klass});
  }
  std::ranges::sort(hits_);
  candidates_.clear();
  for (std::size_t i = 0; i < hits_.size();) {
    const auto mine = hits_of(i);
    candidates_.push_back(agreement_of(mine, named));
    i += mine.size();
  }
  const Agreement* best = fits_best(candidates_);
  if (best == nullptr) return nullptr;
  const bool one_is_enough =
      !best->name_differs &&
      std::ranges::any_of(best->keys, tells_one_customer, &Agreement::Key::field);
  if (!one_is_enough && !best->proves()) return nullptr;
  const auto at = std::ranges::lower_bound(hits_, best->subject, {}, &Hit::subject);
  link_.z_ref = segment_->subjects()[best->subject].z_ref;
  link_.tags.clear();
  take_tags(hits_of(static_cast<std::size_t>(at - hits_.begin())));
  return &link_;
}

}  // namespace hitokoe::matcher
