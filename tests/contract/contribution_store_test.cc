// What exposures contributed: one each, the last one, in the order of their ids.
#include "hitokoe/incident/contribution_store.h"

#include <gtest/gtest.h>

#include <vector>

#include "hitokoe/storage/sql.h"
#include "tests/database_under_test.h"
#include "tests/scratch_folder.h"

namespace hitokoe::incident {
namespace {

using Kept = std::vector<std::pair<std::string, std::string>>;

Kept all(ContributionStore& store, const std::string& incident) {
  Kept out;
  EXPECT_TRUE(store.each(incident, [&](const std::string& exposure, ByteView sealed) {
    out.emplace_back(exposure, as_text(sealed));
    return Result<void>(ok());
  }));
  return out;
}

TEST(ContributionStores, KeepTheLastOfEachExposureOfEachIncident) {
  ScratchFolder folder;
  const auto file = folder.path() / "hitokoe.db";
  {
    const auto store = storage::make_contribution_store(testing::open_database(file).value());
    EXPECT_TRUE(all(*store, "INC-1").empty());
    ASSERT_TRUE(store->put("INC-1", "exp-b", as_bytes("b")));
    ASSERT_TRUE(store->put("INC-1", "exp-a", as_bytes("a")));
    ASSERT_TRUE(store->put("INC-2", "exp-a", as_bytes("other")));
    ASSERT_TRUE(store->put("INC-1", "exp-b", as_bytes(std::string_view("b\0b", 3))));
  }
  // What was put is on disk.
  const auto store = storage::make_contribution_store(testing::open_database(file).value());
  EXPECT_EQ(all(*store, "INC-1"), (Kept{{"exp-a", "a"}, {"exp-b", std::string("b\0b", 3)}}));
  EXPECT_EQ(all(*store, "INC-2"), (Kept{{"exp-a", "other"}}));
}

TEST(ContributionStores, ADatabaseMayBeChangedWhileTheyAreVisited) {
  const auto store = storage::make_contribution_store(testing::open_own_database().value());
  for (const auto* id : {"exp-a", "exp-b", "exp-c"}) {
    ASSERT_TRUE(store->put("INC-1", id, as_bytes(id)));
  }
  int seen = 0;
  ASSERT_TRUE(store->each("INC-1", [&](const std::string& exposure, ByteView) -> Result<void> {
    ++seen;
    return store->put("INC-1", exposure, as_bytes("again"));
  }));
  EXPECT_EQ(seen, 3);
  const auto stopped = store->each("INC-1", [](const std::string&, ByteView) -> Result<void> {
    return fail(Errc::kCancelled, "enough", "十分");
  });
  EXPECT_EQ(stopped.error().code, Errc::kCancelled);
}

}  // namespace
}  // namespace hitokoe::incident
