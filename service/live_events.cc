#include "service/live_events.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json.hpp>
#include <charconv>

namespace hitokoe::service {

namespace {

using registry::Role;
using registry::Viewer;

constexpr std::size_t kBatch = 1000;  // events and alerts that are read at once

std::optional<std::string_view> behind(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

}  // namespace

std::string_view to_string(Change::Kind kind) {
  switch (kind) {
    case Change::Kind::kIncident:
      return "incident";
    case Change::Kind::kAlert:
      return "alert";
    case Change::Kind::kHunt:
      return "hunt";
  }
  return "";
}

class LiveEvents::Listener {
 public:
  Listener(LiveEvents& owner, Viewer viewer)
      : owner_(owner), viewer_(std::move(viewer)), timer_(owner.p_.executor) {
    owner_.listening_.insert(this);
    owner_.listeners_.set(static_cast<std::int64_t>(owner_.listening_.size()));
  }
  ~Listener() {
    owner_.listening_.erase(this);
    owner_.listeners_.set(static_cast<std::int64_t>(owner_.listening_.size()));
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

 private:
  friend class LiveEvents;
  LiveEvents& owner_;
  Viewer viewer_;
  asio::steady_timer timer_;  // cancelled with each change
  std::uint64_t told_ = 0;    // all up to this one
  bool resumed_ = false, greeted_ = false;
};

LiveEvents::LiveEvents(Parts parts, LiveEventsOptions options)
    : p_(std::move(parts)),
      options_(options),
      run_(std::to_string(p_.random.u64())),
      listeners_(
          p_.metrics.gauge("hitokoe_api_event_listeners", "Open streams of /api/v1/events")) {}

Result<LiveEvents::Marks> LiveEvents::marks() {
  Marks now;
  TRY(now.seq, p_.audit.last_seq());
  TRYV(new_alerts(now));
  TRYV(moved_hunts(now));
  return now;
}

// Those found since marks.alert, oldest first.
Result<std::vector<Change>> LiveEvents::new_alerts(Marks& marks) {
  const Viewer all("service", Role::kCoordinator, "");
  incident::AlertFilter filter;
  filter.limit = marks.alert.empty() ? 1 : kBatch;
  TRY(const auto newest, p_.alerts.list(all, filter));
  std::vector<Change> out;
  for (const auto& alert : newest) {
    if (alert.id == marks.alert) break;
    out.push_back({0, Change::Kind::kAlert, alert.id, alert.carriers});
  }
  if (!newest.empty()) marks.alert = newest.front().id;
  return std::vector<Change>(out.rbegin(), out.rend());
}

Result<std::vector<Change>> LiveEvents::moved_hunts(Marks& marks) {
  TRY(const auto hunts, p_.hunts.list());
  std::vector<Change> out;
  for (const auto& hunt : hunts) {
    std::string now = incident::to_json(hunt);
    std::string& before = marks.hunts[hunt.id];
    if (now == before) continue;
    out.push_back({0, Change::Kind::kHunt, hunt.id, {}});
    before = std::move(now);
  }
  return out;
}

Result<LiveEvents::Found> LiveEvents::look(Marks from) {
  Found found{std::move(from), {}};
  TRY(const auto events, p_.audit.after(found.marks.seq, kBatch));
  for (const auto& e : events) {
    found.marks.seq = e.seq;
    auto id = behind(e.stream, "incident/");
    if (!id) id = behind(e.stream, "casework/");
    if (id) {
      found.changes.push_back({0, Change::Kind::kIncident, std::string(*id), {}});
    } else if (const auto report = behind(e.stream, "report/")) {
      found.changes.push_back(
          {0, Change::Kind::kIncident, std::string(report->substr(0, report->find('/'))), {}});
    } else if (const auto step = behind(e.stream, "escalation/")) {
      found.changes.push_back({0, Change::Kind::kIncident, std::string(*step), {}});
    } else if (const auto alert = behind(e.stream, "alert/")) {
      const auto known =
          p_.alerts.load(Viewer("service", Role::kCoordinator, ""), std::string(*alert));
      if (known) {
        found.changes.push_back(
            {0, Change::Kind::kAlert, known.value().id, known.value().carriers});
      }
    }
  }
  for (const auto more : {&LiveEvents::new_alerts, &LiveEvents::moved_hunts}) {
    TRY(auto changes, (this->*more)(found.marks));
    std::ranges::move(changes, std::back_inserter(found.changes));
  }
  return found;
}

void LiveEvents::keep(std::vector<Change> changes) {
  if (changes.empty()) return;
  for (auto& change : changes) {
    change.number = ++last_;
    kept_.push_back(std::move(change));
  }
  while (kept_.size() > options_.kept) {
    complete_after_ = kept_.front().number;
    kept_.pop_front();
  }
  wake();
}

// Nobody listens: what happens from here on is not seen.
void LiveEvents::forget() {
  if (!marks_) return;
  marks_.reset();
  kept_.clear();
  complete_after_ = ++last_;
}

void LiveEvents::wake() {
  for (Listener* one : listening_) one->timer_.cancel();
}

Task<Result<void>> LiveEvents::run() {
  while (true) {
    const auto slept = co_await p_.sleeper.sleep_for(options_.every);
    if (!slept) co_return slept;
    if (listening_.empty()) {
      forget();
      continue;
    }
    const bool first = !marks_;
    auto found = co_await p_.pool.run([this, first]() -> Result<Found> {
      if (!first) return look(*marks_);
      TRY(auto now, marks());
      return Found{std::move(now), {}};
    });
    if (!found) {
      p_.log.warn("events.look_failed", {{"error", to_string(found.error().code)}});
      continue;
    }
    marks_ = std::move(found.value().marks);
    keep(std::move(found.value().changes));
    if (first) wake();
  }
}

bool LiveEvents::sees(const Viewer& viewer, const Change& change) {
  switch (change.kind) {
    case Change::Kind::kIncident:
      return viewer.sees_all_parties() || p_.incidents.show(viewer, change.id).has_value();
    case Change::Kind::kAlert:
      return incident::may_see_alert(viewer, change.carriers);
    case Change::Kind::kHunt:
      return viewer.sees_all_parties() && viewer.role() != Role::kDesk;
  }
  return false;
}

std::vector<Change> LiveEvents::seen_by(const Viewer& viewer, const std::vector<Change>& changes) {
  std::vector<Change> out;
  std::set<std::pair<Change::Kind, std::string>> done;
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
    if (done.emplace(change->kind, change->id).second && sees(viewer, *change)) {
      out.push_back(*change);
    }
  }
  std::ranges::reverse(out);
  return out;
}

std::string LiveEvents::ready(std::uint64_t number, bool resumed) const {
  return "retry: 3000\nid: " + run_ + "-" + std::to_string(number) +
         "\nevent: ready\ndata: {\"resumed\":" + (resumed ? "true" : "false") + "}\n\n";
}

std::string LiveEvents::text_of(const std::vector<Change>& changes) const {
  std::string out;
  for (const auto& change : changes) {
    out += "id: " + run_ + "-" + std::to_string(change.number) + "\nevent: ";
    out += to_string(change.kind);
    out += "\ndata: " + boost::json::serialize(boost::json::object{{"id", change.id}}) + "\n\n";
  }
  return out;
}

std::shared_ptr<LiveEvents::Listener> LiveEvents::listen(Viewer viewer, std::string_view last) {
  if (listening_.size() >= options_.listeners) return nullptr;
  auto listener = std::make_shared<Listener>(*this, std::move(viewer));
  listener->told_ = last_;
  if (const auto number = behind(last, run_ + "-")) {
    std::uint64_t told = 0;
    const auto [end, error] =
        std::from_chars(number->data(), number->data() + number->size(), told);
    const bool whole = error == std::errc() && end == number->data() + number->size();
    if (whole && marks_ && told >= complete_after_ && told <= last_) {
      listener->told_ = told;
      listener->resumed_ = true;
    }
  }
  return listener;
}

Task<std::optional<std::string>> LiveEvents::next(std::shared_ptr<Listener> listener) {
  Listener& me = *listener;
  while (true) {
    if (marks_ && (!me.greeted_ || me.told_ < complete_after_)) {
      // The first time, and where more happened than is kept: everything may be new.
      const bool resumed = !me.greeted_ && me.resumed_ && me.told_ >= complete_after_;
      if (!resumed) me.told_ = last_;
      me.greeted_ = true;
      co_return ready(me.told_, resumed);
    }
    if (me.greeted_ && me.told_ < last_) {
      std::vector<Change> changes;
      for (const auto& change : kept_) {
        if (change.number > me.told_) changes.push_back(change);
      }
      me.told_ = last_;
      // Captured by reference: of a temporary that owns something GCC 12 destroys two.
      const auto seen = co_await p_.pool.run([&] { return seen_by(me.viewer_, changes); });
      if (!seen.empty()) co_return text_of(seen);
      continue;
    }
    me.timer_.expires_after(options_.heartbeat);
    const auto [error] = co_await me.timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return std::nullopt;
    if (!error) co_return ": still here\n\n";
  }
}

}  // namespace hitokoe::service
