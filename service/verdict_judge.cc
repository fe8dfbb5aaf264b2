#include "service/verdict_judge.h"

namespace hitokoe::service {

bool is_lasting(Errc code) {
  return code == Errc::kForbidden || code == Errc::kCorrupt || code == Errc::kNotFound;
}

// Leaks that are older than the incident as it is now: of what was merged meanwhile they would
// speak twice.
Result<void> VerdictJudge::stand_on(const incident::Incident& in) {
  if (index_ == nullptr) {
    TRY(auto registry, p_.registry.load());
    registry_.emplace(std::move(registry));
    TRY(index_, p_.index.current());
  }
  if (older_.leaks == nullptr || in.revision > revision_) {
    TRY(revision_, p_.incidents.store.revision());
    TRY(older_, incident::known_leaks(p_.incidents.store, p_.incidents.keys));
  }
  return ok();
}

Result<std::optional<matcher::ScanReport>> VerdictJudge::judge(const std::string& id,
                                                               std::string_view actor) {
  const registry::Viewer everything("service", registry::Role::kCoordinator, "");
  TRY(const auto in, p_.incidents.store.load(everything, id));
  TRY(const bool kept, incident::has_contributions(p_.incidents, in));
  if (!kept) return std::optional<matcher::ScanReport>();
  TRYV(stand_on(in));
  matcher::Options options;
  options.known_leaks = older_.leaks;
  return incident::judge_again(p_.incidents, threshold_, id, *index_, *registry_, options, actor);
}

Result<VerdictJudge::Done> VerdictJudge::work_off(incident::DueVerdicts& all,
                                                  const incident::DueVerdict& due) {
  Done done;
  TRY(done.begun, all.begin(due, p_.incidents.clock.now()));
  if (!done.begun) return done;
  auto said = judge(due.incident, due.by);
  if (said) {
    done.said = std::move(said.value());
    TRYV(all.settle(due));
  } else {
    TRYV(all.fail_with(due, said.error().code, is_lasting(said.error().code)));
    done.failed = std::move(said.error());
  }
  return done;
}

}  // namespace hitokoe::service
