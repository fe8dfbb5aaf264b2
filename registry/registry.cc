#include <algorithm>

#include "hitokoe/registry/supervision.h"

namespace hitokoe::registry {
namespace {

template <class T>
const T* at(const std::map<std::string, std::size_t, std::less<>>& index, const std::vector<T>& all,
            std::string_view id) {
  const auto found = index.find(id);
  return found == index.end() ? nullptr : &all[found->second];
}

constexpr std::string_view kTrackedMedium = "tracked";

}  // namespace

std::string_view to_string(ContractType type) { return type == ContractType::kA ? "A" : "B"; }

std::string_view to_string(Finding::Kind kind) {
  switch (kind) {
    case Finding::Kind::kUnauthorised:
      return "unauthorised";
    case Finding::Kind::kUnconfirmed:
      return "unconfirmed";
    case Finding::Kind::kCountMismatch:
      return "count_mismatch";
    case Finding::Kind::kUnencrypted:
      return "unencrypted";
    case Finding::Kind::kNotReturned:
      return "not_returned";
    case Finding::Kind::kHandoverMismatch:
      return "handover_mismatch";
    case Finding::Kind::kNoAgreement:
      return "no_agreement";
    case Finding::Kind::kNoPrecheck:
      return "no_precheck";
    case Finding::Kind::kNoTraining:
      return "no_training";
    case Finding::Kind::kTrainingOverdue:
      return "training_overdue";
    case Finding::Kind::kSelfInspectionOverdue:
      return "self_inspection_overdue";
    case Finding::Kind::kAuditOverdue:
      return "audit_overdue";
    case Finding::Kind::kAccessReviewOverdue:
      return "access_review_overdue";
    case Finding::Kind::kTakeoutOverdue:
      return "takeout_overdue";
    case Finding::Kind::kRetentionUndecided:
      return "retention_undecided";
    case Finding::Kind::kViolationOpen:
      return "violation_open";
    case Finding::Kind::kContradiction:
      return "contradiction";
    case Finding::Kind::kHiddenDelegation:
      return "hidden_delegation";
  }
  return "unknown";
}

std::string_view to_string(Finding::Subject subject) {
  switch (subject) {
    case Finding::Subject::kDelegation:
      return "delegation";
    case Finding::Subject::kSnapshot:
      return "snapshot";
    case Finding::Subject::kTakeOut:
      return "takeout";
    case Finding::Subject::kService:
      return "service";
  }
  return "unknown";
}

bool is_overdue(Finding::Kind kind) {
  switch (kind) {
    case Finding::Kind::kNotReturned:
    case Finding::Kind::kNoAgreement:
    case Finding::Kind::kNoPrecheck:
    case Finding::Kind::kNoTraining:
    case Finding::Kind::kTrainingOverdue:
    case Finding::Kind::kSelfInspectionOverdue:
    case Finding::Kind::kAuditOverdue:
    case Finding::Kind::kAccessReviewOverdue:
    case Finding::Kind::kTakeoutOverdue:
    case Finding::Kind::kRetentionUndecided:
      return true;
    case Finding::Kind::kUnauthorised:
    case Finding::Kind::kUnconfirmed:
    case Finding::Kind::kCountMismatch:
    case Finding::Kind::kUnencrypted:
    case Finding::Kind::kHandoverMismatch:
    case Finding::Kind::kViolationOpen:
    case Finding::Kind::kContradiction:
    case Finding::Kind::kHiddenDelegation:
      return false;
  }
  return false;
}

Registry::Registry(std::vector<Party> parties, std::vector<Delegation> delegations,
                   std::vector<Snapshot> snapshots, std::shared_ptr<const SupervisionBook> book)
    : parties_(std::move(parties)),
      delegations_(std::move(delegations)),
      snapshots_(std::move(snapshots)),
      book_(book != nullptr ? std::move(book) : std::make_shared<const SupervisionBook>()) {
  for (std::size_t i = 0; i < parties_.size(); ++i) party_at_.emplace(parties_[i].id, i);
  for (std::size_t i = 0; i < delegations_.size(); ++i)
    delegation_at_.emplace(delegations_[i].id, i);
  for (std::size_t i = 0; i < snapshots_.size(); ++i) snapshot_at_.emplace(snapshots_[i].id, i);
}

const Party* Registry::party(std::string_view id) const { return at(party_at_, parties_, id); }
const Delegation* Registry::delegation(std::string_view id) const {
  return at(delegation_at_, delegations_, id);
}
const Snapshot* Registry::snapshot(std::string_view id) const {
  return at(snapshot_at_, snapshots_, id);
}

std::vector<std::string> Registry::chain(const Snapshot& snapshot) const {
  std::vector<std::string> parties{snapshot.holder};
  const auto* d = delegation(snapshot.delegation);
  // As many steps as there are delegations: a Registry that was not parsed may have a cycle.
  for (std::size_t step = 0; d != nullptr && step < delegations_.size(); ++step) {
    parties.push_back(d->from);
    d = delegation(d->under);
  }
  return parties;
}

namespace {

void find_in(const Delegation& d, const Registry& registry, JstDay today,
             std::vector<Finding>& out) {
  if (!d.under.empty()) {
    const auto* above = registry.delegation(d.under);
    std::string_view ja;
    std::string_view en;
    if (!d.consent) {
      ja = "再委託に書面による事前承諾がありません";
      en = "re-delegated without written prior consent";
    } else if (d.consent->on > d.begins) {
      ja = "再委託の承諾が開始日より後です";
      en = "the consent is dated after the re-delegation began";
    } else if (d.consent->by != d.controller &&
               (above == nullptr || d.consent->by != above->from)) {
      ja = "再委託の承諾が委託元によるものではありません";
      en = "the consent is not by the controller or the delegator above";
    }
    if (!ja.empty()) {
      out.push_back({Finding::Kind::kUnauthorised, d.id, d.id + "：" + std::string(ja),
                     d.id + ": " + std::string(en), d.begins, d.begins});
    }
  }
  if (d.ends && *d.ends < today && !d.returned) {
    out.push_back(
        {Finding::Kind::kNotReturned, d.id,
         d.id + "：" + format_day(*d.ends) + "に終了しましたが、返却・廃棄の記録がありません",
         d.id + ": ended on " + format_day(*d.ends) + ", and no return or destruction is on record",
         *d.ends + std::chrono::days(1), d.ends});
  }
}

void find_in(const Snapshot& s, const Registry& registry, const RecordCounts& counts,
             std::vector<Finding>& out) {
  if (const auto count = counts.find(s.id); count != counts.end() && count->second != s.records) {
    const auto ledger = std::to_string(s.records);
    const auto file = std::to_string(count->second);
    out.push_back({Finding::Kind::kCountMismatch,
                   s.id,
                   s.id + "：管理簿は" + ledger + "件、指紋ファイルは" + file + "件です",
                   s.id + ": the ledger says " + ledger + " records, the fingerprint file " + file,
                   {},
                   {},
                   Finding::Subject::kSnapshot});
  }
  if (s.own) return;
  const auto* d = registry.delegation(s.delegation);
  if (d != nullptr) {
    for (const auto& side : {d->from, d->to}) {
      if (std::ranges::find(s.confirmed, side) != s.confirmed.end()) continue;
      out.push_back({Finding::Kind::kUnconfirmed, s.id,
                     s.id + "：授受を" + side + "が確認していません",
                     s.id + ": " + side + " did not confirm the handover", s.on, s.on,
                     Finding::Subject::kSnapshot});
    }
  }
  if (!s.encrypted && s.medium != kTrackedMedium) {
    out.push_back({Finding::Kind::kUnencrypted, s.id,
                   s.id + "：暗号化も追跡可能な配送もなしに授受されました",
                   s.id + ": handed over neither encrypted nor by tracked delivery", s.on, s.on,
                   Finding::Subject::kSnapshot});
  }
}

}  // namespace

std::vector<Finding> Registry::findings(JstDay today, const RecordCounts& counts) const {
  std::vector<Finding> all;
  for (const auto& d : delegations_) find_in(d, *this, today, all);
  for (const auto& s : snapshots_) find_in(s, *this, counts, all);
  auto supervision = supervision_findings(*this, today);
  all.insert(all.end(), std::make_move_iterator(supervision.begin()),
             std::make_move_iterator(supervision.end()));
  return all;
}

}  // namespace hitokoe::registry
