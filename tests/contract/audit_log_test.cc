#include "hitokoe/storage/sql.h"
#include "tests/contract/audit_log_contract.h"
#include "tests/database_under_test.h"

namespace hitokoe::incident {
namespace {

TEST_P(AuditLogContract, NumbersAndChainsOverAllStreams) {
  const auto first = log->append(draft(1, "keys"), at(1)).value();
  const auto second = log->append(draft(2, "registry"), at(2)).value();
  const auto third = log->append(draft(3, "keys"), at(3)).value();
  EXPECT_EQ(first.seq, 1U);
  EXPECT_EQ(first.previous, crypto::Digest{});
  EXPECT_EQ(second.seq, 2U);
  EXPECT_EQ(second.previous, first.hash);
  EXPECT_EQ(third.previous, second.hash);
  EXPECT_EQ(third.hash, event_hash(third));
  EXPECT_EQ(log->read("keys").value(), (std::vector<Event>{first, third}));
  EXPECT_EQ(log->read("registry").value(), std::vector<Event>{second});
  EXPECT_TRUE(log->read("nothing").value().empty());
}

TEST_P(AuditLogContract, GivesBackEveryByte) {
  Draft d{"local:山田", "account/a'b\"c", "account.made",
          R"({"text":"改行\n\u0000 and 'quotes' ½"})"};
  const auto written = log->append(d, UtcTime{Duration{1775000000123456}}).value();
  EXPECT_EQ(log->read("account/a'b\"c").value().at(0), written);
}

TEST_P(AuditLogContract, ForEachGivesOrderAndEndsAtTheFirstError) {
  for (int i = 1; i <= 5; ++i) ASSERT_TRUE(log->append(draft(i), at(i)));
  std::vector<std::uint64_t> seen;
  ASSERT_TRUE(log->for_each([&](const Event& e) -> Result<void> {
    seen.push_back(e.seq);
    return ok();
  }));
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{1, 2, 3, 4, 5}));
  seen.clear();
  const auto stopped = log->for_each([&](const Event& e) -> Result<void> {
    seen.push_back(e.seq);
    if (e.seq == 3) return fail(Errc::kCancelled, "enough", "enough");
    return ok();
  });
  EXPECT_EQ(stopped.error().code, Errc::kCancelled);
  EXPECT_EQ(seen.size(), 3U);
}

TEST_P(AuditLogContract, GivesWhatCameAfterASequenceNumber) {
  EXPECT_EQ(log->last_seq().value(), 0U);
  EXPECT_TRUE(log->after(0, 10).value().empty());
  std::vector<Event> all;
  for (int i = 1; i <= 5; ++i) {
    all.push_back(log->append(draft(i, i % 2 == 0 ? "keys" : "registry"), at(i)).value());
  }
  EXPECT_EQ(log->last_seq().value(), 5U);
  EXPECT_EQ(log->after(0, 10).value(), all);
  EXPECT_EQ(log->after(2, 2).value(), (std::vector<Event>{all[2], all[3]}));
  EXPECT_TRUE(log->after(5, 10).value().empty());
  EXPECT_TRUE(log->after(99, 10).value().empty());
  EXPECT_TRUE(log->after(0, 0).value().empty());
}

TEST_P(AuditLogContract, RefusesWhatIsNoEvent) {
  auto bad = draft(1);
  bad.body = "not json";
  EXPECT_EQ(log->append(bad, at(1)).error().code, Errc::kBadInput);
  EXPECT_EQ(log->append(draft(1), at(1)).value().seq, 1U);
}

TEST_P(AuditLogContract, CheckpointsOnlyWhatIsNewAndVerifies) {
  ASSERT_TRUE(log->checkpoint(service, at(0)));
  EXPECT_TRUE(log->checkpoints().value().empty());
  ASSERT_TRUE(log->append(draft(1), at(1)));
  ASSERT_TRUE(log->checkpoint(service, at(2)));
  ASSERT_TRUE(log->checkpoint(service, at(3)));
  ASSERT_EQ(log->checkpoints().value().size(), 1U);
  ASSERT_TRUE(log->append(draft(2), at(4)));
  ASSERT_TRUE(log->append(draft(3), at(4)));
  ASSERT_TRUE(log->checkpoint(service, at(5)));
  ASSERT_TRUE(log->append(draft(4), at(6)));

  AuditHead head;
  EXPECT_EQ(log->verify(service.public_key, &head).value(), std::nullopt);
  EXPECT_EQ(head.events, 4U);
  EXPECT_EQ(head.checkpoints, 2U);
  EXPECT_EQ(head.checkpoint_seq, 3U);
  EXPECT_EQ(head.hash, log->read("keys").value().back().hash);
}

TEST_P(AuditLogContract, AnotherServicesKeyDoesNotVerify) {
  ASSERT_TRUE(log->append(draft(1), at(1)));
  ASSERT_TRUE(log->checkpoint(service, at(2)));
  const auto other = crypto::make_sign_keys(random);
  const auto finding = log->verify(other.public_key).value();
  ASSERT_TRUE(finding.has_value());
  EXPECT_EQ(finding->kind, AuditFinding::Kind::kForgedCheckpoint);
}

TEST_P(AuditLogContract, ManyThreadsMakeOneChain) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        ASSERT_TRUE(log->append(draft(i, "stream/" + std::to_string(t)), at(i)));
      }
    });
  }
  for (auto& t : threads) t.join();
  AuditHead head;
  EXPECT_EQ(log->verify(service.public_key, &head).value(), std::nullopt);
  EXPECT_EQ(head.events, 100U);
  for (int t = 0; t < 4; ++t) {
    EXPECT_EQ(log->read("stream/" + std::to_string(t)).value().size(), 25U);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Every, AuditLogContract,
    ::testing::Values(
        AuditLogUnderTest{"memory", [] { return make_memory_audit_log(); }},
        AuditLogUnderTest{
            "sql", [] { return storage::make_audit_log(testing::open_own_database().value()); }}),
    [](const auto& p) { return std::string(p.param.name); });

}  // namespace
}  // namespace hitokoe::incident
