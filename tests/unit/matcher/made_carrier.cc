#include "tests/unit/matcher/made_carrier.h"

#include <algorithm>
#include <stdexcept>

namespace hitokoe::matcher::test {

std::vector<int> numbers(int from, int to, int step) {
  std::vector<int> out;
  for (int n = from; n < to; n += step) out.push_back(n);
  return out;
}

void MadeCarrier::snapshot(const std::string& id, const std::string& party, bool own, int day,
                           const std::vector<int>& subjects, const std::function<int(int)>& version,
                           std::vector<FieldId> columns) {
  SegmentSnapshot s;
  s.snapshot = id;
  s.party = party;
  s.own = own;
  s.as_of = JstDay(std::chrono::days(20000 + day));
  s.columns = std::move(columns);
  s.records = subjects.size();
  made_.push_back(std::move(s));
  for (const int n : subjects) held_[n].push_back({made_.size() - 1, version(n)});
}

void MadeCarrier::build(const std::filesystem::path& dir, const std::vector<std::size_t>& order) {
  std::filesystem::create_directories(dir);
  position_.resize(made_.size());
  snapshots_.resize(made_.size());
  for (std::size_t i = 0; i < made_.size(); ++i) {
    position_[i] = order.empty() ? i : order[i];
    snapshots_[position_[i]] = made_[i];
  }
  ClassBuilder builder;
  const auto intern = [&](std::vector<Ordinal> members) {
    std::ranges::sort(members);
    const Klass k = builder.intern(members);
    numbers_[members] = k;
    return k;
  };
  const auto ordinal = [&](const Holding& h) {
    return static_cast<Ordinal>(position_[h.snapshot]);
  };
  for (const auto& [n, list] : held_) {
    std::vector<Ordinal> all;
    std::map<int, std::vector<Ordinal>> versions;
    bool own = false;
    for (const auto& h : list) {
      all.push_back(ordinal(h));
      versions[h.version].push_back(ordinal(h));
      own = own || made_[h.snapshot].own;
    }
    builder.count_subject(intern(all));
    for (auto& [v, members] : versions) intern(members);
    for (const auto& h : list) {
      ++snapshots_[position_[h.snapshot]].subjects;
      if (own) ++snapshots_[position_[h.snapshot]].in_own;
    }
  }
  if (!builder.write(dir)) throw std::runtime_error("classes");
  auto opened = ClassTable::open(dir);
  if (!opened) throw std::runtime_error(opened.error().detail);
  classes_ = std::make_unique<ClassTable>(std::move(opened.value()));
}

SegmentSnapshot& MadeCarrier::of(const std::string& id) {
  return *std::ranges::find(snapshots_, id, &SegmentSnapshot::snapshot);
}

RowPart MadeCarrier::row(std::uint32_t carrier, int subject, int version,
                         const std::vector<FieldId>& fields) const {
  const auto& list = held_.at(subject);
  std::vector<Ordinal> all;
  std::vector<Ordinal> same;
  for (const auto& h : list) {
    const auto o = static_cast<Ordinal>(position_[h.snapshot]);
    all.push_back(o);
    if (h.version == version) same.push_back(o);
  }
  std::ranges::sort(all);
  std::ranges::sort(same);
  RowPart part;
  part.carrier = carrier;
  part.subject = numbers_.at(all);
  for (const auto field : fields) {
    if (field == FieldId::kPhone) {
      if (!same.empty()) part.values.push_back({field, numbers_.at(same)});
    } else {
      part.values.push_back({field, part.subject});
    }
  }
  std::ranges::sort(part.values);
  return part;
}

}  // namespace hitokoe::matcher::test
