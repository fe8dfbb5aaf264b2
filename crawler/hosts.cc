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

Duration Host::least(Duration delay, const Robots* robots, Duration most) {
  if (robots == nullptr || !robots->crawl_delay()) return delay;
  return std::max(delay, std::min(*robots->crawl_delay(), most));
}

Duration Host::pause(Duration delay, const Robots* robots, Duration took, Duration most) const {
  const Duration least = Host::least(delay, robots, most);
  return std::max(least, std::min(most, std::max(took, penalty)));
}

void Host::rest(SteadyTime now, Duration pause, Duration asked) {
  ended = now;
  asked_until = std::max<SteadyTime>(asked_until, now + asked);
  ready_at = std::max<SteadyTime>(ready_at, now + std::max(pause, asked));
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

void Hosts::take(Host& host) {
  host.busy = true;
  if (order_ != nullptr) order_->shut(host.name);
}

void Hosts::settle(Host& host, SteadyTime now) {
  host.busy = false;
  const bool waits = host.ready_at > now;
  if (waits) waiting_.emplace(host.ready_at, host.name);
  if (order_ == nullptr) return;
  if (waits) {
    order_->shut(host.name);
  } else {
    order_->open(host.name);
  }
}

void Hosts::wake(SteadyTime now) {
  while (!waiting_.empty() && waiting_.begin()->first <= now) {
    const auto name = std::move(waiting_.extract(waiting_.begin()).value().second);
    const auto found = hosts_.find(name);
    if (found == hosts_.end()) {
      if (order_ != nullptr) order_->open(name);
    } else if (!found->second.busy) {
      settle(found->second, now);
    }
  }
}

std::optional<SteadyTime> Hosts::next_ready() const {
  if (waiting_.empty()) return std::nullopt;
  return waiting_.begin()->first;
}

std::vector<Host*> Hosts::held() {
  std::vector<Host*> out;
  for (auto& [name, host] : hosts_) {
    if (!host.turn.name.empty()) out.push_back(&host);
  }
  return out;
}

std::vector<std::pair<std::string, SteadyTime>> Hosts::resting(SteadyTime now) const {
  std::vector<std::pair<std::string, SteadyTime>> out;
  for (const auto& [name, host] : hosts_) {
    if (host.asked_until > now) out.emplace_back(name, host.asked_until);
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
