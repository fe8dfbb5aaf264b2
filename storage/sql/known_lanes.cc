#include "storage/sql/known_lanes.h"

namespace hitokoe::storage::sql {
namespace {

Result<std::int64_t> last_step(Transaction& tx) {
  TRY(const auto step, tx.value<std::int64_t>("SELECT step FROM frontier_step WHERE id = 1"));
  return step.value_or(0);
}

}  // namespace

Result<void> LaneStep::begin(Transaction& tx) {
  if (number_) return ok();
  TRY(before_, last_step(tx));
  number_ = *before_ + 1;
  TRYV(
      tx.run("INSERT INTO frontier_step (id, step) VALUES (1, :step) "
             "ON CONFLICT (id) DO UPDATE SET step = excluded.step",
             *number_));
  return ok();
}

Result<void> LaneStep::refresh(Transaction& tx, const std::string& source,
                               const std::string& host) {
  TRYV(begin(tx));
  TRY(const auto first,
      (tx.row<UtcTime, std::string>("SELECT due, item FROM frontier_item WHERE source = :source "
                                    "AND host = :host AND state = 0 ORDER BY due, item LIMIT 1",
                                    source, host)));
  if (!first) {
    TRYV(tx.run("DELETE FROM frontier_lane WHERE source = :source AND host = :host", source, host));
    emptied_.emplace_back(source, host);
    return ok();
  }
  const auto& [due, item] = *first;
  TRYV(
      tx.run("INSERT INTO frontier_lane (source, host, due, item, step) "
             "VALUES (:source, :host, :due, :item, :step) ON CONFLICT (source, host) DO UPDATE SET "
             "due = excluded.due, item = excluded.item, step = excluded.step",
             source, host, due, item, *number_));
  moved_.push_back({due, source, host, item});
  return ok();
}

Result<void> KnownLanes::follow(Transaction& tx, std::uint64_t connected) {
  if (connected != connected_) known_.reset();
  connected_ = connected;
  TRY(const auto last, last_step(tx));
  if (known_ == last) return ok();
  // A number that is smaller than it was: the table is another, or an older one.
  const bool all = !known_ || last < *known_;
  if (all) order_.clear();
  const auto since = all ? std::int64_t{-1} : *known_;
  known_.reset();
  TRYV((tx.each<UtcTime, std::string, std::string, std::string>(
      [&](UtcTime due, std::string source, std::string host, std::string item) -> Result<void> {
        order_.set({due, std::move(source), std::move(host), std::move(item)});
        return ok();
      },
      "SELECT due, source, host, item FROM frontier_lane WHERE step > :since", since)));
  known_ = last;
  return ok();
}

void KnownLanes::took(const LaneStep& step) {
  if (!known_ || !step.number_) return;
  // Others' steps in between are still to be read; ours is read with them once more.
  if (step.before_ == known_) known_ = step.number_;
  for (const auto& [source, host] : step.emptied_) order_.erase(source, host);
  for (const auto& first : step.moved_) order_.set(first);
}

Result<bool> KnownLanes::correct(Transaction& tx, const LaneOrder::First& first) {
  TRY(auto now, (tx.row<UtcTime, std::string>(
                    "SELECT due, item FROM frontier_lane WHERE source = :source AND host = :host",
                    first.source, first.host)));
  if (!now) {
    order_.erase(first.source, first.host);
    return true;
  }
  auto& [due, item] = *now;
  if (due == first.due && item == first.item) return false;
  order_.set({due, first.source, first.host, std::move(item)});
  return true;
}

}  // namespace hitokoe::storage::sql
