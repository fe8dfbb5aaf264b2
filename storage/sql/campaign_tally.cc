// What a look at the status needs, without reading the rows that it speaks of.
#include "storage/sql/campaign_tally.h"

#include <string_view>

#include "storage/sql/campaign_store.h"
#include "storage/sql/row_values.h"

namespace hitokoe::storage::sql {

using incident::BuildRow;
using incident::DeliveryPace;
using incident::DeliveryState;

namespace {

constexpr Duration kPaceWindow = std::chrono::minutes(1);
// At thousands of mails a second a minute is more than is worth reading for a rate.
constexpr std::uint64_t kPaceMails = 5000;
constexpr std::string_view kRetried = "retried";

Result<std::uint64_t> counted(const std::string& campaign, std::int64_t n) {
  if (n >= 0) return static_cast<std::uint64_t>(n);
  return fail(Errc::kCorrupt, campaign + ": fewer than no persons are counted in a state",
              campaign + ": 状態ごとの人数が負になっています");
}

}  // namespace

Result<void> TallyChange::move(Transaction& tx, const std::string& campaign,
                               const std::string& person, DeliveryState from, DeliveryState to) {
  const auto change = [&](const std::string& controller, bool again) {
    auto& counts = of_[controller];
    --counts.by[static_cast<std::size_t>(from)];
    ++counts.by[static_cast<std::size_t>(to)];
    counts.retried += again ? 1 : 0;
  };
  TRY(const auto members,
      (tx.rows<std::string, std::uint32_t>(
          "SELECT DISTINCT m.controller, r.attempts FROM campaign_recipient r JOIN campaign_member "
          "m ON m.campaign = r.campaign AND m.person = r.person WHERE r.campaign = :c AND r.person "
          "= :p",
          campaign, person)));
  bool again = false;
  for (const auto& [controller, attempts] : members) {
    again = to == DeliveryState::kSending && attempts > 1;
    change(controller, again);
  }
  change("", again);
  return ok();
}

Result<void> TallyChange::write(Transaction& tx, const std::string& campaign) const {
  struct Change {
    std::string_view controller, what;
    std::int64_t n;
  };
  std::vector<Change> changes;
  changes.reserve(of_.size() * (incident::kDeliveryStates + 1));
  const auto add = [&](std::string_view controller, std::string_view what, std::int64_t n) {
    if (n != 0) changes.push_back({controller, what, n});
  };
  for (const auto& [controller, counts] : of_) {
    for (std::size_t i = 0; i < counts.by.size(); ++i)
      add(controller, to_string(static_cast<DeliveryState>(i)), counts.by[i]);
    add(controller, kRetried, counts.retried);
  }
  auto next = changes.begin();
  TRYV(
      tx.run_each("INSERT INTO campaign_carrier_tally (campaign, controller, what, n) VALUES (:c, "
                  ":k, :w, :n) ON CONFLICT (campaign, controller, what) DO UPDATE SET n = "
                  "campaign_carrier_tally.n + excluded.n",
                  [&](Values& row) {
                    if (next == changes.end()) return false;
                    set_row(row, campaign, next->controller, next->what, next->n);
                    ++next;
                    return true;
                  }));
  return ok();
}

Result<void> count_nobody(Transaction& tx, const std::string& campaign) {
  TRYV(tx.run("DELETE FROM campaign_carrier_tally WHERE campaign = :c", campaign));
  return ok();
}

Result<CampaignStore::Counts> CampaignStore::counts(const std::string& campaign,
                                                    const std::string& controller) {
  TRY(auto tx, Transaction::read(*db_));
  TRY(const auto rows, (tx.rows<std::string, std::int64_t>(
                           "SELECT what, n FROM campaign_carrier_tally WHERE campaign = :c AND "
                           "controller = :k AND what <> 'retried'",
                           campaign, controller)));
  Counts out{};
  for (const auto& [state, n] : rows) {
    TRY(auto known, incident::delivery_state_by_name(state));
    TRY(out[static_cast<std::size_t>(known)], counted(campaign, n));
  }
  return out;
}

Result<DeliveryPace> CampaignStore::pace(const std::string& campaign,
                                         const std::string& controller) {
  TRY(auto tx, Transaction::read(*db_));
  DeliveryPace out;
  TRY(const auto retried,
      tx.value<std::int64_t>("SELECT n FROM campaign_carrier_tally WHERE campaign = :c AND "
                             "controller = :k AND what = 'retried'",
                             campaign, controller));
  TRY(out.retried, counted(campaign, retried.value_or(0)));
  // From the last one on, whoever's it is; of those the carrier's own.
  std::optional<UtcTime> last, last_own;
  const auto each = [&](UtcTime settled, bool own) -> Result<bool> {
    if (!last) last = settled;
    if (*last - settled > kPaceWindow) return false;
    if (!own) return true;
    if (!last_own) last_own = settled;
    ++out.mails;
    out.took = *last_own - settled;
    return true;
  };
  TRYV((tx.scan<UtcTime, bool>(
      each,
      "SELECT r.settled, CASE WHEN :all = 1 OR EXISTS (SELECT 1 FROM campaign_member m WHERE "
      "m.campaign = r.campaign AND m.person = r.person AND m.controller = :k) THEN 1 ELSE 0 END "
      "FROM campaign_recipient r WHERE r.campaign = :c AND r.settled_by = 'smtp' AND r.settled IS "
      "NOT NULL ORDER BY r.settled DESC LIMIT :n",
      controller.empty() ? 1 : 0, controller, campaign, kPaceMails)));
  return out;
}

Result<void> CampaignStore::note_build(const std::string& campaign,
                                       const std::optional<BuildRow>& build) {
  TRY(auto tx, Transaction::write(*db_));
  if (build) {
    TRYV(
        tx.run("INSERT INTO campaign_build (campaign, stage, done, total, began, at) VALUES (:c, "
               ":s, :d, :t, :b, :at) ON CONFLICT (campaign) DO UPDATE SET stage = excluded.stage, "
               "done = excluded.done, total = excluded.total, began = excluded.began, at = "
               "excluded.at",
               campaign, build->stage, build->done, build->total, build->began, build->at));
  } else {
    TRYV(tx.run("DELETE FROM campaign_build WHERE campaign = :c", campaign));
  }
  return tx.commit();
}

Result<std::optional<BuildRow>> CampaignStore::build(const std::string& campaign) {
  TRY(auto tx, Transaction::read(*db_));
  TRY(auto row, (tx.row<std::string, std::uint64_t, std::uint64_t, UtcTime, UtcTime>(
                    "SELECT stage, done, total, began, at FROM campaign_build WHERE campaign = :c",
                    campaign)));
  std::optional<BuildRow> out;
  if (row) {
    auto& b = out.emplace();
    std::tie(b.stage, b.done, b.total, b.began, b.at) = std::move(*row);
  }
  return out;
}

}  // namespace hitokoe::storage::sql
