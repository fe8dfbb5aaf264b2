#include "matcher/attribute/attribution.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "matcher/attribute/columns.h"
#include "matcher/attribute/dates.h"
#include "matcher/attribute/evidence.h"
#include "matcher/attribute/fit.h"
#include "matcher/attribute/row_counts.h"

namespace hitokoe::matcher {

namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();  // log of 0
constexpr double kUnknownPrior = 0.15;
constexpr double kSegment = 0.01;    // the leaker took just the part that another holder has too
constexpr double kSaturation = 250;  // rows after which more of the same say little
constexpr double kTrust = 0.8;       // what a row is worth: the model is not the world
constexpr double kEqual = 1.382;     // natural log of 4 (6 dB): evidence that tells nothing apart
constexpr double kCap = 0.94;        // with over 2 % of records unlinked
constexpr std::size_t kRivals = 16;  // looked at pairwise
constexpr double kDecibans = 4.342944819032518;  // 10 / ln 10

struct Candidate {  // a party
  std::string party;
  std::vector<const Component*> all;
  std::vector<const Component*> chosen;  // the best of each carrier
  std::set<std::string> plausible;       // snapshots
  RowCounts rows;
  Fit fit;
  double membership = 0, dates = 0, columns = 0, prior = 0;  // natural logs, tempered
  double probability = 0;
  bool capped = false;
  double evidence() const { return membership + dates + columns; }
};

class Attributor {
 public:
  explicit Attributor(const AttributionInput& input) : in_(input) {}
  Attribution run();

 private:
  void count_rows();
  void fit_all();
  void choose_components(Candidate& c, std::span<const double> weights);
  void segments();
  void posterior();
  void decide();
  std::uint64_t rows_needed() const;
  std::vector<double> sizes_of_both(std::span<const Component* const> components) const;

  const AttributionInput& in_;
  Evidence evidence_;
  double temper_ = 0;
  std::vector<std::vector<FieldId>> columns_;  // leaked, by carrier
  std::vector<Candidate> candidates_;
  double unknown_ = 0;        // evidence; 0 but for segments and dates
  double unknown_prior_ = 0;  // natural log
  Attribution out_;
};

void Attributor::count_rows() {
  auto counts = hitokoe::matcher::count_rows(in_.leak, in_.carriers);
  std::map<std::string, std::vector<const Component*>> components;
  for (const auto& c : evidence_.components) {
    if (evidence_.carriers[c.carrier].rows > 0) components[c.snapshot->party].push_back(&c);
  }
  // A holder whose snapshots have no subject of the carrier's base is shown all the same.
  for (const auto& [party, n] : counts) components.try_emplace(party);
  for (auto& [party, list] : components) {
    Candidate c;
    c.party = party;
    c.all = std::move(list);
    c.rows = counts[party];
    candidates_.push_back(std::move(c));
  }
}

// Per carrier the snapshot that explains most; what choosing among many is worth is taken off.
void Attributor::choose_components(Candidate& c, std::span<const double> weights) {
  std::map<std::uint32_t, std::vector<const Component*>> by_carrier;
  for (const auto* one : c.all) by_carrier[one->carrier].push_back(one);
  c.chosen.clear();
  c.plausible.clear();
  c.prior = 0;
  double selection = 0;
  double most_rows = -1;
  for (const auto& [carrier, list] : by_carrier) {
    const Component* best = nullptr;
    double best_score = kNever;
    double best_prior = 0;
    double sum = kNever;
    std::vector<std::pair<const Component*, double>> scores;
    for (const auto* one : list) {
      const Component* alone[] = {one};
      const double prior =
          std::log(prior_weight(one->snapshot->snapshot, one->snapshot->own, in_.registry));
      const double score =
          temper_ * fit_mixture(evidence_, alone, weights).gain +
          column_evidence(columns_[carrier], *one->snapshot, in_.carriers[carrier].snapshots);
      scores.emplace_back(one, score + prior);
      sum = log_add(sum, score + prior);
      if (score + prior > best_score) {
        best = one;
        best_score = score + prior;
        best_prior = prior;
      }
    }
    for (const auto& [one, score] : scores) {
      if (score > best_score - 3 && !one->members.empty()) {
        c.plausible.insert(one->snapshot->snapshot);
      }
    }
    c.chosen.push_back(best);
    const auto n = static_cast<double>(list.size());
    const double correction = sum - std::log(n) - best_score;
    double rows = 0;
    for (const auto& m : best->members) rows += weights[m.type];
    if (rows > most_rows) {
      most_rows = rows;
      c.prior = best_prior;
      selection = correction;
    }
  }
  c.fit = fit_mixture(evidence_, c.chosen, weights);
  double total = 0;
  for (const double w : weights) total += w;
  std::size_t used = 0;
  std::size_t main = 0;
  for (std::size_t i = 0; i < c.chosen.size(); ++i) {
    if (c.fit.shares[i] > 1e-3) ++used;
    if (c.fit.shares[i] > c.fit.shares[main]) main = i;
    c.capped = c.capped || (c.fit.shares[i] > 1e-3 && c.chosen[i]->unlinked > 0);
  }
  // Each share that was fitted costs half the logarithm of the rows (BIC).
  const double penalty =
      0.5 * static_cast<double>(std::max<std::size_t>(used, 1)) * std::log1p(temper_ * total);
  c.membership = temper_ * c.fit.gain_plain - penalty + selection;
  c.dates = temper_ * (c.fit.gain - c.fit.gain_plain);
  c.columns = 0;
  if (!c.chosen.empty()) {
    const auto* component = c.chosen[main];
    c.columns = column_evidence(columns_[component->carrier], *component->snapshot,
                                in_.carriers[component->carrier].snapshots);
  }
}

void Attributor::fit_all() {
  for (std::uint32_t c = 0; c < in_.carriers.size(); ++c) {
    columns_.push_back(leaked_columns(in_.leak, c));
  }
  const double distinct =
      std::min(static_cast<double>(std::max<std::uint64_t>(in_.leak.subjects(), 1)),
               std::max(evidence_.total, 1.0));
  const double effective = kTrust * distinct / (1 + distinct / kSaturation);
  temper_ = evidence_.total > 0 ? effective / evidence_.total : 0;

  for (auto& c : candidates_) choose_components(c, evidence_.rows);

  // The unknown source may have its copy from one date, too.
  double dated = kNever;
  std::size_t dates = 0;
  for (const auto& component : evidence_.components) {
    if (!component.snapshot->own || component.members.empty()) continue;
    const Component* alone[] = {&component};
    dated = log_add(dated, temper_ * fit_mixture(evidence_, alone, evidence_.rows).gain);
    ++dates;
  }
  if (dates > 0) {
    unknown_ = log_add(std::log(0.5), std::log(0.5) + dated - std::log(static_cast<double>(dates)));
  }
}

// [i * n + j]: subjects that both components hold, of those that count (see Evidence).
std::vector<double> Attributor::sizes_of_both(std::span<const Component* const> components) const {
  const std::size_t n = components.size();
  std::vector<double> sizes(n * n, 0);
  std::vector<std::size_t> holding;
  for (std::size_t c = 0; c < in_.carriers.size(); ++c) {
    const auto& view = in_.carriers[c];
    std::vector<std::size_t> at(view.snapshots.size(), n);
    for (std::size_t i = 0; i < n; ++i) {
      if (components[i]->carrier == c) at[components[i]->ordinal] = i;
    }
    for (std::size_t k = 0; k < view.classes->size(); ++k) {
      const auto klass = static_cast<Klass>(k);
      holding.clear();
      bool counts = !evidence_.carriers[c].has_own;
      for (const Ordinal o : view.classes->members(klass)) {
        counts = counts || view.snapshots[o].own;
        if (at[o] < n) holding.push_back(at[o]);
      }
      if (!counts || holding.size() < 2) continue;
      for (const std::size_t i : holding) {
        for (const std::size_t j : holding) sizes[i * n + j] += view.classes->subjects(klass);
      }
    }
  }
  return sizes;
}

// A holder, or the unknown source, may have taken just the part that a smaller holder has: bounds
// what the size of a set alone can say against the larger.
void Attributor::segments() {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    if (!candidates_[i].chosen.empty()) order.push_back(i);
  }
  std::ranges::stable_sort(order, std::greater<>(),
                           [&](std::size_t i) { return candidates_[i].evidence(); });
  if (order.size() > kRivals) order.resize(kRivals);
  std::vector<double> raised(candidates_.size(), kNever);
  double unknown = kNever;
  const auto main_of = [](const Candidate& c) {
    std::size_t main = 0;
    for (std::size_t i = 0; i < c.chosen.size(); ++i) {
      if (c.fit.shares[i] > c.fit.shares[main]) main = i;
    }
    return c.chosen[main];
  };
  std::vector<const Component*> mains;
  mains.reserve(order.size());
  for (const std::size_t i : order) mains.push_back(main_of(candidates_[i]));
  const auto both = sizes_of_both(mains);
  for (std::size_t small = 0; small < order.size(); ++small) {
    const Candidate& g = candidates_[order[small]];
    const Component* part = mains[small];
    unknown = std::max(unknown, std::log(kSegment) + g.membership + g.dates);
    for (std::size_t large = 0; large < order.size(); ++large) {
      const Component* whole = mains[large];
      if (small == large || whole->carrier != part->carrier || whole->log_size <= part->log_size) {
        continue;
      }
      if (both[large * order.size() + small] < 0.9 * std::exp(part->log_size)) continue;
      double& most = raised[order[large]];
      most = std::max(most, std::log(kSegment) + g.membership);
    }
  }
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    if (std::isfinite(raised[i])) {
      candidates_[i].membership = log_add(candidates_[i].membership, raised[i]);
    }
  }
  if (std::isfinite(unknown)) unknown_ = log_add(unknown_, unknown);
}

void Attributor::posterior() {
  double weights = 0;
  for (const auto& c : candidates_) weights += std::exp(c.prior);
  double missing = 0;
  std::size_t missing_count = 0;
  std::set<std::string> controllers;
  for (std::size_t i = 0; i < in_.carriers.size(); ++i) {
    if (evidence_.carriers[i].rows > 0) controllers.insert(in_.carriers[i].controller);
  }
  for (const auto& controller : controllers) {
    missing += missing_weight(controller, in_.carriers, in_.registry, missing_count);
  }
  if (missing_count > 0) {
    out_.notes.push_back(std::to_string(missing_count) +
                         Words{" snapshots of the registry have no fingerprint file: their holders "
                               "cannot be told from an unknown source",
                               " 件の台帳の断面に指紋ファイルがありません: "
                               "その保有者は未登録の流出元と区別できません"});
  }
  // Who has none of the rows is no source of them, but for what hides in unlinked records. Their
  // weight stays in the sum: that they drop out makes nobody else likelier beforehand.
  std::erase_if(candidates_, [](const Candidate& c) {
    return c.rows.matched == 0 &&
           std::ranges::none_of(c.all, [](const Component* one) { return one->unlinked > 0; });
  });
  const double known = (1 - kUnknownPrior) / std::max(weights + missing, 1e-9);
  unknown_prior_ = std::log(kUnknownPrior + known * missing);
  double sum = unknown_prior_ + unknown_;
  for (auto& c : candidates_) {
    c.prior += std::log(known);
    sum = log_add(sum, c.prior + c.evidence());
  }
  out_.unknown_probability = std::exp(unknown_prior_ + unknown_ - sum);
  for (auto& c : candidates_) {
    c.probability = std::exp(c.prior + c.evidence() - sum);
    if (c.capped) c.probability = std::min(c.probability, kCap);
  }
}

// "1/Δ more rows": how many rows of the kind seen would tell the first two apart.
std::uint64_t Attributor::rows_needed() const {
  std::vector<double> best;
  best.reserve(candidates_.size() + 1);
  for (const auto& c : candidates_) best.push_back(c.evidence() + c.prior);
  best.push_back(unknown_ + unknown_prior_);
  std::ranges::sort(best, std::greater<>());
  if (best.size() < 2 || temper_ <= 0) return 0;
  const double wanted = std::log(in_.naming_threshold / std::max(1e-6, 1 - in_.naming_threshold));
  const double gap = best[0] - best[1];
  if (gap >= wanted) return 0;
  // Per row of evidence; the effective number of rows grows ever more slowly.
  const double effective = temper_ * evidence_.total;
  const double per_row = gap / std::max(effective, 1e-9);
  if (per_row < 1e-6) return 0;  // no number of rows
  const double target = wanted / per_row;
  const double most = kTrust * kSaturation;
  if (target >= most) return 0;
  const double rows = target / (kTrust - target / kSaturation);
  return static_cast<std::uint64_t>(
      std::max(1.0, std::ceil(rows - static_cast<double>(in_.leak.subjects()))));
}

void Attributor::decide() {
  std::ranges::sort(candidates_, [](const Candidate& a, const Candidate& b) {
    if (std::abs(a.probability - b.probability) > 1e-9) return a.probability > b.probability;
    return a.party < b.party;
  });
  double top = kNever;
  for (const auto& c : candidates_) top = std::max(top, c.evidence());
  std::map<std::string, std::set<std::string>> equal;
  for (const auto& a : candidates_) {
    for (const auto& b : candidates_) {
      // Only among those that the evidence speaks for at all.
      if (a.party != b.party && std::abs(a.evidence() - b.evidence()) < kEqual &&
          std::max(a.evidence(), b.evidence()) > top - 3) {
        equal[a.party].insert(b.party);
      }
    }
  }
  const bool any = !candidates_.empty();
  const Candidate* first = any ? &candidates_[0] : nullptr;
  if (in_.leak.rows() == 0) {
    out_.verdict = Verdict::kNoMatch;
  } else if (first != nullptr && first->probability >= in_.naming_threshold &&
             equal[first->party].empty()) {
    out_.verdict = Verdict::kNamed;
  } else if (first == nullptr || out_.unknown_probability >= first->probability) {
    out_.verdict = Verdict::kUnknown;
  } else {
    out_.verdict = Verdict::kIndistinguishable;
    constexpr double kReach = 0.95;
    double sum = 0;
    double holders = 0;
    for (const auto& c : candidates_) holders += c.probability;
    // With a part left to the unknown source, 0.95 of what the holders have.
    const double wanted = std::min(kReach, kReach * holders);
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
  if (out_.verdict != Verdict::kNamed && out_.verdict != Verdict::kNoMatch) {
    out_.rows_needed = rows_needed();
  }
  for (const auto& c : candidates_) {
    HolderResult h;
    h.party = c.party;
    h.snapshots.assign(c.plausible.begin(), c.plausible.end());
    h.matched_rows = c.rows.matched;
    h.exclusive_rows = c.rows.exclusive;
    h.probability = c.probability;
    h.decibans.membership = kDecibans * c.membership;
    h.decibans.dates = kDecibans * c.dates;
    h.decibans.columns = kDecibans * c.columns;
    h.decibans.prior = kDecibans * (c.prior - unknown_prior_);
    h.indistinguishable_from.assign(equal[c.party].begin(), equal[c.party].end());
    out_.holders.push_back(std::move(h));
  }
}

Attribution Attributor::run() {
  if (in_.leak.rows() == 0) return out_;
  evidence_ = gather(in_.leak, in_.carriers);
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
  count_rows();
  fit_all();
  segments();
  posterior();
  decide();
  out_.snapshot = date_interval(in_.leak, in_.carriers, temper_);
  return std::move(out_);
}

}  // namespace

Attribution attribute(const AttributionInput& input) { return Attributor(input).run(); }

}  // namespace hitokoe::matcher
