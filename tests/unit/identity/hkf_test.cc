#include "hitokoe/identity/hkf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

#include "hitokoe/base/file.h"
#include "tests/scratch_folder.h"

namespace hitokoe::identity {
namespace {

using ::testing::HasSubstr;

class HkfTest : public ::testing::Test {
 protected:
  HkfHeader header() const {
    HkfHeader h;
    h.party = "callco";
    h.controller = "kou";
    h.delegation = "D1";
    h.snapshot = "S1";
    h.sequence = 7;
    h.as_of = parse_day("2026-06-30").value();
    h.epoch = 1;
    h.tables = tables_digest();
    h.key = {1, 2, 3, 4, 5, 6, 7, 8};
    h.columns = {FieldId::kRef, FieldId::kName, FieldId::kPhone};
    h.rejected = 2;
    return h;
  }

  std::vector<HkfRecord> records(std::size_t n) {
    std::vector<HkfRecord> out(n);
    for (std::size_t i = 0; i < n; ++i) {
      HkfRecord& r = out[i];
      random_.fill(r.u_ref);
      r.has_ref = i % 3 != 0;
      r.order = static_cast<std::uint32_t>(i);
      r.keys.resize(i % 5);
      for (auto& k : r.keys) {
        k.field = FieldId::kPhone;
        random_.fill(k.u);
      }
      r.checks.resize(i % 4);
      for (auto& c : r.checks) {
        c.field = FieldId::kName;
        c.tag = static_cast<std::uint32_t>(random_.u64());
      }
    }
    std::sort(out.begin(), out.end(),
              [](const auto& a, const auto& b) { return a.u_ref < b.u_ref; });
    return out;
  }

  Result<HkfHeader> write(const std::filesystem::path& path, const std::vector<HkfRecord>& list) {
    TRY(auto writer, HkfWriter::create(path, header(), service_.public_key, random_));
    for (const auto& r : list) {
      TRYV(writer.add(r));
    }
    return writer.finish(party_);
  }

  Result<HkfHeader> read(const std::filesystem::path& path, std::vector<HkfRecord>& into) {
    return read_hkf(path, service_, [&](const HkfRecord& r) -> Result<void> {
      into.push_back(r);
      return ok();
    });
  }

  static bool same(const HkfRecord& a, const HkfRecord& b) {
    const auto key = [](const HkfKey& x, const HkfKey& y) {
      return x.field == y.field && x.u == y.u;
    };
    const auto check = [](const HkfCheck& x, const HkfCheck& y) {
      return x.field == y.field && x.tag == y.tag;
    };
    return a.u_ref == b.u_ref && a.has_ref == b.has_ref && a.order == b.order &&
           std::equal(a.keys.begin(), a.keys.end(), b.keys.begin(), b.keys.end(), key) &&
           std::equal(a.checks.begin(), a.checks.end(), b.checks.begin(), b.checks.end(), check);
  }

  ScratchFolder dir_;
  SeededRandom random_{11};
  crypto::BoxKeyPair service_ = crypto::make_box_keys(random_);
  crypto::SignKeyPair party_ = crypto::make_sign_keys(random_);
};

TEST_F(HkfTest, GivesBackWhatWasWrittenOverManyBlocks) {
  const auto path = dir_ / "a.hkf";
  const auto list = records(5000);
  const auto written = write(path, list);
  ASSERT_TRUE(written) << written.error().detail;
  EXPECT_GT(written.value().body_bytes, 3U * 65536);
  EXPECT_EQ(dir_.files(), 1U);
  ASSERT_TRUE(verify_hkf(path));

  std::vector<HkfRecord> back;
  const auto h = read(path, back);
  ASSERT_TRUE(h) << h.error().detail;
  ASSERT_EQ(back.size(), list.size());
  for (std::size_t i = 0; i < list.size(); ++i) ASSERT_TRUE(same(list[i], back[i])) << i;
  EXPECT_EQ(h.value().party, "callco");
  EXPECT_EQ(h.value().controller, "kou");
  EXPECT_EQ(h.value().delegation, "D1");
  EXPECT_EQ(h.value().snapshot, "S1");
  EXPECT_EQ(h.value().sequence, 7U);
  EXPECT_EQ(format_day(h.value().as_of), "2026-06-30");
  EXPECT_EQ(h.value().key, header().key);
  EXPECT_EQ(h.value().columns, header().columns);
  EXPECT_EQ(h.value().records, 5000U);
  EXPECT_EQ(h.value().rejected, 2U);
  EXPECT_EQ(h.value().signer, party_.public_key);
  EXPECT_EQ(h.value().tables, tables_digest());
}

TEST_F(HkfTest, HoldsNoRecordsToo) {
  ASSERT_TRUE(write(dir_ / "a.hkf", {}));
  std::vector<HkfRecord> back;
  ASSERT_TRUE(read(dir_ / "a.hkf", back));
  EXPECT_TRUE(back.empty());
}

TEST_F(HkfTest, KeepsSeveralRecordsOfOneSubject) {
  auto list = records(2);
  list[1].u_ref = list[0].u_ref;
  ASSERT_TRUE(write(dir_ / "a.hkf", list));
  std::vector<HkfRecord> back;
  ASSERT_TRUE(read(dir_ / "a.hkf", back));
  EXPECT_EQ(back.size(), 2U);
}

TEST_F(HkfTest, RefusesRecordsOutOfOrderAndLeavesNothing) {
  auto list = records(2);
  std::swap(list[0], list[1]);
  const auto r = write(dir_ / "a.hkf", list);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Errc::kInternal);
  EXPECT_EQ(dir_.files(), 0U);
}

TEST_F(HkfTest, LeavesWhatStoodThereUntilTheNewFileIsComplete) {
  const auto path = dir_ / "a.hkf";
  ASSERT_TRUE(write(path, records(3)));
  const auto before = read_file(path).value();
  {
    auto writer = HkfWriter::create(path, header(), service_.public_key, random_);
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer.value().add(records(1)[0]));
  }
  EXPECT_EQ(read_file(path).value(), before);
  EXPECT_EQ(dir_.files(), 1U);
}

TEST_F(HkfTest, RefusesAFileThatWasCutAtAnyLength) {
  ASSERT_TRUE(write(dir_ / "a.hkf", records(4)));
  const auto whole = read_file(dir_ / "a.hkf").value();
  for (std::size_t n = 0; n < whole.size(); ++n) {
    dir_.put("cut.hkf", ByteView(whole).first(n));
    std::vector<HkfRecord> back;
    const auto r = read(dir_ / "cut.hkf", back);
    ASSERT_FALSE(r) << n;
    ASSERT_EQ(r.error().code, Errc::kCorrupt) << n;
    ASSERT_TRUE(back.empty()) << n;
    ASSERT_FALSE(verify_hkf(dir_ / "cut.hkf")) << n;
    ASSERT_FALSE(read_hkf_header(dir_ / "cut.hkf")) << n;
    if (n > 0) {
      ASSERT_THAT(r.error().detail, HasSubstr("was cut: it ends at byte " + std::to_string(n)));
    }
  }
}

TEST_F(HkfTest, RefusesAFileWithAnyByteAltered) {
  ASSERT_TRUE(write(dir_ / "a.hkf", records(4)));
  const auto whole = read_file(dir_ / "a.hkf").value();
  for (std::size_t i = 0; i < whole.size(); ++i) {
    auto altered = whole;
    altered[i] ^= static_cast<std::uint8_t>(1 + i % 255);
    dir_.put("b.hkf", altered);
    std::vector<HkfRecord> back;
    const auto r = read(dir_ / "b.hkf", back);
    ASSERT_FALSE(r) << i;
    ASSERT_TRUE(back.empty()) << i;
    ASSERT_FALSE(verify_hkf(dir_ / "b.hkf")) << i;
    ASSERT_THAT(r.error().detail, HasSubstr("b.hkf: "));
  }
}

TEST_F(HkfTest, SaysWhatIsWrong) {
  const auto path = dir_ / "a.hkf";
  ASSERT_TRUE(write(path, records(4)));
  const auto whole = read_file(path).value();
  const auto error_of = [&](Bytes bytes) {
    dir_.put("b.hkf", bytes);
    const auto r = verify_hkf(dir_ / "b.hkf");
    EXPECT_FALSE(r);
    return r ? Error{} : r.error();
  };
  EXPECT_THAT(error_of(Bytes(100, 'x')).detail, HasSubstr("not a fingerprint file"));
  EXPECT_THAT(error_of({}).detail, HasSubstr("not a fingerprint file"));
  auto newer = whole;
  newer[8] = 9;
  EXPECT_EQ(error_of(newer).code, Errc::kUnsupported);
  EXPECT_THAT(error_of(newer).detail, HasSubstr("format version 9; this program reads version 1"));
  auto header = whole;
  header[60] ^= 1;
  EXPECT_THAT(error_of(header).detail, HasSubstr("signature over its header does not hold"));
  auto body = whole;
  body.back() ^= 1;
  EXPECT_THAT(error_of(body).detail, HasSubstr("its digest does not hold"));
  auto longer = whole;
  longer.push_back(0);
  EXPECT_THAT(error_of(longer).detail, HasSubstr("1 bytes too many"));
  EXPECT_EQ(verify_hkf(dir_ / "none.hkf").error().code, Errc::kNotFound);
  EXPECT_EQ(verify_hkf(dir_.path()).error().code, Errc::kBadInput);
}

TEST_F(HkfTest, TellsWhoSignedAndWhoMayRead) {
  ASSERT_TRUE(write(dir_ / "a.hkf", records(2)));
  const auto other = crypto::make_sign_keys(random_);
  EXPECT_EQ(verify_hkf(dir_ / "a.hkf").value().signer, party_.public_key);
  EXPECT_NE(verify_hkf(dir_ / "a.hkf").value().signer, other.public_key);
  const auto elsewhere = crypto::make_box_keys(random_);
  const auto r =
      read_hkf(dir_ / "a.hkf", elsewhere, [](const HkfRecord&) -> Result<void> { return ok(); });
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Errc::kForbidden);
}

TEST_F(HkfTest, StopsAtTheFirstErrorOfTheCaller) {
  ASSERT_TRUE(write(dir_ / "a.hkf", records(9)));
  int seen = 0;
  const auto r = read_hkf(dir_ / "a.hkf", service_, [&](const HkfRecord&) -> Result<void> {
    if (++seen == 4) return fail(Errc::kLimit, "enough", "enough");
    return ok();
  });
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Errc::kLimit);
  EXPECT_EQ(seen, 4);
}

TEST_F(HkfTest, ReportsAFullDiskAndLeavesNothing) {
  // A limit on the size of files fails like a full disk does.
  struct rlimit old {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  const struct rlimit small { 100'000, old.rlim_max };
  std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto r = write(dir_ / "a.hkf", records(5000));
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, SIG_DFL);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Errc::kIo);
  EXPECT_EQ(dir_.files(), 0U);
}

}  // namespace
}  // namespace hitokoe::identity
