#include "crawler/hosts.h"

#include <gtest/gtest.h>

#include <set>

namespace hitokoe::crawler {
namespace {

SteadyTime at(int second) { return SteadyTime(std::chrono::seconds(second)); }

struct Told final : FrontierOrder {
  void offer(const std::vector<std::string>&) override {}
  void shut(const std::string& host) override { closed.insert(host); }
  void open(const std::string& host) override { closed.erase(host); }
  void open_all() override { closed.clear(); }
  Result<std::optional<FetchJob>> next_open(UtcTime) override { return std::optional<FetchJob>(); }
  Result<std::optional<UtcTime>> next_open_due() override { return std::optional<UtcTime>(); }
  std::set<std::string> closed;
};

TEST(Hosts, AreShutWhileTheyAreBusyAndUntilTheyAreReady) {
  Told order;
  order.shut("left over");
  Hosts hosts(&order);
  EXPECT_TRUE(order.closed.empty());
  auto& a = hosts.at("a");
  hosts.take(a);
  EXPECT_EQ(order.closed, std::set<std::string>{"a"});
  EXPECT_FALSE(hosts.next_ready()) << "it is busy, nobody waits for it";
  a.ready_at = at(10);
  hosts.settle(a, at(5));
  EXPECT_EQ(hosts.next_ready(), at(10));
  hosts.wake(at(9));
  EXPECT_EQ(order.closed.size(), 1U);
  hosts.wake(at(10));
  EXPECT_TRUE(order.closed.empty());
  EXPECT_FALSE(hosts.next_ready());
  hosts.take(a);
  hosts.settle(a, at(11));
  EXPECT_TRUE(order.closed.empty()) << "it owes nothing any more";
}

TEST(Hosts, ThatWereToldToWaitLongerMeanwhileAreNotWokenBefore) {
  Told order;
  Hosts hosts(&order);
  auto& a = hosts.at("a");
  a.ready_at = at(10);
  hosts.settle(a, at(0));
  a.ready_at = at(20);
  hosts.settle(a, at(0));
  hosts.wake(at(10));
  EXPECT_EQ(order.closed.size(), 1U);
  hosts.take(a);
  hosts.wake(at(30));
  EXPECT_EQ(order.closed.size(), 1U) << "busy";
  hosts.settle(a, at(30));
  EXPECT_TRUE(order.closed.empty());
}

TEST(Hosts, OneThatWasForgottenMeanwhileIsOpen) {
  Told order;
  Hosts hosts(&order);
  auto& a = hosts.at("a");
  a.ready_at = at(10);
  hosts.settle(a, at(0));
  hosts.tidy(at(10), Duration::zero());
  EXPECT_EQ(hosts.size(), 0U);
  hosts.wake(at(10));
  EXPECT_TRUE(order.closed.empty());
}

}  // namespace
}  // namespace hitokoe::crawler
