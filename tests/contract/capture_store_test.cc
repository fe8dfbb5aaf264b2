// What every CaptureStore must do, whatever keeps it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "hitokoe/base/simulated_clock.h"
#include "hitokoe/crawler/capture.h"
#include "hitokoe/storage/captures.h"
#include "tests/contract/stores_under_test.h"
#include "tests/scratch_folder.h"

namespace hitokoe::storage {
namespace {

using crawler::CaptureMeta;
using crawler::CaptureStore;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

CaptureMeta meta_of(const std::string& id, std::uint64_t size, int second = 0) {
  CaptureMeta meta;
  meta.id = id;
  meta.source = "paste";
  meta.item = "項目/1?x=\"y\"";
  meta.url = "https://paste.example/raw/1";
  meta.final_url = std::string("https://paste.example/\0raw", 26);
  meta.fetched =
      UtcTime(std::chrono::seconds(1'775'000'000 + second) + std::chrono::microseconds(7));
  meta.status = 200;
  meta.request_headers = {{"User-Agent", "hitokoe"}};
  meta.response_headers = {
      {"Set-Cookie", "a"}, {"Set-Cookie", "b"}, {"X", std::string(70'000, 'x')}};
  meta.content_type = "text/plain; charset=Shift_JIS";
  meta.remote_address = "127.0.0.1";
  meta.circuit = "hitokoe-0123";
  meta.protocol = "HTTP/2";
  meta.certificates = {std::string(64, 'b'), std::string(64, 'c')};
  meta.sha256 = std::string(64, 'a');
  meta.size = size;
  meta.cut = true;
  meta.cut_reason = "cap";
  return meta;
}

class CaptureStoreContract : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const SecretText passphrase{std::string("test")};
    ASSERT_TRUE(identity::KeyStore::init(folder.path(), passphrase, clock, random,
                                         {.ops = 1, .memory_bytes = 8192}));
    keys.emplace(identity::KeyStore::open(folder.path(), passphrase, clock, random).value());
    open();
  }
  bool on_disk() const { return std::string_view(GetParam()) == "Files"; }
  void open() {
    if (on_disk()) {
      store = make_capture_store(folder.path(), *keys, clock, random);
    } else if (store == nullptr) {
      store = make_memory_capture_store();
    }
  }

  ScratchFolder folder;
  SimulatedClock clock{UtcTime(std::chrono::seconds(1'775'000'000))};
  SystemRandom random;
  std::optional<identity::KeyStore> keys;
  std::unique_ptr<CaptureStore> store;
};

TEST_P(CaptureStoreContract, GivesBackBytesAndMetadataAsTheyWerePut) {
  Bytes body(200'000);
  random.fill(body);
  const auto meta = meta_of("cap-0123456789abcdef01234567", body.size());
  ASSERT_TRUE(store->put(meta, body));
  open();
  EXPECT_EQ(store->read(meta.id).value(), body);
  const auto found = store->meta(meta.id).value();
  EXPECT_EQ(found.id, meta.id);
  EXPECT_EQ(found.source, meta.source);
  EXPECT_EQ(found.item, meta.item);
  EXPECT_EQ(found.url, meta.url);
  EXPECT_EQ(found.final_url, meta.final_url);
  EXPECT_EQ(found.fetched, meta.fetched);
  EXPECT_EQ(found.status, meta.status);
  EXPECT_EQ(found.request_headers, meta.request_headers);
  EXPECT_EQ(found.response_headers, meta.response_headers);
  EXPECT_EQ(found.content_type, meta.content_type);
  EXPECT_EQ(found.remote_address, meta.remote_address);
  EXPECT_EQ(found.circuit, meta.circuit);
  EXPECT_EQ(found.protocol, meta.protocol);
  EXPECT_EQ(found.certificates, meta.certificates);
  EXPECT_EQ(found.sha256, meta.sha256);
  EXPECT_EQ(found.size, meta.size);
  EXPECT_EQ(found.cut, meta.cut);
  EXPECT_EQ(found.cut_reason, meta.cut_reason);
}

TEST_P(CaptureStoreContract, KeepsEverySizeAroundTheChunkOfTheSeal) {
  for (const std::size_t size : {0U, 1U, 65'535U, 65'536U, 65'537U, 131'072U}) {
    Bytes body(size);
    random.fill(body);
    const auto id = "cap-" + std::to_string(size);
    ASSERT_TRUE(store->put(meta_of(id, size), body));
    EXPECT_EQ(store->read(id).value(), body) << size;
  }
}

TEST_P(CaptureStoreContract, TheSameIdAgainChangesNothing) {
  ASSERT_TRUE(store->put(meta_of("cap-a", 3), as_bytes("one")));
  auto later = meta_of("cap-a", 3, 86'400);
  later.url = "https://other/";
  ASSERT_TRUE(store->put(later, as_bytes("two")));
  open();
  ASSERT_TRUE(store->put(later, as_bytes("two")));
  EXPECT_EQ(as_text(store->read("cap-a").value()), "one");
  EXPECT_EQ(store->meta("cap-a").value().url, "https://paste.example/raw/1");
  EXPECT_THAT(store->list().value(), ElementsAre("cap-a"));
}

TEST_P(CaptureStoreContract, ListsTheOldestFirst) {
  EXPECT_THAT(store->list().value(), IsEmpty());
  ASSERT_TRUE(store->put(meta_of("cap-c", 1, 5), as_bytes("x")));
  ASSERT_TRUE(store->put(meta_of("cap-a", 1, 400'000), as_bytes("x")));
  ASSERT_TRUE(store->put(meta_of("cap-b", 1, 5), as_bytes("x")));
  ASSERT_TRUE(store->put(meta_of("cap-d", 1, -400'000), as_bytes("x")));
  open();
  EXPECT_THAT(store->list().value(), ElementsAre("cap-d", "cap-b", "cap-c", "cap-a"));
}

TEST_P(CaptureStoreContract, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(store->read("cap-x").error().code, Errc::kNotFound);
  EXPECT_EQ(store->meta("../../etc/passwd").error().code, Errc::kNotFound);
  EXPECT_EQ(store->keep_for_incident("cap-x", "INC-1").error().code, Errc::kNotFound);
}

TEST_P(CaptureStoreContract, RefusesASizeThatIsNotTheBodys) {
  EXPECT_EQ(store->put(meta_of("cap-a", 2), as_bytes("one")).error().code, Errc::kBadInput);
  EXPECT_THAT(store->list().value(), IsEmpty());
}

TEST_P(CaptureStoreContract, KeepingForAnIncidentIsIdempotent) {
  ASSERT_TRUE(store->put(meta_of("cap-a", 3), as_bytes("one")));
  ASSERT_TRUE(store->keep_for_incident("cap-a", "INC-1"));
  ASSERT_TRUE(store->keep_for_incident("cap-a", "INC-1"));
  ASSERT_TRUE(store->keep_for_incident("cap-a", "INC-2"));
  EXPECT_EQ(as_text(store->read("cap-a").value()), "one");
}

TEST_P(CaptureStoreContract, ThreadsMayPutTheSameAndOthers) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this] {
      for (int i = 0; i < 8; ++i) {
        const auto body = std::to_string(i);
        ASSERT_TRUE(store->put(meta_of("cap-" + body, body.size(), i), as_bytes(body)));
        EXPECT_EQ(as_text(store->read("cap-" + body).value()), body);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(store->list().value().size(), 8U);
}

INSTANTIATE_TEST_SUITE_P(Stores, CaptureStoreContract, ::testing::Values("Memory", "Files"),
                         [](const auto& c) { return std::string(c.param); });

}  // namespace
}  // namespace hitokoe::storage
