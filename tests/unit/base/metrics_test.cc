#include "hitokoe/base/metrics.h"

#include <gtest/gtest.h>

#include <thread>

namespace hitokoe {
namespace {

TEST(Metrics, RendersTheExpositionFormat) {
  MetricsRegistry registry;
  registry.counter("hitokoe_fetches_total", "Fetches.", {{"outcome", "fetched"}}).add(2);
  registry.counter("hitokoe_fetches_total", "Fetches.", {{"outcome", "failed"}}).add();
  registry.gauge("hitokoe_queue", "Waiting.").set(-3);
  auto& h = registry.histogram("hitokoe_seconds", "Time.", {0.1, 1});
  h.observe(0.1);  // a bound belongs to its own bucket
  h.observe(0.5);
  h.observe(7);
  EXPECT_EQ(registry.render(),
            "# HELP hitokoe_fetches_total Fetches.\n"
            "# TYPE hitokoe_fetches_total counter\n"
            "hitokoe_fetches_total{outcome=\"failed\"} 1\n"
            "hitokoe_fetches_total{outcome=\"fetched\"} 2\n"
            "# HELP hitokoe_queue Waiting.\n"
            "# TYPE hitokoe_queue gauge\n"
            "hitokoe_queue -3\n"
            "# HELP hitokoe_seconds Time.\n"
            "# TYPE hitokoe_seconds histogram\n"
            "hitokoe_seconds_bucket{le=\"0.1\"} 1\n"
            "hitokoe_seconds_bucket{le=\"1\"} 2\n"
            "hitokoe_seconds_bucket{le=\"+Inf\"} 3\n"
            "hitokoe_seconds_sum 7.6\n"
            "hitokoe_seconds_count 3\n");
}

TEST(Metrics, TheSameNameAndLabelsAreTheSameObject) {
  MetricsRegistry registry;
  EXPECT_EQ(&registry.counter("a", "A."), &registry.counter("a", "A."));
  EXPECT_NE(&registry.counter("a", "A.", {{"x", "1"}}), &registry.counter("a", "A."));
}

TEST(Metrics, CountsFromManyThreadsAreNotLost) {
  MetricsRegistry registry;
  auto& counter = registry.counter("a", "A.");
  auto& histogram = registry.histogram("h", "H.", {1});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10000; ++i) {
        counter.add();
        histogram.observe(0.5);
      }
    });
  }
  for (auto& t : threads) t.join();
  EXPECT_EQ(counter.value(), 40000u);
  EXPECT_EQ(histogram.snapshot().cumulative.back(), 40000u);
  EXPECT_DOUBLE_EQ(histogram.snapshot().sum, 20000.0);
}

TEST(MetricsDeathTest, OneNameForTwoKindsIsABug) {
  MetricsRegistry registry;
  registry.counter("a", "A.");
  EXPECT_DEATH(registry.gauge("a", "A."), "two kinds");
  EXPECT_DEATH(registry.counter("1a", "A."), "no valid metric name");
}

}  // namespace
}  // namespace hitokoe
