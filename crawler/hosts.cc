#include "crawler/hosts.h"

#include <algorithm>

namespace hitokoe::crawler {

const Host::Rules* Host::rules_for(std::string_view agent, SteadyTime now,
                                   Duration lifetime) const {
  for (const auto& known : rules) {
    if (known.agent == agent && now - known.read_at < lifetime) return &known;
  }
  return nullptr;
}

void Host::remember(std::string agent, Robots robots, SteadyTime now) {
  std::erase_if(rules, [&](const Rules& known) { return known.agent == agent; });
  rules.push_back({std::move(agent), std::move(robots), now});
}

Duration Host::pause(Duration least, const Robots* robots, Duration took, Duration most) const {
  if (robots != nullptr && robots->crawl_delay()) {
    least = std::max(least, std::min(*robots->crawl_delay(), most));
  }
  return std::max(least, std::min(most, std::max(took, penalty)));
}

void Host::complain(Duration least, Duration most) {
  constexpr Duration kFirst = std::chrono::seconds(2);
  penalty = std::min(most, std::max({kFirst, least * 2, penalty * 2}));
}

std::vector<std::string> Hosts::unavailable(SteadyTime now) const {
  std::vector<std::string> out;
  for (const auto& [name, host] : hosts_) {
    if (host.busy || host.ready_at > now) out.push_back(name);
  }
  return out;
}

std::optional<SteadyTime> Hosts::next_ready(SteadyTime now, SteadyTime latest) const {
  std::optional<SteadyTime> out;
  for (const auto& [name, host] : hosts_) {
    if (host.busy || host.ready_at <= now || host.ready_at > latest) continue;
    if (!out || host.ready_at < *out) out = host.ready_at;
  }
  return out;
}

void Hosts::tidy(SteadyTime now, Duration lifetime) {
  std::erase_if(hosts_, [&](const auto& entry) {
    const Host& host = entry.second;
    return !host.busy && host.ready_at <= now &&
           std::ranges::none_of(host.rules,
                                [&](const auto& known) { return now - known.read_at < lifetime; });
  });
}

}  // namespace hitokoe::crawler
