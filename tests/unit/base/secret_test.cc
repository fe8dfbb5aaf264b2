#include "hitokoe/base/secret.h"

#include <gtest/gtest.h>

#include <cstring>
#include <new>

namespace hitokoe {
namespace {

TEST(Secret, MemoryIsWipedOnDestruction) {
  alignas(Key256) unsigned char place[sizeof(Key256)];
  std::memset(place, 0, sizeof place);
  std::array<std::uint8_t, 32> value;
  value.fill(0xa5);
  auto* key = new (place) Key256(value);
  EXPECT_EQ(place[0], 0xa5);
  key->~Key256();
  for (const unsigned char byte : place) EXPECT_EQ(byte, 0);
}

TEST(Secret, AMovedFromSecretIsEmptyOfIt) {
  SecretText short_text(std::string("short"));  // fits into the string object itself
  const SecretText taken = std::move(short_text);
  EXPECT_EQ(taken.expose(), "short");
  std::array<std::uint8_t, 16> value;
  value.fill(9);
  Key128 key(value);
  const Key128 other = std::move(key);
  EXPECT_EQ(other.expose()[0], 9);
  EXPECT_EQ(key.expose()[0], 0);  // NOLINT: reading after the move is the point
}

}  // namespace
}  // namespace hitokoe
