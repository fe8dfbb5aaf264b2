#include "hitokoe/identity/key_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "hitokoe/base/file.h"
#include "hitokoe/base/simulated_clock.h"
#include "tests/scratch_folder.h"

namespace hitokoe::identity {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr crypto::Argon2Cost kCheap{1, 64U << 10};

class KeyStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto made = KeyStore::init(data(), pass(), clock_, random_, kCheap);
    ASSERT_TRUE(made) << made.error().detail;
  }
  std::filesystem::path data() const { return dir_ / "var"; }
  std::filesystem::path file() const { return data() / "keys" / "keystore.json"; }
  static SecretText pass(const char* text = "correct horse") { return SecretText(text); }
  KeyStore open() {
    auto store = KeyStore::open(data(), pass(), clock_, random_);
    EXPECT_TRUE(store) << store.error().detail;
    return std::move(store).value();
  }
  std::string text() { return std::string(as_text(read_file(file()).value())); }

  ScratchFolder dir_;
  SimulatedClock clock_{parse_utc("2026-04-01T00:00:00Z").value()};
  SeededRandom random_{1};
};

TEST_F(KeyStoreTest, BeginsWithAnEpochAndTheServicesPairs) {
  auto store = open();
  EXPECT_THAT(store.live_epochs(), ElementsAre(1U));
  const auto sign = store.service_sign();
  ASSERT_TRUE(sign);
  EXPECT_TRUE(crypto::verify(sign.value().public_key, as_bytes("m"),
                             crypto::sign(sign.value(), as_bytes("m"))));
  const auto box = store.service_box();
  ASSERT_TRUE(box);
  const auto sealed = crypto::seal_to(box.value().public_key, as_bytes("m"));
  EXPECT_TRUE(crypto::open_box(box.value(), sealed));
  EXPECT_EQ(store.key256(KeyKind::kEpoch, "1").value().expose(),
            open().key256(KeyKind::kEpoch, "1").value().expose());
}

TEST_F(KeyStoreTest, IsNotMadeTwiceNorOpenedWithAnotherPassphrase) {
  EXPECT_EQ(KeyStore::init(data(), pass(), clock_, random_, kCheap).error().code, Errc::kExists);
  EXPECT_EQ(KeyStore::open(data(), pass("wrong"), clock_, random_).error().code,
            Errc::kUnauthorized);
  EXPECT_EQ(KeyStore::open(dir_ / "none", pass(), clock_, random_).error().code, Errc::kNotFound);
}

TEST_F(KeyStoreTest, MakesAKeyOnceAndKeepsIt) {
  auto store = open();
  EXPECT_EQ(store.get(KeyKind::kDelegation, "D1").error().code, Errc::kNotFound);
  const auto first = store.key128(KeyKind::kDelegation, "D1").value().clone();
  EXPECT_EQ(store.key128(KeyKind::kDelegation, "D1").value().expose(), first.expose());
  EXPECT_EQ(open().key128(KeyKind::kDelegation, "D1").value().expose(), first.expose());
  EXPECT_NE(store.key128(KeyKind::kDelegation, "D2").value().expose(), first.expose());
  EXPECT_EQ(store.key256(KeyKind::kDelegation, "D1").error().code, Errc::kCorrupt);
}

TEST_F(KeyStoreTest, AdoptsAKeyOnceAndNeverInPlaceOfAnotherOrADestroyedOne) {
  auto store = open();
  const Key256 key = crypto::random_key256(random_);
  ASSERT_TRUE(store.adopt(KeyKind::kStore, "S1", key.expose()));
  EXPECT_EQ(open().key256(KeyKind::kStore, "S1").value().expose(), key.expose());
  EXPECT_EQ(store.adopt(KeyKind::kStore, "S1", key.expose()).error().code, Errc::kExists);
  ASSERT_TRUE(store.destroy(KeyKind::kStore, "S1"));
  EXPECT_EQ(store.adopt(KeyKind::kStore, "S1", key.expose()).error().code, Errc::kExists);
  EXPECT_EQ(store.adopt(KeyKind::kStore, "", key.expose()).error().code, Errc::kUsage);
}

TEST_F(KeyStoreTest, NeverShowsAKeyInItsFile) {
  auto store = open();
  const auto key = store.get_or_make(KeyKind::kStore, "S1").value().expose();
  EXPECT_EQ(text().find(to_base64(key)), std::string::npos);
  EXPECT_EQ(text().find(to_hex(key)), std::string::npos);
  EXPECT_EQ(std::filesystem::status(file()).permissions() & std::filesystem::perms::all,
            std::filesystem::perms(0600));
}

TEST_F(KeyStoreTest, DestroysForGood) {
  auto store = open();
  ASSERT_TRUE(store.get_or_make(KeyKind::kStore, "S1"));
  ASSERT_TRUE(store.destroy(KeyKind::kStore, "S1"));
  ASSERT_TRUE(store.destroy(KeyKind::kStore, "S1"));
  for (auto* s : {&store}) {
    EXPECT_EQ(s->get(KeyKind::kStore, "S1").error().code, Errc::kForbidden);
    EXPECT_EQ(s->get_or_make(KeyKind::kStore, "S1").error().code, Errc::kForbidden);
    EXPECT_EQ(s->replace(KeyKind::kStore, "S1").error().code, Errc::kForbidden);
  }
  EXPECT_EQ(open().get(KeyKind::kStore, "S1").error().code, Errc::kForbidden);
  EXPECT_EQ(store.destroy(KeyKind::kStore, "S9").error().code, Errc::kNotFound);
  const auto entries = store.list();
  const auto it = std::find_if(entries.begin(), entries.end(),
                               [](const KeyEntry& e) { return e.name == "S1"; });
  ASSERT_NE(it, entries.end());
  EXPECT_TRUE(it->destroyed);
}

TEST_F(KeyStoreTest, RestoresABackupWithoutWhatWasDestroyedBeforeIt) {
  {
    auto store = open();
    ASSERT_TRUE(store.get_or_make(KeyKind::kStore, "gone"));
    ASSERT_TRUE(store.get_or_make(KeyKind::kStore, "kept"));
    ASSERT_TRUE(store.get_or_make(KeyKind::kIndex, "kou"));
    ASSERT_TRUE(store.get_or_make(KeyKind::kFilter, "all"));
    ASSERT_TRUE(store.destroy(KeyKind::kStore, "gone"));
    ASSERT_TRUE(store.backup(dir_ / "backup.json"));
  }
  const auto kept = open().get(KeyKind::kStore, "kept").value().expose();
  std::filesystem::remove_all(data());
  ASSERT_TRUE(KeyStore::restore(dir_ / "backup.json", data(), pass(), clock_, random_));
  auto store = open();
  EXPECT_EQ(store.get(KeyKind::kStore, "gone").error().code, Errc::kForbidden);
  EXPECT_EQ(store.get(KeyKind::kStore, "kept").value().expose(), kept);
  // Keys of caches are in no backup: the cache is built again under new ones.
  EXPECT_EQ(store.get(KeyKind::kIndex, "kou").error().code, Errc::kNotFound);
  EXPECT_EQ(store.get(KeyKind::kFilter, "all").error().code, Errc::kNotFound);
}

TEST_F(KeyStoreTest, DoesNotBringBackADestroyedKeyFromAnOlderBackup) {
  {
    auto store = open();
    ASSERT_TRUE(store.get_or_make(KeyKind::kStore, "S1"));
    ASSERT_TRUE(store.backup(dir_ / "older.json"));
    ASSERT_TRUE(store.destroy(KeyKind::kStore, "S1"));
    ASSERT_TRUE(store.get_or_make(KeyKind::kStore, "newer"));
  }
  ASSERT_TRUE(KeyStore::restore(dir_ / "older.json", data(), pass(), clock_, random_));
  auto store = open();
  EXPECT_EQ(store.get(KeyKind::kStore, "S1").error().code, Errc::kForbidden);
  EXPECT_TRUE(store.get(KeyKind::kStore, "newer"));
}

TEST_F(KeyStoreTest, RefusesABackupOfAnotherServiceOrWithAnotherPassphrase) {
  ASSERT_TRUE(open().backup(dir_ / "mine.json"));
  ASSERT_TRUE(KeyStore::init(dir_ / "other", pass(), clock_, random_, kCheap));
  EXPECT_EQ(
      KeyStore::restore(dir_ / "mine.json", dir_ / "other", pass(), clock_, random_).error().code,
      Errc::kConflict);
  EXPECT_EQ(KeyStore::restore(dir_ / "mine.json", dir_ / "third", pass("x"), clock_, random_)
                .error()
                .code,
            Errc::kUnauthorized);
}

TEST_F(KeyStoreTest, RotatesKeysAndEpochs) {
  auto store = open();
  const auto before = store.key128(KeyKind::kIndex, "kou").value().clone();
  ASSERT_TRUE(store.replace(KeyKind::kIndex, "kou"));
  EXPECT_NE(store.key128(KeyKind::kIndex, "kou").value().expose(), before.expose());
  EXPECT_EQ(store.replace(KeyKind::kIndex, "nobody").error().code, Errc::kNotFound);
  EXPECT_EQ(store.add_epoch().value(), 2U);
  EXPECT_EQ(store.add_epoch().value(), 3U);
  EXPECT_EQ(store.add_epoch().value(), 4U);
  EXPECT_EQ(store.add_epoch().error().code, Errc::kLimit);
  ASSERT_TRUE(store.destroy(KeyKind::kEpoch, "1"));
  EXPECT_EQ(store.add_epoch().value(), 5U);
  EXPECT_THAT(store.live_epochs(), ElementsAre(2U, 3U, 4U, 5U));
}

TEST_F(KeyStoreTest, SeesWhatAnotherProcessChanged) {
  auto one = open();
  auto two = open();
  const auto key = one.key128(KeyKind::kDelegation, "D1").value().clone();
  EXPECT_EQ(two.key128(KeyKind::kDelegation, "D1").value().expose(), key.expose());
  ASSERT_TRUE(two.destroy(KeyKind::kDelegation, "D1"));
  EXPECT_EQ(one.get(KeyKind::kDelegation, "D1").error().code, Errc::kForbidden);
}

TEST_F(KeyStoreTest, LosesNoKeyWhenProcessesWriteAtTheSameTime) {
  constexpr int kProcesses = 3;
  constexpr int kKeys = 8;
  for (int p = 0; p < kProcesses; ++p) {
    if (fork() == 0) {
      SystemRandom random;
      auto store = KeyStore::open(data(), pass(), clock_, random);
      bool all = bool(store);
      for (int k = 0; all && k < kKeys; ++k) {
        all = bool(store.value().get_or_make(KeyKind::kStore,
                                             std::to_string(p) + "-" + std::to_string(k))) &&
              bool(store.value().get_or_make(KeyKind::kStore, "shared-" + std::to_string(k)));
      }
      _exit(all ? 0 : 1);
    }
  }
  for (int p = 0; p < kProcesses; ++p) {
    int status = 0;
    ::wait(&status);
    EXPECT_EQ(status, 0);
  }
  const auto entries = open().list();
  EXPECT_EQ(std::count_if(entries.begin(), entries.end(),
                          [](const KeyEntry& e) { return e.kind == KeyKind::kStore; }),
            kProcesses * kKeys + kKeys);
}

TEST_F(KeyStoreTest, IsSafeFromManyThreads) {
  auto store = open();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&store] {
      for (int i = 0; i < 10; ++i) {
        EXPECT_TRUE(store.get_or_make(KeyKind::kIncident, std::to_string(i)));
      }
    });
  }
  for (auto& t : threads) t.join();
  EXPECT_EQ(store.list().size(), 3U + 10U);
}

TEST_F(KeyStoreTest, NoticesEveryAlteration) {
  {
    auto store = open();
    ASSERT_TRUE(store.get_or_make(KeyKind::kStore, "S1"));
    ASSERT_TRUE(store.get_or_make(KeyKind::kStore, "S2"));
    ASSERT_TRUE(store.destroy(KeyKind::kStore, "S2"));
    ASSERT_TRUE(store.enrol({"callco", {}, {}}));
  }
  const std::string whole = text();
  const auto opens = [&](const std::string& content) {
    dir_.put("var/keys/keystore.json", as_bytes(content));
    return KeyStore::open(data(), pass(), clock_, random_);
  };
  // Damage that keeps the JSON valid: a gravestone taken away, a name changed, an entry removed.
  std::string renamed = whole;
  renamed.replace(renamed.find("\"S1\""), 4, "\"S3\"");
  EXPECT_EQ(opens(renamed).error().code, Errc::kCorrupt);
  std::string revived = whole;
  const auto at = revived.find("\"destroyed\"");
  ASSERT_NE(at, std::string::npos);
  revived.replace(at, 11, "\"destroyeX\"");
  EXPECT_EQ(opens(revived).error().code, Errc::kCorrupt);
  for (std::size_t i = 0; i < whole.size(); i += 7) {
    std::string damaged = whole;
    damaged[i] = damaged[i] == 'a' ? 'b' : 'a';
    EXPECT_FALSE(opens(damaged)) << i;
    EXPECT_FALSE(opens(whole.substr(0, i))) << i;
  }
  EXPECT_TRUE(opens(whole));
}

TEST_F(KeyStoreTest, RefusesCostsThatWouldFillTheMemory) {
  std::string huge = text();
  const auto at = huge.find("\"memory\":");
  huge.replace(at, huge.find('}', at) - at,
               "\"memory\":9000000000000,\"salt\":\"AAAAAAAAAAAAAAAAAAAAAA==\"");
  dir_.put("var/keys/keystore.json", as_bytes(huge));
  EXPECT_EQ(KeyStore::open(data(), pass(), clock_, random_).error().code, Errc::kCorrupt);
}

TEST_F(KeyStoreTest, KeepsEnrolmentsAndReplacesOnlyWhenTold) {
  auto store = open();
  const auto box = crypto::make_box_keys(random_);
  const auto sign = crypto::make_sign_keys(random_);
  EXPECT_EQ(store.enrolment("callco").error().code, Errc::kNotFound);
  const Enrolment first{"callco", box.public_key, sign.public_key};
  ASSERT_TRUE(store.enrol(first));
  ASSERT_TRUE(store.enrol(first));
  Enrolment second = first;
  second.box[0] ^= 1;
  EXPECT_EQ(store.enrol(second).error().code, Errc::kConflict);
  EXPECT_EQ(open().enrolment("callco").value().box, first.box);
  ASSERT_TRUE(store.enrol(second, true));
  EXPECT_EQ(open().enrolment("callco").value().box, second.box);
  EXPECT_EQ(store.enrolments().size(), 1U);
}

}  // namespace
}  // namespace hitokoe::identity
