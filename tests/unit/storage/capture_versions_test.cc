// Captures that an earlier version wrote are read as ever.
#include <gtest/gtest.h>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/random.h"
#include "storage/blob/capture_file.h"

namespace hitokoe::storage {
namespace {

using crawler::CaptureMeta;

constexpr const char* kId = "cap-0123456789abcdef01234567";
constexpr const char* kDay = "2026-04-01";

CaptureMeta plain() {
  CaptureMeta meta;
  meta.id = kId;
  meta.source = "paste";
  meta.url = "https://paste.test/raw/1";
  meta.response_headers = {{"X", "y"}};
  meta.remote_address = "192.0.2.1:443";
  meta.size = 3;
  return meta;
}

// docs/storage.md: the key of the metadata.
Key256 key_of_meta(const Key256& key) {
  return Key256(crypto::Hmac(key.expose()).mac(as_bytes("meta\n" + std::string(kId))));
}

TEST(CaptureVersions, TheFirstIsReadWithoutWhatItDidNotKeep) {
  SystemRandom random;
  const auto key = crypto::random_key256(random);
  const auto day_key = crypto::random_key256(random);
  const auto file = seal_capture(plain(), as_bytes("abc"), key, kDay, day_key, random).value();
  auto parts = parse_capture(file, false).value();
  // The same metadata as version 1 wrote them: without two empty texts and a count at the end.
  auto old = crypto::open(key_of_meta(key), parts.sealed_meta, as_bytes(kId)).value();
  ASSERT_EQ(old[0], 2);
  old[0] = 1;
  old.resize(old.size() - 12);
  const auto sealed = crypto::seal(key_of_meta(key), old, as_bytes(kId), random);
  parts.sealed_meta = sealed;
  const auto meta = open_meta(parts, kId, key);
  ASSERT_TRUE(meta) << meta.error().detail;
  EXPECT_EQ(meta.value().url, plain().url);
  EXPECT_EQ(meta.value().response_headers, plain().response_headers);
  EXPECT_EQ(meta.value().circuit, "");
  EXPECT_TRUE(meta.value().certificates.empty());
}

TEST(CaptureVersions, OneThatIsNotKnownYetIsRefused) {
  SystemRandom random;
  const auto key = crypto::random_key256(random);
  const auto day_key = crypto::random_key256(random);
  const auto file = seal_capture(plain(), as_bytes("abc"), key, kDay, day_key, random).value();
  auto parts = parse_capture(file, false).value();
  auto later = crypto::open(key_of_meta(key), parts.sealed_meta, as_bytes(kId)).value();
  later[0] = 3;
  const auto sealed = crypto::seal(key_of_meta(key), later, as_bytes(kId), random);
  parts.sealed_meta = sealed;
  EXPECT_EQ(open_meta(parts, kId, key).error().code, Errc::kUnsupported);
}

}  // namespace
}  // namespace hitokoe::storage
