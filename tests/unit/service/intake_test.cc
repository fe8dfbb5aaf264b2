// What is handed in: the watched folder, items of AIL feeders, uploads that wait, and hostile ones.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/file.h"
#include "hitokoe/base/simulated_clock.h"
#include "hitokoe/storage/memory.h"
#include "service/intake_folder.h"
#include "service/sealed_spool.h"
#include "tests/scratch_folder.h"

namespace hitokoe::service {
namespace {

namespace fs = std::filesystem;
using crawler::read_ail_item;
using ::testing::HasSubstr;
using ::testing::Not;

std::string gzipped(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string ail(const std::string& text, const std::string& more = "") {
  return R"({"source":"ail_feeder_Gist","source-uuid":"0-1","default-encoding":"UTF-8","data":")" +
         to_base64(as_bytes(gzipped(text))) + "\"" + more + "}";
}

TEST(AilItem, IsUnpackedAndChecked) {
  const std::string text = "甲野太郎,090-0000-0001\n";
  const auto digest = crypto::sha256_hex(as_bytes(text));
  const auto item =
      read_ail_item(as_bytes(ail(text, R"(,"data-sha256":")" + digest +
                                           R"(","meta":{"url":"https://a.example/1"})")),
                    1 << 20);
  ASSERT_TRUE(item) << item.error().detail;
  EXPECT_EQ(as_text(item.value().body), text);
  EXPECT_EQ(item.value().what.feed, "ail-feeder-gist");
  EXPECT_EQ(item.value().what.name, "0-1");
  EXPECT_EQ(item.value().what.url, "https://a.example/1");
  EXPECT_TRUE(read_ail_item(as_bytes(ail(text)), 1 << 20)) << "the digest may be left out";
}

TEST(AilItem, RefusesWhatIsNoneAndRepeatsNothingOfIt) {
  const auto refused = [](const std::string& json, std::uint64_t most = 1 << 20) {
    const auto item = read_ail_item(as_bytes(json), most);
    EXPECT_FALSE(item) << json.substr(0, 80);
    if (!item) {
      EXPECT_THAT(item.error().detail, Not(HasSubstr("secret")));
    }
    return item ? Errc::kInternal : item.error().code;
  };
  EXPECT_EQ(refused("secret"), Errc::kBadInput);
  EXPECT_EQ(refused("[]"), Errc::kBadInput);
  EXPECT_EQ(refused(R"({"source":"secret"})"), Errc::kBadInput);
  EXPECT_EQ(refused(R"({"source":"secret","data":7})"), Errc::kBadInput);
  EXPECT_EQ(refused(R"({"source":"secret","data":"?!"})"), Errc::kBadInput);
  EXPECT_EQ(refused(R"({"source":"secret","data":"c2VjcmV0"})"), Errc::kBadInput);
  EXPECT_EQ(refused(ail("x", R"(,"data-sha256":"secret")")), Errc::kBadInput);
  const auto whole = gzipped("secret, and cut");
  EXPECT_EQ(refused(R"({"source":"s","data":")" +
                    to_base64(as_bytes(whole.substr(0, whole.size() - 9))) + "\"}"),
            Errc::kBadInput);
  EXPECT_EQ(refused(std::string(100'000, '[')), Errc::kBadInput);
  // 64 MiB in 64 KiB.
  EXPECT_EQ(refused(ail(std::string(64U << 20, 'a'))), Errc::kLimit);
}

TEST(FeedName, IsPlain) {
  for (const auto* fine : {"", "a", "feed-1", "0"})
    EXPECT_TRUE(crawler::is_feed_name(fine)) << fine;
  for (const auto* wrong : {"-a", "A", "a b", "../x", "a/b", "日本"})
    EXPECT_FALSE(crawler::is_feed_name(wrong)) << wrong;
  EXPECT_FALSE(crawler::is_feed_name(std::string(33, 'a')));
}

class OpenGate final : public crawler::IntakeGate {
 public:
  bool open() const override { return is_open; }
  bool is_open = true;
};

class IntakeFolderTest : public ::testing::Test {
 protected:
  void put(const std::string& name, const std::string& text, int age_seconds = 60) {
    std::ofstream(in / name, std::ios::binary) << text;
    touch(name, age_seconds);
  }
  void touch(const std::string& name, int age_seconds) {
    const auto at =
        std::chrono::duration_cast<std::chrono::seconds>(clock.now().time_since_epoch()).count() -
        age_seconds;
    const struct timespec times[2] = {{at, 0}, {at, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, (in / name).c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
  }
  void look() { ASSERT_TRUE(folder.look()); }
  std::size_t in_folder(const char* name) const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(in / name), fs::directory_iterator()));
  }
  std::vector<std::string> bodies() {
    std::vector<std::string> out;
    const auto all = captures->list().value();
    for (const auto& id : all) out.emplace_back(as_text(captures->read(id).value()));
    return out;
  }

  SimulatedClock clock{UtcTime(std::chrono::seconds(1'775'000'000))};
  ScratchFolder scratch;
  fs::path in = scratch.path() / "in";
  bool made = fs::create_directory(in);
  std::unique_ptr<crawler::CaptureStore> captures = storage::make_memory_capture_store();
  std::unique_ptr<crawler::WorkQueue> queue = storage::make_memory_work_queue();
  MetricsRegistry metrics;
  SystemSleeper sleeper;
  CpuPool pool{1};
  OpenGate gate;
  crawler::Intake intake{{*captures, *queue, clock, metrics}};
  IntakeFolder folder{{intake, gate, clock, sleeper, pool, metrics, Logger::silent()},
                      {.bytes = 1000, .folder = in.string()}};
};

TEST_F(IntakeFolderTest, TakesAFileOnceItIsCompleteAndKnowsItAgain) {
  put("dump.csv", "a,b\n");
  look();
  EXPECT_TRUE(bodies().empty()) << "seen once: it may still be written";
  look();
  EXPECT_THAT(bodies(), ::testing::ElementsAre("a,b\n"));
  EXPECT_EQ(queue->depth().value(), 1U);
  EXPECT_EQ(in_folder("done"), 1U);
  EXPECT_FALSE(fs::exists(in / "dump.csv"));
  const auto meta = captures->meta(captures->list().value().at(0)).value();
  EXPECT_EQ(meta.source, "intake-folder");
  EXPECT_EQ(meta.url, "intake:dump.csv");
  // Another name, the same bytes.
  put("again.csv", "a,b\n");
  look();
  look();
  EXPECT_EQ(bodies().size(), 1U);
  EXPECT_EQ(queue->depth().value(), 1U);
  EXPECT_EQ(in_folder("done"), 2U);
  EXPECT_NE(metrics.render().find("\nhitokoe_intake_known_total 1\n"), std::string::npos);
}

TEST_F(IntakeFolderTest, WaitsForAFileThatIsStillWritten) {
  put("slow.csv", "a", 3);
  look();
  look();
  EXPECT_TRUE(bodies().empty()) << "written a moment ago";
  clock.advance(std::chrono::seconds(30));
  put("slow.csv", "a,b", 20);
  look();
  EXPECT_TRUE(bodies().empty()) << "another size than at the last look";
  look();
  EXPECT_THAT(bodies(), ::testing::ElementsAre("a,b"));
}

TEST_F(IntakeFolderTest, LeavesAloneWhatIsNotMeant) {
  put(".hidden", "x");
  put("upload.part", "x");
  put("upload.tmp", "x");
  fs::create_directory(in / "sub");
  std::ofstream(scratch.path() / "secret") << "secret";
  fs::create_symlink(scratch.path() / "secret", in / "link");
  ASSERT_EQ(::mkfifo((in / "fifo").c_str(), 0600), 0);
  look();
  look();
  EXPECT_TRUE(bodies().empty());
  EXPECT_TRUE(fs::exists(in / ".hidden") && fs::exists(in / "link") && fs::exists(in / "sub"));
}

TEST_F(IntakeFolderTest, WhatCannotBeTakenIsMovedAsideAndTheRestGoesOn) {
  put("a-too-long.bin", std::string(1001, 'x'));
  put("b-broken.ail.json", "no json");
  put("c-fine.ail.json", ail("from a feeder"));
  put("d-empty", "");
  look();
  look();
  EXPECT_THAT(bodies(), ::testing::UnorderedElementsAre("from a feeder", ""));
  EXPECT_EQ(in_folder("failed"), 2U);
  EXPECT_EQ(in_folder("done"), 2U);
  EXPECT_NE(metrics.render().find("\nhitokoe_intake_failed_total 2\n"), std::string::npos);
}

TEST_F(IntakeFolderTest, WaitsWhileTheDiskIsFullAndClearsWhatWasTaken) {
  gate.is_open = false;
  put("dump.csv", "a");
  look();
  look();
  EXPECT_TRUE(fs::exists(in / "dump.csv"));
  gate.is_open = true;
  look();
  look();
  EXPECT_EQ(in_folder("done"), 1U);
  clock.advance(std::chrono::hours(25));
  look();
  EXPECT_EQ(in_folder("done"), 0U);
}

class SealedSpoolTest : public ::testing::Test {
 protected:
  SimulatedClock clock{UtcTime(std::chrono::seconds(1'775'000'000))};
  SystemRandom random;
  ScratchFolder scratch;
  fs::path folder = scratch.path() / "uploads";
  std::unique_ptr<SealedSpool> spool = SealedSpool::open(folder, clock, random).value();
  // Where it stands on disk, in the one folder that is there.
  fs::path on_disk(const std::string& name) const {
    return fs::directory_iterator(folder)->path() / (name + ".part");
  }
};

TEST_F(SealedSpoolTest, KeepsPiecesSealedUntilTheyAreRead) {
  EXPECT_EQ(spool->begin("u").value(), 0U);
  ASSERT_TRUE(spool->append("u", as_bytes("090-0000-")));
  ASSERT_TRUE(spool->append("u", as_bytes("0001")));
  EXPECT_EQ(as_text(spool->read("u").value()), "090-0000-0001");
  const auto bytes = read_file(on_disk("u")).value();
  EXPECT_EQ(as_text(bytes).find("0000"), std::string_view::npos);
  spool->let_go("u");
  EXPECT_EQ(spool->begin("u").value(), 13U);
  EXPECT_EQ(spool->begin("u").error().code, Errc::kConflict);
  spool->remove("u");
  EXPECT_FALSE(spool->size("u"));
  EXPECT_FALSE(fs::exists(on_disk("u")));
}

TEST_F(SealedSpoolTest, NoticesWhatWasAltered) {
  ASSERT_TRUE(spool->begin("u"));
  ASSERT_TRUE(spool->append("u", as_bytes("text")));
  auto bytes = read_file(on_disk("u")).value();
  bytes.back() ^= 1;
  std::ofstream(on_disk("u"), std::ios::binary) << as_text(bytes);
  EXPECT_FALSE(spool->read("u"));
  std::ofstream(on_disk("u"), std::ios::binary) << "ab";
  EXPECT_FALSE(spool->read("u"));
}

TEST_F(SealedSpoolTest, NobodyWaitsForTheDiskUnderAnothersUpload) {
  ASSERT_TRUE(spool->begin("slow"));
  ASSERT_TRUE(spool->append("slow", as_bytes("text")));
  const auto bytes = read_file(on_disk("slow")).value();
  // A disk that does not answer: a pipe that nobody writes into.
  fs::remove(on_disk("slow"));
  ASSERT_EQ(::mkfifo(on_disk("slow").c_str(), 0600), 0);
  Result<Bytes> got = Bytes();
  std::thread reader([&] { got = spool->read("slow"); });
  const int pipe = ::open(on_disk("slow").c_str(), O_WRONLY);  // returns once it is being read
  ASSERT_GE(pipe, 0);
  EXPECT_TRUE(spool->begin("other"));
  EXPECT_TRUE(spool->append("other", as_bytes("x")));
  EXPECT_EQ(spool->size("other"), 1U);
  EXPECT_EQ(::write(pipe, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  ::close(pipe);
  reader.join();
  ASSERT_TRUE(got);
  EXPECT_EQ(as_text(got.value()), "text");
}

TEST_F(SealedSpoolTest, BeginsAnewWhereAHalfPieceCannotBeTakenBack) {
  ::signal(SIGPIPE, SIG_IGN);
  ASSERT_TRUE(spool->begin("u"));
  ASSERT_TRUE(spool->append("u", as_bytes("lost")));
  // A disk that fails in the middle of a piece and cannot cut it off again: a pipe that is closed.
  fs::remove(on_disk("u"));
  ASSERT_EQ(::mkfifo(on_disk("u").c_str(), 0600), 0);
  const auto path = on_disk("u").string();
  std::thread reader([&] {
    const int pipe = ::open(path.c_str(), O_RDONLY);
    char byte = 0;
    EXPECT_EQ(::read(pipe, &byte, 1), 1);
    ::close(pipe);
  });
  EXPECT_EQ(spool->append("u", Bytes(1U << 19)).error().code, Errc::kIo);
  reader.join();
  EXPECT_FALSE(fs::exists(path)) << "nothing is appended to it later";
  EXPECT_EQ(spool->append("u", as_bytes("x")).error().code, Errc::kIo);
  EXPECT_EQ(spool->read("u").error().code, Errc::kIo);
  EXPECT_EQ(spool->begin("u").error().code, Errc::kConflict) << "it is held still";
  spool->let_go("u");
  EXPECT_EQ(spool->begin("u").value(), 0U);
  ASSERT_TRUE(spool->append("u", as_bytes("whole")));
  EXPECT_EQ(as_text(spool->read("u").value()), "whole");
}

TEST_F(SealedSpoolTest, ForgetsWhatNobodyTouchesAndWhatADeadProcessLeft) {
  ASSERT_TRUE(spool->begin("held"));
  ASSERT_TRUE(spool->append("held", as_bytes("x")));
  ASSERT_TRUE(spool->begin("old"));
  ASSERT_TRUE(spool->append("old", as_bytes("x")));
  spool->let_go("old");
  clock.advance(std::chrono::hours(25));
  spool->tidy();
  EXPECT_TRUE(spool->size("held"));
  EXPECT_FALSE(spool->size("old"));
  EXPECT_FALSE(fs::exists(on_disk("old")));
  // Another process leaves alone what a living one has, and removes it when that is gone.
  const auto another = SealedSpool::open(folder, clock, random).value();
  EXPECT_EQ(spool->read("held").value().size(), 1U);
  spool.reset();
  spool = SealedSpool::open(folder, clock, random).value();
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), fs::directory_iterator()), 2);
  for (std::size_t i = 0; i < SealedSpool::kMost; ++i)
    ASSERT_TRUE(spool->begin("u" + std::to_string(i)));
  EXPECT_EQ(spool->begin("more").error().code, Errc::kLimit);
}

}  // namespace
}  // namespace hitokoe::service
