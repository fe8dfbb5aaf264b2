// What every Frontier must do, whatever keeps it.
#include "hitokoe/crawler/frontier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "tests/contract/stores_under_test.h"

namespace hitokoe::storage {
namespace {

using crawler::FetchJob;
using crawler::FetchOutcome;
using crawler::Frontier;
using ::testing::ElementsAre;
using ::testing::Pair;

UtcTime at(int second) { return UtcTime(std::chrono::seconds(1'775'000'000 + second)); }

FetchJob job(const std::string& source, const std::string& item, int due,
             const std::string& host = "https://a.example:443") {
  return {source, item, host + "/" + item, host, 0, at(due)};
}

class FrontierContract : public ::testing::TestWithParam<Kept> {
 protected:
  static std::unique_ptr<Frontier> in_sql(std::shared_ptr<Database> db) {
    return make_frontier(std::move(db));
  }

  std::string next(int now, const std::vector<std::string>& busy = {}) {
    const auto found = frontier->next(at(now), all, busy).value();
    return found ? found->source + "/" + found->item : "none";
  }
  std::uint64_t add(const FetchJob& j) { return frontier->add({j}).value(); }
  Frontier::Coverage coverage(const std::string& source = "s") {
    const auto sources = frontier->coverage().value();
    for (const auto& c : sources) {
      if (c.source == source) return c;
    }
    ADD_FAILURE() << "no source " << source;
    return {};
  }

  const std::vector<std::string> all{"s", "r", "t"};
  UnderTest<Frontier> frontier{GetParam(), &make_memory_frontier, &in_sql, &make_redis_frontier};
};

TEST_P(FrontierContract, GivesTheJobThatHasBeenDueLongest) {
  EXPECT_EQ(frontier->add({job("s", "b", 5), job("s", "a", 7), job("r", "c", 6)}).value(), 3U);
  EXPECT_EQ(next(4), "none");
  EXPECT_EQ(next(5), "s/b");
  EXPECT_EQ(next(9), "s/b") << "it stays until it is done";
  ASSERT_TRUE(frontier->done(job("s", "b", 5), FetchOutcome::kFetched, at(9), ""));
  EXPECT_EQ(next(9), "r/c");
  ASSERT_TRUE(frontier->done(job("r", "c", 6), FetchOutcome::kFetched, at(9), ""));
  EXPECT_EQ(next(9), "s/a");
  ASSERT_TRUE(frontier->done(job("s", "a", 7), FetchOutcome::kFetched, at(9), ""));
  EXPECT_EQ(next(9), "none");
}

TEST_P(FrontierContract, TiesGoToTheSmallerSourceThenItem) {
  ASSERT_TRUE(frontier->add({job("s", "b", 5, "h1"), job("s", "a", 5, "h2"), job("s", "c", 5, "h0"),
                             job("r", "z", 5, "h9")}));
  for (const auto* expected : {"r/z", "s/a", "s/b", "s/c"}) {
    EXPECT_EQ(next(5), expected);
    auto found = frontier->next(at(5), all, {}).value();
    ASSERT_TRUE(found);
    ASSERT_TRUE(frontier->done(*found, FetchOutcome::kFetched, at(5), ""));
  }
}

TEST_P(FrontierContract, LeavesOutWhatADatabaseCannotKeepAndQueuesTheRest) {
  const std::string with_nul("b\0c", 3);
  auto version = job("s", "v", 1);
  version.version = with_nul;
  auto memory = job("s", "m", 1);
  memory.memory = "\xed\xa0\x80";  // half of a surrogate pair
  EXPECT_EQ(frontier
                ->add({job("s", with_nul, 1), job("s", "\xff", 1), version, memory,
                       job("s", "kept", 2), job("s", "漏洩", 3)})
                .value(),
            2U);
  EXPECT_EQ(next(9), "s/kept");
  EXPECT_EQ(coverage().listed, 2U);
  EXPECT_EQ(frontier->add({job("s", with_nul, 1)}).value(), 0U);
}

TEST_P(FrontierContract, LeavesOutBusyHostsAndOtherSources) {
  ASSERT_TRUE(
      frontier->add({job("s", "a", 1, "h1"), job("s", "b", 2, "h2"), job("r", "c", 3, "h1")}));
  EXPECT_EQ(next(9, {"h1"}), "s/b");
  EXPECT_EQ(next(9, {"h1", "h2"}), "none");
  EXPECT_EQ(frontier->next(at(9), {"r"}, {}).value()->item, "c");
  EXPECT_FALSE(frontier->next(at(9), {}, {}).value());
  EXPECT_EQ(frontier->next_due({"r"}, {}).value(), at(3));
  EXPECT_EQ(frontier->next_due(all, {"h1"}).value(), at(2));
  EXPECT_EQ(frontier->next_due(all, {}).value(), at(1));
  EXPECT_FALSE(frontier->next_due({"t"}, {}).value());
}

TEST_P(FrontierContract, GivesBackTheWholeJob) {
  const FetchJob whole{"s",  "項目?x=1&y='\"", "https://a.example/項目", "https://a.example:443", 3,
                       at(1)};
  ASSERT_TRUE(frontier->add({whole}));
  frontier.reopen();
  const auto found = frontier->next(at(1), all, {}).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->source, whole.source);
  EXPECT_EQ(found->item, whole.item);
  EXPECT_EQ(found->url, whole.url);
  EXPECT_EQ(found->host, whole.host);
  EXPECT_EQ(found->tries, 3U);
  EXPECT_EQ(found->due, at(1));
}

TEST_P(FrontierContract, AddsAnItemOnceUnlessItFailed) {
  EXPECT_EQ(frontier->add({job("s", "a", 1), job("s", "a", 2)}).value(), 1U);
  EXPECT_EQ(add(job("s", "a", 3)), 0U);
  for (const auto final : {FetchOutcome::kFetched, FetchOutcome::kGone, FetchOutcome::kRefused}) {
    ASSERT_TRUE(frontier->done(job("s", "a", 1), final, at(4), "why"));
    EXPECT_EQ(add(job("s", "a", 5)), 0U);
  }
  ASSERT_TRUE(frontier->done(job("s", "a", 1), FetchOutcome::kFailed, at(4), "timeout"));
  EXPECT_EQ(next(9), "none");
  EXPECT_EQ(add(job("s", "a", 6, "other")), 1U);
  EXPECT_EQ(next(5), "none");
  EXPECT_EQ(next(6), "s/a");
  EXPECT_EQ(next(6, {"other"}), "none");
}

TEST_P(FrontierContract, AListThatWasReadIsQueuedAgainInTheSameStep) {
  auto list = job("s", "", 1);
  EXPECT_EQ(add(list), 1U);
  EXPECT_EQ(add(job("s", "a", 3)), 1U);
  list.memory = "read to 5";
  list.due = at(60);
  list.url = "https://b.example/list";
  list.host = "https://b.example:443";
  ASSERT_TRUE(frontier->list_done(list, FetchOutcome::kFetched, at(2), "list_too_long"));
  frontier.reopen();
  EXPECT_EQ(add(job("s", "", 5)), 0U) << "it is queued";
  EXPECT_EQ(coverage().last_success, at(2));
  EXPECT_EQ(coverage().last_reason, "list_too_long");
  EXPECT_EQ(coverage().listed, 1U) << "a list is no item";
  EXPECT_EQ(coverage().oldest_due, at(3));
  EXPECT_EQ(frontier->memory("s").value(), "read to 5");
  EXPECT_EQ(next(59), "s/a");
  EXPECT_EQ(next(59, {"https://a.example:443"}), "none");
  const auto found = frontier->next(at(60), all, {"https://a.example:443"}).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->item, "");
  EXPECT_EQ(found->url, list.url);
  EXPECT_EQ(found->memory, "read to 5");
  list.due = at(90);
  ASSERT_TRUE(frontier->list_done(list, FetchOutcome::kFailed, at(61), "blind_login"));
  EXPECT_EQ(coverage().last_success, at(2)) << "that was no success";
  EXPECT_EQ(coverage().last_reason, "blind_login");
  ASSERT_TRUE(frontier->list_done(list, FetchOutcome::kUnchanged, at(62), ""));
  EXPECT_EQ(coverage().last_success, at(62));
  EXPECT_EQ(frontier->next_due(all, {"https://a.example:443"}).value(), at(90));
}

TEST_P(FrontierContract, AnItemThatChangedIsQueuedAgainAndKeepsItsMemory) {
  auto thread = job("s", "a", 1);
  thread.version = "5";
  EXPECT_EQ(add(thread), 1U);
  thread.memory = "read to 5";
  ASSERT_TRUE(frontier->done(thread, FetchOutcome::kFetched, at(2), ""));
  thread.memory = "";
  EXPECT_EQ(add(thread), 0U) << "the same";
  EXPECT_EQ(add(job("s", "a", 3)), 0U) << "nothing is said";
  thread.version = "7";
  thread.due = at(4);
  EXPECT_EQ(add(thread), 1U);
  EXPECT_EQ(add(thread), 0U) << "queued";
  frontier.reopen();
  auto found = frontier->next(at(4), all, {}).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->version, "7");
  EXPECT_EQ(found->memory, "read to 5");
  found->memory = "read to 6";
  ASSERT_TRUE(frontier->retry(*found, at(5), "timeout"));
  EXPECT_EQ(frontier->next(at(5), all, {}).value()->memory, "read to 6");
  ASSERT_TRUE(frontier->done(*found, FetchOutcome::kRefused, at(6), "robots"));
  thread.version = "8";
  EXPECT_EQ(add(thread), 0U) << "refused is final";
  ASSERT_TRUE(frontier->done(*found, FetchOutcome::kGone, at(6), "status_404"));
  EXPECT_EQ(add(thread), 1U) << "it came back";
  EXPECT_EQ(coverage().listed, 1U);
}

TEST_P(FrontierContract, AListHasAMemory) {
  EXPECT_EQ(frontier->memory("s").value(), "");
  auto list = job("s", "", 1);
  ASSERT_TRUE(frontier->add({list}));
  list.memory = "newest 7";
  ASSERT_TRUE(frontier->done(list, FetchOutcome::kFetched, at(2), ""));
  ASSERT_TRUE(frontier->add({job("s", "", 5)}));
  frontier.reopen();
  EXPECT_EQ(frontier->memory("s").value(), "newest 7");
  EXPECT_EQ(frontier->memory("r").value(), "");
}

TEST_P(FrontierContract, AListIsNeverSeen) {
  EXPECT_EQ(add(job("s", "", 1)), 1U);
  EXPECT_EQ(add(job("s", "", 1)), 0U) << "queued";
  for (const auto outcome : {FetchOutcome::kFetched, FetchOutcome::kUnchanged, FetchOutcome::kGone,
                             FetchOutcome::kRefused, FetchOutcome::kFailed}) {
    ASSERT_TRUE(frontier->done(job("s", "", 1), outcome, at(2), ""));
    EXPECT_EQ(next(9), "none");
    EXPECT_EQ(add(job("s", "", 1)), 1U);
  }
  EXPECT_EQ(coverage().listed, 0U) << "a list is no item";
}

TEST_P(FrontierContract, RetryKeepsTheJobWithItsNewDue) {
  ASSERT_TRUE(frontier->add({job("s", "a", 1), job("s", "b", 2)}));
  auto again = job("s", "a", 1, "moved");
  again.tries = 1;
  again.url = "https://moved/";
  ASSERT_TRUE(frontier->retry(again, at(10), "timeout"));
  EXPECT_EQ(next(9), "s/b");
  EXPECT_EQ(frontier->next_due(all, {}).value(), at(2));
  EXPECT_EQ(frontier->next_due(all, {"https://a.example:443"}).value(), at(10));
  frontier.reopen();
  const auto found = frontier->next(at(10), all, {"https://a.example:443"}).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->tries, 1U);
  EXPECT_EQ(found->url, "https://moved/");
  EXPECT_EQ(found->host, "moved");
  EXPECT_EQ(found->due, at(10));
  ASSERT_TRUE(frontier->retry(job("s", "new", 1), at(0), "x"));
  EXPECT_EQ(next(0), "s/new") << "becomes queued where it was not";
}

TEST_P(FrontierContract, CoverageCountsItemsByStateAndReason) {
  ASSERT_TRUE(frontier->add({job("s", "", 1), job("s", "a", 1), job("s", "b", 1), job("s", "c", 1),
                             job("s", "d", 1), job("s", "e", 1), job("r", "x", 1)}));
  ASSERT_TRUE(frontier->done(job("s", "a", 1), FetchOutcome::kFetched, at(2), ""));
  ASSERT_TRUE(frontier->done(job("s", "b", 1), FetchOutcome::kGone, at(2), "status_404"));
  ASSERT_TRUE(frontier->done(job("s", "c", 1), FetchOutcome::kRefused, at(2), "robots"));
  ASSERT_TRUE(frontier->done(job("s", "d", 1), FetchOutcome::kFailed, at(2), "status_404"));
  ASSERT_TRUE(frontier->done(job("s", "", 1), FetchOutcome::kUnchanged, at(3), ""));
  ASSERT_TRUE(frontier->retry(job("s", "", 1), at(20), "timeout"));
  frontier.reopen();
  const auto s = coverage();
  EXPECT_EQ(s.listed, 5U);
  EXPECT_EQ(s.fetched, 1U);
  EXPECT_EQ(s.missed, 3U);
  EXPECT_EQ(s.pending, 1U);
  EXPECT_THAT(s.missed_by_reason, ElementsAre(Pair("robots", 1U), Pair("status_404", 2U)));
  EXPECT_EQ(s.last_success, at(3));
  EXPECT_EQ(s.last_reason, "timeout");
  EXPECT_EQ(s.last_new, at(2));
  EXPECT_EQ(s.oldest_due, at(1));
  const auto r = coverage("r");
  EXPECT_FALSE(r.last_new);
  EXPECT_EQ(r.listed, 1U);
  EXPECT_FALSE(r.last_success);
  EXPECT_EQ(frontier->coverage().value().front().source, "r") << "sorted";
}

TEST_P(FrontierContract, AListThatFailsKeepsItsLastSuccess) {
  ASSERT_TRUE(frontier->done(job("s", "", 1), FetchOutcome::kFetched, at(3), ""));
  ASSERT_TRUE(frontier->done(job("s", "", 1), FetchOutcome::kFailed, at(5), "status_500"));
  EXPECT_EQ(coverage().last_success, at(3));
  EXPECT_EQ(coverage().last_reason, "status_500");
  ASSERT_TRUE(frontier->done(job("s", "", 1), FetchOutcome::kFetched, at(7), ""));
  EXPECT_EQ(coverage().last_success, at(7));
  EXPECT_EQ(coverage().last_reason, "");
}

TEST_P(FrontierContract, RemembersValidators) {
  EXPECT_FALSE(frontier->validators("https://a/").value());
  ASSERT_TRUE(frontier->set_validators("https://a/", {"\"1\"", ""}));
  ASSERT_TRUE(frontier->set_validators("https://a/", {"\"2\"", "Wed, 01 Apr 2026 00:00:00 GMT"}));
  frontier.reopen();
  const auto found = frontier->validators("https://a/").value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->etag, "\"2\"");
  EXPECT_EQ(found->last_modified, "Wed, 01 Apr 2026 00:00:00 GMT");
}

// Against the obvious: a list of everything, searched from end to end.
TEST_P(FrontierContract, RandomStepsAgreeWithANaiveModel) {
  struct Entry {
    FetchJob job;
    std::optional<FetchOutcome> outcome;
  };
  std::map<std::pair<std::string, std::string>, Entry> model;
  const auto naive = [&](int now, const std::vector<std::string>& busy) -> const FetchJob* {
    const FetchJob* best = nullptr;
    for (const auto& [key, entry] : model) {
      const auto& j = entry.job;
      if (entry.outcome || j.due > at(now) || std::ranges::find(busy, j.host) != busy.end())
        continue;
      if (best == nullptr || j.due < best->due)
        best = &j;  // the map is sorted: ties keep the first
    }
    return best;
  };
  std::mt19937 chance(20260401);
  const auto below = [&](unsigned n) { return static_cast<int>(chance() % n); };
  for (int step = 0; step < 400; ++step) {
    FetchJob j = job(all[static_cast<std::size_t>(below(3))],
                     std::string(1, static_cast<char>('a' + below(12))), below(50),
                     "h" + std::to_string(below(4)));
    if (below(10) == 0) j.item.clear();
    auto& entry =
        model.try_emplace({j.source, j.item}, Entry{j, FetchOutcome::kFailed}).first->second;
    switch (below(3)) {
      case 0: {
        const bool again =
            entry.outcome && (j.item.empty() || *entry.outcome == FetchOutcome::kFailed);
        ASSERT_EQ(add(j), again ? 1U : 0U) << step;
        if (again) entry = {j, std::nullopt};
        break;
      }
      case 1: {
        const auto outcome = below(2) == 0 ? FetchOutcome::kFetched : FetchOutcome::kFailed;
        ASSERT_TRUE(frontier->done(j, outcome, at(60), "r"));
        entry = {j, outcome};
        break;
      }
      default:
        ASSERT_TRUE(frontier->retry(j, j.due, "r"));
        entry = {j, std::nullopt};
    }
    const int now = below(60);
    const std::vector<std::string> busy{"h" + std::to_string(below(5))};
    const auto* expected = naive(now, busy);
    ASSERT_EQ(next(now, busy), expected ? expected->source + "/" + expected->item : "none") << step;
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, FrontierContract,
                         ::testing::Values(Kept::kInMemory, Kept::kInSql, Kept::kInRedis),
                         [](const auto& c) { return name_of(c.param); });

}  // namespace
}  // namespace hitokoe::storage
