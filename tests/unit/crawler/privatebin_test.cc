// Pastes that only their link opens, against answers that another implementation made (Python's
// hashlib, zlib and cryptography, from made-up texts).
#include <gtest/gtest.h>

#include "crawler/adapters/privatebin_paste.h"
#include "tests/unit/crawler/reading.h"

namespace hitokoe::crawler {
namespace {

using What = ItemReading::What;

constexpr const char* kKey =
    "cKfu2r7WnYLRJ52od1mLfjQsswNKXbneXM9GpP7K";  // its secret begins with two zeros
constexpr std::string_view kPaste =
    R"({"status": 0, "id": "0123456789abcdef", "url": "/?0123456789abcdef", "adata": [["AAECAwQFBgcICQoLDA0ODw==", "AAECAwQFBgc=", 1000, 256, 128, "aes", "gcm", "zlib"], "plaintext", 0, 0], "v": 2, "ct": "PPlAMJixeyF2IBuvJgfYRAbewcqjIyuontbaiG2ZlNO895ou4IDMiJsevJS7DNTXia1jzZUqn/GNKn4f4IWON5XXtg8/HDZE5J+W1ODC", "meta": {"time_to_live": 100}, "comments": []})";
constexpr const char* kBurnKey = "4zkdtvhQbhJwsqukzUFXrVajsLGKDrhXmbsBGeuVG9q";
constexpr std::string_view kBurn =
    R"({"status": 0, "id": "0123456789abcdef", "url": "/?0123456789abcdef", "adata": [["AAECAwQFBgcICQoLDA0ODw==", "AAECAwQFBgc=", 1000, 256, 128, "aes", "gcm", "none"], "plaintext", 0, 1], "v": 2, "ct": "tjRn0zeKmFf4hYzHA6hjIvKCIrlUBdj/pwpLbrdsKaRWT/v0JTETlhbcM5Vd3CoHzkuUktCB9EK9H4Owv86Uq7S9yMfzLxcCMzXnDvPTGA+6HXYA3oaDqfM8IHMSu4v3qnEnu/WusFaTDwc=", "meta": {"time_to_live": 100}, "comments": []})";

Source site(const std::string& more = "") {
  return source_of("privatebin", "https://bin.test/", more);
}

ItemReading opened(std::string_view answer, const std::string& key) {
  const auto s = site();
  return s.adapter->read_item(s, {200, {}, as_bytes(answer), net::Cut::kNone, s.url},
                              "https://bin.test/?0123456789abcdef#" + key, "");
}

TEST(PrivateBin, OpensAPasteWithTheKeyOfItsLink) {
  const auto reading = opened(kPaste, kKey);
  EXPECT_EQ(reading.what, What::kTaken);
  EXPECT_EQ(text_of(reading), "氏名,電話番号\n甲野太郎,090-0000-0000\n");
  EXPECT_EQ(reading.reason, "");
}

TEST(PrivateBin, GivesAttachmentsAndTellsWhatWasBurnt) {
  const auto reading = opened(kBurn, kBurnKey);
  ASSERT_EQ(reading.pieces.size(), 2u);
  EXPECT_EQ(as_text(reading.pieces[0].body), "two");
  EXPECT_EQ(reading.pieces[1].name, "attachment");
  EXPECT_EQ(reading.pieces[1].content_type, "text/csv");
  EXPECT_EQ(as_text(reading.pieces[1].body), "a,b\n");
  EXPECT_EQ(reading.reason, "burnt");
}

TEST(PrivateBin, AnotherKeyAChangedTextOrAStrangeAnswerOpensNothing) {
  EXPECT_EQ(opened(kPaste, kBurnKey).reason, "wrong_key");
  EXPECT_EQ(opened(kPaste, kBurnKey).what, What::kRefused);
  EXPECT_EQ(opened(kPaste, kBurnKey).pieces.size(), 1u) << "kept as it came";
  std::string changed(kPaste);
  changed.replace(changed.find("plaintext"), 9, "markdown!");
  EXPECT_EQ(opened(changed, kKey).reason, "wrong_key");
  EXPECT_EQ(opened(R"({"status":1,"message":"Document does not exist"})", kKey).what, What::kGone);
  EXPECT_EQ(opened("<html>", kKey).what, What::kBlind);
  EXPECT_EQ(opened(R"({"status":0})", kKey).what, What::kBlind);
  for (const char* iterations : {"0", "-1", "99999999", "\"x\""}) {
    std::string strange(kPaste);
    strange.replace(strange.find("1000"), 4, iterations);
    EXPECT_NE(opened(strange, kKey).what, What::kTaken) << iterations;
  }
}

TEST(PrivateBin, FollowsLinksWithTheirKeysAndNeverSendsThem) {
  const auto s = site();
  const std::string link = "https://bin.test/?0123456789abcdef#" + std::string(kKey);
  const auto found = s.adapter->linked(s, link);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->key, "0123456789abcdef");
  EXPECT_EQ(found->url, link);
  const auto ask = s.adapter->ask_item(s, link, "");
  EXPECT_EQ(ask.url, "https://bin.test/?0123456789abcdef");
  EXPECT_EQ(ask.headers[0].first, "X-Requested-With");
  EXPECT_EQ(ask.refused, "");
  EXPECT_FALSE(s.adapter->linked(s, "https://bin.test/?short#k"));
  EXPECT_FALSE(s.adapter->linked(s, "https://other.test/?0123456789abcdef#k"));
  EXPECT_EQ(s.adapter->ask_item(s, "https://bin.test/?0123456789abcdef", "").refused, "no_key");
}

TEST(PrivateBin, WhatReadingWouldDeleteIsLeftUnlessItIsWanted) {
  const std::string link = "https://bin.test/?0123456789abcdef#-" + std::string(kKey);
  const auto leave = site();
  EXPECT_EQ(leave.adapter->ask_item(leave, link, "").refused, "burn_after_reading");
  const auto fetch = site("    burn_after_reading: fetch\n");
  EXPECT_EQ(fetch.adapter->ask_item(fetch, link, "").refused, "");
  EXPECT_EQ(text_of(fetch.adapter->read_item(
                fetch, {200, {}, as_bytes(kPaste), net::Cut::kNone, fetch.url}, link, "")),
            text_of(opened(kPaste, kKey)));
}

TEST(PrivateBin, SecretsAreThirtyTwoBytes) {
  EXPECT_EQ(to_hex(privatebin_secret("11").value()), std::string(64, '0'));
  EXPECT_EQ(to_hex(privatebin_secret("21").value()), std::string(62, '0') + "3a");
  for (const char* wrong : {"", "0", "l", "-2", "a b"}) EXPECT_FALSE(privatebin_secret(wrong));
  EXPECT_FALSE(privatebin_secret(std::string(50, 'z')));
}

}  // namespace
}  // namespace hitokoe::crawler
