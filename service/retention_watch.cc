#include "service/retention_watch.h"

namespace hitokoe::service {

using incident::RetentionState;

RetentionWatch::RetentionWatch(Parts parts, Duration every)
    : p_(std::move(parts)),
      retention_(p_.retention, p_.plan),
      every_(every),
      due_(p_.metrics.gauge("hitokoe_retention_due", "Keys whose data have been kept long enough")),
      held_(p_.metrics.gauge("hitokoe_retention_held", "Of these, under a legal hold")),
      destroyed_(p_.metrics.counter("hitokoe_retention_destroyed_total",
                                    "Keys that the daemon destroyed by itself")) {}

Task<Result<void>> RetentionWatch::run() {
  for (;;) {
    const auto looked = co_await p_.pool.run([this] { return look(); });
    if (!looked) p_.log.error("retention.failed", {{"error", to_string(looked.error().code)}});
    CO_TRYV(co_await p_.sleeper.sleep_for(every_));
  }
}

Result<void> RetentionWatch::look() {
  const registry::Viewer service("service", registry::Role::kCoordinator, "");
  TRY(const auto items, retention_.items(service));
  std::int64_t due = 0;
  std::int64_t held = 0;
  for (const auto& item : items) {
    const bool interrupted = item.state == RetentionState::kInterrupted;
    const bool over =
        interrupted || item.state == RetentionState::kDue || item.state == RetentionState::kHeld;
    if (!over) continue;
    held += item.state == RetentionState::kHeld ? 1 : 0;
    const bool goes = interrupted || (item.state == RetentionState::kDue &&
                                      retention_.plan().of(item.kind).by_itself);
    if (goes) {
      const auto gone = retention_.destroy(service, item.incident, item.kind);
      if (gone) {
        destroyed_.add();
        p_.log.info("retention.destroyed",
                    {{"incident", item.incident}, {"kind", to_string(item.kind)}});
        continue;
      }
      p_.log.error("retention.failed", {{"incident", item.incident},
                                        {"kind", to_string(item.kind)},
                                        {"error", to_string(gone.error().code)}});
    }
    ++due;
    if (!told_.insert(item.incident + " " + std::string(to_string(item.kind))).second) continue;
    p_.log.warn("retention.due", {{"incident", item.incident},
                                  {"kind", to_string(item.kind)},
                                  {"since", format_day(item.due)},
                                  {"state", to_string(item.state)}});
  }
  due_.set(due);
  held_.set(held);
  return ok();
}

}  // namespace hitokoe::service
