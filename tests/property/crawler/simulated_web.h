// Paste sites that publish by the clock and fail by the seed.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "hitokoe/base/random.h"
#include "hitokoe/net/fetcher.h"
#include "hitokoe/net/url.h"
#include "tests/property/crawler/virtual_time.h"

namespace hitokoe::testing {

struct WebFaults {
  double timeout = 0.05, reset = 0.05, server_error = 0.05, slow_down = 0.05, cut = 0.05,
         gone = 0.02, poisoned = 0.02;
};

class SimulatedWeb final : public net::Fetcher {
 public:
  struct Site {
    std::string host;
    Duration every{};  // one item
    Duration shown{};  // so long in the list
    UtcTime until{};   // publishes no more
    Duration delay{};  // what the crawler promised
  };

  SimulatedWeb(VirtualTime& time, std::uint64_t seed, WebFaults faults, std::vector<Site> sites)
      : time_(time), random_(seed), faults_(faults), start_(time.clock.now()) {
    for (auto& site : sites) sites_.emplace(site.host, std::move(site));
  }

  Task<Result<net::Response>> fetch(net::Request request) override {
    const auto url = net::Url::parse(request.url).value();
    auto& state = visits_[url.host()];
    const auto& site = sites_.at(url.host());
    if (state.open != 0) broken.insert("two requests at once to " + url.host());
    if (state.ended && time_.clock.now() - *state.ended < site.delay) {
      broken.insert("too early at " + url.host());
    }
    ++state.open;
    trace += format_utc(time_.clock.now()) + " " + url.text();
    const Duration latency{5'000 + static_cast<std::int64_t>(random_.below(300'000))};
    const auto slept = co_await time_.sleep_for(latency);
    --state.open;
    state.ended = time_.clock.now();
    if (!slept) co_return fail(Errc::kCancelled, "cancelled: stopped", "cancelled: stopped");
    auto response = answer(site, url);
    trace += response ? " " + std::to_string(response.value().status) + "\n"
                      : " " + std::string(net::fault_name(response.error())) + "\n";
    co_return response;
  }

  // Items that some answered list showed.
  std::map<std::string, std::set<std::string>> shown;
  std::set<std::string> broken;  // promises
  std::string trace;

 private:
  struct Visits {
    int open = 0;
    std::optional<UtcTime> ended;
  };

  bool chance(double p) { return random_.unit() < p; }

  Result<net::Response> answer(const Site& site, const net::Url& url) {
    net::Response out;
    out.final_url = url.text();
    out.status = 200;
    if (url.target() == "/robots.txt") {
      if (chance(faults_.server_error)) out.status = 500;
      if (out.status == 200) put(out, "User-agent: *\nDisallow: /private\n");
      return out;
    }
    if (chance(faults_.timeout))
      return fail(Errc::kTimeout, "timeout: simulated", "timeout: simulated");
    if (chance(faults_.reset))
      return fail(Errc::kUnavailable, "connection: simulated", "connection: simulated");
    if (chance(faults_.server_error)) {
      out.status = 500;
      return out;
    }
    if (chance(faults_.slow_down)) {
      out.status = chance(0.5) ? 429 : 503;
      if (chance(0.5)) out.headers.emplace_back("Retry-After", "90");
      return out;
    }
    if (url.target() == "/list") return list(site, std::move(out));
    // Always the same item fails for ever, whatever else was drawn.
    const auto number = std::stoull(url.target().substr(url.target().rfind('/') + 1));
    SeededRandom own(number * 1000 + site.host.size());
    const double fate = own.unit();
    if (fate < faults_.poisoned) {
      out.status = 500;
      return out;
    }
    if (fate < faults_.poisoned + faults_.gone) {
      out.status = 404;
      return out;
    }
    put(out, number % 17 == 0 ? "" : "text of " + url.text());
    if (chance(faults_.cut) && !out.body.empty()) {
      out.body.resize(out.body.size() / 2 + 1);
      out.cut = net::Cut::kConnection;
    }
    return out;
  }

  Result<net::Response> list(const Site& site, net::Response out) {
    const auto now = std::min(time_.clock.now(), site.until);
    const auto newest = (now - start_) / site.every;
    const auto oldest =
        std::max<std::int64_t>(0, (time_.clock.now() - site.shown - start_) / site.every);
    std::string page;
    for (auto n = newest; n >= oldest && n > 0; --n) {
      page += "<a href=\"/p/" + std::to_string(n) + "\">\n";
      shown[site.host].insert(std::to_string(n));
    }
    if (now == site.until && newest < oldest) page = "<p>nothing</p>";
    put(out, page);
    return out;
  }

  static void put(net::Response& out, const std::string& text) {
    out.body.assign(text.begin(), text.end());
  }

  VirtualTime& time_;
  SeededRandom random_;
  WebFaults faults_;
  UtcTime start_;
  std::map<std::string, Site> sites_;
  std::map<std::string, Visits> visits_;
};

}  // namespace hitokoe::testing
