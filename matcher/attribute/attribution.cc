#include "matcher/attribute/attribution.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "matcher/attribute/columns.h"
#include "matcher/attribute/dates.h"
#include "matcher/attribute/explain.h"
#include "matcher/attribute/hypotheses.h"
#include "matcher/attribute/row_counts.h"
#include "matcher/attribute/stretch.h"
#include "matcher/index/canaries.h"

namespace hitokoe::matcher {

namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();  // log of 0
constexpr double kEqual = 1.382;  // natural log of 4 (6 dB): evidence that tells nothing apart
constexpr double kCap = 0.94;     // with over 2 % of records unlinked
constexpr double kDecibans = 4.342944819032518;  // 10 / ln 10
constexpr double kCanary = 13.8;                 // 60 dB: a decoy is not met by chance
constexpr std::size_t kOrdered = 6;              // copies whose order of rows is looked up
constexpr double kNoDoubt = 0.9;                 // nothing is left for the order to tell
constexpr double kWorthReading = 0.005;          // probability of a copy whose order is looked up
constexpr double kShown = 0.001;                 // probability of a holder that is explained
constexpr double kReach = 0.95;                  // of a group that cannot be told apart

struct Candidate {  // a party
  std::string party;
  RowCounts rows;
  double probability = 0;
  double passed_on = 0;             // HolderResult::passed_on
  double whole_passed_on = 0;       // … before the cap: as in unknown_probability
  double prior = kNever;            // natural log, of its main copy
  std::optional<std::size_t> main;  // component
  std::uint32_t number = 0;         // of the party, where it has one
  std::optional<std::size_t> best;  // hypothesis
  std::vector<std::string> plausible;
  bool capped = false;
};

class Attributor {
 public:
  explicit Attributor(const AttributionInput& input) : in_(input) {}
  Attribution run();

 private:
  Beside beside() const;
  void look_up_order(Hypotheses& hypotheses) const;
  void make_candidates(const Hypotheses& hypotheses);
  void decide(const Hypotheses& hypotheses);
  bool named(const Candidate& c, const std::map<std::string, std::set<std::string>>& equal) const;
  void group(std::map<std::string, std::set<std::string>>& equal) const;
  void explain(const Hypotheses& hypotheses,
               const std::map<std::string, std::set<std::string>>& equal);
  Decibans decibans(const Hypotheses& hypotheses, const Candidate& c) const;
  void tell_apart(const Hypotheses& hypotheses);
  std::uint64_t rows_to_name(const Candidate& a, double gap) const;
  void note_limits();
  void note_canaries();
  void note_known();
  bool descends(const std::string& snapshot, const std::string& handover) const;

  const AttributionInput& in_;
  Evidence evidence_;
  Priors priors_;
  Beside beside_;
  double temper_ = 0;
  std::vector<Candidate> candidates_;
  Attribution out_;
};

// Was the copy made from what was handed over there?
bool Attributor::descends(const std::string& snapshot, const std::string& handover) const {
  const auto* s = in_.registry.snapshot(snapshot);
  for (std::size_t step = 0; s != nullptr && step < in_.registry.snapshots().size(); ++step) {
    if (s->id == handover) return true;
    s = s->source.empty() ? nullptr : in_.registry.snapshot(s->source);
  }
  return snapshot == handover;
}

Beside Attributor::beside() const {
  Beside out;
  std::vector<std::vector<FieldId>> columns;
  std::vector<std::vector<FieldId>> known;
  for (std::uint32_t c = 0; c < in_.carriers.size(); ++c) {
    columns.push_back(leaked_columns(in_.leak, c));
    known.push_back(known_columns(in_.carriers[c]));
  }
  for (const auto& c : evidence_.components) {
    out.columns.push_back(
        column_evidence(columns[c.carrier], c.columns, known[c.carrier], in_.rates));
    double canary = 0;
    for (const auto& [handover, rows] : evidence_.canaries) {
      canary += descends(c.snapshot, handover) ? kCanary : 0;
    }
    out.canary.push_back(canary);
  }
  out.order.assign(evidence_.components.size(), 0);
  return out;
}

// Reading a holder's file costs: only of the copies that it may tell apart.
void Attributor::look_up_order(Hypotheses& hypotheses) const {
  if (!in_.ranks) return;
  std::vector<std::size_t> order;
  const auto& probability = hypotheses.components();
  for (std::size_t i = 0; i < probability.size(); ++i) {
    if (probability[i] >= kWorthReading && !evidence_.components[i].guessed) order.push_back(i);
  }
  std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t i) { return probability[i]; });
  if (order.size() > kOrdered) order.resize(kOrdered);
  if (order.empty() || (order.size() == 1 && probability[order[0]] > kNoDoubt)) return;
  std::vector<double> found(evidence_.components.size(), 0);
  double least = 0;
  for (const std::size_t i : order) {
    const auto& c = evidence_.components[i];
    const auto ranks = in_.ranks(c.carrier, c.ordinal);
    const auto records = in_.carriers[c.carrier].snapshots[c.ordinal].records;
    found[i] = stretch_evidence(ranks, static_cast<double>(records), temper_, in_.rates) +
               (in_.sorted ? 0 : order_evidence(ranks, in_.rates));
    least = std::min(least, found[i]);
  }
  // Of a copy that was not looked at it says no more than of the least.
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (std::ranges::find(order, i) == order.end()) found[i] = least;
  }
  hypotheses.add_order(found);
}

void Attributor::make_candidates(const Hypotheses& h) {
  auto counts = count_rows(in_.leak, in_.carriers);
  std::map<std::string, Candidate> by_party;
  for (const auto& [party, rows] : counts) by_party[party].rows = rows;
  for (std::size_t i = 0; i < evidence_.components.size(); ++i) {
    const auto& c = evidence_.components[i];
    // Who has none of the rows is no source, but for what hides in unlinked records, or in a copy
    // that nobody fingerprinted.
    if (c.members.empty() && c.unlinked == 0) continue;
    if (evidence_.carriers[c.carrier].rows == 0) continue;
    auto& candidate = by_party[c.party];
    candidate.capped = candidate.capped || c.unlinked > 0;
    candidate.number = c.party_number;
    if (!candidate.main || h.components()[i] > h.components()[*candidate.main]) candidate.main = i;
  }
  for (auto& [party, c] : by_party) {
    c.party = party;
    const auto found = h.parties().find(party);
    c.probability = found == h.parties().end() ? 0 : found->second * (1 - in_.rates.floor);
    if (c.main) c.passed_on = h.passed_on(c.number) * (1 - in_.rates.floor);
    c.whole_passed_on = c.passed_on;
    if (c.capped) {
      c.probability = std::min(c.probability, kCap);
      c.passed_on = std::min(c.passed_on, kCap - c.probability);
    }
    if (c.main) {
      c.prior = priors_.of_component[*c.main];
      for (std::size_t i = 0; i < evidence_.components.size(); ++i) {
        const auto& component = evidence_.components[i];
        if (component.party == party && !component.members.empty() &&
            h.components()[i] >= 0.05 * h.components()[*c.main]) {
          c.plausible.push_back(component.snapshot);
        }
      }
      std::ranges::sort(c.plausible);
    }
    candidates_.push_back(std::move(c));
  }
  std::map<std::uint32_t, std::size_t> best;
  for (std::size_t i = 0; i < h.all().size(); ++i) {
    for (const auto party : h.all()[i].parties) best.try_emplace(party, i);
  }
  for (auto& c : candidates_) {
    const auto found = c.main ? best.find(c.number) : best.end();
    if (found != best.end()) c.best = found->second;
  }
  std::ranges::sort(candidates_, [](const Candidate& a, const Candidate& b) {
    if (std::abs(a.probability - b.probability) > 1e-9) return a.probability > b.probability;
    return a.party < b.party;
  });
  out_.unknown_probability = std::min(1.0, h.none() * (1 - in_.rates.floor) + in_.rates.floor);
}

// Sorted by probability, most first. What speaks for one without another must differ by kEqual.
void Attributor::decide(const Hypotheses& h) {
  std::map<std::string, std::set<std::string>> equal;
  const auto has = [](const Hypothesis& one, std::uint32_t party) {
    return std::ranges::find(one.parties, party) != one.parties.end();
  };
  // What speaks for a set beside the prior of this party: that others leaked at the same time is to
  // be shown.
  const auto for_party = [&](const Hypothesis& one, std::uint32_t party) {
    double most = kNever;
    for (const auto k : one.components) {
      if (evidence_.components[k].party_number == party) {
        most = std::max(most, priors_.of_component[k]);
      }
    }
    return one.score - most;
  };
  double top = kNever;
  for (const auto& one : h.all()) {
    for (const auto k : one.components) top = std::max(top, one.score - priors_.of_component[k]);
  }
  const auto without = [&](std::uint32_t party, std::uint32_t other) {
    double best = kNever;
    for (const auto& one : h.all()) {
      if (has(one, party) && !has(one, other)) best = std::max(best, for_party(one, party));
    }
    return best;
  };
  constexpr std::size_t kCompared = 12;
  for (std::size_t a = 0; a < std::min(kCompared, candidates_.size()); ++a) {
    for (std::size_t b = a + 1; b < std::min(kCompared, candidates_.size()); ++b) {
      if (!candidates_[a].main || !candidates_[b].main) continue;
      const auto& first = candidates_[a].party;
      const auto& second = candidates_[b].party;
      const double x = without(candidates_[a].number, candidates_[b].number);
      const double y = without(candidates_[b].number, candidates_[a].number);
      // Only among those that the evidence speaks for at all.
      if (std::abs(x - y) < kEqual && std::max(x, y) > top - 3) {
        equal[first].insert(second);
        equal[second].insert(first);
      }
    }
  }
  const Candidate* first = candidates_.empty() ? nullptr : candidates_.data();
  if (in_.leak.rows() == 0) {
    out_.verdict = Verdict::kNoMatch;
  } else if (first != nullptr && named(*first, equal)) {
    out_.verdict = Verdict::kNamed;
  } else if (first == nullptr || out_.unknown_probability >= first->probability) {
    out_.verdict = Verdict::kUnknown;
  } else {
    out_.verdict = Verdict::kIndistinguishable;
    group(equal);
  }
  explain(h, equal);
  if (out_.verdict != Verdict::kNamed && out_.verdict != Verdict::kNoMatch) tell_apart(h);
}

bool Attributor::named(const Candidate& c,
                       const std::map<std::string, std::set<std::string>>& equal) const {
  HolderResult r;
  r.probability = c.probability;
  r.passed_on = static_cast<float>(c.passed_on);
  if (const auto found = equal.find(c.party); found != equal.end()) {
    r.indistinguishable_from.assign(found->second.begin(), found->second.end());
  }
  return may_be_named(r, in_.naming_threshold);
}

// The smallest set of holders that reaches 0.95; with a part left to the unknown source, 0.95 of
// what the holders have.
void Attributor::group(std::map<std::string, std::set<std::string>>& equal) const {
  double holders = 0;
  for (const auto& c : candidates_) holders += c.probability;
  const double wanted = kReach * std::min(1.0, holders);
  double sum = 0;
  std::vector<std::string> set;
  for (const auto& c : candidates_) {
    if (sum >= wanted) break;
    sum += c.probability;
    set.push_back(c.party);
  }
  for (const auto& a : set) {
    for (const auto& b : set) {
      if (a != b) equal[a].insert(b);
    }
  }
}

// Of the best set that the party is in: what it adds to the rest of that set.
Decibans Attributor::decibans(const Hypotheses& h, const Candidate& c) const {
  Decibans out;
  if (!c.main || !c.best) return out;
  // Who is hardly a source is shown as if it were the only one.
  constexpr double kAddsTo = 0.2;
  std::size_t shown = *c.best;
  for (std::size_t i = 0; c.probability < kAddsTo && i < h.all().size(); ++i) {
    if (h.all()[i].components != std::vector<std::uint32_t>{static_cast<std::uint32_t>(*c.main)}) {
      continue;
    }
    shown = i;
    break;
  }
  const auto& best = h.all()[shown];
  std::uint32_t mine = best.components[0];
  for (const auto i : best.components) {
    if (evidence_.components[i].party == c.party) mine = i;
  }
  const SingleFit& single = h.single(mine);
  double evidence = best.evidence;
  bool beside_another = false;
  if (best.components.size() > 1) {
    double rest = kNever;
    for (const auto& other : h.all()) {
      const bool part = other.components.size() + 1 == best.components.size() &&
                        std::ranges::none_of(other.components, [&](auto k) { return k == mine; }) &&
                        std::ranges::includes(best.components, other.components);
      if (part) rest = std::max(rest, other.evidence);
    }
    beside_another = std::isfinite(rest);
    evidence -= beside_another ? rest : h.population_evidence();
  } else {
    evidence -= h.population_evidence();
  }
  const double dates = single.score - single.score_plain;
  out.columns = kDecibans * beside_.columns[mine];
  out.canary = kDecibans * beside_.canary[mine];
  out.order = kDecibans * beside_.order[mine];
  out.dates = kDecibans * dates;
  out.prior = kDecibans * (priors_.of_component[mine] - priors_.unknown);
  out.membership = kDecibans * evidence - out.columns - out.canary - out.order - out.dates;
  if (!beside_another) {
    out.downstream = kDecibans * (h.population_evidence() - h.unknown_evidence());
  }
  return out;
}

void Attributor::explain(const Hypotheses& h,
                         const std::map<std::string, std::set<std::string>>& equal) {
  const auto resolved = in_.leak.rows();
  for (const auto& c : candidates_) {
    HolderResult r;
    r.party = c.party;
    r.snapshots = c.plausible;
    r.matched_rows = c.rows.matched;
    r.exclusive_rows = c.rows.exclusive;
    r.probability = c.probability;
    r.passed_on = static_cast<float>(c.passed_on);
    r.decibans = decibans(h, c);
    if (const auto found = equal.find(c.party); found != equal.end()) {
      r.indistinguishable_from.assign(found->second.begin(), found->second.end());
    }
    if (c.main && c.probability >= kShown) {
      const auto& main = evidence_.components[*c.main];
      r.snapshot = main.snapshot;
      r.as_of = main.as_of;
      r.guessed = main.guessed;
      if (const auto* entry = in_.registry.snapshot(main.snapshot)) r.handed_over = entry->on;
      r.share = h.single(static_cast<std::uint32_t>(*c.main)).share;
      note_contradictions(in_.leak, in_.carriers[main.carrier], main, r);
    }
    r.sentence = holder_sentence(r, resolved);
    out_.holders.push_back(std::move(r));
  }
  out_.summary = summary_of(out_.verdict, out_.holders, out_.unknown_probability, out_.canaries,
                            out_.known_leaks, in_.naming_threshold);
}

// How many more rows of the kind seen, which column, which canary.
void Attributor::tell_apart(const Hypotheses& h) {
  if (candidates_.empty() || !candidates_[0].main) return;
  const Candidate& a = candidates_[0];
  const bool against_unknown =
      candidates_.size() < 2 || !candidates_[1].main ||
      out_.unknown_probability - a.whole_passed_on > candidates_[1].probability;
  TellApart out;
  out.first = a.party;
  const auto& first = evidence_.components[*a.main];
  const auto score_of = [&](std::size_t component) {
    for (const auto& one : h.all()) {
      if (one.components == std::vector<std::uint32_t>{static_cast<std::uint32_t>(component)}) {
        return one.score;
      }
    }
    return kNever;
  };
  double gap = score_of(*a.main);
  std::vector<std::string> suspects = {first.snapshot};
  if (against_unknown) {
    // Whose copy: who had it from there is no rival.
    gap -= priors_.unknown + h.unknown_evidence_beside(a.number);
  } else {
    const Candidate& b = candidates_[1];
    const auto& second = evidence_.components[*b.main];
    out.second = b.party;
    gap -= score_of(*b.main);
    suspects.push_back(second.snapshot);
    const auto leaked = leaked_columns(in_.leak, first.carrier);
    const auto only = [&](const Component& x, const Component& y) {
      for (const FieldId f : x.columns) {
        const bool both = std::ranges::find(y.columns, f) != y.columns.end();
        const bool seen = std::ranges::find(leaked, f) != leaked.end();
        if (!both && !seen) out.columns.push_back(f);
      }
    };
    only(first, second);
    only(second, first);
    std::ranges::sort(out.columns);
  }
  for (const auto& s : suspects) {
    bool listed = false;
    for (const auto& snapshot : in_.carriers[first.carrier].snapshots) {
      const auto handover = identity::canary_handover(snapshot.snapshot);
      listed = listed || (handover && *handover == s);
    }
    const auto* entry = in_.registry.snapshot(s);
    if (!listed && entry != nullptr && !entry->own) out.canaries.push_back(s);
  }
  out.rows = rows_to_name(a, gap);
  out_.rows_needed = out.rows;
  out_.tell_apart = std::move(out);
}

// More rows of the kind seen, of which all there are make a difference of `gap`; 0: no number.
std::uint64_t Attributor::rows_to_name(const Candidate& a, double gap) const {
  // What speaks against it does not name it by being more; what is capped is never certain enough.
  if (!std::isfinite(gap) || gap <= 0 || (a.capped && in_.naming_threshold > kCap)) return 0;
  // Per row of evidence; the effective number of rows grows ever more slowly.
  const auto odds = [](double p) { return std::log(p / std::max(1e-6, 1 - p)); };
  const double copy = std::max(1e-6, a.probability + a.whole_passed_on);
  const double wanted = odds(in_.naming_threshold) - odds(copy);  // of its copy, against all others
  const double effective = temper_ * evidence_.total;
  const double per_row = gap / std::max(effective, 1e-9);
  const double target = effective + wanted / std::max(per_row, 1e-12);
  const double most = in_.rates.trust * in_.rates.saturation;
  if (per_row <= 1e-6 || target <= effective || target >= most) return 0;
  const double rows = target / (in_.rates.trust - target / in_.rates.saturation);
  return static_cast<std::uint64_t>(std::max(1.0, std::ceil(rows - evidence_.distinct)));
}

void Attributor::note_canaries() {
  for (const auto& [handover, rows] : evidence_.canaries) {
    CanaryResult r;
    r.handover = handover;
    r.rows = rows;
    if (const auto* s = in_.registry.snapshot(handover)) r.party = s->holder;
    for (const auto& s : in_.registry.snapshots()) {
      if (s.id != handover && descends(s.id, handover)) r.descended.push_back(s.id);
    }
    out_.canaries.push_back(std::move(r));
  }
}

void Attributor::note_known() {
  if (in_.known.leaks.empty()) return;
  std::vector<std::uint64_t> rows(in_.known.leaks.size(), 0);
  std::set<std::uint32_t> of_row;
  for (const auto& type : in_.leak.types()) {
    of_row.clear();
    for (const auto& part : type.parts) {
      if (part.known >= in_.known.sets.size()) continue;
      const auto& set = in_.known.sets[part.known];
      of_row.insert(set.begin(), set.end());
    }
    for (const auto leak : of_row) rows[leak] += type.rows;
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] == 0) continue;
    KnownLeakResult r;
    r.incident = in_.known.leaks[i].id;
    r.rows = rows[i];
    r.share = static_cast<double>(rows[i]) / static_cast<double>(in_.leak.rows());
    r.of = in_.known.leaks[i].subjects;
    out_.known_leaks.push_back(std::move(r));
  }
  std::ranges::sort(out_.known_leaks, [](const KnownLeakResult& a, const KnownLeakResult& b) {
    return a.rows != b.rows ? a.rows > b.rows : a.incident < b.incident;
  });
}

void Attributor::note_limits() {
  if (evidence_.outside > 0) {
    out_.notes.push_back(
        std::to_string(static_cast<std::uint64_t>(evidence_.outside)) +
        Words{" resolved rows belong to nobody in the carrier's own customer base and are no "
              "evidence",
              " 行は特定できましたが、委託元事業者の顧客基盤にいない人のため根拠に数えません"});
  }
  for (std::size_t c = 0; c < in_.carriers.size(); ++c) {
    if (evidence_.carriers[c].rows > 0 && !evidence_.carriers[c].has_own) {
      out_.notes.push_back(
          Words{"carrier ", "通信会社 "} + in_.carriers[c].controller +
          Words{" has no snapshot of its own base in the index: no dates, and sets are "
                "measured by what their holders sent",
                " 自身の顧客基盤の断面が索引にありません: "
                "写しの時点は求められず、大きさは保有者が渡したもので量ります"});
    }
  }
  if (priors_.missing > 0) {
    out_.notes.push_back(std::to_string(priors_.missing) +
                         Words{" snapshots of the registry have no fingerprint file: their holders "
                               "cannot be told from an unknown source",
                               " 件の台帳の断面に指紋ファイルがありません: "
                               "その保有者は未登録の流出元と区別できません"});
  }
  std::vector<std::string> shown;
  for (const auto& holder : out_.holders) {
    if (holder.probability < kWorthReading) break;
    shown.insert(shown.end(), holder.snapshots.begin(), holder.snapshots.end());
  }
  for (const auto& wrong : not_subsets(in_.carriers, in_.registry, shown)) {
    const std::string count = std::to_string(wrong.subjects) + " / " + std::to_string(wrong.of);
    out_.notes.push_back({"finding: copy " + wrong.snapshot + " of " + wrong.party + " has " +
                              count + " customers who are not in " + wrong.source +
                              ", which it was made from: file or ledger is wrong",
                          "要確認: " + wrong.party + " の写し " + wrong.snapshot + " の " + count +
                              " 人は、元となった " + wrong.source +
                              " にいません。ファイルか台帳が誤っています"});
  }
}

Attribution Attributor::run() {
  if (in_.leak.rows() == 0) {
    out_.summary = summary_of(Verdict::kNoMatch, {}, 0, {}, {}, in_.naming_threshold);
    return out_;
  }
  evidence_ = gather(in_.leak, in_.carriers, in_.registry, in_.known, in_.rates);
  temper_ =
      evidence_.total > 0 ? effective_rows(evidence_.distinct, in_.rates) / evidence_.total : 0;
  priors_ = priors_of(evidence_, in_.carriers, in_.registry, in_.seen, in_.rates);
  note_canaries();
  note_known();
  beside_ = beside();
  Hypotheses hypotheses(evidence_, in_.carriers, priors_, beside_, in_.rates, temper_);
  look_up_order(hypotheses);
  beside_ = hypotheses.beside();
  make_candidates(hypotheses);
  decide(hypotheses);
  note_limits();
  out_.snapshot = date_interval(in_.leak, in_.carriers, temper_);
  return std::move(out_);
}

}  // namespace

const KnownLeaksView& AttributionInput::no_known_leaks() {
  static const KnownLeaksView none;
  return none;
}
const RanksOf& AttributionInput::no_ranks() {
  static const RanksOf none;
  return none;
}
const Rates& AttributionInput::default_rates() {
  static const Rates rates;
  return rates;
}

double effective_rows(double distinct, const Rates& rates) {
  return rates.trust * distinct / (1 + distinct / rates.saturation);
}

Attribution attribute(const AttributionInput& input) { return Attributor(input).run(); }

}  // namespace hitokoe::matcher
