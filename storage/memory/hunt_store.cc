#include <algorithm>
#include <mutex>

#include "hitokoe/storage/alerts.h"

namespace hitokoe::storage {
namespace {

using incident::Hunt;
using incident::HuntBasis;
using incident::HuntFailure;
using incident::HuntState;
using incident::HuntStep;

class MemoryHuntStore final : public incident::HuntStore {
 public:
  explicit MemoryHuntStore(incident::AuditLog& log) : log_(log) {}

  Result<Hunt> start(const incident::HuntPlan& plan, const std::vector<std::string>& captures,
                     const std::optional<HuntBasis>& basis, std::string_view actor,
                     UtcTime at) override {
    const std::scoped_lock lock(mutex_);
    Kept kept;
    Hunt& h = kept.hunt;
    h.id = "HNT-" + std::to_string(hunts_.size() + 1);
    h.cause = plan.cause;
    h.terms = plan.terms;
    h.fingerprints = plan.fingerprints;
    h.since = plan.since;
    h.by = actor;
    h.started = at;
    h.total = captures.size();
    for (const auto& capture : captures) kept.items.push_back({capture, std::nullopt, 0});
    TRYV(log_.append(incident::hunt_started(h), at));
    if (captures.empty()) {
      h.state = HuntState::kDone;
      h.ended = at;
      TRYV(log_.append(incident::hunt_done(h), at));
    }
    if (basis) basis_ = basis;
    hunts_.push_back(std::move(kept));
    return hunts_.back().hunt;
  }

  Result<std::vector<Hunt>> list() override {
    return those([](const Hunt&) { return true; });
  }
  Result<Hunt> load(const std::string& id) override {
    const std::scoped_lock lock(mutex_);
    TRY(const auto* kept, find(id));
    return kept->hunt;
  }
  Result<std::optional<Hunt>> current() override {
    auto all = those([](const Hunt& h) { return h.state == HuntState::kRunning; });
    if (all.empty()) return std::optional<Hunt>();
    return std::optional(all.front());
  }

  Result<std::vector<std::string>> next(const std::string& id, std::size_t limit) override {
    const std::scoped_lock lock(mutex_);
    TRY(const auto* kept, find(id));
    std::vector<std::string> out;
    if (kept->hunt.state != HuntState::kRunning) return out;
    for (const auto& item : kept->items) {
      if (!item.step && out.size() < limit) out.push_back(item.capture);
    }
    return out;
  }

  Result<std::uint32_t> attempt(const std::string& id, const std::string& capture) override {
    const std::scoped_lock lock(mutex_);
    TRY(auto* kept, find(id));
    const auto item = std::ranges::find(kept->items, capture, &Item::capture);
    if (item == kept->items.end()) return outcome::failure(incident::no_such_hunt());
    return ++item->attempts;
  }

  Result<Hunt> settle(const std::string& id, const std::string& capture, const HuntStep& step,
                      UtcTime at) override {
    const std::scoped_lock lock(mutex_);
    TRY(auto* kept, find(id));
    const auto item = std::ranges::find(kept->items, capture, &Item::capture);
    if (item == kept->items.end() || item->step) return kept->hunt;
    item->step = step;
    Hunt& h = kept->hunt;
    incident::count_step(h, step);
    if (h.settled() == h.total) {
      h.state = HuntState::kDone;
      h.ended = at;
      TRYV(log_.append(incident::hunt_done(h), at));
    }
    return h;
  }

  Result<Hunt> pause(const std::string& id, std::string_view actor, UtcTime at) override {
    return change(id, HuntState::kPaused, actor, at);
  }
  Result<Hunt> resume(const std::string& id, std::string_view actor, UtcTime at) override {
    return change(id, HuntState::kRunning, actor, at);
  }

  Result<std::vector<HuntFailure>> failures(const std::string& id, std::size_t limit) override {
    const std::scoped_lock lock(mutex_);
    TRY(const auto* kept, find(id));
    std::vector<HuntFailure> out;
    for (const auto& item : kept->items) {
      if (item.step && item.step->kind == HuntStep::Kind::kUnreadable && out.size() < limit) {
        out.push_back({item.capture, item.step->reason});
      }
    }
    return out;
  }

  Result<std::vector<Hunt>> untold() override {
    return those([](const Hunt& h) { return h.state == HuntState::kDone && !h.notified; });
  }
  Result<void> told(const std::string& id, UtcTime at) override {
    const std::scoped_lock lock(mutex_);
    TRY(auto* kept, find(id));
    if (!kept->hunt.notified) kept->hunt.notified = at;
    return ok();
  }

  Result<std::optional<HuntBasis>> basis() override {
    const std::scoped_lock lock(mutex_);
    return basis_;
  }
  Result<void> set_basis(const HuntBasis& basis) override {
    const std::scoped_lock lock(mutex_);
    basis_ = basis;
    return ok();
  }

 private:
  struct Item {
    std::string capture;
    std::optional<HuntStep> step;
    std::uint32_t attempts = 0;
  };
  struct Kept {
    Hunt hunt;
    std::vector<Item> items;
  };

  template <class If>
  std::vector<Hunt> those(If wanted) {
    const std::scoped_lock lock(mutex_);
    std::vector<Hunt> out;
    for (const auto& kept : hunts_) {
      if (wanted(kept.hunt)) out.push_back(kept.hunt);
    }
    return out;
  }
  Result<Kept*> find(const std::string& id) {
    for (auto& kept : hunts_) {
      if (kept.hunt.id == id) return &kept;
    }
    return outcome::failure(incident::no_such_hunt());
  }
  Result<Hunt> change(const std::string& id, HuntState to, std::string_view actor, UtcTime at) {
    const std::scoped_lock lock(mutex_);
    TRY(auto* kept, find(id));
    Hunt& h = kept->hunt;
    if (h.state == to) return h;
    if (h.state == HuntState::kDone) {
      return fail(Errc::kConflict, "the hunt is done", "遡及調査は終わっています");
    }
    h.state = to;
    TRYV(log_.append(incident::hunt_changed(h, actor), at));
    return h;
  }

  incident::AuditLog& log_;
  std::mutex mutex_;
  std::vector<Kept> hunts_;
  std::optional<HuntBasis> basis_;
};

}  // namespace

std::unique_ptr<incident::HuntStore> make_memory_hunt_store(incident::AuditLog& log) {
  return std::make_unique<MemoryHuntStore>(log);
}

}  // namespace hitokoe::storage
