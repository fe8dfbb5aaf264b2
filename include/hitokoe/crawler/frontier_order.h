// A frontier that keeps an order of its own of what may be asked for next, so that the next job
// costs the same however many hosts are busy or waiting. A frontier that keeps one is one of these,
// too; with one that is not, every question carries its lists. Implementation: the frontier of
// storage/sql.
//
// Nothing here is durable, and one crawler at a time tells it. Hosts are open until they are shut.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hitokoe/base/result.h"
#include "hitokoe/base/time.h"
#include "hitokoe/crawler/frontier.h"

namespace hitokoe::crawler {

class FrontierOrder {
 public:
  virtual ~FrontierOrder() = default;
  // Jobs of exactly these sources may be asked for. O(sources), and O(log lanes) for each lane of
  // one that was not among them before, or is not any more.
  virtual void offer(const std::vector<std::string>& sources) = 0;
  // No job of the host comes next until it is opened again. O(log lanes) for each source that has
  // something there.
  virtual void shut(const std::string& host) = 0;
  virtual void open(const std::string& host) = 0;
  virtual void open_all() = 0;
  // As Frontier::next and next_due of the offered sources and open hosts. Errors: the same.
  virtual Result<std::optional<FetchJob>> next_open(UtcTime now) = 0;
  virtual Result<std::optional<UtcTime>> next_open_due() = 0;
};

}  // namespace hitokoe::crawler
