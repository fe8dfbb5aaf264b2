// A hunt finds in earlier captures what became known later, and survives being killed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>

#include "tests/integration/campaign/programs_world.h"

namespace hitokoe::testing {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

constexpr const char* kTerms = "terms:\n  - {id: aozora, word: 青空計画, severity: high}\n";

std::uint64_t number(const json::object& o, const char* key) {
  return o.at(key).to_number<std::uint64_t>();
}

TEST(Hunt, FindsANewTermInACaptureThatWasThereBefore) {
  ProgramsWorld w(made_up_people(3));
  ASSERT_NO_FATAL_FAILURE(w.ceremony());
  w.write("paste.txt", "まだ誰も知らない青空計画の話\n");
  w.told({"scan", w.file("paste.txt"), "--open-incident"});
  EXPECT_EQ(w.service({"hunt", "start", "--terms"}).code, 3) << "there are no terms yet";
  w.write("terms.yaml", kTerms);
  ASSERT_EQ(w.service({"terms", "apply", w.file("terms.yaml")}).code, 0);
  EXPECT_EQ(w.told({"alerts", "list"}).at("alerts").as_array().size(), 0U);

  const auto hunt = w.told({"hunt", "start", "--terms"});
  EXPECT_EQ(hunt.at("state"), "done");
  EXPECT_EQ(number(hunt, "total"), 1U);
  EXPECT_EQ(number(hunt, "alerts"), 1U);
  const auto alerts = w.told({"alerts", "list"}, 1).at("alerts").as_array();
  ASSERT_EQ(alerts.size(), 1U);
  EXPECT_EQ(alerts[0].at("hunt"), hunt.at("id"));

  const auto again = w.told({"hunt", "start"});
  EXPECT_EQ(number(again, "alerts"), 0U) << "what was found is no news";
  EXPECT_EQ(number(w.told({"hunt", "start", "--since", "2100-01-01"}), "total"), 0U);
  EXPECT_EQ(w.told({"hunt", "list"}).at("hunts").as_array().size(), 3U);
  EXPECT_EQ(w.service({"hunt", "status", "HNT-99"}).code, 3);
  EXPECT_EQ(w.service({"hunt", "stop", "HNT-1"}).code, 3) << "it is done";
  EXPECT_EQ(w.service({"audit", "verify"}).code, 0);
}

TEST(Hunt, FindsCustomersWhoseFingerprintsCameLater) {
  ProgramsWorld w(made_up_people(24));
  ASSERT_NO_FATAL_FAILURE(w.ceremony());
  std::string leaked = "氏名,電話番号,メール\n";
  for (const auto& p : w.people) {
    if (p.kou && !p.otsu) leaked += p.name + "," + p.phone + "," + p.email + "\n";
  }
  w.write("leak.csv", leaked);
  for (const auto* snapshot : {"K0", "K1"}) {
    ASSERT_EQ(w.service({"index", "drop", "--snapshot", snapshot}).code, 0);
  }
  EXPECT_FALSE(w.told({"scan", w.file("leak.csv"), "--open-incident"}).contains("incident"));
  const auto added = w.service({"index", "add", w.file("K0.hkf"), w.file("K1.hkf")});
  ASSERT_EQ(added.code, 0) << added.err;
  const auto hunt = w.told({"hunt", "start", "--fingerprints"});
  EXPECT_EQ(number(hunt, "opened"), 1U);
  EXPECT_EQ(w.told({"incident", "list"}).at("incidents").as_array().size(), 1U);
  EXPECT_EQ(number(w.told({"hunt", "start", "--fingerprints"}), "opened"), 0U);
}

TEST(Hunt, KilledAgainAndAgainItLooksAtEachCaptureAndRaisesEachAlertOnce) {
  constexpr std::uint64_t kPages = 200;
  ProgramsWorld w(made_up_people(3));
  ASSERT_NO_FATAL_FAILURE(w.ceremony());
  std::filesystem::create_directory(w.file("pages"));
  for (std::uint64_t i = 0; i < kPages; ++i) {
    // Some size, so that there is time to be killed in.
    std::string page(100'000, 'x');
    page += "\n青空計画 " + std::to_string(i) + "\n";
    w.write("pages/" + std::to_string(i) + ".txt", page);
  }
  w.told({"scan", w.file("pages"), "--open-incident"});
  w.write("terms.yaml", kTerms);
  ASSERT_EQ(w.service({"terms", "apply", w.file("terms.yaml")}).code, 0);
  const auto begun = w.told({"hunt", "start", "--terms", "--detach"});
  const std::string id(begun.at("id").as_string());
  EXPECT_EQ(begun.at("state"), "running");

  int killed = 0;
  std::uint64_t settled = 0;
  for (int round = 0; round < 6 && settled < kPages; ++round) {
    Running hunting("hitokoe", w.service_words({"hunt", "resume", id}), w.environment);
    EXPECT_TRUE(comes_true([&] {
      return hunting.ended() || number(w.told({"hunt", "status", id}), "done") > settled;
    }));
    if (!hunting.ended()) {
      hunting.signal(SIGKILL);
      ++killed;
    }
    (void)hunting.wait();
    const auto done = number(w.told({"hunt", "status", id}), "done");
    EXPECT_GT(done, settled) << "progress is never lost";
    settled = done;
  }
  EXPECT_GT(killed, 1);
  EXPECT_EQ(w.service({"hunt", "resume", id}).code, settled < kPages ? 0 : 3);
  const auto end = w.told({"hunt", "status", id});
  EXPECT_EQ(end.at("state"), "done");
  EXPECT_EQ(number(end, "done"), kPages);
  EXPECT_EQ(number(end, "alerts"), kPages);
  EXPECT_EQ(number(end, "unreadable"), 0U);
  EXPECT_EQ(w.told({"alerts", "list", "--limit", "1000"}, 1).at("alerts").as_array().size(),
            kPages);
  EXPECT_EQ(w.service({"audit", "verify"}).code, 0);
}

TEST(Hunt, IsStoppedAndResumedAndListsWhatItCouldNotRead) {
  ProgramsWorld w(made_up_people(3));
  ASSERT_NO_FATAL_FAILURE(w.ceremony());
  w.write("a.txt", "青空計画\n");
  w.write("b.txt", "青空計画 でも壊れる\n");
  w.told({"scan", w.file("a.txt"), w.file("b.txt"), "--open-incident"});
  w.write("terms.yaml", kTerms);
  ASSERT_EQ(w.service({"terms", "apply", w.file("terms.yaml")}).code, 0);
  // A capture is damaged on the disk.
  std::vector<std::filesystem::path> files;
  for (const auto& e : std::filesystem::recursive_directory_iterator(w.data / "captures")) {
    if (e.path().extension() == ".cap") files.push_back(e.path());
  }
  ASSERT_EQ(files.size(), 2U);
  std::ranges::sort(files);
  std::filesystem::resize_file(files[1], std::filesystem::file_size(files[1]) - 5);

  const std::string id(w.told({"hunt", "start", "--detach"}).at("id").as_string());
  EXPECT_EQ(w.told({"hunt", "stop", id}).at("state"), "paused");
  EXPECT_EQ(w.told({"hunt", "stop", id}).at("state"), "paused");
  const auto done = w.told({"hunt", "resume", id}, 1);
  EXPECT_EQ(done.at("state"), "done");
  EXPECT_EQ(number(done, "done"), 1U);
  EXPECT_EQ(number(done, "unreadable"), 1U);
  const auto failures = w.told({"hunt", "status", id}, 1).at("failures").as_array();
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0].at("reason"), "corrupt");
}

}  // namespace
}  // namespace hitokoe::testing
