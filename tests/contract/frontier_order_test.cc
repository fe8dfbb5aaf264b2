// What every frontier must do that keeps an order of its own.
#include "hitokoe/crawler/frontier_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "hitokoe/storage/memory.h"
#include "hitokoe/storage/sql.h"
#include "tests/database_under_test.h"
#include "tests/scratch_folder.h"

namespace hitokoe::storage {
namespace {

using crawler::FetchJob;
using crawler::FetchOutcome;

UtcTime at(int second) { return UtcTime(std::chrono::seconds(1'775'000'000 + second)); }

FetchJob job(const std::string& source, const std::string& item, int due, const std::string& host) {
  return {source, item, host + "/" + item, host, 0, at(due)};
}

class FrontierOrderContract : public ::testing::Test {
 protected:
  struct Process {
    explicit Process(const std::filesystem::path& file)
        : frontier(make_frontier(testing::open_database(file).value())),
          order(dynamic_cast<crawler::FrontierOrder&>(*frontier)) {}
    std::string next(int now) {
      const auto found = order.next_open(at(now)).value();
      return found ? found->source + "/" + found->item : "none";
    }
    std::unique_ptr<crawler::Frontier> frontier;
    crawler::FrontierOrder& order;
  };

  const ScratchFolder folder;
  Process ours{folder.path() / "t.db"};
};

TEST_F(FrontierOrderContract, GivesWhatIsOfferedAtHostsThatAreOpen) {
  ASSERT_TRUE(
      ours.frontier->add({job("s", "a", 1, "h1"), job("s", "b", 2, "h2"), job("r", "c", 3, "h1")}));
  EXPECT_EQ(ours.next(9), "none") << "nothing is offered yet";
  ours.order.offer({"s", "r"});
  EXPECT_EQ(ours.next(9), "s/a");
  EXPECT_EQ(ours.next(0), "none");
  ours.order.shut("h1");
  EXPECT_EQ(ours.next(9), "s/b");
  EXPECT_EQ(ours.order.next_open_due().value(), at(2));
  ours.order.offer({"r"});
  EXPECT_EQ(ours.next(9), "none");
  EXPECT_FALSE(ours.order.next_open_due().value());
  ours.order.open("h1");
  EXPECT_EQ(ours.next(9), "r/c");
  ours.order.offer({"s", "r"});
  ours.order.shut("h1");
  ours.order.shut("h2");
  ours.order.shut("h9");
  ASSERT_TRUE(ours.frontier->add({job("r", "d", 0, "h9")}));
  EXPECT_EQ(ours.next(9), "none") << "a host may be shut before it has anything";
  ours.order.open_all();
  EXPECT_EQ(ours.next(9), "r/d");
}

TEST_F(FrontierOrderContract, NoticesWhatOtherProcessesDid) {
  Process others(folder.path() / "t.db");
  ours.order.offer({"s"});
  EXPECT_EQ(ours.next(9), "none");
  ASSERT_TRUE(others.frontier->add({job("s", "a", 5, "h1"), job("s", "b", 6, "h1")}));
  EXPECT_EQ(ours.next(9), "s/a");
  EXPECT_EQ(ours.order.next_open_due().value(), at(5));
  ASSERT_TRUE(others.frontier->retry(job("s", "a", 5, "h1"), at(8), "timeout"));
  EXPECT_EQ(ours.next(9), "s/b");
  ASSERT_TRUE(others.frontier->done(job("s", "b", 6, "h1"), FetchOutcome::kFetched, at(7), ""));
  EXPECT_EQ(ours.next(9), "s/a");
  // Its last job there: no lane is left that could say so.
  ASSERT_TRUE(others.frontier->done(job("s", "a", 8, "h1"), FetchOutcome::kFetched, at(9), ""));
  EXPECT_FALSE(ours.order.next_open_due().value());
  EXPECT_EQ(ours.next(9), "none");
  ASSERT_TRUE(others.frontier->add({job("s", "c", 1, "h2")}));
  ASSERT_TRUE(ours.frontier->add({job("s", "d", 0, "h3")}));
  EXPECT_EQ(ours.next(9), "s/d");
  ASSERT_TRUE(ours.frontier->done(job("s", "d", 0, "h3"), FetchOutcome::kGone, at(9), ""));
  EXPECT_EQ(ours.next(9), "s/c") << "what another did before our own step is not skipped";
}

// Two processes at work on one frontier, against the obvious: one that keeps no lanes, was told the
// same, and is asked with the lists.
TEST_F(FrontierOrderContract, AgreesWithOneThatLooksAtEveryJob) {
  Process others(folder.path() / "t.db");
  const auto plain = make_memory_frontier();
  std::mt19937 chance(20261127);
  const auto below = [&](unsigned n) { return chance() % n; };
  const std::vector<std::string> all{"p", "q", "r"};
  std::vector<std::string> offered;
  std::set<std::string> closed;
  for (int step = 0; step < 150; ++step) {
    auto& actor = below(3) == 0 ? others : ours;
    const auto host = "h" + std::to_string(below(6));
    const auto j = job(all[below(3)], std::string(1, static_cast<char>('a' + below(10))),
                       static_cast<int>(below(50)), host);
    switch (below(6)) {
      case 0:
        ASSERT_EQ(actor.frontier->add({j}).value(), plain->add({j}).value());
        break;
      case 1:
        ASSERT_TRUE(actor.frontier->done(j, FetchOutcome::kFailed, at(60), "r"));
        ASSERT_TRUE(plain->done(j, FetchOutcome::kFailed, at(60), "r"));
        break;
      case 2:
        ASSERT_TRUE(actor.frontier->retry(j, j.due, "r"));
        ASSERT_TRUE(plain->retry(j, j.due, "r"));
        break;
      case 3:
        ours.order.shut(host);
        closed.insert(host);
        break;
      case 4:
        ours.order.open(host);
        closed.erase(host);
        break;
      default:
        offered.clear();
        std::ranges::copy_if(all, std::back_inserter(offered),
                             [&](auto&) { return below(3) != 0; });
        ours.order.offer(offered);
    }
    if (step % 3 != 0) continue;
    const std::vector<std::string> busy(closed.begin(), closed.end());
    const auto expected = plain->next(at(30), offered, busy).value();
    ASSERT_EQ(ours.next(30), expected ? expected->source + "/" + expected->item : "none") << step;
    ASSERT_EQ(ours.order.next_open_due().value(), plain->next_due(offered, busy).value());
  }
}

}  // namespace
}  // namespace hitokoe::storage
