#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "hitokoe/base/crypto/hmac_batch.h"
#include "hitokoe/base/random.h"

namespace hitokoe::crypto {
namespace {

Block half_by_openssl(ByteView key, ByteView message) {
  Digest digest;
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), message.data(), message.size(),
       digest.data(), &size);
  EXPECT_EQ(size, digest.size());
  Block half;
  std::copy_n(digest.begin(), half.size(), half.begin());
  return half;
}

struct Messages {
  std::vector<HmacBlock> blocks;
  std::vector<Block> macs;
};

Messages messages(ByteView key, std::size_t n, SeededRandom& dice) {
  Messages out;
  for (std::size_t i = 0; i < n; ++i) {
    HmacBlock block;
    dice.fill(block.bytes);  // what stands behind the message is overwritten
    const std::size_t size = i < kMostInBlock + 1 ? i : dice.below(kMostInBlock + 1);
    out.macs.push_back(half_by_openssl(key, ByteView(block.bytes).first(size)));
    close_block(block, size);
    out.blocks.push_back(block);
  }
  return out;
}

TEST(HmacBlocks, AreOpenSslsInEveryWayThatThisProcessorHas) {
  SeededRandom dice(20261126);
  for (const std::size_t key_size :
       {std::size_t{1}, std::size_t{32}, std::size_t{64}, std::size_t{100}}) {
    Bytes key(key_size);
    dice.fill(key);
    const HmacKey ready = hmac_key(key);
    // Every length of a message, and random ones.
    const Messages made = messages(key, 300, dice);
    for (const HmacWay way : hmac_ways()) {
      std::vector<Block> out(made.blocks.size());
      hmac_blocks(way, ready, made.blocks, out);
      EXPECT_EQ(out, made.macs) << to_string(way) << ", key of " << key_size;
    }
  }
}

TEST(HmacBlocks, OfAnyNumberWriteTheirOwnPlacesOnly) {
  SeededRandom dice(7);
  const Bytes key(32, 9);
  const HmacKey ready = hmac_key(key);
  const Messages made = messages(key, 50, dice);
  const Block untouched = {0xa5, 1, 2, 3};
  for (const HmacWay way : hmac_ways()) {
    for (std::size_t n = 0; n <= made.blocks.size(); ++n) {
      std::vector<Block> out(n + 4, untouched);
      hmac_blocks(way, ready, std::span(made.blocks).first(n), std::span(out).first(n));
      for (std::size_t i = 0; i < n; ++i) {
        ASSERT_EQ(out[i], made.macs[i]) << to_string(way) << ' ' << i << " of " << n;
      }
      for (std::size_t i = n; i < out.size(); ++i) ASSERT_EQ(out[i], untouched) << to_string(way);
    }
  }
  std::vector<Block> out(made.blocks.size());
  hmac_blocks(ready, made.blocks, out);
  EXPECT_EQ(out, made.macs);
}

TEST(HmacBlocks, AreTheSameWhereTheirWordsAreCounted) {
  SeededRandom dice(8);
  const Bytes key(32, 3);
  const HmacKey ready = hmac_key(key);
  const Messages made = messages(key, 200, dice);
  for (std::size_t words = 1; words <= 14; ++words) {
    Messages fit;
    for (std::size_t i = 0; i < made.blocks.size(); ++i) {
      const auto& bytes = made.blocks[i].bytes;
      if (std::any_of(bytes.begin() + static_cast<std::ptrdiff_t>(4 * words), bytes.end() - 2,
                      [](std::uint8_t b) { return b != 0; })) {
        continue;
      }
      fit.blocks.push_back(made.blocks[i]);
      fit.macs.push_back(made.macs[i]);
    }
    ASSERT_FALSE(fit.blocks.empty());
    for (const HmacWay way : hmac_ways()) {
      std::vector<Block> out(fit.blocks.size());
      hmac_blocks(way, ready, fit.blocks, out, words);
      EXPECT_EQ(out, fit.macs) << to_string(way) << ", words: " << words;
    }
  }
}

TEST(HmacBlocks, CanAlwaysGoByOpenSsl) {
  ASSERT_FALSE(hmac_ways().empty());
  EXPECT_EQ(hmac_ways().back(), HmacWay::kOpenSsl);
}

}  // namespace
}  // namespace hitokoe::crypto
