#include "hitokoe/identity/campaign_files.h"

#include <gtest/gtest.h>

#include "hitokoe/base/random.h"

namespace hitokoe::identity {
namespace {

class CampaignFilesTest : public ::testing::Test {
 protected:
  Fingerprint some() {
    Fingerprint f;
    random_.fill(f);
    return f;
  }
  // Refuses every cut and every altered byte of `file`.
  template <class Decode>
  void expect_fragile(const Bytes& file, const Decode& decode) {
    ASSERT_TRUE(decode(file));
    for (std::size_t i = 0; i < file.size(); ++i) {
      auto altered = file;
      altered[i] ^= 0x08;
      ASSERT_FALSE(decode(altered)) << i;
      ASSERT_FALSE(decode(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(i)))) << i;
    }
  }

  SeededRandom random_{3};
  crypto::SignKeyPair service_ = crypto::make_sign_keys(random_);
  crypto::SignKeyPair party_ = crypto::make_sign_keys(random_);
  crypto::BoxKeyPair campaign_ = crypto::make_box_keys(random_);
};

TEST_F(CampaignFilesTest, CarryAContactRequestWithItsSubjectsSorted) {
  ContactRequest r{"I1", "C1", "kou", "own:kou", 2, {9, 8, 7}, campaign_.public_key, {}};
  for (int i = 0; i < 5; ++i) r.subjects.push_back(some());
  const auto file = encode_request(r, service_);
  const auto back = decode_request(file, service_.public_key);
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(back.value().incident, "I1");
  EXPECT_EQ(back.value().campaign, "C1");
  EXPECT_EQ(back.value().controller, "kou");
  EXPECT_EQ(back.value().delegation, "own:kou");
  EXPECT_EQ(back.value().epoch, 2U);
  EXPECT_EQ(back.value().key, r.key);
  EXPECT_EQ(back.value().campaign_key, campaign_.public_key);
  std::sort(r.subjects.begin(), r.subjects.end());
  EXPECT_EQ(back.value().subjects, r.subjects);
  expect_fragile(file,
                 [&](const Bytes& f) { return bool(decode_request(f, service_.public_key)); });
  EXPECT_EQ(decode_request(file, party_.public_key).error().code, Errc::kForbidden);
}

TEST_F(CampaignFilesTest, CarryABundleThatOnlyTheCampaignOpens) {
  ContactBundle b{"I1", "C1", "kou", {}, {some()}};
  b.contacts.push_back({some(), "山田 太郎", "山田太郎", "t@example.jp", "+819012345678", "1350061",
                        "東京都江東区豊洲1-2-27"});
  const auto file = encode_bundle(b, campaign_.public_key, party_);
  const auto back = decode_bundle(file, campaign_, party_.public_key);
  ASSERT_TRUE(back) << back.error().detail;
  ASSERT_EQ(back.value().contacts.size(), 1U);
  EXPECT_EQ(back.value().contacts[0].u, b.contacts[0].u);
  EXPECT_EQ(back.value().contacts[0].name, "山田 太郎");
  EXPECT_EQ(back.value().contacts[0].name_key, "山田太郎");
  EXPECT_EQ(back.value().contacts[0].email, "t@example.jp");
  EXPECT_EQ(back.value().contacts[0].phone, "+819012345678");
  EXPECT_EQ(back.value().contacts[0].postal, "1350061");
  EXPECT_EQ(back.value().contacts[0].address, "東京都江東区豊洲1-2-27");
  EXPECT_EQ(back.value().unresolved, b.unresolved);
  expect_fragile(
      file, [&](const Bytes& f) { return bool(decode_bundle(f, campaign_, party_.public_key)); });
  EXPECT_FALSE(decode_bundle(file, crypto::make_box_keys(random_), party_.public_key));
  EXPECT_EQ(decode_bundle(file, campaign_, service_.public_key).error().code, Errc::kForbidden);
  const std::string_view text = as_text(file);
  EXPECT_EQ(text.find("example"), text.npos);
}

TEST_F(CampaignFilesTest, CarryAnApprovalRequestAndItsAnswer) {
  ApprovalRequest r{"I1",     "C1",     "kou",  3,    crypto::sha256(as_bytes("root")),
                    "お詫び", "Notice", "0120", 1000, 40,
                    {1, 2, 3}};
  const auto file = encode_approval_request(r, service_);
  const auto back = decode_approval_request(file, service_.public_key);
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(back.value().party, "kou");
  EXPECT_EQ(back.value().version, 3U);
  EXPECT_EQ(back.value().root, r.root);
  EXPECT_EQ(back.value().text_ja, "お詫び");
  EXPECT_EQ(back.value().text_en, "Notice");
  EXPECT_EQ(back.value().desk, "0120");
  EXPECT_EQ(back.value().recipients, 1000U);
  EXPECT_EQ(back.value().own_recipients, 40U);
  EXPECT_EQ(back.value().evidence, r.evidence);
  expect_fragile(
      file, [&](const Bytes& f) { return bool(decode_approval_request(f, service_.public_key)); });

  const Approval a{"I1", "C1", "kou", 3, r.root, parse_utc("2026-04-01T09:00:00Z").value()};
  const auto answer = encode_approval(a, party_);
  const auto read = decode_approval(answer, party_.public_key);
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read.value().root, a.root);
  EXPECT_EQ(read.value().at, a.at);
  EXPECT_EQ(read.value().version, 3U);
  expect_fragile(answer,
                 [&](const Bytes& f) { return bool(decode_approval(f, party_.public_key)); });
  EXPECT_EQ(decode_approval(answer, service_.public_key).error().code, Errc::kForbidden);
}

TEST_F(CampaignFilesTest, RefuseCountsThatCannotBeThere) {
  // A signed request whose count of subjects promises more than follows.
  ContactRequest r{"I1", "C1", "kou", "own:kou", 1, {}, campaign_.public_key, {}};
  auto file = encode_request(r, service_);
  const std::size_t content = file.size() - 44 - 64;
  Bytes lying(file.begin() + 44, file.begin() + static_cast<std::ptrdiff_t>(44 + content));
  for (std::size_t i = lying.size() - 8; i < lying.size(); ++i) lying[i] = 0xFF;
  Bytes head(file.begin(), file.begin() + 44);
  head.insert(head.end(), lying.begin(), lying.end());
  Bytes domain;
  put_bytes(domain, as_bytes(std::string_view("hitokoe envelope\0", 17)));
  put_bytes(domain, head);
  put_bytes(head, crypto::sign(service_, domain));
  const auto decoded = decode_request(head, service_.public_key);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, Errc::kCorrupt);
}

}  // namespace
}  // namespace hitokoe::identity
