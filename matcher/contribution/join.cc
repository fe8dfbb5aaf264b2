// Several contributions become one leak, and are judged as one.
#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "hitokoe/matcher/contribution.h"
#include "matcher/contribution/contribution.h"
#include "matcher/contribution/names.h"
#include "matcher/verdict.h"

namespace hitokoe::matcher {

namespace {

using identity::Fingerprint;

struct FingerprintHash {
  std::size_t operator()(const Fingerprint& f) const {
    std::size_t out = 0;
    for (std::size_t i = 0; i < sizeof out; ++i) out = out << 8 | f[i];
    return out;
  }
};

// What is judged does not hang on the order in which it is given.
Result<std::vector<const Contribution*>> in_order(std::span<const Contribution> all) {
  std::vector<const Contribution*> out;
  for (const auto& c : all) out.push_back(&c);
  std::ranges::sort(out, {}, &Contribution::exposure);
  const auto twice = std::ranges::adjacent_find(out, {}, &Contribution::exposure);
  if (twice != out.end()) {
    return fail(Errc::kInternal, "two contributions of " + (*twice)->exposure,
                (*twice)->exposure + " の寄与が二つあります");
  }
  return out;
}

// A choice of at most kMostCustomers by y_ref, which is as good as random; and how many there are.
class Customers {
 public:
  struct Seen {
    std::uint32_t place = 0;  // of the carrier in the index
    std::uint32_t subject = 0;
    std::uint64_t fields = 0;
  };
  void add(const Fingerprint& y_ref, const Seen& seen) {
    const auto [at, fresh] = all_.try_emplace(y_ref, seen);
    if (!fresh) at->second.fields |= seen.fields;
  }
  void cut() { cut_ = true; }  // one of those that were added is a choice itself
  // Ascending.
  std::vector<std::pair<Fingerprint, Seen>> take(std::uint64_t& distinct) {
    std::vector<std::pair<Fingerprint, Seen>> out(all_.begin(), all_.end());
    std::ranges::sort(out, {}, [](const auto& one) { return one.first; });
    distinct = out.size();
    if (!cut_ && out.size() <= kMostCustomers) return out;
    out.resize(std::min(out.size(), kMostCustomers));
    if (out.empty()) return out;
    // The k-th smallest of n random numbers lies at k/n (Bar-Yossef et al., RANDOM 2002).
    double last = 0;
    for (std::size_t i = 8; i-- > 0;) last = (last + out.back().first[i]) / 256;
    distinct = static_cast<std::uint64_t>(
        std::llround(static_cast<double>(out.size() - 1) / std::max(last, 1e-12)));
    return out;
  }

 private:
  std::unordered_map<Fingerprint, Seen, FingerprintHash> all_;
  bool cut_ = false;
};

class Judge {
 public:
  Judge(const IndexImpl& index, const registry::Registry& registry, identity::KeyStore& keys,
        const Options& options)
      : index_(index), registry_(registry), keys_(keys), options_(options) {}

  Result<ScanReport> judge(std::span<const Contribution* const> given);

 private:
  struct Named {  // a kind, by its name
    std::uint64_t name = 0;
    std::size_t from = 0;  // which contribution
    const MadeKind* kind = nullptr;
  };
  // The carrier of a contribution in the index; nothing: it is not there any more.
  std::optional<std::uint32_t> place(const MadeContribution& made, std::uint32_t carrier) const;
  void add_counts(const MadeContribution& made);
  void add_customers(const MadeContribution& made);
  void choose_kinds();
  bool add_kind(const Named& named);
  std::optional<Klass> klass(std::size_t from, std::uint32_t place, std::uint32_t set);
  std::uint32_t known(const MadeContribution& made, std::uint32_t set);
  void compare_with_older();
  std::vector<ResolvedSubject> order_of_rows(bool& sorted) const;
  void tell_limits(std::size_t in_all);

  const IndexImpl& index_;
  const registry::Registry& registry_;
  identity::KeyStore& keys_;
  const Options& options_;
  std::vector<MadeContribution> made_;
  std::vector<const Contribution*> given_;
  std::optional<KnownSubjects> older_;
  KnownLeaksView view_ = {{}, {{}}};
  Leak leak_;
  Customers customers_;
  std::vector<FoundSubject> found_;
  std::vector<Named> kinds_;
  std::map<std::tuple<std::size_t, std::uint32_t, std::uint32_t>, std::optional<Klass>> klasses_;
  std::uint64_t left_out_ = 0;  // rows, for their number
  std::uint64_t strange_ = 0;   // rows, because the index has changed
  std::uint64_t stale_ = 0;     // exposures that were matched with other fingerprints
  ScanReport report_;
};

std::optional<std::uint32_t> Judge::place(const MadeContribution& made,
                                          std::uint32_t carrier) const {
  const auto& [controller, epoch] = made.carriers[carrier];
  for (std::uint32_t c = 0; c < index_.carriers().size(); ++c) {
    const auto& id = index_.carriers()[c].id;
    if (id.controller == controller && id.epoch == epoch) return c;
  }
  return std::nullopt;
}

void Judge::add_counts(const MadeContribution& made) {
  report_.documents += made.documents;
  report_.bytes += made.bytes;
  report_.rows += made.rows;
  report_.tokens += made.tokens;
  report_.matched_rows += made.matched;
  report_.ambiguous_rows += made.ambiguous;
  left_out_ += made.rows_left_out;
  if (made.index != index_.content()) ++stale_;
}

void Judge::add_customers(const MadeContribution& made) {
  if (made.customers.size() < made.customers_in_all) customers_.cut();
  std::vector<Fingerprint> z;
  for (std::uint32_t c = 0; c < made.carriers.size(); ++c) {
    const auto at = place(made, c);
    if (!at) continue;
    const auto& carrier = index_.carriers()[*at];
    std::vector<const MadeCustomer*> mine;
    z.clear();
    for (const auto& customer : made.customers) {
      if (customer.carrier != c) continue;
      mine.push_back(&customer);
      z.push_back(customer.y_ref);
    }
    carrier.k_idx->encrypt(z, z);
    for (std::size_t i = 0; i < z.size(); ++i) {
      const auto subject = carrier.segment->subject_with(z[i]);
      if (subject) customers_.add(mine[i]->y_ref, {*at, *subject, mine[i]->fields});
    }
  }
}

// The kinds with the smallest names, with all their rows.
void Judge::choose_kinds() {
  for (std::size_t i = 0; i < made_.size(); ++i) {
    const KindNames names(made_[i]);
    for (const auto& kind : made_[i].kinds) kinds_.push_back({names.of(kind), i, &kind});
  }
  std::ranges::sort(kinds_, [](const Named& a, const Named& b) {
    return std::tie(a.name, a.from) < std::tie(b.name, b.from);
  });
  std::size_t different = 0;
  for (std::size_t i = 0; i < kinds_.size(); ++i) {
    if (i > 0 && kinds_[i].name == kinds_[i - 1].name) continue;
    if (++different <= kMostKinds) continue;
    for (std::size_t k = i; k < kinds_.size(); ++k) left_out_ += kinds_[k].kind->rows;
    kinds_.resize(i);
    break;
  }
}

std::optional<Klass> Judge::klass(std::size_t from, std::uint32_t place, std::uint32_t set) {
  const auto [at, fresh] = klasses_.try_emplace({from, place, set});
  if (!fresh) return at->second;
  const Segment& segment = *index_.carriers()[place].segment;
  const auto& snapshots = segment.meta().snapshots;
  std::vector<Ordinal> members;
  for (const auto item : made_[from].sets[set]) {
    const auto& id = made_[from].snapshots[item];
    const auto found = std::ranges::find(snapshots, id, &SegmentSnapshot::snapshot);
    if (found != snapshots.end()) {
      members.push_back(static_cast<Ordinal>(found - snapshots.begin()));
    }
  }
  std::ranges::sort(members);
  if (!members.empty()) at->second = segment.classes().find(members);
  return at->second;
}

// Incidents that do not count as older ones are left out of the set.
std::uint32_t Judge::known(const MadeContribution& made, std::uint32_t set) {
  std::vector<std::uint32_t> leaks;
  for (const auto item : made.known[set]) {
    const auto found = std::ranges::find(view_.leaks, made.incidents[item], &KnownLeakView::id);
    if (found != view_.leaks.end()) {
      leaks.push_back(static_cast<std::uint32_t>(found - view_.leaks.begin()));
    }
  }
  std::ranges::sort(leaks);
  const auto at = std::ranges::find(view_.sets, leaks);
  if (at != view_.sets.end()) return static_cast<std::uint32_t>(at - view_.sets.begin());
  view_.sets.push_back(std::move(leaks));
  return static_cast<std::uint32_t>(view_.sets.size() - 1);
}

bool Judge::add_kind(const Named& named) {
  const MadeContribution& made = made_[named.from];
  std::vector<RowPart> parts;
  for (const auto& part : named.kind->parts) {
    const auto at = place(made, part.carrier);
    if (!at) continue;
    const auto subject = klass(named.from, *at, part.set);
    if (!subject) continue;
    RowPart& p = parts.emplace_back();
    p.carrier = *at;
    p.subject = *subject;
    p.known = part.known == 0 ? 0 : known(made, part.known);
    for (const auto& value : part.values) {
      const auto had = klass(named.from, *at, value.set);
      if (had) p.values.push_back({static_cast<FieldId>(value.field), *had});
    }
    std::ranges::sort(p.values);
  }
  if (parts.empty()) return false;
  std::ranges::sort(parts, {}, &RowPart::carrier);
  const std::uint64_t row = named.kind->first_row;
  const std::uint64_t first = row > 0xffffffffU ? kNoRow : std::uint64_t{named.from} << 32U | row;
  leak_.add(parts, named.kind->rows, first);
  return true;
}

// Only the leak's own customers are looked for in the older leaks: these may have millions.
void Judge::compare_with_older() {
  std::uint64_t distinct = 0;
  const auto all = customers_.take(distinct);
  leak_.set_subjects(distinct);
  report_.matched_subjects = distinct;
  found_.reserve(all.size());
  report_.subjects.reserve(all.size());
  std::unordered_map<Fingerprint, char, FingerprintHash> ours;
  for (const auto& [y_ref, seen] : all) {
    found_.push_back({0, seen.fields, seen.place, seen.subject, 0});
    ResolvedSubject& subject = report_.subjects.emplace_back();
    subject.controller = index_.carriers()[seen.place].id.controller;
    subject.y_ref = y_ref;
    subject.fields = identity::FieldSet::of_bits(seen.fields);
    if (options_.known_leaks) ours.emplace(y_ref, 0);
  }
  if (!options_.known_leaks || options_.known_leaks->empty()) return;
  KnownLeaks few;
  for (const auto& leak : *options_.known_leaks) {
    KnownLeak& mine = few.emplace_back();
    mine.id = leak.id;
    mine.as_source = leak.as_source;
    for (const auto& [controller, subjects] : leak.subjects) {
      mine.people += subjects.size();
      auto& kept = mine.subjects[controller];
      for (const auto& s : subjects) {
        if (ours.contains(s.y_ref)) kept.push_back(s);
      }
    }
  }
  older_.emplace(index_, few);
  view_ = older_->view();
}

// Of the exposure with the most customers: between two there is no order.
std::vector<ResolvedSubject> Judge::order_of_rows(bool& sorted) const {
  const MadeContribution* most = nullptr;
  for (const auto& made : made_) {
    if (most == nullptr || made.customers_in_all > most->customers_in_all) most = &made;
  }
  std::vector<ResolvedSubject> out;
  if (most == nullptr) return out;
  sorted = most->sorted;
  std::unordered_map<Fingerprint, char, FingerprintHash> old;
  for (std::size_t i = 0; older_ && i < found_.size(); ++i) {
    if (older_->set_of(found_[i].carrier, found_[i].subject) == 0) continue;
    old.emplace(report_.subjects[i].y_ref, 0);
  }
  for (const auto& customer : most->customers) {
    if (old.contains(customer.y_ref)) continue;
    ResolvedSubject& subject = out.emplace_back();
    subject.controller = most->carriers[customer.carrier].first;
    subject.y_ref = customer.y_ref;
  }
  return out;
}

void Judge::tell_limits(std::size_t in_all) {
  tell_unread(options_.known_leaks.get(), report_);
  auto& notes = report_.notes;
  if (in_all > given_.size()) {
    notes.push_back(Words{"of ", "流通 "} + std::to_string(in_all) +
                    Words{" exposures ", " 件のうち "} + std::to_string(given_.size()) +
                    Words{" are judged together: a fixed choice",
                          " 件を合わせて判定しました（選び方は常に同じ）"});
  }
  if (left_out_ > 0) {
    notes.push_back(std::to_string(left_out_) +
                    Words{" resolved rows are beyond what is kept for judging together: rows of "
                          "holders are counts of the others",
                          " 行は合わせた判定のために残す量を超えたため、保有者の行数に含みません"});
  }
  if (stale_ > 0) {
    notes.push_back(std::to_string(stale_) +
                    Words{" exposures were matched with other fingerprints than those of today; a "
                          "hunt matches them again",
                          " 件の流通は今とは違う指紋で照合したものです。"
                          "遡及調査で照合し直します"});
  }
  if (strange_ > 0) {
    notes.push_back(std::to_string(strange_) + Words{" of their rows are left out until then",
                                                     " 行はそれまで判定に含みません"});
  }
}

Result<ScanReport> Judge::judge(std::span<const Contribution* const> given) {
  const std::size_t in_all = given.size();
  given_.assign(given.begin(),
                given.begin() + static_cast<std::ptrdiff_t>(std::min(in_all, kMostContributions)));
  std::optional<JstDay> seen;
  for (const auto* c : given_) {
    auto made = decode_contribution(c->bytes);
    if (!made) {
      return fail(made.error().code,
                  Words{c->exposure + ": ", c->exposure + ": "} + made.error().words());
    }
    made_.push_back(std::move(made.value()));
    add_counts(made_.back());
    add_customers(made_.back());
    const JstDay day = made_.back().seen;
    if (day != JstDay{} && (!seen || day < *seen)) seen = day;
    report_.captures.insert(report_.captures.end(), c->captures.begin(), c->captures.end());
  }
  std::ranges::sort(report_.captures);
  const auto repeated = std::ranges::unique(report_.captures);
  report_.captures.erase(repeated.begin(), repeated.end());
  compare_with_older();
  choose_kinds();
  for (const auto& named : kinds_) {
    if (!add_kind(named)) strange_ += named.kind->rows;
  }
  const VerdictBasis basis{
      index_, registry_, keys_, options_.naming_threshold, seen, older_ ? &*older_ : nullptr};
  tell_canaries(basis, found_, report_);
  bool sorted = false;
  const auto order = order_of_rows(sorted);
  tell_sources(basis, leak_, view_, {order, sorted}, report_);
  for (auto& holder : report_.holders) {
    for (auto& c : holder.contradictions) {
      const Contribution& of = *given_[c.row >> 32U];
      c.capture = of.captures.size() == 1 ? of.captures[0] : of.exposure;
      c.row &= 0xffffffffU;
    }
  }
  tell_limits(in_all);
  report_.subjects.clear();
  return std::move(report_);
}

}  // namespace

Result<ScanReport> judge_together(const Index& index, const registry::Registry& registry,
                                  identity::KeyStore& keys, const Options& options,
                                  std::span<const Contribution> contributions) {
  TRY(const auto given, in_order(contributions));
  const auto& real = static_cast<const IndexImpl&>(index);
  Judge judge(real, registry, keys, options);
  TRY(auto report, judge.judge(given));
  TRYV(real.sound());
  return report;
}

}  // namespace hitokoe::matcher
