#include "hitokoe/identity/ceremony.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hitokoe/base/random.h"

namespace hitokoe::identity {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class CeremonyTest : public ::testing::Test {
 protected:
  IssuedKey issued() {
    IssuedKey key;
    key.party = "callco";
    key.controller = "kou";
    key.delegation = "D1";
    key.delegation_key = crypto::random_key128(random_);
    key.epochs.push_back({1, crypto::random_key256(random_)});
    key.epochs.push_back({2, crypto::random_key256(random_)});
    key.tables = tables_digest();
    key.items = {FieldId::kRef, FieldId::kPhone};
    key.service_sign = service_.public_key;
    key.service_box = crypto::make_box_keys(random_).public_key;
    key.issued = parse_utc("2026-04-01T00:00:00Z").value();
    return key;
  }

  SeededRandom random_{5};
  crypto::SignKeyPair service_ = crypto::make_sign_keys(random_);
  crypto::BoxKeyPair box_ = crypto::make_box_keys(random_);
  crypto::SignKeyPair sign_ = crypto::make_sign_keys(random_);
  Enrolment enrolment_{"callco", box_.public_key, sign_.public_key};
};

TEST_F(CeremonyTest, CarriesAnEnrolment) {
  const auto back = decode_enrolment(encode_enrolment(enrolment_, sign_));
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(back.value().party, "callco");
  EXPECT_EQ(back.value().box, box_.public_key);
  EXPECT_EQ(back.value().sign, sign_.public_key);
}

TEST_F(CeremonyTest, GivesAFingerprintToReadOutThatDependsOnEverything) {
  const auto fingerprint = enrolment_fingerprint(enrolment_);
  EXPECT_THAT(fingerprint, MatchesRegex("([0-9a-f]{4} ){7}[0-9a-f]{4}"));
  auto other = enrolment_;
  other.party = "otherco";
  EXPECT_NE(enrolment_fingerprint(other), fingerprint);
  other = enrolment_;
  other.box[0] ^= 1;
  EXPECT_NE(enrolment_fingerprint(other), fingerprint);
  other = enrolment_;
  other.sign[31] ^= 1;
  EXPECT_NE(enrolment_fingerprint(other), fingerprint);
}

TEST_F(CeremonyTest, RefusesAnEnrolmentCutOrAlteredAnywhere) {
  const auto file = encode_enrolment(enrolment_, sign_);
  for (std::size_t i = 0; i < file.size(); ++i) {
    auto altered = file;
    altered[i] ^= 0x40;
    EXPECT_FALSE(decode_enrolment(altered)) << i;
    EXPECT_FALSE(decode_enrolment(ByteView(file).first(i))) << i;
  }
  auto longer = file;
  longer.push_back(0);
  EXPECT_FALSE(decode_enrolment(longer));
}

TEST_F(CeremonyTest, RefusesAnEnrolmentSignedByAnotherKey) {
  const auto other = crypto::make_sign_keys(random_);
  const auto r = decode_enrolment(encode_enrolment(enrolment_, other));
  ASSERT_FALSE(r);
  EXPECT_THAT(r.error().detail, HasSubstr("not signed by the key it announces"));
}

TEST_F(CeremonyTest, RefusesKeysThatProtectNothing) {
  auto weak = enrolment_;
  weak.box = {};
  EXPECT_EQ(decode_enrolment(encode_enrolment(weak, sign_)).error().code, Errc::kCorrupt);
  weak.box = {1};
  EXPECT_EQ(decode_enrolment(encode_enrolment(weak, sign_)).error().code, Errc::kCorrupt);
  auto key = issued();
  key.service_box = {};
  EXPECT_EQ(decode_issued_key(encode_issued_key(key, enrolment_, service_), box_).error().code,
            Errc::kCorrupt);
}

TEST_F(CeremonyTest, CarriesAnIssuedKeyToItsPartyOnly) {
  const auto key = issued();
  const auto file = encode_issued_key(key, enrolment_, service_);
  const auto back = decode_issued_key(file, box_);
  ASSERT_TRUE(back) << back.error().detail;
  const IssuedKey& b = back.value();
  EXPECT_EQ(b.party, key.party);
  EXPECT_EQ(b.controller, key.controller);
  EXPECT_EQ(b.delegation, key.delegation);
  EXPECT_EQ(b.delegation_key.expose(), key.delegation_key.expose());
  ASSERT_EQ(b.epochs.size(), 2U);
  EXPECT_EQ(b.epochs[1].epoch, 2U);
  EXPECT_EQ(b.epochs[1].g.expose(), key.epochs[1].g.expose());
  EXPECT_EQ(b.tables, key.tables);
  EXPECT_EQ(b.items, key.items);
  EXPECT_EQ(b.service_sign, key.service_sign);
  EXPECT_EQ(b.service_box, key.service_box);
  EXPECT_EQ(b.issued, key.issued);

  const auto stranger = decode_issued_key(file, crypto::make_box_keys(random_));
  ASSERT_FALSE(stranger);
  EXPECT_EQ(stranger.error().code, Errc::kForbidden);
}

TEST_F(CeremonyTest, RefusesAnIssuedKeyCutOrAlteredAnywhere) {
  const auto file = encode_issued_key(issued(), enrolment_, service_);
  for (std::size_t i = 0; i < file.size(); ++i) {
    auto altered = file;
    altered[i] ^= 0x01;
    EXPECT_FALSE(decode_issued_key(altered, box_)) << i;
    EXPECT_FALSE(decode_issued_key(ByteView(file).first(i), box_)) << i;
  }
}

TEST_F(CeremonyTest, RefusesAKeyThatNamesAnotherServiceThanTheSigner) {
  auto key = issued();
  const auto other = crypto::make_sign_keys(random_);
  const auto r = decode_issued_key(encode_issued_key(key, enrolment_, other), box_);
  ASSERT_FALSE(r);
  EXPECT_THAT(r.error().detail, HasSubstr("not signed by the service it names"));
}

TEST_F(CeremonyTest, TellsKindsAndNewerFormatsApart) {
  const auto file = encode_enrolment(enrolment_, sign_);
  EXPECT_THAT(decode_issued_key(file, box_).error().detail, HasSubstr("of another kind"));
  EXPECT_THAT(decode_enrolment(as_bytes("PK\x03\x04")).error().detail,
              HasSubstr("not an enrolment request"));
  auto newer = file;
  newer[6] = 2;
  EXPECT_EQ(decode_enrolment(newer).error().code, Errc::kUnsupported);
  EXPECT_THAT(decode_enrolment(ByteView(file).first(60)).error().detail,
              HasSubstr("was cut: it ends at byte 60 of"));
}

}  // namespace
}  // namespace hitokoe::identity
