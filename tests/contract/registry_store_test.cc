// The registry's versions.
#include "hitokoe/registry/registry_store.h"

#include <gtest/gtest.h>

#include "hitokoe/base/simulated_clock.h"
#include "hitokoe/storage/registry_audit.h"
#include "storage/sql/session.h"
#include "tests/contract/stores_under_test.h"
#include "tests/database_under_test.h"
#include "tests/scratch_folder.h"

namespace hitokoe::storage {
namespace {

constexpr std::string_view kOne = "parties: [{id: kou, name: 甲}]\n";
constexpr std::string_view kTwo = "parties: [{id: kou, name: 甲}, {id: otsu, name: 乙}]\n";

class RegistryStoreContract : public ::testing::Test {
 protected:
  void reopen() {
    store.reset();
    db = testing::open_database(folder.path() / "t.db").value();
    store = make_registry_store(db, clock);
  }
  void SetUp() override { reopen(); }

  SimulatedClock clock{UtcTime(std::chrono::seconds(1'775'000'000))};
  ScratchFolder folder;
  std::shared_ptr<Database> db;
  std::unique_ptr<registry::RegistryStore> store;
};

TEST_F(RegistryStoreContract, IsEmptyBeforeTheFirstApply) {
  EXPECT_EQ(store->version().value(), 0U);
  EXPECT_TRUE(store->load().value().parties().empty());
}

TEST_F(RegistryStoreContract, TheLastAppliedIsInForceAndTheOlderTextStays) {
  ASSERT_TRUE(store->apply(kOne, "a.yaml"));
  ASSERT_TRUE(store->apply(kTwo, "b.yaml"));
  reopen();
  EXPECT_EQ(store->version().value(), 2U);
  EXPECT_EQ(store->load().value().parties().size(), 2U);
  auto tx = sql::Transaction::read(*db).value();
  const auto texts =
      tx.column<std::string>("SELECT text FROM registry_version ORDER BY version").value();
  ASSERT_EQ(texts.size(), 2U);
  EXPECT_EQ(texts[0], kOne);
  EXPECT_EQ(texts[1], kTwo);
}

TEST_F(RegistryStoreContract, TheSameTextIsNoNewVersion) {
  ASSERT_TRUE(store->apply(kOne, "a.yaml"));
  ASSERT_TRUE(store->apply(kOne, "a.yaml"));
  EXPECT_EQ(store->version().value(), 1U);
  ASSERT_TRUE(store->apply(kTwo, "a.yaml"));
  ASSERT_TRUE(store->apply(kOne, "a.yaml")) << "going back is a version";
  EXPECT_EQ(store->version().value(), 3U);
}

TEST_F(RegistryStoreContract, WhoPutsOneInForceAndWhatChangedIsOnRecordWithoutNames) {
  store = make_registry_store_for(db, clock, "local:t");
  ASSERT_TRUE(store->apply(kOne, "a.yaml"));
  ASSERT_TRUE(store->apply(kTwo, "b.yaml"));
  ASSERT_TRUE(store->apply(kTwo, "b.yaml"));
  ASSERT_TRUE(store->apply("parties: [{id: otsu, name: 丙}]\n", "c.yaml"));
  const auto log = make_audit_log(db);
  const auto events = log->read("registry").value();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[1].actor, "local:t");
  EXPECT_EQ(events[1].kind, "registry.applied");
  EXPECT_NE(events[1].body.find(R"("added":{"number":1,"ids":["otsu"]})"), std::string::npos)
      << events[1].body;
  EXPECT_NE(events[2].body.find(R"("removed":{"number":1,"ids":["kou"]})"), std::string::npos);
  EXPECT_NE(events[2].body.find(R"("changed":{"number":1,"ids":["otsu"]})"), std::string::npos);
  EXPECT_EQ(events[2].body.find("丙"), std::string::npos);
}

TEST_F(RegistryStoreContract, WhatIsRefusedChangesNothing) {
  ASSERT_TRUE(store->apply(kOne, "a.yaml"));
  const auto refused = store->apply("parties: [{id: kou}]\n", "b.yaml");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kBadInput);
  EXPECT_EQ(refused.error().detail, "b.yaml:1: party kou: name is missing");
  EXPECT_EQ(store->version().value(), 1U);
  EXPECT_EQ(store->load().value().parties().size(), 1U);
}

}  // namespace
}  // namespace hitokoe::storage
