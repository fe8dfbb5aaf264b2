#include "matcher/index/linker.h"

#include <algorithm>

namespace hitokoe::matcher {

namespace {
// A value that this many customers share (a shop's own number in a form) links nobody.
constexpr std::size_t kMostSubjects = 16;
}  // namespace

Linker::Linker(std::shared_ptr<const Segment> segment) : segment_(std::move(segment)) {
  if (segment_ == nullptr) return;
  const auto& snapshots = segment_->meta().snapshots;
  for (std::size_t i = 0; i < snapshots.size(); ++i) {
    if (snapshots[i].own && !snapshots[i].snapshot.empty()) own_.push_back(static_cast<Ordinal>(i));
  }
}

// Only the customer base counts, so that no other holder's file changes who is linked.
std::span<const std::uint32_t> Linker::own_subjects(const Block& z) {
  const auto found = segment_->find(key_item(z, 0));
  const auto known = found.size() > kMostSubjects ? long_.find(found.data()) : long_.end();
  if (known != long_.end()) return known->second;
  few_.clear();
  for (const auto& p : found) {
    const bool own =
        std::ranges::any_of(own_, [&](Ordinal o) { return segment_->classes().has(p.klass, o); });
    if (!own) continue;
    few_.push_back(p.subject);
    if (few_.size() > kMostSubjects) break;
  }
  if (few_.size() > kMostSubjects) few_.clear();
  // A list that a whole file points at is gone through once.
  if (found.size() > kMostSubjects) return long_[found.data()] = few_;
  return few_;
}

std::optional<Block> Linker::link(std::span<const FieldId> fields, std::span<const Block> z) {
  if (own_.empty()) return std::nullopt;
  struct Hit {
    std::uint32_t subject;
    FieldId field;
    auto operator<=>(const Hit&) const = default;
  };
  std::vector<Hit> hits;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (identity::field_info(fields[i]).strength != identity::Strength::kStrong) continue;
    for (const auto subject : own_subjects(z[i])) hits.push_back({subject, fields[i]});
  }
  std::ranges::sort(hits);
  hits.erase(std::unique(hits.begin(), hits.end()), hits.end());
  std::optional<std::uint32_t> only;
  for (std::size_t i = 0; i + 1 < hits.size(); ++i) {
    if (hits[i].subject != hits[i + 1].subject || only == hits[i].subject) continue;
    if (only) return std::nullopt;  // two customers fit equally
    only = hits[i].subject;
  }
  if (!only) return std::nullopt;
  return segment_->subjects()[*only].z_ref;
}

}  // namespace hitokoe::matcher
