// The lanes of the frontier's table, kept in memory beside it.
//
// Each step that moves lanes has the next number (frontier_step), and marks the lanes that it moved
// with it. So what other processes moved is read by number, and nothing else is: a lane that
// another process emptied leaves no mark, and is found out when it would come first (checked).
// Everything here happens inside the caller's transaction, and in one thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/sql/lane_order.h"
#include "storage/sql/session.h"

namespace hitokoe::storage::sql {

// What one step does to lanes: written by refresh(), told to KnownLanes once it is committed.
class LaneStep {
 public:
  // Reads which job of the lane is first now, and writes it to the table.
  Result<void> refresh(Transaction& tx, const std::string& source, const std::string& host);

 private:
  friend class KnownLanes;
  Result<void> begin(Transaction& tx);

  std::optional<std::int64_t> before_, number_;
  std::vector<LaneOrder::First> moved_;
  std::vector<std::pair<std::string, std::string>> emptied_;  // source, host
};

class KnownLanes {
 public:
  LaneOrder& order() { return order_; }
  // Reads what the order does not know yet: all lanes the first time (about 1 µs each), later those
  // that others moved. Two look-ups where nothing happened. All again where `connected`
  // (times_connected()) is another number than before: a server that took over may have lost steps,
  // and others may have used their numbers since.
  Result<void> follow(Transaction& tx, std::uint64_t connected);
  // After the step was committed.
  void took(const LaneStep& step);
  // Puts the lane where the table has it. False: it was right.
  Result<bool> correct(Transaction& tx, const LaneOrder::First& first);

 private:
  LaneOrder order_;
  std::optional<std::int64_t> known_;  // the last step that the order has in it
  std::uint64_t connected_ = 0;        // when all were read
};

}  // namespace hitokoe::storage::sql
