#include "hitokoe/base/bytes.h"

#include <gtest/gtest.h>

#include "hitokoe/base/random.h"

namespace hitokoe {
namespace {

TEST(Base64, GivesTheVectorsOfRfc4648) {
  const std::pair<const char*, const char*> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : cases) {
    EXPECT_EQ(to_base64(as_bytes(plain)), coded);
    EXPECT_EQ(as_text(from_base64(coded).value()), plain);
  }
}

TEST(Base64, RefusesWhatNoEncoderWrites) {
  for (const char* text : {"Zg=", "Zg", "Z===", "Zh==", "Zm9=", "Zm 9", "Zg==Zg==", "=Zg="}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
}

TEST(Bytes, EverySpellingSurvivesARoundTrip) {
  SeededRandom random(1);
  for (std::size_t size = 0; size < 100; ++size) {
    Bytes bytes(size);
    random.fill(bytes);
    EXPECT_EQ(from_hex(to_hex(bytes)).value(), bytes);
    EXPECT_EQ(from_base64(to_base64(bytes)).value(), bytes);
    EXPECT_EQ(from_base64url(to_base64url(bytes)).value(), bytes);
  }
}

TEST(Hex, RefusesOddLengthAndOtherLetters) {
  EXPECT_FALSE(from_hex("abc"));
  EXPECT_FALSE(from_hex("0g"));
  EXPECT_EQ(from_hex("fF").value(), Bytes{0xff});
}

TEST(ByteReader, NeverReadsPastTheEndWhereverTheDataAreCut) {
  Bytes whole;
  put_u8(whole, 7);
  put_u16(whole, 0x1234);
  put_u32(whole, 0x89abcdef);
  put_u64(whole, 0x0123456789abcdef);
  put_string(whole, "一声");
  const auto read_all = [](ByteView data) -> Result<std::string> {
    ByteReader reader(data);
    TRY(const auto a, reader.get_u8());
    TRY(const auto b, reader.get_u16());
    TRY(const auto c, reader.get_u32());
    TRY(const auto d, reader.get_u64());
    EXPECT_EQ(a, 7);
    EXPECT_EQ(b, 0x1234);
    EXPECT_EQ(c, 0x89abcdef);
    EXPECT_EQ(d, 0x0123456789abcdefULL);
    return reader.get_string();
  };
  EXPECT_EQ(read_all(whole).value(), "一声");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto result = read_all(ByteView(whole).first(size));
    ASSERT_FALSE(result) << size;
    EXPECT_EQ(result.error().code, Errc::kCorrupt);
  }
}

}  // namespace
}  // namespace hitokoe
