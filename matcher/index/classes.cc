#include "matcher/index/classes.h"

#include <xxhash.h>

#include <algorithm>

namespace hitokoe::matcher {

Result<ClassTable> ClassTable::open(const std::filesystem::path& dir) {
  ClassTable table;
  TRY(table.starts_, Section::open(dir / "class_starts", SectionKind::kClassStarts));
  TRY(table.members_, Section::open(dir / "class_members", SectionKind::kClassMembers));
  TRY(table.counts_, Section::open(dir / "class_counts", SectionKind::kClassCounts));
  const auto starts = table.starts_.as<std::uint64_t>();
  const auto members = table.members_.as<Ordinal>();
  if (starts.empty() || starts.front() != 0 || starts.back() != members.size() ||
      table.counts_.as<std::uint32_t>().size() + 1 != starts.size() ||
      !std::is_sorted(starts.begin(), starts.end())) {
    return fail(Errc::kCorrupt, "index: the classes of a carrier do not fit together",
                "索引: 一つの通信会社の区分が互いに合いません");
  }
  return table;
}

std::span<const Ordinal> ClassTable::members(Klass klass) const {
  const auto starts = starts_.as<std::uint64_t>();
  if (klass + std::size_t{1} >= starts.size()) return {};
  return members_.as<Ordinal>().subspan(starts[klass], starts[klass + 1] - starts[klass]);
}

bool ClassTable::has(Klass klass, Ordinal ordinal) const {
  const auto m = members(klass);
  return std::binary_search(m.begin(), m.end(), ordinal);
}

std::uint32_t ClassTable::subjects(Klass klass) const {
  const auto counts = counts_.as<std::uint32_t>();
  return klass < counts.size() ? counts[klass] : 0;
}

std::span<const Ordinal> ClassBuilder::members(Klass klass) const {
  return std::span(pool_).subspan(starts_[klass], starts_[klass + 1] - starts_[klass]);
}

std::uint64_t ClassBuilder::slot_of(std::span<const Ordinal> wanted) const {
  const std::uint64_t mask = table_.size() - 1;
  std::uint64_t slot = XXH3_64bits(wanted.data(), wanted.size_bytes()) & mask;
  while (table_[slot] != kNoKlass && !std::ranges::equal(members(table_[slot]), wanted)) {
    slot = (slot + 1) & mask;
  }
  return slot;
}

Klass ClassBuilder::intern(std::span<const Ordinal> wanted) {
  std::uint64_t slot = slot_of(wanted);
  if (table_[slot] != kNoKlass) return table_[slot];
  if ((counts_.size() + 1) * 2 > table_.size()) {
    grow();
    slot = slot_of(wanted);
  }
  const auto klass = static_cast<Klass>(counts_.size());
  pool_.insert(pool_.end(), wanted.begin(), wanted.end());
  starts_.push_back(pool_.size());
  counts_.push_back(0);
  table_[slot] = klass;
  return klass;
}

void ClassBuilder::grow() {
  table_.assign(table_.size() * 2, kNoKlass);
  for (std::size_t k = 0; k < counts_.size(); ++k) {
    table_[slot_of(members(static_cast<Klass>(k)))] = static_cast<Klass>(k);
  }
}

Result<void> ClassBuilder::write(const std::filesystem::path& dir) const {
  TRY(auto starts, SectionWriter::create(dir / "class_starts", SectionKind::kClassStarts));
  starts.append(starts_.data(), starts_.size() * sizeof(starts_[0]));
  TRYV(starts.finish());
  TRY(auto members, SectionWriter::create(dir / "class_members", SectionKind::kClassMembers));
  members.append(pool_.data(), pool_.size() * sizeof(pool_[0]));
  TRYV(members.finish());
  TRY(auto counts, SectionWriter::create(dir / "class_counts", SectionKind::kClassCounts));
  counts.append(counts_.data(), counts_.size() * sizeof(counts_[0]));
  return counts.finish();
}

Klass ClassFold::fold(Klass old, std::span<const Ordinal> added) {
  if (added.empty()) {
    if (old == kNoKlass) return kNoKlass;
    if (old >= kept_.size()) return kNoKlass;
    if (kept_[old] == kUnset) kept_[old] = slow(old, added);
    return kept_[old];
  }
  if (added.front() != added.back()) return slow(old, added);
  const std::uint64_t key = (std::uint64_t{old} << 16) | added.front();
  if (key == last_key_) return last_;
  const auto [at, fresh] = one_.try_emplace(key, kNoKlass);
  if (fresh) at->second = slow(old, added.first(1));
  last_key_ = key;
  return last_ = at->second;
}

Klass ClassFold::slow(Klass old, std::span<const Ordinal> added) {
  scratch_.clear();
  if (old != kNoKlass && old_ != nullptr) {
    const auto had = old_->members(old);
    std::ranges::set_difference(had, removed_, std::back_inserter(scratch_));
  }
  scratch_.insert(scratch_.end(), added.begin(), added.end());
  std::ranges::sort(scratch_);
  scratch_.erase(std::unique(scratch_.begin(), scratch_.end()), scratch_.end());
  return scratch_.empty() ? kNoKlass : builder_.intern(scratch_);
}

}  // namespace hitokoe::matcher
