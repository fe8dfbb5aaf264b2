#include "storage/sql/lane_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <tuple>

namespace hitokoe::storage::sql {
namespace {

// Against the obvious: all lanes in a map, looked at one by one.
TEST(LaneOrder, AgreesWithALookAtEveryLane) {
  using Key = std::pair<std::string, std::string>;  // source, host
  std::map<Key, std::pair<UtcTime, std::string>> lanes;
  std::set<std::string> offered, closed;
  LaneOrder order;
  std::mt19937 chance(7);
  const auto below = [&](unsigned n) { return chance() % n; };
  const auto first = [&](const auto& sources, const auto& busy) {
    std::optional<std::tuple<UtcTime, std::string, std::string, std::string>> best;
    for (const auto& [key, job] : lanes) {
      if (!sources.contains(key.first) || busy.contains(key.second)) continue;
      const auto one = std::tuple(job.first, key.first, job.second, key.second);
      if (!best || one < *best) best = one;
    }
    return best;
  };
  const auto told = [](const std::optional<LaneOrder::First>& f) {
    using All = std::tuple<UtcTime, std::string, std::string, std::string>;
    return f ? std::optional<All>({f->due, f->source, f->item, f->host}) : std::nullopt;
  };
  for (int step = 0; step < 20'000; ++step) {
    const auto source = "s" + std::to_string(below(4));
    const auto host = "h" + std::to_string(below(8));
    switch (below(7)) {
      case 0:
      case 1: {
        const UtcTime due(Duration(below(20)));
        const auto item = std::string(1, static_cast<char>('a' + below(3)));
        lanes[{source, host}] = {due, item};
        order.set({due, source, host, item});
        break;
      }
      case 2:
        lanes.erase({source, host});
        order.erase(source, host);
        break;
      case 3:
        closed.insert(host);
        order.shut(host);
        break;
      case 4:
        closed.erase(host);
        order.open(host);
        break;
      case 5:
        offered.clear();
        for (unsigned s = 0; s < 5; ++s) {
          if (below(2) == 0) offered.insert("s" + std::to_string(s));
        }
        order.offer({offered.begin(), offered.end()});
        break;
      default:
        if (below(40) == 0) {
          lanes.clear();
          order.clear();
        }
        if (below(40) == 0) {
          closed.clear();
          order.open_all();
        }
    }
    ASSERT_EQ(order.size(), lanes.size()) << step;
    ASSERT_EQ(told(order.first_open()), first(offered, closed)) << step;
    const std::set<std::string> some{"s0", "s2"}, busy{"h1", "h2", "h3"};
    ASSERT_EQ(told(order.first_of({some.begin(), some.end()}, {busy.begin(), busy.end()})),
              first(some, busy))
        << step;
  }
}

}  // namespace
}  // namespace hitokoe::storage::sql
