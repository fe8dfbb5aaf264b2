// What only the store on files must do: encryption, keys that are destroyed, damage, full disks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "hitokoe/base/file.h"
#include "hitokoe/base/simulated_clock.h"
#include "hitokoe/crawler/capture_index.h"
#include "hitokoe/crawler/capture_keeping.h"
#include "hitokoe/storage/captures.h"
#include "storage/blob/new_file.h"
#include "tests/scratch_folder.h"

namespace hitokoe::storage {
namespace {

namespace fs = std::filesystem;
using crawler::CaptureMeta;
using identity::KeyKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr std::string_view kBody = "顧客番号,氏名\n1,山田太郎\n";
constexpr const char* kId = "cap-0123456789abcdef01234567";

CaptureMeta meta_of(const std::string& id, std::uint64_t size) {
  CaptureMeta meta;
  meta.id = id;
  meta.source = "paste";
  meta.url = "https://paste.example/raw/secret-path";
  meta.fetched = parse_utc("2026-04-01T16:00:00Z").value();  // the next day in Japan
  meta.size = size;
  return meta;
}

class CaptureFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    keys.emplace(new_keys(folder.path()));
    open();
    ASSERT_TRUE(store->put(meta_of(kId, kBody.size()), as_bytes(kBody)));
  }
  identity::KeyStore new_keys(const fs::path& data) {
    const SecretText passphrase{std::string("test")};
    EXPECT_TRUE(identity::KeyStore::init(data, passphrase, clock, random,
                                         {.ops = 1, .memory_bytes = 8192}));
    return identity::KeyStore::open(data, passphrase, clock, random).value();
  }
  void open() { store = make_capture_store(folder.path(), *keys, clock, random); }
  static Result<bool> has(crawler::CaptureStore& in, const std::string& id) {
    return dynamic_cast<crawler::CaptureIndex&>(in).has(id);
  }

  crawler::CaptureKeeping& keeping() { return dynamic_cast<crawler::CaptureKeeping&>(*store); }

  fs::path day() const { return folder.path() / "captures" / "2026" / "04" / "02"; }
  std::vector<fs::path> files() const {
    std::vector<fs::path> all;
    for (const auto& entry : fs::recursive_directory_iterator(folder.path() / "captures")) {
      if (entry.is_regular_file()) all.push_back(entry.path());
    }
    return all;
  }
  void replace(const Bytes& content) {
    std::ofstream out(files().front(), std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(content.data()),
              static_cast<std::streamsize>(content.size()));
  }

  ScratchFolder folder;
  SimulatedClock clock{parse_utc("2026-04-01T16:00:00Z").value()};
  SystemRandom random;
  std::optional<identity::KeyStore> keys;
  std::unique_ptr<crawler::CaptureStore> store;
};

TEST_F(CaptureFiles, OneFileInTheFolderOfItsJapaneseDayForItsOwnerOnly) {
  ASSERT_THAT(files(), SizeIs(1));
  EXPECT_EQ(files().front().parent_path(), day());
  struct stat info {};
  ASSERT_EQ(::stat(files().front().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  ASSERT_EQ(::stat(day().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700U);
}

TEST_F(CaptureFiles, NothingOfItCanBeReadInTheFile) {
  const auto content = read_file(files().front()).value();
  for (const auto* secret : {"山田", "paste", "secret-path", "1,"})
    EXPECT_EQ(as_text(content).find(secret), std::string_view::npos) << secret;
}

TEST_F(CaptureFiles, DestroyingTheDaysKeyDestroysWhatNoIncidentKeeps) {
  ASSERT_TRUE(store->put(meta_of("cap-kept", kBody.size()), as_bytes(kBody)));
  ASSERT_TRUE(store->keep_for_incident("cap-kept", "INC-1"));
  ASSERT_TRUE(keys->destroy(KeyKind::kCaptureDay, "2026-04-02"));
  open();
  EXPECT_EQ(store->read(kId).error().code, Errc::kForbidden);
  EXPECT_EQ(store->meta(kId).error().code, Errc::kForbidden);
  EXPECT_EQ(store->keep_for_incident(kId, "INC-1").error().code, Errc::kForbidden);
  EXPECT_EQ(as_text(store->read("cap-kept").value()), kBody);
  EXPECT_EQ(store->meta("cap-kept").value().url, "https://paste.example/raw/secret-path");
  ASSERT_TRUE(store->keep_for_incident("cap-kept", "INC-2")) << "with the key of the first";
  ASSERT_TRUE(keys->destroy(KeyKind::kIncident, "INC-1"));
  EXPECT_EQ(as_text(store->read("cap-kept").value()), kBody);
  ASSERT_TRUE(keys->destroy(KeyKind::kIncident, "INC-2"));
  EXPECT_EQ(store->read("cap-kept").error().code, Errc::kForbidden);
  EXPECT_EQ(store->put(meta_of("cap-late", 1), as_bytes("x")).error().code, Errc::kForbidden);
}

TEST_F(CaptureFiles, TheKeyOfAnIncidentThatLetGoOfItOpensItNoMore) {
  for (const auto* incident : {"INC-1", "INC-2", "INC-3"}) {
    ASSERT_TRUE(store->keep_for_incident(kId, incident));
  }
  ASSERT_TRUE(keys->destroy(KeyKind::kCaptureDay, "2026-04-02"));
  std::vector<std::string> asked;
  ASSERT_TRUE(keeping().let_go(kId, [&](const std::string& incident) {
    asked.push_back(incident);
    return Result<bool>(incident == "INC-2");
  }));
  EXPECT_THAT(asked, ::testing::UnorderedElementsAre("INC-1", "INC-1", "INC-2", "INC-3", "INC-3"));
  open();
  EXPECT_EQ(as_text(store->read(kId).value()), kBody);
  ASSERT_TRUE(keys->destroy(KeyKind::kIncident, "INC-2"));
  EXPECT_EQ(store->read(kId).error().code, Errc::kForbidden) << "INC-1 and INC-3 have their keys";
}

TEST_F(CaptureFiles, LettingGoOfWhatIsKeptForNobodyOrIsNotThereIsSuccess) {
  const auto nobody = [](const std::string&) { return Result<bool>(false); };
  EXPECT_TRUE(keeping().let_go(kId, nobody));
  EXPECT_TRUE(keeping().let_go("cap-x", nobody));
  EXPECT_TRUE(keeping().let_go("../../etc", nobody));
  ASSERT_TRUE(store->keep_for_incident(kId, "INC-1"));
  EXPECT_TRUE(keeping().let_go(kId, nobody));
  EXPECT_EQ(as_text(store->read(kId).value()), kBody) << "its day is not over";
}

TEST_F(CaptureFiles, ItStaysKeptWhereItComesToTheIncidentAtThatMoment) {
  ASSERT_TRUE(store->keep_for_incident(kId, "INC-1"));
  ASSERT_TRUE(keys->destroy(KeyKind::kCaptureDay, "2026-04-02"));
  int asked = 0;
  ASSERT_TRUE(keeping().let_go(kId, [&](const std::string&) { return Result<bool>(++asked > 1); }));
  EXPECT_EQ(as_text(store->read(kId).value()), kBody);
  EXPECT_EQ(store
                ->let_go(kId,
                         [](const std::string&) -> Result<bool> {
                           return fail(Errc::kIo, "no answer", "no answer");
                         })
                .error()
                .code,
            Errc::kIo);
  EXPECT_EQ(as_text(store->read(kId).value()), kBody) << "what cannot be told stays";
}

TEST_F(CaptureFiles, EveryAlteredByteIsNoticed) {
  const auto good = read_file(files().front()).value();
  for (std::size_t at = 0; at < good.size(); ++at) {
    auto bad = good;
    bad[at] ^= 0x20;
    replace(bad);
    const auto read = store->read(kId);
    ASSERT_FALSE(read) << at;
    EXPECT_EQ(read.error().code, Errc::kCorrupt) << at << ": " << read.error().detail;
    EXPECT_THAT(read.error().detail, HasSubstr(kId));
  }
}

TEST_F(CaptureFiles, EveryCutAndEveryAddedByteIsNoticed) {
  const auto good = read_file(files().front()).value();
  for (std::size_t size = 0; size < good.size(); ++size) {
    replace(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)));
    const auto read = store->read(kId);
    ASSERT_FALSE(read) << size;
    EXPECT_EQ(read.error().code, Errc::kCorrupt) << size;
  }
  auto longer = good;
  longer.push_back(0);
  replace(longer);
  EXPECT_EQ(store->read(kId).error().code, Errc::kCorrupt);
}

TEST_F(CaptureFiles, AFileUnderAnothersNameIsNoticed) {
  ASSERT_TRUE(store->put(meta_of("cap-b", 3), as_bytes("two")));
  fs::path a;
  fs::path b;
  for (const auto& file : files()) (file.string().ends_with("cap-b.cap") ? b : a) = file;
  fs::copy_file(b, a, fs::copy_options::overwrite_existing);
  EXPECT_EQ(store->read(kId).error().code, Errc::kCorrupt);
  EXPECT_EQ(store->meta(kId).error().code, Errc::kCorrupt);
}

TEST_F(CaptureFiles, AnotherKeyStoreIsNamed) {
  const ScratchFolder other;
  auto foreign = new_keys(other.path());
  auto with_foreign = make_capture_store(folder.path(), foreign, clock, random);
  const auto read = with_foreign->read(kId);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::kCorrupt);
  EXPECT_THAT(read.error().detail, HasSubstr("another key store"));
}

TEST_F(CaptureFiles, AFullDiskLeavesNothingHalf) {
  // A file size limit stands in for the full disk: the kernel cuts the same write short.
  Bytes body(100'000);
  random.fill(body);
  (void)keys->get_or_make(KeyKind::kCaptureDay, "2026-04-02");
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 50'000;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto put = store->put(meta_of("cap-big", body.size()), body);
  setrlimit(RLIMIT_FSIZE, &before);
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().code, Errc::kIo);
  EXPECT_THAT(files(), SizeIs(1));
  EXPECT_THAT(store->list().value(), ElementsAre(kId));
  ASSERT_TRUE(store->put(meta_of("cap-big", body.size()), body));
  EXPECT_EQ(store->read("cap-big").value(), body);
}

TEST_F(CaptureFiles, WhatAKilledProcessLeftIsNotListedAndGoesAway) {
  const auto left = day() / (std::string(kUnfinished) + "AbCdEf");
  std::ofstream(left) << "half";
  const auto written = std::chrono::time_point_cast<Duration>(
      std::chrono::file_clock::to_sys(fs::last_write_time(left)));
  open();
  EXPECT_THAT(store->list().value(), ElementsAre(kId));
  if (clock.now() < written) clock.advance(written - clock.now());
  EXPECT_THAT(store->list().value(), ElementsAre(kId));
  EXPECT_TRUE(fs::exists(left)) << "it may be somebody's who is alive";
  clock.advance(std::chrono::hours(2));
  EXPECT_THAT(store->list().value(), ElementsAre(kId));
  EXPECT_FALSE(fs::exists(left));
}

TEST_F(CaptureFiles, SeesWhatAnotherProcessPut) {
  auto other = make_capture_store(folder.path(), *keys, clock, random);
  ASSERT_TRUE(store->list());
  ASSERT_TRUE(other->put(meta_of("cap-b", 3), as_bytes("two")));
  EXPECT_EQ(as_text(store->read("cap-b").value()), "two");
  ASSERT_TRUE(store->put(meta_of("cap-b", 5), as_bytes("three")));
  EXPECT_EQ(as_text(store->read("cap-b").value()), "two");
}

TEST_F(CaptureFiles, IdsThatAreNoPlainNamesAreRefused) {
  for (const auto* bad : {"", "../x", "a/b", ".hidden", "a b", "顧客"}) {
    EXPECT_EQ(store->put(meta_of(bad, 1), as_bytes("x")).error().code, Errc::kBadInput) << bad;
    EXPECT_EQ(store->keep_for_incident(kId, bad).error().code, Errc::kBadInput) << bad;
  }
  EXPECT_THAT(files(), SizeIs(1));
}

TEST_F(CaptureFiles, EveryPutThatReturnedSurvivesAKill) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    for (std::uint8_t n = 0;; ++n) {
      const auto id = "cap-" + std::to_string(n);
      if (!store->put(meta_of(id, id.size()), as_bytes(id))) ::_exit(1);
      if (::write(ends[1], &n, 1) != 1) ::_exit(2);
    }
  }
  ::close(ends[1]);
  std::uint8_t last = 0;
  for (int i = 0; i < 20; ++i) ASSERT_EQ(::read(ends[0], &last, 1), 1);
  ::kill(child, SIGKILL);
  while (::read(ends[0], &last, 1) == 1) {
  }
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  open();
  for (int n = 0; n <= last; ++n) {
    const auto id = "cap-" + std::to_string(n);
    EXPECT_EQ(as_text(store->read(id).value()), id);
  }
  EXPECT_LE(store->list().value().size(), static_cast<std::size_t>(last) + 3);
}

// Days that go one after the other, as a purge takes them: each time the next one counts.
TEST_F(CaptureFiles, FindsTheNextOfManyDaysAndForgetsWhatWasOnOneOnly) {
  constexpr int kDays = 4;
  std::vector<std::unique_ptr<crawler::CaptureStore>> others;
  others.reserve(kDays);
  for (int day = 1; day <= kDays; ++day) {
    others.push_back(make_capture_store(folder.path(), *keys, clock, random));
    EXPECT_FALSE(has(*others.back(), "cap-many").value()) << "it looked before all the others put";
  }
  for (int day = kDays; day > 0; --day) {
    auto& other = *others[static_cast<std::size_t>(day - 1)];
    for (const auto& id : {std::string("cap-many"), "cap-on-" + std::to_string(day)}) {
      auto meta = meta_of(id, kBody.size());
      meta.fetched += std::chrono::days(day);
      ASSERT_TRUE(other.put(meta, as_bytes(kBody)));
    }
  }
  clock.advance(std::chrono::hours(1));
  EXPECT_THAT(store->list().value(), SizeIs(2 + kDays));
  const auto first = meta_of("cap-many", kBody.size()).fetched;
  for (int day = 1; day <= kDays; ++day) {
    EXPECT_EQ(store->meta("cap-many").value().fetched, first + std::chrono::days(day));
    const auto name = format_day(jst_day(first + std::chrono::days(day)));
    fs::remove_all(folder.path() / "captures" / name.substr(0, 4) / name.substr(5, 2) /
                   name.substr(8, 2));
    EXPECT_THAT(store->list().value(), SizeIs(day == kDays ? 1 : 2 + kDays - day));
    EXPECT_FALSE(has(*store, "cap-on-" + std::to_string(day)).value());
  }
  EXPECT_FALSE(has(*store, "cap-many").value());
}

// The same put by two processes on two days, and one of the files purged by a third: whichever is
// left is found, and what is gone is not said to be there.
TEST_F(CaptureFiles, FindsWhicheverOfTwoFilesIsLeft) {
  const auto other = make_capture_store(folder.path(), *keys, clock, random);
  EXPECT_FALSE(has(*other, "cap-later").value());
  auto later = meta_of("cap-later", kBody.size());
  later.fetched += std::chrono::days(3);
  ASSERT_TRUE(store->put(later, as_bytes(kBody)));
  later.fetched -= std::chrono::days(2);
  ASSERT_TRUE(other->put(later, as_bytes(kBody))) << "it does not know of the first";
  EXPECT_TRUE(has(*store, "cap-later").value());
  clock.advance(std::chrono::hours(1));
  EXPECT_THAT(store->list().value(), SizeIs(2));
  EXPECT_EQ(store->meta("cap-later").value().fetched, later.fetched) << "the older file counts";
  fs::remove_all(folder.path() / "captures" / "2026" / "04" / "03");
  EXPECT_FALSE(has(*other, "cap-later").value()) << "it knew of that one only";
  EXPECT_EQ(store->meta("cap-later").value().fetched, later.fetched + std::chrono::days(2));
  EXPECT_TRUE(has(*store, "cap-later").value());
  fs::remove_all(folder.path() / "captures" / "2026" / "04" / "05");
  EXPECT_FALSE(has(*store, "cap-later").value());
  EXPECT_EQ(store->meta("cap-later").error().code, Errc::kNotFound);
  EXPECT_TRUE(has(*store, kId).value());
}

}  // namespace
}  // namespace hitokoe::storage
