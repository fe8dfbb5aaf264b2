#include "hitokoe/net/onion.h"

#include <gtest/gtest.h>

#include <string>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/crypto/sha3.h"

namespace hitokoe::net {
namespace {

// The slow and obvious way: bit by bit.
std::string base32(ByteView bytes) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz234567";
  std::string out;
  for (std::size_t bit = 0; bit < bytes.size() * 8; bit += 5) {
    std::size_t value = 0;
    for (std::size_t i = bit; i < bit + 5; ++i) {
      value = value * 2 + (i < bytes.size() * 8 ? (bytes[i / 8] >> (7 - i % 8) & 1U) : 0U);
    }
    out += kLetters[value];
  }
  return out;
}

std::string name_of(std::uint8_t first, std::uint8_t version = 3) {
  Bytes key(32, 0x5a);
  key[0] = first;
  Bytes material;
  put_bytes(material, as_bytes(".onion checksum"));
  put_bytes(material, key);
  put_u8(material, version);
  const auto digest = crypto::sha3_256(material);
  put_bytes(key, ByteView(digest).first(2));
  put_u8(key, version);
  return base32(key);
}

std::string why(const std::string& host) {
  const auto checked = check_onion(host);
  if (checked) return "fine";
  EXPECT_EQ(checked.error().code, Errc::kForbidden);
  EXPECT_TRUE(checked.error().detail.starts_with("onion_name: ")) << checked.error().detail;
  return checked.error().detail.substr(12);
}

// FIPS 202, the empty message.
TEST(OnionName, DigestIsThatOfTheStandard) {
  EXPECT_EQ(to_hex(crypto::sha3_256({})),
            "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a");
}

TEST(OnionName, TakesNamesWhoseChecksumHolds) {
  for (int first = 0; first < 256; ++first) {
    const auto name = name_of(static_cast<std::uint8_t>(first));
    EXPECT_EQ(why(name + ".onion"), "fine");
    EXPECT_EQ(why("www." + name + ".onion"), "fine") << "a name below it";
  }
}

TEST(OnionName, RefusesEveryLetterThatWasMistyped) {
  const auto name = name_of(1);
  for (std::size_t at = 0; at < name.size(); ++at) {
    auto wrong = name;
    wrong[at] = wrong[at] == 'a' ? 'b' : 'a';
    EXPECT_NE(why(wrong + ".onion"), "fine") << at;
  }
}

TEST(OnionName, SaysWhatIsWrong) {
  const auto name = name_of(1);
  EXPECT_EQ(why(name_of(1, 4) + ".onion"), "version 4 instead of 3");
  EXPECT_EQ(why("abcdefghij234567.onion"),
            "a name of version 2, which the network no longer knows");
  EXPECT_EQ(why(name.substr(1) + ".onion"), "an onion name has 56 letters and digits, this one 55");
  EXPECT_EQ(why("onion"), "an onion name has 56 letters and digits, this one 0");
  EXPECT_EQ(why(".onion"), "an onion name has 56 letters and digits, this one 0");
  EXPECT_EQ(why("0" + name.substr(1) + ".onion"), "a sign other than a to z and 2 to 7");
  EXPECT_EQ(why("b" + name.substr(1) + ".onion"), "the checksum does not hold: a letter is wrong");
}

TEST(OnionName, KnowsWhatIsOne) {
  EXPECT_TRUE(is_onion("onion"));
  EXPECT_TRUE(is_onion("a.onion"));
  EXPECT_FALSE(is_onion("onion.example.jp"));
  EXPECT_FALSE(is_onion("scallonion"));
}

}  // namespace
}  // namespace hitokoe::net
