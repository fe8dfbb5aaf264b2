#include "service/hunt_loop.h"

#include <utility>

namespace hitokoe::service {

using incident::Hunt;
using incident::HuntBasis;
using incident::HuntCause;
using incident::HuntPlan;
using incident::HuntState;
using incident::HuntStep;

namespace {

constexpr const char* kName = "hitokoe_hunt_captures_total";
constexpr const char* kHelp = "Captures that hunts looked through, by what became of them";

// What another try cannot mend.
bool is_final(Errc code) {
  return code == Errc::kNotFound || code == Errc::kCorrupt || code == Errc::kBadInput ||
         code == Errc::kUnsupported || code == Errc::kLimit;
}

}  // namespace

HuntLoop::HuntLoop(Parts parts, HuntOptions options)
    : p_(std::move(parts)),
      options_(options),
      done_(p_.metrics.counter(kName, kHelp, {{"outcome", "done"}})),
      unreadable_(p_.metrics.counter(kName, kHelp, {{"outcome", "unreadable"}})),
      gone_(p_.metrics.counter(kName, kHelp, {{"outcome", "gone"}})),
      left_(p_.metrics.gauge("hitokoe_hunt_captures_left",
                             "Captures that the running hunt has before it")) {}

Task<Result<void>> HuntLoop::run() {
  for (;;) {
    const auto busy = co_await p_.pool.run([this] { return round(); });
    if (!busy) p_.log.error("hunt.failed", {{"error", to_string(busy.error().code)}});
    const bool more = busy && busy.value();
    CO_TRYV(co_await p_.sleeper.sleep_for(more ? Duration{} : options_.idle));
  }
}

// @return is there more to do at once?
Result<bool> HuntLoop::round() {
  TRY(const auto waiting, p_.queue.depth());
  if (waiting > 0) return false;
  if (!lock_) {
    auto lock = RoleLock::take(p_.data, "hunt");
    if (!lock && lock.error().code == Errc::kConflict) return false;
    TRY(lock_, std::move(lock));
  }
  TRYV(start_what_is_due());
  TRY(const auto current, p_.hunts.current());
  if (!current) {
    left_.set(0);
    lock_.reset();
    return false;
  }
  TRY(const auto after, step(current->id));
  return after.has_value();
}

Result<HuntBasis> HuntLoop::basis_now() {
  HuntBasis basis;
  TRY(const auto terms, p_.terms_store.version());
  TRY(const auto index, p_.index.current());
  basis.terms = terms;
  basis.index = index->content();
  return basis;
}

Result<std::optional<Hunt>> HuntLoop::start_what_is_due() {
  TRY(const auto now, basis_now());
  TRY(const auto before, p_.hunts.basis());
  const HuntBasis last = before.value_or(HuntBasis{});
  if (before && last == now) return std::optional<Hunt>();
  HuntPlan plan;
  plan.terms = options_.on_terms && now.terms != last.terms && now.terms != 0;
  plan.fingerprints = options_.on_index && now.index != last.index && now.index != 0;
  plan.cause = plan.terms ? HuntCause::kTerms : HuntCause::kIndex;
  if (options_.since_days > 0) {
    plan.since = jst_day(p_.clock.now()) - std::chrono::days(options_.since_days);
  }
  TRY(const auto kept, p_.captures.list());
  if (kept.empty() || (!plan.terms && !plan.fingerprints)) {
    TRYV(p_.hunts.set_basis(now));
    return std::optional<Hunt>();
  }
  TRY(auto hunt, start(plan, now, "service"));
  return std::optional(std::move(hunt));
}

Result<Hunt> HuntLoop::start(const HuntPlan& plan, std::string_view actor) {
  TRY(const auto now, basis_now());
  if (plan.terms && !plan.fingerprints && now.terms == 0) {
    return fail(Errc::kNotFound, "there are no terms: hitokoe terms apply FILE",
                "監視語がありません: hitokoe terms apply FILE");
  }
  if (plan.fingerprints && !plan.terms && now.index == 0) {
    return fail(Errc::kNotFound, "the index is empty: hitokoe index add FILE.hkf",
                "索引が空です: hitokoe index add FILE.hkf");
  }
  // A person's hunt over everything covers what the service would start by itself.
  std::optional<HuntBasis> covered;
  if (plan.terms && plan.fingerprints && !plan.since) covered = now;
  return start(plan, covered, actor);
}

Result<Hunt> HuntLoop::start(const HuntPlan& plan, const std::optional<HuntBasis>& basis,
                             std::string_view actor) {
  TRY(const auto kept, p_.captures.list());
  std::vector<std::string> captures;
  for (const auto& id : kept) {
    if (plan.since) {
      // One whose key is gone cannot tell its day: it is counted as gone.
      const auto meta = p_.captures.meta(id);
      if (meta && jst_day(meta.value().fetched) < *plan.since) continue;
    }
    captures.push_back(id);
  }
  TRY(auto hunt, p_.hunts.start(plan, captures, basis, actor, p_.clock.now()));
  p_.log.info(
      "hunt.started",
      {{"hunt", hunt.id}, {"cause", incident::to_string(hunt.cause)}, {"captures", hunt.total}});
  return hunt;
}

Result<MatchBasis> HuntLoop::basis_of(const Hunt& hunt) {
  MatchBasis basis;
  TRY(auto registry, p_.registry.load());
  basis.registry = std::make_shared<const registry::Registry>(std::move(registry));
  if (hunt.fingerprints) {
    TRY(basis.index, p_.index.current());
  }
  if (hunt.terms) {
    TRY(basis.terms, p_.terms.current());
  }
  return basis;
}

Result<std::optional<Hunt>> HuntLoop::step(const std::string& id) {
  TRY(const auto next, p_.hunts.next(id, 1));
  if (next.empty()) return std::optional<Hunt>();
  const std::string& capture = next.front();
  TRY(const auto hunt, p_.hunts.load(id));
  // A broken index or broken terms are no capture's fault.
  TRY(const auto basis, basis_of(hunt));
  TRY(const auto attempts, p_.hunts.attempt(id, capture));
  HuntStep step;
  const auto begin = p_.clock.steady();
  if (attempts > options_.attempts) {
    step.kind = HuntStep::Kind::kUnreadable;
    step.reason = "tried too often";
  } else {
    const auto match = p_.matcher.match(capture, basis, id);
    const bool damaged = !match && basis.index && !basis.index->sound();
    if (match) {
      step.alerts = match.value().alerts;
      step.opened = match.value().outcome == incident::Outcome::kOpened;
      step.joined = match.value().outcome == incident::Outcome::kJoined;
    } else if (!damaged && match.error().code == Errc::kForbidden) {
      step.kind = HuntStep::Kind::kGone;
    } else if (!damaged && (is_final(match.error().code) || attempts == options_.attempts)) {
      step.kind = HuntStep::Kind::kUnreadable;
      step.reason = to_string(match.error().code);
    } else {  // a damaged index is no capture's fault: the next try opens it anew
      return outcome::failure(match.error());
    }
  }
  step.worked = std::chrono::duration_cast<Duration>(p_.clock.steady() - begin);
  TRY(auto after, p_.hunts.settle(id, capture, step, p_.clock.now()));
  (step.kind == HuntStep::Kind::kDone         ? done_
   : step.kind == HuntStep::Kind::kUnreadable ? unreadable_
                                              : gone_)
      .add();
  if (step.kind == HuntStep::Kind::kUnreadable) {
    p_.log.warn("hunt.unreadable", {{"hunt", id}, {"capture", capture}, {"reason", step.reason}});
  }
  left_.set(static_cast<std::int64_t>(after.total - after.settled()));
  if (after.state == HuntState::kDone) {
    p_.log.info("hunt.done", {{"hunt", id},
                              {"captures", after.done},
                              {"unreadable", after.unreadable},
                              {"gone", after.gone},
                              {"alerts", after.alerts},
                              {"opened", after.opened},
                              {"joined", after.joined}});
  }
  return std::optional(std::move(after));
}

Result<Hunt> HuntLoop::work(const std::string& id, const std::function<void(const Hunt&)>& told) {
  TRY(const auto lock, RoleLock::take(p_.data, "hunt"));
  for (;;) {
    TRY(const auto after, step(id));
    if (!after) return p_.hunts.load(id);
    if (told) told(*after);
  }
}

}  // namespace hitokoe::service
