#include "service/verdict_watch.h"

#include "hitokoe/incident/known_leaks.h"

namespace hitokoe::service {
namespace {

registry::Viewer everything() { return {"service", registry::Role::kCoordinator, ""}; }

// Nothing but a change of the incident makes it another answer.
bool lasting(Errc code) {
  return code == Errc::kForbidden || code == Errc::kCorrupt || code == Errc::kNotFound;
}

void told(const Logger& log, const std::string& incident, const Error& error) {
  log.error("verdict.failed", {{"incident", incident}, {"error", to_string(error.code)}});
}

}  // namespace

VerdictWatch::VerdictWatch(Parts parts, double naming_threshold, Duration every)
    : p_(std::move(parts)),
      threshold_(naming_threshold),
      every_(every),
      judged_(p_.metrics.counter("hitokoe_verdicts_after_moves_total",
                                 "Verdicts over all captures of an incident that were made again "
                                 "after it was merged, parted or split")) {}

Task<Result<void>> VerdictWatch::run() {
  for (;;) {
    const auto looked = co_await p_.pool.run([this] { return look(); });
    if (!looked) {
      p_.log.error("verdict.failed", {{"error", to_string(looked.error().code)}});
    }
    CO_TRYV(co_await p_.sleeper.sleep_for(every_));
  }
}

void VerdictWatch::judge(std::span<const std::string> incidents, std::string_view actor) {
  Ground ground;
  for (const auto& id : incidents) {
    const auto judged = [&]() -> Result<void> {
      TRY(const auto in, p_.incidents.store.load(everything(), id));
      TRYV(try_judge(ground, in, actor));
      return ok();
    }();
    if (!judged) told(p_.log, id, judged.error());
  }
}

// Leaks that are older than the incident as it is now: of what was merged meanwhile they would
// speak twice.
Result<void> VerdictWatch::stand_on(Ground& ground, const incident::Incident& in) {
  if (ground.index == nullptr) {
    TRY(auto registry, p_.registry.load());
    ground.registry.emplace(std::move(registry));
    TRY(ground.index, p_.index.current());
  }
  if (ground.options.known_leaks == nullptr || in.revision > ground.revision) {
    TRY(ground.revision, p_.incidents.store.revision());
    TRY(ground.options.known_leaks, incident::known_leaks(p_.incidents.store, p_.incidents.keys));
  }
  return ok();
}

Result<bool> VerdictWatch::try_judge(Ground& ground, const incident::Incident& in,
                                     std::string_view actor) {
  TRY(const bool kept, incident::has_contributions(p_.incidents, in));
  if (!kept) return false;
  TRYV(stand_on(ground, in));
  TRY(const auto said, incident::judge_again(p_.incidents, threshold_, in.id, *ground.index,
                                             *ground.registry, ground.options, actor));
  if (!said) return false;
  judged_.add();
  p_.log.info("verdict.made_again",
              {{"incident", in.id}, {"verdict", matcher::to_string(said->verdict)}});
  return true;
}

Result<std::size_t> VerdictWatch::look() {
  std::size_t made = 0;
  Ground ground;
  TRY(const auto ids, p_.incidents.store.ids(everything()));
  for (const auto& id : ids) {
    TRY(const auto in, p_.incidents.store.load(everything(), id));
    if (in.together || incident::is_over(in.state)) continue;
    {
      const std::lock_guard lock(mutex_);
      const auto seen = seen_.find(id);
      if (seen != seen_.end() && seen->second == in.revision) continue;
    }
    const auto judged = try_judge(ground, in, "service");
    if (judged && judged.value()) {
      ++made;
      continue;
    }
    if (!judged) {
      told(p_.log, id, judged.error());
      if (!lasting(judged.error().code)) continue;  // the next look takes it up again
    }
    const std::lock_guard lock(mutex_);
    seen_[id] = in.revision;
  }
  return made;
}

}  // namespace hitokoe::service
