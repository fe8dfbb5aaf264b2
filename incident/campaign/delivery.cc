#include <algorithm>
#include <atomic>
#include <cmath>
#include <deque>
#include <map>

#include "hitokoe/incident/campaign_delivery.h"
#include "hitokoe/net/smtp_relay.h"
#include "incident/campaign/access.h"
#include "incident/campaign/composer.h"
#include "incident/campaign/frozen_tree.h"
#include "incident/campaign/journal.h"
#include "incident/campaign/relay_log.h"

namespace hitokoe::incident {

using namespace campaign;

namespace {

using Outcome = net::SendOutcome;

// A wait is cut into pieces of this length, so that a stop is heard.
constexpr Duration kListen = std::chrono::milliseconds(200);

// The store may be busy for minutes, with another campaign of millions that is frozen.
constexpr Duration kMostBusy = std::chrono::minutes(10);
constexpr Duration kFirstBusy = std::chrono::milliseconds(100);
constexpr Duration kLongestBusy = std::chrono::seconds(5);

// So many who are pending are read at once.
constexpr std::size_t kPage = 1000;

// What the relay says to one person's mail, and how it goes on.
DeliveryState state_after(Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::kAccepted:
      return DeliveryState::kAccepted;
    case Outcome::Kind::kRefused:
      return DeliveryState::kRefused;
    case Outcome::Kind::kUnknown:
      return DeliveryState::kUnknownHeld;
    case Outcome::Kind::kNotSent:
      break;
  }
  return DeliveryState::kPending;
}

struct Waiting {
  RecipientRow recipient;
  std::uint32_t attempts = 0;  // in this run
};

}  // namespace

struct CampaignDelivery::State {
  State(Parts p, DeliveryOptions o, CampaignRow r, NoticeComposer c, std::string actor,
        std::string run_id)
      : parts(std::move(p)),
        options(std::move(o)),
        row(std::move(r)),
        composer(std::move(c)),
        journal(parts.store, parts.clock, row.id, actor),
        user(std::move(actor)),
        run(std::move(run_id)) {}

  Parts parts;
  DeliveryOptions options;
  CampaignRow row;
  NoticeComposer composer;
  DeliveryJournal journal;
  std::string user, run;

  std::deque<Waiting> ready;
  std::string read_to;  // the last person that was read
  bool all_read = false, reading = false;
  std::multimap<SteadyTime, Waiting> later;
  std::size_t busy = 0;
  SteadyTime next_slot{};
  std::uint32_t in_a_row = 0;  // answered, and not taken, since the last accepted one
  std::uint32_t silences = 0;  // rounds without any answer
  DeliveryReport report;
  std::optional<Error> error;
  std::optional<DeliveryReport::End> ended;
  std::atomic<bool> stopping{false};
  std::atomic<std::uint64_t> done{0}, total{0};

  template <class F>
  auto blocking(F f) -> Task<decltype(f())> {
    if (parts.pool == nullptr) co_return f();
    co_return co_await parts.pool->run(std::move(f));
  }
  DeliveryStep step(const std::string& person, DeliveryState from, DeliveryState to) const {
    return {person, from, to, run, 0, "", "smtp"};
  }
  bool over() const { return error || ended || stopping; }

  Task<void> pause_for(Duration d);
  Task<Result<std::vector<bool>>> written(std::span<const DeliveryStep> steps);
  Task<void> read_more();
  Task<std::optional<Waiting>> next();
  Task<void> throttle();
  DeliveryStep claim_of(const Waiting& w) const;
  Task<void> look_whether_paused();
  Task<bool> claim(const Waiting& w);
  std::optional<Waiting> at_once();
  Task<std::optional<Waiting>> send(Waiting w);
  Task<Result<void>> worker();
  void put_off(Waiting w, const Outcome& outcome);
  Duration backoff(std::uint32_t attempt) const;
  void count(DeliveryState state);
  void watch(const Outcome& outcome);
  void give_up(const Outcome& outcome);
};

Task<void> CampaignDelivery::State::pause_for(Duration d) {
  const auto until = parts.clock.steady() + d;
  while (!over()) {
    const auto left = std::chrono::ceil<Duration>(until - parts.clock.steady());
    if (left <= Duration::zero()) co_return;
    auto slept = co_await parts.sleeper.sleep_for(std::min(left, kListen));
    if (!slept) stopping = true;
  }
}

// Until it is: an outcome that is not kept is a person who is held. As long as others write into
// the store it waits, unless it is stopped. (Within a conversation nobody waits: before_end.)
Task<Result<std::vector<bool>>> CampaignDelivery::State::written(
    std::span<const DeliveryStep> steps) {
  const auto until = parts.clock.steady() + kMostBusy;
  for (auto wait = kFirstBusy;; wait = std::min(2 * wait, kLongestBusy)) {
    auto kept = co_await blocking([&] { return journal.apply(steps); });
    const bool locked = !kept && kept.error().code == Errc::kUnavailable;
    if (!locked || stopping || parts.clock.steady() >= until) co_return kept;
    parts.log.warn("campaign.store_busy", {{"campaign", row.id}});
    const auto again = parts.clock.steady() + wait;
    while (!stopping && parts.clock.steady() < again) {
      auto slept = co_await parts.sleeper.sleep_for(std::min(wait, kListen));
      if (!slept) stopping = true;
    }
  }
}

// Who was put off in this run is behind `read_to` by then, and in `later`.
Task<void> CampaignDelivery::State::read_more() {
  reading = true;
  auto page = co_await blocking([&] {
    return parts.store.recipients_after(row.id, read_to, kPage, DeliveryState::kPending);
  });
  reading = false;
  if (!page) {
    error = page.error();
    co_return;
  }
  all_read = page.value().size() < kPage;
  if (!page.value().empty()) read_to = page.value().back().person;
  for (auto& r : page.value()) ready.push_back({std::move(r), 0});
}

// The next who is due; waits for those who are put off; nothing: the work is done, or over.
Task<std::optional<Waiting>> CampaignDelivery::State::next() {
  for (;;) {
    if (over()) co_return std::nullopt;
    const auto now = parts.clock.steady();
    while (!later.empty() && later.begin()->first <= now) {
      ready.push_back(std::move(later.begin()->second));
      later.erase(later.begin());
    }
    if (!all_read && !reading && ready.size() < 2 * options.connections) co_await read_more();
    if (!ready.empty()) {
      auto w = std::move(ready.front());
      ready.pop_front();
      co_return w;
    }
    if (reading) {
      co_await pause_for(std::chrono::milliseconds(1));
      continue;
    }
    if (over() || !all_read) continue;
    if (later.empty() && busy == 0) co_return std::nullopt;
    // Others may still put theirs off: look again when the first is due, or a little later.
    auto wait = kListen;
    if (!later.empty())
      wait = std::min(wait, std::chrono::ceil<Duration>(later.begin()->first - now));
    co_await pause_for(std::max(wait, Duration(1)));
  }
}

Task<void> CampaignDelivery::State::throttle() {
  const auto now = parts.clock.steady();
  const auto slot = std::max(now, next_slot);
  if (options.per_second > 0)
    next_slot = slot + std::chrono::nanoseconds(std::llround(1e9 / options.per_second));
  if (slot > now) co_await pause_for(std::chrono::ceil<Duration>(slot - now));
  // Last, so that none begins in quiet hours. In pieces: the clock of the wall may be set, and the
  // steady one knows nothing of hours.
  for (;;) {
    const auto quiet = quiet_for(options, parts.clock.now());
    if (quiet <= Duration::zero() || over()) break;
    co_await pause_for(std::min<Duration>(quiet, std::chrono::minutes(1)));
  }
}

void CampaignDelivery::State::put_off(Waiting w, const Outcome& outcome) {
  report.last_reply = without_addresses(outcome.reply);
  if (w.attempts >= options.attempts) {
    ++report.put_off;
    return;
  }
  later.emplace(parts.clock.steady() + backoff(w.attempts), std::move(w));
}

Duration CampaignDelivery::State::backoff(std::uint32_t attempt) const {
  auto wait = options.first_backoff;
  for (std::uint32_t i = 1; i < attempt && wait < options.most_backoff; ++i) wait *= 2;
  return std::min(wait, options.most_backoff);
}

void CampaignDelivery::State::count(DeliveryState state) {
  if (state == DeliveryState::kAccepted) ++report.accepted;
  if (state == DeliveryState::kRefused) ++report.refused;
  if (state == DeliveryState::kUnknownHeld) ++report.held;
  if (state != DeliveryState::kPending) ++done;
}

void CampaignDelivery::State::give_up(const Outcome& outcome) {
  if (ended) return;
  report.last_reply = without_addresses(outcome.reply);
  ended = DeliveryReport::End::kGaveUp;
  parts.log.warn("campaign.gave_up", {{"campaign", row.id}, {"code", outcome.code}});
}

// One person's trouble, or the relay's? The second slows down or ends the run.
void CampaignDelivery::State::watch(const Outcome& outcome) {
  const bool not_sent = outcome.kind == Outcome::Kind::kNotSent;
  if (outcome.kind == Outcome::Kind::kAccepted) {
    in_a_row = silences = 0;
  } else if (not_sent && outcome.code >= 500) {
    give_up(outcome);  // it wants a log-in that we do not have
  } else if (outcome.code == 0 || outcome.code == 421) {
    // Mails that were on their way together fail together: that is one silence.
    const auto now = parts.clock.steady();
    if (now < next_slot) return;
    if (++silences > options.attempts) return give_up(outcome);
    next_slot = now + backoff(silences);
  } else {
    silences = 0;
    if (++in_a_row >= options.give_up_after) give_up(outcome);
  }
}

DeliveryStep CampaignDelivery::State::claim_of(const Waiting& w) const {
  return step(w.recipient.person, DeliveryState::kPending, DeliveryState::kSending);
}

// Somebody was not ours any more: paused, or another run's. The first is the campaign's state.
Task<void> CampaignDelivery::State::look_whether_paused() {
  auto now = co_await blocking([&] { return parts.store.load(row.id); });
  if (!now) error = now.error();
  if (now && now.value().state != CampaignState::kSending) ended = DeliveryReport::End::kPaused;
}

Task<bool> CampaignDelivery::State::claim(const Waiting& w) {
  const auto wanted = claim_of(w);
  auto claimed = co_await written(std::span(&wanted, 1));
  if (!claimed) error = claimed.error();
  const bool ours = claimed && claimed.value().front();
  if (claimed && !ours) co_await look_whether_paused();
  co_return ours;
}

// Who can be sent to without any wait: then the outcome before and the claim are one transaction.
std::optional<Waiting> CampaignDelivery::State::at_once() {
  if (over() || ready.empty() || options.per_second > 0 || parts.clock.steady() < next_slot ||
      quiet_for(options, parts.clock.now()) > Duration::zero())
    return std::nullopt;
  auto w = std::move(ready.front());
  ready.pop_front();
  return w;
}

// To one who was claimed. @return the next one, claimed
Task<std::optional<Waiting>> CampaignDelivery::State::send(Waiting w) {
  const auto person = w.recipient.person;
  ++w.attempts;
  // Every contact was opened before the run began: what fails now is the store.
  auto mail = co_await blocking([&] { return composer.mail(w.recipient, parts.clock.now()); });
  if (!mail) {
    error = mail.error();
    co_return std::nullopt;
  }
  bool committed = false;
  const std::function<Result<void>()> before_end = [&]() -> Result<void> {
    TRY(auto ours,
        journal.apply(step(person, DeliveryState::kSending, DeliveryState::kCommitting)));
    if (!ours)
      return fail(Errc::kConflict, "another run has taken this person", "この人は別の処理が送信中");
    committed = true;
    return ok();
  };
  const Outcome outcome = co_await parts.relay.send(mail.value(), before_end);

  std::vector<DeliveryStep> steps{
      step(person, committed ? DeliveryState::kCommitting : DeliveryState::kSending,
           state_after(outcome.kind))};
  steps.front().code = outcome.code;
  steps.front().reply = without_addresses(outcome.reply);
  watch(outcome);
  auto following = at_once();
  if (following) steps.push_back(claim_of(*following));
  auto settled = co_await written(steps);
  if (!settled) {
    error = settled.error();
    co_return std::nullopt;
  }
  if (settled.value().front()) {  // otherwise another run holds it
    const auto to = steps.front().to;
    count(to);
    if (to == DeliveryState::kPending) put_off(std::move(w), outcome);
  }
  if (following && !settled.value().back()) {
    following.reset();
    co_await look_whether_paused();
  }
  co_return following;
}

Task<Result<void>> CampaignDelivery::State::worker() {
  for (;;) {
    auto w = co_await next();
    if (!w) co_return ok();
    ++busy;
    co_await throttle();
    if (over()) {
      ready.push_front(std::move(*w));
    } else if (co_await claim(*w)) {
      while (w) w = co_await send(std::move(*w));
    }
    --busy;
  }
}

CampaignDelivery::CampaignDelivery(std::unique_ptr<State> state) : state_(std::move(state)) {}
CampaignDelivery::~CampaignDelivery() = default;

Result<std::unique_ptr<CampaignDelivery>> CampaignDelivery::prepare(
    CampaignService::Parts service, const std::string& lead_name, const Viewer& viewer,
    const std::string& campaign, Parts parts, DeliveryOptions options) {
  TRYV(check_delivery_options(options));
  TRYV(must_lead(viewer));
  TRY(auto row, parts.store.load(campaign));
  if (row.state == CampaignState::kDraft || row.state == CampaignState::kResolving ||
      row.state == CampaignState::kFrozen) {
    return fail(Errc::kConflict,
                campaign + " is " + std::string(to_string(row.state)) +
                    ": it is sent only after everybody concerned has approved",
                campaign + " は " + std::string(to_string(row.state)) +
                    ": 関係する全社の承認の後にだけ送れます");
  }
  TRY(auto version, parts.store.version(campaign, row.version));
  TRY(auto vault, ContactVault::open(service.keys, row));
  TRYV(must_be_as_approved(parts.store, row, version, vault, false));

  std::array<std::uint8_t, 8> run{};
  service.random.fill(run);
  NoticeComposer composer(parts.store, row, version, std::move(vault), lead_name,
                          options.bounce_domain);
  return std::unique_ptr<CampaignDelivery>(new CampaignDelivery(
      std::make_unique<State>(std::move(parts), std::move(options), std::move(row),
                              std::move(composer), viewer.user(), to_hex(run))));
}

Task<Result<DeliveryReport>> CampaignDelivery::run() {
  auto& s = *state_;
  CO_TRY(auto recovered, co_await s.blocking([&] {
    return s.parts.store.recover(s.row.id, s.run, s.user, s.parts.clock.now());
  }));
  std::tie(s.report.recovered_pending, s.report.recovered_held) = recovered;
  CO_TRY(const auto counts,
         co_await s.blocking([&] { return s.parts.store.counts(s.row.id, ""); }));
  s.total = counts[static_cast<std::size_t>(DeliveryState::kPending)];

  TaskGroup workers(co_await asio::this_coro::executor);
  workers.on_failure([&](const std::string&, const Error& e) { s.error = e; });
  for (std::size_t i = 0; i < s.options.connections; ++i)
    workers.spawn("delivery-" + std::to_string(i), s.worker());
  co_await workers.join();

  if (s.error) co_return outcome::failure(*s.error);
  using End = DeliveryReport::End;
  s.report.end = s.ended                ? *s.ended
                 : s.stopping           ? End::kStopped
                 : s.report.put_off > 0 ? End::kLeftPending
                                        : End::kDone;
  co_return s.report;
}

void CampaignDelivery::stop() { state_->stopping = true; }

CampaignDelivery::Progress CampaignDelivery::progress() const {
  return {state_->done, state_->total};
}

Result<void> check_delivery_options(const DeliveryOptions& o) {
  if (o.connections < 1 || o.connections > 64)
    return fail(Errc::kUsage, "1 to 64 connections", "接続は 1〜64");
  if (!(o.per_second >= 0) || o.per_second > 10000)
    return fail(Errc::kUsage, "the rate is 0 (no throttle) to 10000 mails a second",
                "送信の速さは毎秒 0（制限なし）〜10000 通");
  if (o.attempts < 1 || o.attempts > 100)
    return fail(Errc::kUsage, "1 to 100 attempts", "試行は 1〜100 回");
  if (o.give_up_after < 1)
    return fail(Errc::kUsage, "give up after 1 mail at least", "打ち切りは 1 通以上");
  if (o.first_backoff <= Duration::zero() || o.most_backoff < o.first_backoff)
    return fail(Errc::kUsage, "back-off: the first wait is above 0 and not above the longest",
                "待ち時間: 最初は 0 より長く、最長以下");
  if (o.quiet_from > 23 || o.quiet_to > 23)
    return fail(Errc::kUsage, "quiet hours are 0 to 23", "静かな時間帯は 0〜23 時");
  if (!o.bounce_domain.empty() && !net::usable_address("bounce@" + o.bounce_domain))
    return fail(Errc::kUsage, "bounce domain: a name such as bounces.lead.example",
                "不達の受け取り先: bounces.lead.example のようなドメイン名");
  return ok();
}

Duration quiet_for(const DeliveryOptions& o, UtcTime now) {
  using std::chrono::hours;
  if (o.quiet_from == o.quiet_to) return Duration::zero();
  const auto in_japan = now.time_since_epoch() + hours(9);
  const auto day = std::chrono::floor<std::chrono::days>(in_japan);
  const auto time = std::chrono::duration_cast<Duration>(in_japan - day);
  const Duration from = hours(o.quiet_from), to = hours(o.quiet_to);
  if (from < to) return time >= from && time < to ? to - time : Duration::zero();
  if (time >= from) return Duration(hours(24)) - time + to;
  return time < to ? to - time : Duration::zero();
}

std::string_view to_string(DeliveryReport::End end) {
  switch (end) {
    case DeliveryReport::End::kDone:
      return "done";
    case DeliveryReport::End::kLeftPending:
      return "left_pending";
    case DeliveryReport::End::kPaused:
      return "paused";
    case DeliveryReport::End::kStopped:
      return "stopped";
    case DeliveryReport::End::kGaveUp:
      return "gave_up";
  }
  return "done";
}

}  // namespace hitokoe::incident
