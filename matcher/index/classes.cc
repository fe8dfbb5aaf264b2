#include "matcher/index/classes.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>

#include "hitokoe/base/file.h"

namespace hitokoe::matcher {

namespace {

struct ClassChange {
  Klass klass;
  std::uint32_t subjects;
};

std::uint64_t hash_of(std::span<const Ordinal> members) {
  return XXH3_64bits(members.data(), members.size_bytes());
}

}  // namespace

std::span<const Ordinal> ClassTable::Part::members_of(std::size_t number) const {
  const auto at = starts->as<std::uint64_t>();
  return members->as<Ordinal>().subspan(at[number], at[number + 1] - at[number]);
}

Result<ClassTable> ClassTable::open(const std::filesystem::path& dir) {
  ClassTable table;
  TRYV(table.add_layer(dir));
  return table;
}

Result<void> ClassTable::add_layer(const std::filesystem::path& dir) {
  auto part = std::make_shared<Part>();
  part->first = size();
  TRY(part->starts, Section::open_whole(dir / "class_starts", SectionKind::kClassStarts));
  TRY(part->members, Section::open_whole(dir / "class_members", SectionKind::kClassMembers));
  TRY(part->counts, Section::open_whole(dir / "class_counts", SectionKind::kClassCounts));
  TRY(part->table, Section::open_whole(dir / "class_table", SectionKind::kClassTable));
  TRY(part->changes, Section::open_whole(dir / "class_changes", SectionKind::kClassChanges));
  const auto starts = part->starts->as<std::uint64_t>();
  const auto slots = part->table->as<Klass>();
  const auto changes = part->changes->as<ClassChange>();
  if (starts.empty() || starts.front() != 0 || starts.back() != part->members->count<Ordinal>() ||
      part->size() + 1 != starts.size() || !std::is_sorted(starts.begin(), starts.end()) ||
      !std::has_single_bit(slots.size()) || slots.size() <= part->size() ||
      std::ranges::any_of(slots, [&](Klass k) { return k != kNoKlass && k >= part->size(); }) ||
      slots.size() - static_cast<std::size_t>(std::ranges::count(slots, kNoKlass)) !=
          part->size() ||
      std::ranges::any_of(changes, [&](const auto& c) { return c.klass >= part->first; })) {
    return fail(Errc::kCorrupt, "index: the classes of " + shown(dir) + " do not fit together",
                "索引: " + shown(dir) + " の区分が互いに合いません");
  }
  count(*part);
  parts_.push_back(std::move(part));
  return ok();
}

void ClassTable::count(const Part& part) {
  const auto counts = part.counts->as<std::uint32_t>();
  counts_.insert(counts_.end(), counts.begin(), counts.end());
  for (const auto& c : part.changes->as<ClassChange>()) counts_[c.klass] = c.subjects;
}

ClassTable ClassTable::below(std::size_t layer) const {
  ClassTable out;
  out.parts_.assign(parts_.begin(), parts_.begin() + static_cast<std::ptrdiff_t>(layer));
  for (const auto& part : out.parts_) out.count(*part);
  return out;
}

std::span<const Ordinal> ClassTable::members(Klass klass) const {
  if (klass >= counts_.size()) return {};
  std::size_t i = parts_.size() - 1;
  while (klass < parts_[i]->first) --i;
  return parts_[i]->members_of(klass - parts_[i]->first);
}

bool ClassTable::has(Klass klass, Ordinal ordinal) const {
  const auto m = members(klass);
  return std::binary_search(m.begin(), m.end(), ordinal);
}

std::optional<Klass> ClassTable::find(std::span<const Ordinal> wanted) const {
  const std::uint64_t hash = hash_of(wanted);
  for (const auto& part : parts_) {
    const auto slots = part->table->as<Klass>();
    const std::uint64_t mask = slots.size() - 1;
    // A table has room: its builder keeps half of it free.
    for (std::uint64_t slot = hash & mask; slots[slot] != kNoKlass; slot = (slot + 1) & mask) {
      if (std::ranges::equal(part->members_of(slots[slot]), wanted)) {
        return static_cast<Klass>(part->first + slots[slot]);
      }
    }
  }
  return std::nullopt;
}

std::span<const Ordinal> ClassBuilder::own(std::size_t number) const {
  return std::span(pool_).subspan(starts_[number], starts_[number + 1] - starts_[number]);
}

std::span<const Ordinal> ClassBuilder::members(Klass klass) const {
  return klass < first_ ? below_->members(klass) : own(klass - first_);
}

// Of the own sets, by their number from 0.
std::uint64_t ClassBuilder::slot_of(std::span<const Ordinal> wanted) const {
  const std::uint64_t mask = table_.size() - 1;
  std::uint64_t slot = hash_of(wanted) & mask;
  while (table_[slot] != kNoKlass && !std::ranges::equal(own(table_[slot]), wanted)) {
    slot = (slot + 1) & mask;
  }
  return slot;
}

Klass ClassBuilder::intern(std::span<const Ordinal> wanted) {
  if (below_ != nullptr) {
    if (const auto there = below_->find(wanted)) return *there;
  }
  std::uint64_t slot = slot_of(wanted);
  if (table_[slot] != kNoKlass) return static_cast<Klass>(first_ + table_[slot]);
  if ((counts_.size() + 1) * 2 > table_.size()) {
    grow();
    slot = slot_of(wanted);
  }
  const auto number = static_cast<Klass>(counts_.size());
  pool_.insert(pool_.end(), wanted.begin(), wanted.end());
  starts_.push_back(pool_.size());
  counts_.push_back(0);
  table_[slot] = number;
  return static_cast<Klass>(first_ + number);
}

void ClassBuilder::grow() {
  table_.assign(table_.size() * 2, kNoKlass);
  for (std::size_t k = 0; k < counts_.size(); ++k) {
    table_[slot_of(own(k))] = static_cast<Klass>(k);
  }
}

void ClassBuilder::add(Klass klass, int by) {
  if (klass < first_) {
    changes_[klass] += by;
  } else {
    counts_[klass - first_] += static_cast<std::uint32_t>(by);
  }
}

std::uint32_t ClassBuilder::subjects(Klass klass) const {
  if (klass >= first_) return counts_[klass - first_];
  const auto at = changes_.find(klass);
  return static_cast<std::uint32_t>(below_->subjects(klass) +
                                    (at == changes_.end() ? 0 : at->second));
}

Result<void> ClassBuilder::write(const std::filesystem::path& dir) const {
  const auto put = [&](const char* name, SectionKind kind, const auto& values) -> Result<void> {
    TRY(auto out, SectionWriter::create(dir / name, kind));
    out.append(values.data(), values.size() * sizeof(values[0]));
    return out.finish();
  };
  std::vector<ClassChange> changes;
  for (const auto& [klass, by] : changes_) {
    if (by != 0) changes.push_back({klass, subjects(klass)});
  }
  TRYV(put("class_starts", SectionKind::kClassStarts, starts_));
  TRYV(put("class_members", SectionKind::kClassMembers, pool_));
  TRYV(put("class_counts", SectionKind::kClassCounts, counts_));
  TRYV(put("class_table", SectionKind::kClassTable, table_));
  return put("class_changes", SectionKind::kClassChanges, changes);
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
    if (!renamed_.empty()) {
      for (Ordinal& o : scratch_) o = renamed_[o];
    }
  }
  scratch_.insert(scratch_.end(), added.begin(), added.end());
  std::ranges::sort(scratch_);
  scratch_.erase(std::unique(scratch_.begin(), scratch_.end()), scratch_.end());
  return scratch_.empty() ? kNoKlass : builder_.intern(scratch_);
}

}  // namespace hitokoe::matcher
