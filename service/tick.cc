#include "service/tick.h"

namespace hitokoe::service {

Tick::Tick(Parts parts, TickOptions options)
    : p_(std::move(parts)),
      options_(options),
      open_(p_.metrics.gauge("hitokoe_incidents_open", "Incidents that are not over")),
      overdue_(p_.metrics.gauge("hitokoe_incident_deadlines_overdue",
                                "Deadlines that have passed and are not done")) {}

Task<Result<void>> Tick::run() {
  for (;;) {
    const auto looked = co_await p_.pool.run([this] { return look(); });
    if (!looked) p_.log.error("tick.failed", {{"error", to_string(looked.error().code)}});
    CO_TRYV(co_await p_.sleeper.sleep_for(options_.every));
  }
}

Result<void> Tick::look() {
  TRY(const auto all,
      p_.incidents.list(registry::Viewer("service", registry::Role::kCoordinator, "")));
  std::int64_t open = 0;
  std::int64_t overdue = 0;
  for (const auto& incident : all) {
    open += incident::is_over(incident.state) ? 0 : 1;
    for (const auto& clock : incident.clocks) {
      if (clock.status != incident::ClockStatus::kOverdue &&
          clock.status != incident::ClockStatus::kLate) {
        continue;
      }
      ++overdue;
      const std::string key = incident.id + " " + clock.rule + " " + clock.controller + " " +
                              clock.to_whom + " " + std::string(to_string(clock.status));
      if (!told_.insert(key).second) continue;
      p_.log.warn("incident.deadline_passed", {{"incident", incident.id},
                                               {"rule", clock.rule},
                                               {"party", clock.controller},
                                               {"status", to_string(clock.status)}});
    }
  }
  open_.set(open);
  overdue_.set(overdue);
  const auto now = p_.clock.steady();
  if (signed_ == SteadyTime{} || now - signed_ >= options_.checkpoint) {
    TRYV(checkpoint());
    signed_ = now;
  }
  return ok();
}

Result<void> Tick::checkpoint() {
  TRY(const auto keys, p_.keys.service_sign());
  return p_.audit.checkpoint(keys, p_.clock.now());
}

}  // namespace hitokoe::service
