#include <algorithm>
#include <vector>

#include "base/crypto/hmac_blocks_ways.h"
#include "base/crypto/hmac_lanes.h"
#include "hitokoe/base/crypto/hmac_batch.h"

namespace hitokoe::crypto {

namespace {

std::vector<HmacWay> ways_here() {
  std::vector<HmacWay> ways;
  if (lanes::available()) ways.push_back(HmacWay::kAvx512);
  if (sha_ni::available()) ways.push_back(HmacWay::kShaNi);
  if (lanes_avx2::available()) ways.push_back(HmacWay::kAvx2);
  ways.push_back(HmacWay::kOpenSsl);
  return ways;
}

void mac_sixteens(const HmacKey& key, std::span<const HmacBlock> blocks, std::size_t words,
                  std::span<Block> out) {
  using lanes::kLanes;
  std::size_t at = 0;
  for (; at + kLanes <= blocks.size(); at += kLanes) {
    lanes::mac_blocks(key, &blocks[at], words, &out[at]);
  }
  const std::size_t left = blocks.size() - at;
  if (left == 0) return;
  // What the lanes without a message give is not looked at.
  std::array<HmacBlock, kLanes> last;
  std::array<Block, kLanes> macs;
  for (std::size_t l = 0; l < kLanes; ++l) last[l] = blocks[at + (l < left ? l : 0)];
  lanes::mac_blocks(key, last.data(), words, macs.data());
  std::copy_n(macs.begin(), left, out.begin() + static_cast<std::ptrdiff_t>(at));
  wipe(last.data(), sizeof last);
}

void mac_one_by_one(const HmacKey& key, std::span<const HmacBlock> blocks, std::span<Block> out) {
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto& bytes = blocks[i].bytes;
    const std::size_t bits = static_cast<std::size_t>(bytes[62]) << 8 | bytes[63];
    const HmacTask task{&key, ByteView(bytes).first(bits / 8 - bytes.size())};
    Digest digest;
    hmac_many({&task, 1}, {&digest, 1});
    std::copy_n(digest.begin(), out[i].size(), out[i].begin());
  }
}

}  // namespace

std::span<const HmacWay> hmac_ways() {
  static const std::vector<HmacWay> ways = ways_here();
  return ways;
}

std::string_view to_string(HmacWay way) {
  switch (way) {
    case HmacWay::kAvx512:
      return "AVX-512, sixteen";
    case HmacWay::kShaNi:
      return "SHA-NI, two";
    case HmacWay::kAvx2:
      return "AVX2, eight";
    case HmacWay::kOpenSsl:
      break;
  }
  return "OpenSSL, one by one";
}

void hmac_blocks(HmacWay way, const HmacKey& key, std::span<const HmacBlock> blocks,
                 std::span<Block> out, std::size_t words) {
  switch (way) {
    case HmacWay::kAvx512:
      return mac_sixteens(key, blocks, words, out);
    case HmacWay::kShaNi:
      return sha_ni::mac_blocks(key, blocks.data(), blocks.size(), out.data());
    case HmacWay::kAvx2:
      return lanes_avx2::mac_blocks(key, blocks.data(), blocks.size(), out.data());
    case HmacWay::kOpenSsl:
      return mac_one_by_one(key, blocks, out);
  }
}

void hmac_blocks(const HmacKey& key, std::span<const HmacBlock> blocks, std::span<Block> out,
                 std::size_t words) {
  const auto ways = hmac_ways();
  // Sixteen lanes cost the same for one message: few go another way.
  const bool few = blocks.size() < 6 && ways[0] == HmacWay::kAvx512 && ways.size() > 1;
  hmac_blocks(few ? ways[1] : ways[0], key, blocks, out, words);
}

}  // namespace hitokoe::crypto
