#include "matcher/index/entries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hitokoe/base/crypto/sealed.h"
#include "hitokoe/base/file.h"
#include "tests/scratch_folder.h"

namespace hitokoe::matcher {
namespace {

using ::testing::HasSubstr;

class EntriesTest : public testing::Test {
 protected:
  std::shared_ptr<EntryBatch> batch(std::size_t records, std::size_t keys, std::size_t checks) {
    auto out = std::make_shared<EntryBatch>();
    for (std::size_t i = 0; i < records && !full(*out); ++i) append(*out, keys, checks);
    return out;
  }
  void append(EntryBatch& out, std::size_t keys, std::size_t checks) {
    random_.fill(out.y_ref.emplace_back());
    out.has_ref.push_back(out.size() % 2);
    out.order.push_back(static_cast<std::uint32_t>(out.size()));
    for (std::size_t k = 0; k < keys; ++k) {
      out.field.push_back(FieldId::kPhone);
      random_.fill(out.y.emplace_back());
    }
    for (std::size_t c = 0; c < checks; ++c) {
      out.checks.push_back({FieldId::kName, static_cast<std::uint32_t>(random_.below(1U << 31))});
    }
    out.key_at.push_back(static_cast<std::uint32_t>(out.y.size()));
    out.check_at.push_back(static_cast<std::uint32_t>(out.checks.size()));
  }
  void write(const std::vector<std::shared_ptr<EntryBatch>>& batches) {
    auto writer = EntryWriter::create(path(), "S1", 3, key_, random_);
    ASSERT_TRUE(writer);
    for (const auto& b : batches) writer.value().add(b);
    ASSERT_TRUE(writer.value().finish());
  }
  Result<void> read(std::vector<EntryBatch>& into, const std::string& snapshot = "S1") {
    return read_entries(path(), snapshot, 3, key_, [&](const EntryBatch& b) -> Result<void> {
      into.push_back(b);
      return ok();
    });
  }
  static bool same(const EntryBatch& a, const EntryBatch& b) {
    return a.y_ref == b.y_ref && a.has_ref == b.has_ref && a.order == b.order &&
           a.key_at == b.key_at && a.field == b.field && a.y == b.y && a.check_at == b.check_at &&
           std::ranges::equal(a.checks, b.checks, [](const auto& x, const auto& y) {
             return x.field == y.field && x.tag == y.tag;
           });
  }
  std::filesystem::path path() const { return scratch_ / "entries"; }

  ScratchFolder scratch_;
  SeededRandom random_{4};
  Key256 key_ = crypto::random_key256(random_);
};

TEST_F(EntriesTest, ComeBackAsTheyWereWritten) {
  const std::vector<std::shared_ptr<EntryBatch>> written = {batch(1, 0, 0), batch(3, 1, 0),
                                                            batch(2048, 12, 6), batch(7, 0, 5)};
  write(written);
  std::vector<EntryBatch> back;
  ASSERT_TRUE(read(back));
  ASSERT_EQ(back.size(), written.size());
  for (std::size_t i = 0; i < back.size(); ++i) EXPECT_TRUE(same(back[i], *written[i])) << i;
}

// As many values as a fingerprint file's record may have: the block stays far below what may be
// sealed at once.
TEST_F(EntriesTest, OfTheLargestRecordsAreHandedOnBeforeTheyAreTooMany) {
  const auto large = batch(kBatchRecords, 2048, 2048);
  EXPECT_LT(large->size(), kBatchRecords / 4);
  write({large});
  std::vector<EntryBatch> back;
  ASSERT_TRUE(read(back));
  ASSERT_EQ(back.size(), 1U);
  EXPECT_TRUE(same(back[0], *large));
  EXPECT_LT(std::filesystem::file_size(path()), 2 * kBatchBytes);
}

TEST_F(EntriesTest, AreRefusedWhenAnyByteIsAlteredOrTheFileIsCutOrAnothers) {
  write({batch(2, 2, 1), batch(1, 1, 1)});
  const Bytes whole = read_file(path()).value();
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Bytes bad = whole;
    bad[i] ^= static_cast<std::uint8_t>(1U << i % 8);
    scratch_.put("entries", bad);
    std::vector<EntryBatch> back;
    EXPECT_FALSE(read(back)) << "byte " << i;
    scratch_.put("entries", ByteView(whole).first(i));
    EXPECT_FALSE(read(back)) << "cut at " << i;
  }
  Bytes longer = whole;
  longer.push_back(0);
  scratch_.put("entries", longer);
  std::vector<EntryBatch> back;
  EXPECT_FALSE(read(back));
  scratch_.put("entries", whole);
  EXPECT_FALSE(read(back, "S2")) << "put in another's place";
  EXPECT_TRUE(read(back));
}

TEST_F(EntriesTest, OfAnEarlierReleaseAreNamedAsSuchNotAsDamage) {
  scratch_.put("entries", as_bytes("HKENT001 and what it held"));
  std::vector<EntryBatch> back;
  const auto r = read(back);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Errc::kUnsupported);
  EXPECT_THAT(r.error().detail, HasSubstr("earlier release"));
}

}  // namespace
}  // namespace hitokoe::matcher
