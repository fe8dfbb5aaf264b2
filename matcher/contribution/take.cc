#include "matcher/contribution/take.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "hitokoe/matcher/contribution.h"
#include "matcher/contribution/names.h"

namespace hitokoe::matcher {

namespace {

// Numbers for what is met, in the order in which it is met.
template <class Key, class Value>
std::uint32_t number_of(std::map<Key, std::uint32_t>& numbers, std::vector<Value>& list, Key key,
                        const auto& make) {
  const auto found = numbers.find(key);
  if (found != numbers.end()) return found->second;
  list.push_back(make());
  const auto number = static_cast<std::uint32_t>(list.size() - 1);
  numbers.emplace(std::move(key), number);
  return number;
}

class Taker {
 public:
  Taker(const IndexImpl& index, const KnownLeaksView& known) : index_(index), known_(known) {
    made.index = index.content();
    made.known.emplace_back();
    known_numbers_.emplace(0, 0);
    for (const auto& c : index.carriers()) made.carriers.emplace_back(c.id.controller, c.id.epoch);
  }

  void add(const RowType& type) {
    MadeKind& kind = made.kinds.emplace_back();
    kind.rows = type.rows;
    kind.first_row = type.first_row;
    for (const auto& part : type.parts) {
      MadeKind::Part& p = kind.parts.emplace_back();
      p.carrier = part.carrier;
      p.set = set_of(part.carrier, part.subject);
      p.known = known_of(part.known);
      for (const auto& v : part.values) {
        p.values.push_back({static_cast<std::uint8_t>(v.field), set_of(part.carrier, v.klass)});
      }
    }
  }

  MadeContribution made;

 private:
  std::uint32_t snapshot(const std::string& id) {
    return number_of(snapshots_, made.snapshots, id, [&] { return id; });
  }
  std::uint32_t set_of(std::uint32_t carrier, Klass klass) {
    return number_of(sets_, made.sets, std::pair(carrier, klass), [&] {
      const Segment& segment = *index_.carriers()[carrier].segment;
      std::vector<std::uint32_t> set;
      for (const Ordinal o : segment.classes().members(klass)) {
        set.push_back(snapshot(segment.meta().snapshots[o].snapshot));
      }
      std::ranges::sort(set);
      return set;
    });
  }
  std::uint32_t known_of(std::uint32_t known) {
    return number_of(known_numbers_, made.known, known, [&] {
      std::vector<std::uint32_t> set;
      if (known >= known_.sets.size()) return set;
      for (const auto leak : known_.sets[known]) {
        const auto& id = known_.leaks[leak].id;
        set.push_back(number_of(incidents_, made.incidents, id, [&] { return id; }));
      }
      std::ranges::sort(set);
      return set;
    });
  }

  const IndexImpl& index_;
  const KnownLeaksView& known_;
  std::map<std::string, std::uint32_t> snapshots_, incidents_;
  std::map<std::pair<std::uint32_t, Klass>, std::uint32_t> sets_;
  std::map<std::uint32_t, std::uint32_t> known_numbers_;
};

// Which kinds stay where there are too many: by their names, before anything is made of them.
class Choice {
 public:
  Choice(const IndexImpl& index, const KnownLeaksView& known) {
    for (const auto& leak : known.leaks) leaks_.push_back(name_of(leak.id));
    for (const auto& set : known.sets) known_.push_back(sum(set, leaks_));
    for (const auto& c : index.carriers()) {
      Carrier& carrier = carriers_.emplace_back();
      carrier.name = carrier_name(c.id.controller, c.id.epoch);
      carrier.classes = &c.segment->classes();
      for (const auto& s : c.segment->meta().snapshots) {
        carrier.snapshots.push_back(name_of(s.snapshot));
      }
      carrier.sets.assign(carrier.classes->size(), 0);
    }
  }
  std::vector<const RowType*> of(const Leak& leak, std::uint64_t& rows_left_out) {
    std::vector<std::pair<std::uint64_t, const RowType*>> order;
    order.reserve(leak.types().size());
    for (const auto& type : leak.types()) order.emplace_back(name(type), &type);
    std::ranges::nth_element(order, order.begin() + kMostKinds, {},
                             [](const auto& one) { return one.first; });
    for (std::size_t i = kMostKinds; i < order.size(); ++i) rows_left_out += order[i].second->rows;
    order.resize(kMostKinds);
    std::vector<const RowType*> out;
    out.reserve(order.size());
    for (const auto& one : order) out.push_back(one.second);
    return out;
  }

 private:
  struct Carrier {
    std::uint64_t name = 0;
    const ClassTable* classes = nullptr;
    std::vector<std::uint64_t> snapshots;
    std::vector<std::uint64_t> sets;  // by class; 0: not yet
  };
  static std::uint64_t sum(const auto& set, const std::vector<std::uint64_t>& names) {
    std::uint64_t out = 0;
    for (const auto item : set) out += names[item];
    return out;
  }
  std::uint64_t set(std::uint32_t carrier, Klass klass) {
    Carrier& c = carriers_[carrier];
    if (klass >= c.sets.size()) return 0;
    if (c.sets[klass] == 0) c.sets[klass] = sum(c.classes->members(klass), c.snapshots);
    return c.sets[klass];
  }
  std::uint64_t name(const RowType& type) {
    std::uint64_t out = 0;
    for (const auto& part : type.parts) {
      PartName name(carriers_[part.carrier].name, set(part.carrier, part.subject),
                    part.known < known_.size() ? known_[part.known] : 0);
      for (const auto& v : part.values) {
        name.value(static_cast<std::uint8_t>(v.field), set(part.carrier, v.klass));
      }
      out += name.get();
    }
    return out;
  }

  std::vector<std::uint64_t> leaks_, known_;
  std::vector<Carrier> carriers_;
};

void add_customers(std::span<const FoundSubject> found, const ScanReport& report,
                   MadeContribution& made) {
  std::unordered_map<std::uint64_t, std::size_t> at;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto& f = found[i];
    const std::uint64_t key = std::uint64_t{f.carrier} << 32U | f.subject;
    const auto [place, fresh] = at.try_emplace(key, made.customers.size());
    if (fresh) {
      made.customers.push_back({f.carrier, report.subjects[i].y_ref, f.row, f.fields});
    } else {
      made.customers[place->second].fields |= f.fields;
    }
  }
  made.customers_in_all = made.customers.size();
  if (made.customers.size() <= kMostCustomers) return;
  std::ranges::nth_element(made.customers, made.customers.begin() + kMostCustomers, {},
                           &MadeCustomer::y_ref);
  made.customers.resize(kMostCustomers);
  std::ranges::sort(made.customers, {}, &MadeCustomer::row);
}

}  // namespace

MadeContribution take_contribution(const IndexImpl& index, const Leak& leak,
                                   const KnownLeaksView& known, std::span<const FoundSubject> found,
                                   const ScanReport& report, std::optional<JstDay> seen,
                                   bool sorted) {
  Taker taker(index, known);
  MadeContribution& made = taker.made;
  made.kinds_in_all = leak.types().size();
  if (leak.types().size() <= kMostKinds) {
    for (const auto& type : leak.types()) taker.add(type);
  } else {
    for (const RowType* type : Choice(index, known).of(leak, made.rows_left_out)) taker.add(*type);
  }
  made.documents = report.documents;
  made.bytes = report.bytes;
  made.rows = report.rows;
  made.tokens = report.tokens;
  made.matched = report.matched_rows;
  made.ambiguous = report.ambiguous_rows;
  made.seen = seen.value_or(JstDay{});
  made.sorted = sorted;
  add_customers(found, report, made);
  return std::move(made);
}

}  // namespace hitokoe::matcher
