#include <algorithm>
#include <mutex>

#include "hitokoe/incident/alert_found.h"
#include "hitokoe/storage/alerts.h"

namespace hitokoe::storage {
namespace {

using incident::Alert;
using incident::AlertState;
using registry::Viewer;

class MemoryAlertStore final : public incident::AlertStore {
 public:
  explicit MemoryAlertStore(incident::AuditLog& log) : log_(log) {}

  Result<Added> add(const Alert& alert, const matcher::Throttle& throttle) override {
    const std::scoped_lock lock(mutex_);
    std::uint64_t lately = 0;
    for (const auto& a : alerts_) {
      if (a.capture == alert.capture && a.term == alert.term) return Added::kKnown;
      if (a.term == alert.term && !a.muted && a.found > alert.found - throttle.within) ++lately;
    }
    const bool muted = alert.muted || (throttle.most > 0 && lately >= throttle.most);
    if (!muted) {
      TRYV(log_.append(incident::alert_found(alert), alert.found));
    }
    alerts_.push_back(alert);
    alerts_.back().muted = muted;
    return alerts_.back().muted ? Added::kMuted : Added::kNew;
  }

  Result<std::vector<Alert>> list(const Viewer& viewer,
                                  const incident::AlertFilter& filter) override {
    const std::scoped_lock lock(mutex_);
    auto end = alerts_.end();
    if (filter.after) {
      end = std::ranges::find(alerts_, *filter.after, &Alert::id);
      if (end == alerts_.end()) return outcome::failure(no_such_alert());
    }
    std::vector<Alert> out;
    while (end != alerts_.begin() && out.size() < std::clamp<std::size_t>(filter.limit, 1, 1000)) {
      const Alert& a = *--end;
      if (incident::may_see_alert(viewer, a.carriers) &&
          (!filter.state || a.state == *filter.state) &&
          (filter.term.empty() || a.term == filter.term) &&
          (filter.hunt.empty() || a.hunt == filter.hunt)) {
        out.push_back(a);
      }
    }
    return out;
  }

  Result<Alert> load(const Viewer& viewer, const std::string& id) override {
    const std::scoped_lock lock(mutex_);
    TRY(const auto* alert, find(viewer, id));
    return *alert;
  }

  Result<Alert> change(const Viewer& viewer, const std::string& id, AlertState to,
                       std::string_view note, UtcTime at) override {
    const std::scoped_lock lock(mutex_);
    TRY(auto* alert, find(viewer, id));
    TRY(const auto event, incident::alert_change(viewer, *alert, to, note));
    if (alert->state == to && alert->note == note) return *alert;
    TRYV(log_.append(event, at));
    alert->state = to;
    alert->note = note;
    alert->changed_by = viewer.user();
    alert->changed = at;
    return *alert;
  }

  Result<std::vector<Alert>> untold(matcher::Severity least, std::size_t limit) override {
    const std::scoped_lock lock(mutex_);
    std::vector<Alert> out;
    for (const auto& a : alerts_) {
      if (out.size() < limit && !a.notified && !a.muted && a.state == AlertState::kOpen &&
          a.severity >= least) {
        out.push_back(a);
      }
    }
    return out;
  }

  Result<void> told(const std::vector<std::string>& ids, UtcTime at) override {
    const std::scoped_lock lock(mutex_);
    for (auto& a : alerts_) {
      if (!a.notified && std::ranges::find(ids, a.id) != ids.end()) a.notified = at;
    }
    return ok();
  }

  Result<incident::AlertCounts> counts() override {
    const std::scoped_lock lock(mutex_);
    incident::AlertCounts counts;
    for (const auto& a : alerts_) {
      ++(a.state == AlertState::kOpen           ? counts.open
         : a.state == AlertState::kAcknowledged ? counts.acknowledged
                                                : counts.closed);
    }
    return counts;
  }

 private:
  static Error no_such_alert() {
    return {Errc::kNotFound, "there is no such alert", "そのような警報はありません"};
  }
  Result<Alert*> find(const Viewer& viewer, const std::string& id) {
    const auto found = std::ranges::find(alerts_, id, &Alert::id);
    if (found == alerts_.end() || !incident::may_see_alert(viewer, found->carriers)) {
      return outcome::failure(no_such_alert());
    }
    return &*found;
  }

  incident::AuditLog& log_;
  std::mutex mutex_;
  std::vector<Alert> alerts_;
};

}  // namespace

std::unique_ptr<incident::AlertStore> make_memory_alert_store(incident::AuditLog& log) {
  return std::make_unique<MemoryAlertStore>(log);
}

}  // namespace hitokoe::storage
