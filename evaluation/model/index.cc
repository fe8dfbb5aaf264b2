#include "evaluation/model/index.h"

#include <algorithm>
#include <bit>
#include <unordered_set>

namespace hitokoe::evaluation {

using matcher::Klass;
using matcher::Ordinal;

MadeIndex::MadeIndex(const World& world, std::span<const Dump> dumps)
    : world_(world), registry_(world.registry()), builders_(world.options().carriers) {
  snapshots_.resize(world.options().carriers);
  ordinals_.resize(world.copies().size());
  copies_.resize(world.options().carriers);
  for (std::size_t k = 0; k < world.copies().size(); ++k) {
    const auto& copy = world.copies()[k];
    if (!copy.fingerprinted) continue;
    auto& mine = snapshots_[copy.carrier];
    ordinals_[k] = static_cast<Ordinal>(mine.size());
    matcher::SegmentSnapshot s;
    s.snapshot = copy.id;
    s.party = world.parties()[copy.party];
    s.own = copy.own();
    s.as_of = calendar(copy.as_of);
    for (std::size_t i = 0; i < kColumnCount; ++i) {
      if (has(copy.columns, i)) s.columns.push_back(kColumns[i].field);
    }
    s.records = s.subjects = copy.members.size();
    mine.push_back(std::move(s));
    copies_[copy.carrier].push_back(static_cast<std::uint32_t>(k));
  }
  const auto& contracts = world.people().contracts();
  known_set_.assign(world.people().size(), 0);
  for (std::size_t d = 0; d < dumps.size(); ++d) {
    known_.leaks.push_back({"old" + std::to_string(d), dumps[d].rows.size()});
    for (const auto& row : dumps[d].rows) {
      known_set_[contracts[row.contract].person] |= 1U << d;
    }
  }
  known_.sets.resize(std::size_t{1} << dumps.size());
  for (std::uint32_t set = 0; set < known_.sets.size(); ++set) {
    for (std::uint32_t d = 0; d < dumps.size(); ++d) {
      if (((set >> d) & 1U) != 0) known_.sets[set].push_back(d);
    }
  }
  subjects_.assign(contracts.size(), matcher::kNoKlass);
  for (std::uint32_t c = 0; c < contracts.size(); ++c) {
    members_.clear();
    bool own = false;
    for (const auto k : world.holders(c)) {
      const auto& copy = world.copies()[k];
      if (!copy.fingerprinted) continue;
      members_.push_back(ordinals_[k]);
      own = own || copy.own();
    }
    if (members_.empty()) continue;
    auto& builder = builders_[contracts[c].carrier];
    subjects_[c] = builder.intern(members_);
    builder.count_subject(subjects_[c]);
    if (!own) continue;
    for (const auto o : members_) ++snapshots_[contracts[c].carrier][o].in_own;
  }
}

std::optional<matcher::RowPart> MadeIndex::part(const LeakedRow& row, std::uint32_t carrier) {
  const auto person = world_.people().contracts()[row.contract].person;
  const auto contract = world_.people().contract(person, carrier);
  if (contract == kNobody || subjects_[contract] == matcher::kNoKlass) return std::nullopt;
  matcher::RowPart out;
  out.carrier = carrier;
  out.subject = subjects_[contract];
  out.known = known_set_[person];
  for (std::size_t i = 0; i < kColumnCount; ++i) {
    if (!has(row.legible, i)) continue;
    if (i == kRefColumn && contract != row.contract) continue;
    members_.clear();
    for (const auto k : world_.holders(contract)) {
      const auto& copy = world_.copies()[k];
      if (copy.fingerprinted && has(copy.columns, i) &&
          world_.version(copy, person, i) == row.versions[i]) {
        members_.push_back(ordinals_[k]);
      }
    }
    if (members_.empty()) continue;
    out.values.push_back({kColumns[i].field, builders_[carrier].intern(members_)});
  }
  if (out.values.size() < kLeastValues) return std::nullopt;
  std::ranges::sort(out.values);
  return out;
}

matcher::Leak MadeIndex::resolve(std::span<const LeakedRow> rows) {
  matcher::Leak leak;
  std::unordered_set<std::uint32_t> persons;
  std::vector<matcher::RowPart> parts;
  for (const auto& row : rows) {
    parts.clear();
    for (std::uint32_t c = 0; c < world_.options().carriers; ++c) {
      if (auto one = part(row, c)) parts.push_back(std::move(*one));
    }
    if (parts.empty()) continue;
    leak.add(parts);
    persons.insert(world_.people().contracts()[row.contract].person);
  }
  leak.set_subjects(persons.size());
  return leak;
}

matcher::RanksOf MadeIndex::ranks_of(std::span<const LeakedRow> rows) const {
  return [this, rows](std::uint32_t carrier, matcher::Ordinal ordinal) {
    const auto number = copies_[carrier][ordinal];
    const auto& copy = world_.copies()[number];
    const auto places = world_.places(number);
    std::vector<std::uint32_t> out;
    for (const auto& row : rows) {
      const auto person = world_.people().contracts()[row.contract].person;
      if (known_set_[person] != 0) continue;
      if (std::popcount(row.legible) < kLeastValues) continue;
      const auto contract = world_.people().contract(person, carrier);
      const auto at = std::ranges::lower_bound(copy.members, contract);
      if (at == copy.members.end() || *at != contract) continue;
      out.push_back(places[static_cast<std::size_t>(at - copy.members.begin())]);
    }
    return out;
  };
}

Result<void> MadeIndex::open(const std::filesystem::path& folder) {
  for (std::size_t c = 0; c < builders_.size(); ++c) {
    const auto dir = folder / std::to_string(c);
    std::error_code error;
    std::filesystem::create_directories(dir, error);
    if (error) {
      return fail(Errc::kIo, dir.string() + ": cannot be made", dir.string() + ": 作れません");
    }
    TRYV(builders_[c].write(dir));
    TRY(auto table, matcher::ClassTable::open(dir));
    classes_.push_back(std::move(table));
  }
  for (std::size_t c = 0; c < builders_.size(); ++c) {
    views_.push_back({world_.parties()[c], snapshots_[c], &classes_[c]});
  }
  return ok();
}

}  // namespace hitokoe::evaluation
