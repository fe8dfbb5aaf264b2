#include <algorithm>
#include <map>
#include <set>

#include "hitokoe/registry/supervision.h"

namespace hitokoe::registry {
namespace {

using Kind = Finding::Kind;

constexpr std::chrono::days kOneDay{1};

std::string joined_items(const std::vector<FieldId>& items) {
  std::string all;
  for (const auto item : items) {
    all += (all.empty() ? "" : ", ") + std::string(identity::field_info(item).name);
  }
  return all;
}

class Finder {
 public:
  Finder(const Registry& registry, JstDay today) : registry_(registry), today_(today) {
    const auto& book = registry.supervision();
    for (const auto& c : book.carriers) carriers_.emplace(c.id, &c);
    for (const auto& s : book.supervision) supervision_.emplace(s.delegation, &s);
  }

  std::vector<Finding> all() && {
    of_ = Finding::Subject::kDelegation;
    for (const auto& d : registry_.delegations()) find_in(d);
    of_ = Finding::Subject::kSnapshot;
    for (const auto& s : registry_.snapshots()) find_in(s);
    of_ = Finding::Subject::kTakeOut;
    for (const auto& t : registry_.supervision().takeouts) find_in(t);
    of_ = Finding::Subject::kService;
    find_in_services();
    return std::move(found_);
  }

 private:
  void tell(Kind kind, const std::string& where, const Words& what,
            std::optional<JstDay> since = {}, std::optional<JstDay> due = {}) {
    found_.push_back(
        {kind, where, where + "：" + what.ja, where + ": " + what.en, since, due, of_});
  }

  // Nothing where the day has not passed.
  void tell_overdue(Kind kind, const std::string& where, JstDay due, const Words& what) {
    if (today_ <= due) return;
    const auto day = format_day(due);
    tell(kind, where, what + Words{" (due " + day + ")", "（期限 " + day + "）"}, due + kOneDay,
         due);
  }

  template <class T>
  static T* at(const std::map<std::string_view, T*>& by_id, const std::string& id) {
    const auto found = by_id.find(id);
    return found == by_id.end() ? nullptr : found->second;
  }

  // The last of the records' days that is not in the future.
  template <class Records, class Accept>
  std::optional<JstDay> last(const Records& records, Accept accept) const {
    std::optional<JstDay> day;
    for (const auto& r : records) {
      if (r.on <= today_ && accept(r) && (!day || r.on > *day)) day = r.on;
    }
    return day;
  }

  void find_in(const Delegation& d) {
    const auto* carrier = at(carriers_, d.controller);
    const auto* s = at(supervision_, d.id);
    if (carrier == nullptr && s == nullptr) return;
    static const CarrierPolicy usual;
    static const Supervision nothing;
    const auto& policy = carrier == nullptr ? usual : carrier->policy;
    const auto& records = s == nullptr ? nothing : *s;
    const bool runs = d.begins <= today_ && (!d.ends || *d.ends >= today_);
    if (runs) {
      find_beginning(d, records);
      find_periodic(d, records, policy);
    }
    if (d.ends && *d.ends < today_ && d.returned && !records.closed) {
      tell_overdue(
          Kind::kRetentionUndecided, d.id, std::max(*d.ends, d.returned->on),
          {"ended and returned, but not closed: nobody chose what becomes of the "
           "fingerprint key",
           "終了し返却・廃棄も済みましたが、指紋の鍵を残すか破棄するかが決まっていません"});
    }
    for (const auto& v : records.violations) {
      if (v.remedied && *v.remedied <= today_) continue;
      tell(Kind::kViolationOpen, d.id,
           {"the violation of " + format_day(v.on) + " has no remedy on record",
            format_day(v.on) + " の契約違反に是正の記録がありません"},
           v.on);
    }
    find_contradictions(d, records);
  }

  void find_beginning(const Delegation& d, const Supervision& s) {
    const auto there = [&](const auto& record) { return record && record->on <= today_; };
    if (!there(s.agreement)) {
      tell_overdue(Kind::kNoAgreement, d.id, d.begins,
                   {"no signed agreement (確認書, 覚書)", "署名済みの確認書・覚書がありません"});
    }
    if (!there(s.precheck)) {
      tell_overdue(Kind::kNoPrecheck, d.id, d.begins,
                   {"neither check sheet nor visit before the contract",
                    "契約前の点検票も立入調査もありません"});
    }
    if (!last(s.trainings, [](const auto&) { return true; })) {
      tell_overdue(Kind::kNoTraining, d.id, d.begins,
                   {"no training before the start", "業務開始前の研修がありません"});
    }
  }

  void find_periodic(const Delegation& d, const Supervision& s, const CarrierPolicy& policy) {
    const auto any = [](const auto&) { return true; };
    const auto due = [&](std::optional<JstDay> done, int months) {
      return months_later(std::max(done.value_or(d.begins), d.begins), months);
    };
    if (const auto trained = last(s.trainings, any)) {
      tell_overdue(Kind::kTrainingOverdue, d.id, due(trained, policy.training_months),
                   {"the next training is overdue", "定期研修の期限を過ぎています"});
    }
    tell_overdue(Kind::kSelfInspectionOverdue, d.id,
                 due(last(s.self_inspections, any), policy.self_inspection_months),
                 {"the delegate's self-inspection is overdue", "自主点検票の期限を過ぎています"});
    const auto audited = last(s.audits, [&](const Audit& a) {
      return a.kind == AuditKind::kOnSite || (a.kind == AuditKind::kPaper && policy.paper_audits) ||
             (a.kind == AuditKind::kRemote && policy.remote_audits);
    });
    const bool other = !audited && last(s.audits, any);
    tell_overdue(
        Kind::kAuditOverdue, d.id, due(audited, policy.audit_months),
        other ? Words{"the audit is overdue: the carrier does not accept the kind that there was",
                      "監査の期限を過ぎています。実施済みのものは委託元が認めない方法です"}
              : Words{"the audit is overdue", "監査の期限を過ぎています"});
    tell_overdue(
        Kind::kAccessReviewOverdue, d.id,
        due(last(s.access_reviews, any), policy.access_review_months),
        {"the review of access rights is overdue", "権限付与状況の点検の期限を過ぎています"});
  }

  void find_contradictions(const Delegation& d, const Supervision& s) {
    const auto future = [&](const char* en, const char* ja, JstDay on) {
      if (on <= today_) return;
      tell(Kind::kContradiction, d.id,
           {std::string(en) + " is dated " + format_day(on) + ", which is to come",
            std::string(ja) + "の日付 " + format_day(on) + " が未来です"});
    };
    if (s.agreement) future("the agreement", "確認書・覚書", s.agreement->on);
    if (s.precheck) future("the check before the contract", "契約前の点検", s.precheck->on);
    for (const auto& r : s.self_inspections) future("a self-inspection", "自主点検", r.on);
    for (const auto& r : s.audits) future("an audit", "監査", r.on);
    for (const auto& r : s.trainings) future("a training", "研修", r.on);
    for (const auto& r : s.access_reviews)
      future("a review of access rights", "権限付与状況の点検", r.on);
    for (const auto& r : s.violations) future("a violation", "契約違反", r.on);
    if (s.precheck && s.precheck->on > d.begins) {
      tell(Kind::kContradiction, d.id,
           {"the check before the contract is dated " + format_day(s.precheck->on) +
                ", after it began",
            "契約前の点検の日付 " + format_day(s.precheck->on) + " が開始日より後です"},
           s.precheck->on);
    }
    for (const auto& a : s.audits) {
      if (a.result != AuditResult::kPassed || a.violations == 0) continue;
      tell(Kind::kContradiction, d.id,
           {"the audit of " + format_day(a.on) + " is passed, and found violations",
            format_day(a.on) + " の監査は適合なのに契約違反があります"},
           a.on);
    }
  }

  void find_in(const Snapshot& s) {
    const auto* d = registry_.delegation(s.delegation);
    if (s.own || d == nullptr) return;
    for (const auto& side : s.stated) compare(s, side);
    const auto* supervision = at(supervision_, d->id);
    if (supervision == nullptr || !supervision->closed || s.on <= supervision->closed->on) return;
    tell(
        Kind::kContradiction, s.id,
        {"handed over after " + d->id + " was closed (" + format_day(supervision->closed->on) + ")",
         d->id + " の終了手続（" + format_day(supervision->closed->on) + "）より後の授受です"},
        s.on);
  }

  void compare(const Snapshot& s, const Statement& side) {
    const auto differs = [&](const Words& what) {
      tell(Kind::kHandoverMismatch, s.id, what, s.on);
    };
    if (side.records != s.records) {
      const auto theirs = std::to_string(side.records);
      const auto ours = std::to_string(s.records);
      differs({side.by + " states " + theirs + " records, the ledger " + ours,
               side.by + "は" + theirs + "件、管理簿は" + ours + "件です"});
    }
    if (side.on != s.on) {
      differs({side.by + " states " + format_day(side.on) + ", the ledger " + format_day(s.on),
               side.by + "の授受日は" + format_day(side.on) + "、管理簿は" + format_day(s.on) +
                   "です"});
    }
    const std::set<FieldId> theirs(side.items.begin(), side.items.end());
    const std::set<FieldId> ours(s.items.begin(), s.items.end());
    if (theirs == ours) return;
    differs(
        {side.by + " states " + joined_items(side.items) + "; the ledger " + joined_items(s.items),
         side.by + "の項目は " + joined_items(side.items) + "、管理簿は " + joined_items(s.items) +
             " です"});
  }

  void find_in(const TakeOut& t) {
    const auto* d = registry_.delegation(t.delegation);
    if (!t.returned || *t.returned > today_) {
      tell_overdue(Kind::kTakeoutOverdue, t.id, t.due,
                   {"paper that was taken out is not back", "持ち出した書類が戻っていません"});
    }
    if (d == nullptr || !d->ends || t.on <= *d->ends) return;
    tell(Kind::kContradiction, t.id,
         {"taken out after " + d->id + " ended (" + format_day(*d->ends) + ")",
          d->id + " の終了日（" + format_day(*d->ends) + "）より後の持出しです"},
         t.on);
  }

  void find_in_services() {
    using Edge = std::tuple<std::string_view, std::string_view, std::string_view>;
    std::set<Edge> handed;  // for whom, from, to
    if (registry_.supervision().services.empty()) return;
    for (const auto& s : registry_.snapshots()) {
      const auto* d = registry_.delegation(s.delegation);
      if (d != nullptr) handed.emplace(d->controller, d->from, d->to);
    }
    for (const auto& s : registry_.supervision().services) {
      if (s.handles && s.delegation.empty()) {
        tell(Kind::kHiddenDelegation, s.id,
             {"its provider handles the data of " + s.controller +
                  ": a delegation (type B), which is not registered",
              "提供者が " + s.controller +
                  " の個人データを取り扱うため委託（種別 B）に当たりますが、登録がありません"});
      } else if (!s.handles && handed.contains(Edge{s.controller, s.user, s.provider})) {
        tell(Kind::kContradiction, s.id,
             {"its provider is said not to handle the data, but there are handovers to it",
              "提供者は個人データを取り扱わないとされていますが、授受の記録があります"});
      }
    }
  }

  const Registry& registry_;
  JstDay today_;
  std::map<std::string_view, const Carrier*> carriers_;
  std::map<std::string_view, const Supervision*> supervision_;
  std::vector<Finding> found_;
  Finding::Subject of_ = Finding::Subject::kDelegation;  // of what is looked at
};

}  // namespace

std::vector<Finding> supervision_findings(const Registry& registry, JstDay today) {
  return Finder(registry, today).all();
}

}  // namespace hitokoe::registry
