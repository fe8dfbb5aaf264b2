#include "service/supervision_watch.h"

namespace hitokoe::service {
namespace {

using registry::Finding;

// All but kCountMismatch, which compares with the fingerprint files: `registry check` does that.
constexpr Finding::Kind kKinds[] = {
    Finding::Kind::kUnauthorised,     Finding::Kind::kUnconfirmed,
    Finding::Kind::kUnencrypted,      Finding::Kind::kNotReturned,
    Finding::Kind::kHandoverMismatch, Finding::Kind::kNoAgreement,
    Finding::Kind::kNoPrecheck,       Finding::Kind::kNoTraining,
    Finding::Kind::kTrainingOverdue,  Finding::Kind::kSelfInspectionOverdue,
    Finding::Kind::kAuditOverdue,     Finding::Kind::kAccessReviewOverdue,
    Finding::Kind::kTakeoutOverdue,   Finding::Kind::kRetentionUndecided,
    Finding::Kind::kViolationOpen,    Finding::Kind::kContradiction,
    Finding::Kind::kHiddenDelegation,
};

}  // namespace

SupervisionWatch::SupervisionWatch(Parts parts, Duration every)
    : p_(std::move(parts)),
      every_(every),
      overdue_(p_.metrics.gauge("hitokoe_supervision_overdue",
                                "What the supervision of contractors should have done by a day, "
                                "and did not")) {
  for (const auto kind : kKinds) {
    by_kind_[kind] = &p_.metrics.gauge("hitokoe_registry_findings",
                                       "Findings of the registry that need a person",
                                       {{"kind", registry::to_string(kind)}});
  }
}

Task<Result<void>> SupervisionWatch::run() {
  for (;;) {
    const auto looked = co_await p_.pool.run([this] { return look(); });
    if (!looked) p_.log.error("supervision.failed", {{"error", to_string(looked.error().code)}});
    CO_TRYV(co_await p_.sleeper.sleep_for(every_));
  }
}

Result<bool> SupervisionWatch::look() {
  TRY(auto registry, p_.registry.current());
  const auto today = jst_day(p_.clock.now());
  if (today == looked_ && registry == registry_) return false;
  std::map<Finding::Kind, std::int64_t> counts;
  std::int64_t overdue = 0;
  for (const auto& finding : registry->findings(today)) {
    ++counts[finding.kind];
    if (!is_overdue(finding.kind)) continue;
    ++overdue;
    const auto due = finding.due ? format_day(*finding.due) : std::string();
    const std::string kind(to_string(finding.kind));
    std::string key = kind;
    key.append(" ").append(finding.where).append(" ").append(due);
    if (!told_.insert(std::move(key)).second) continue;
    p_.log.warn("supervision.overdue", {{"kind", kind}, {"where", finding.where}, {"due", due}});
  }
  for (const auto& [kind, gauge] : by_kind_) gauge->set(counts[kind]);
  overdue_.set(overdue);
  looked_ = today;
  registry_ = std::move(registry);
  return true;
}

}  // namespace hitokoe::service
