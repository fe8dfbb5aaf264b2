// What is known about the hosts that are visited: who is busy, who wants to be left alone, and
// what their robots.txt says.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crawler/robots.h"
#include "hitokoe/base/time.h"

namespace hitokoe::crawler {

// One host (scheme://host:port). Times are of the steady clock.
struct Host {
  bool busy = false;      // a request is on its way, or its attempt is not over
  SteadyTime ready_at{};  // no request before
  Duration penalty{};     // grows when the host complains or is down, halves with each success
  struct Rules {
    std::string agent;
    Robots robots;
    SteadyTime read_at{};
  };
  std::vector<Rules> rules;  // one per product token that asked

  const Rules* rules_for(std::string_view agent, SteadyTime now, Duration lifetime) const;
  void remember(std::string agent, Robots robots, SteadyTime now);

  // The pause after a request: never under the configured delay or robots.txt's, and as long as
  // the host took to answer; at most `most` where `least` does not ask for more.
  Duration pause(Duration least, const Robots* robots, Duration took, Duration most) const;
  void praise() { penalty /= 2; }
  void complain(Duration least, Duration most);
};

class Hosts {
 public:
  Host& at(const std::string& name) { return hosts_[name]; }
  // Busy, or not ready before `now`.
  std::vector<std::string> unavailable(SteadyTime now) const;
  // When the next one that is only waiting becomes ready; those later than `latest` left out.
  std::optional<SteadyTime> next_ready(SteadyTime now, SteadyTime latest) const;
  // Forgets hosts that nothing is known about any more. Call now and then.
  void tidy(SteadyTime now, Duration lifetime);
  std::size_t size() const { return hosts_.size(); }

 private:
  std::map<std::string, Host> hosts_;
};

}  // namespace hitokoe::crawler
