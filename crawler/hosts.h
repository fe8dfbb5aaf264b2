// What is known about the hosts that are visited: who is busy, who wants to be left alone, and
// what their robots.txt says.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "crawler/robots.h"
#include "hitokoe/base/time.h"
#include "hitokoe/crawler/frontier_order.h"

namespace hitokoe::crawler {

struct Seat;  // crawler/seats.h

// One host (scheme://host:port). Times are of the steady clock.
struct Host {
  std::string name;
  Seat* seat = nullptr;  // the account of the attempt that holds the host; null: nobody's
  // Where processes share hosts: the turn that is ours.
  struct Turn {
    std::string name;         // the host's; empty: it is not our turn
    SteadyTime renewed_at{};  // when its lease began at the latest
    Duration rest{};          // the longest that this turn owed the host
    bool lost = false;        // another process has it now
  };
  Turn turn;
  bool busy = false;         // a request is on its way, or its attempt is not over
  SteadyTime ready_at{};     // no request before
  SteadyTime asked_until{};  // it asked to be left alone; ready_at is no earlier
  // When the last request ended; who asks next may want more time after it than who asked.
  std::optional<SteadyTime> ended{};
  Duration penalty{};  // grows when the host complains or is down, halves with each success
  struct Rules {
    std::string agent;
    Robots robots;
    SteadyTime read_at{};
  };
  std::vector<Rules> rules;  // one per product token that asked

  const Rules* rules_for(std::string_view agent, SteadyTime now, Duration lifetime) const;
  void remember(std::string agent, Robots robots, SteadyTime now);

  // The configured delay, or robots.txt's where it is longer.
  static Duration least(Duration delay, const Robots* robots, Duration most);
  // The pause after a request: never under the configured delay or robots.txt's, and as long as
  // the host took to answer; at most `most` where `least` does not ask for more.
  Duration pause(Duration delay, const Robots* robots, Duration took, Duration most) const;
  // A request ended: when the next may begin. `asked`: the patience that its answer wants.
  void rest(SteadyTime now, Duration pause, Duration asked);
  void praise() { penalty /= 2; }
  void complain(Duration least, Duration most);
};

// Says in the frontier's order, where it keeps one, which hosts may be asked. A host's `busy` and
// `ready_at` are changed through take() and settle(), or while it is busy.
class Hosts {
 public:
  // Null: the frontier keeps no order.
  explicit Hosts(FrontierOrder* order) : order_(order) {
    if (order_ != nullptr) order_->open_all();
  }
  Host& at(const std::string& name) {
    auto& host = hosts_[name];
    if (host.name.empty()) host.name = name;
    return host;
  }
  // An attempt has it from now on.
  void take(Host& host);
  // No attempt has it: it may be asked, or waits until it is ready.
  void settle(Host& host, SteadyTime now);
  // Those whose wait is over may be asked. O(log hosts) for each.
  void wake(SteadyTime now);
  // Busy, or not ready before `now`. O(hosts).
  std::vector<std::string> unavailable(SteadyTime now) const;
  // When the next one that waits becomes ready, at the earliest. O(1).
  std::optional<SteadyTime> next_ready() const;
  // Those whose turn is ours.
  std::vector<Host*> held();
  // Those that asked to be left alone after `now`, and until when.
  std::vector<std::pair<std::string, SteadyTime>> resting(SteadyTime now) const;
  // Forgets hosts that nothing is known about any more. Call now and then.
  void tidy(SteadyTime now, Duration lifetime);
  std::size_t size() const { return hosts_.size(); }

 private:
  FrontierOrder* order_;
  std::map<std::string, Host> hosts_;
  std::set<std::pair<SteadyTime, std::string>> waiting_;
};

}  // namespace hitokoe::crawler
