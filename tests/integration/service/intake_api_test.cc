// Handing something in, as a responder does: curl and a folder, until an incident is open.
#include <gmock/gmock.h>
#include <signal.h>

#include <chrono>
#include <fstream>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/file.h"
#include "tests/integration/service/running_service.h"

namespace hitokoe::testing {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

std::string leak(const ProgramsWorld& w) {
  std::string out = "name,phone,email\n";
  for (const auto& p : w.people) out += p.name + "," + p.phone + "," + p.email + "\n";
  return out;
}

void configure(const ProgramsWorld& w, const std::string& more = {}) {
  fs::create_directories(w.file("none"));
  fs::create_directories(w.file("in"));
  w.write("config.yaml",
          "http:\n  port: 0\n  read_timeout: 2s\ncrawler:\n  sources: " + w.file("none") +
              "\nintake:\n  bytes: 3000000\n  folder: " + w.file("in") +
              "\n  every: 50ms\n  settle: 0s\n" + more);
}

TEST(Intake, WhatIsPostedIsMatchedAndKnownAgain) {
  ProgramsWorld w(made_up_people(9));
  ASSERT_NO_FATAL_FAILURE(w.ceremony());
  const auto feeder = account(w, "feeder", "operator");
  const auto auditor = account(w, "tanaka", "auditor");
  const auto of_callco = account(w, "suzuki", "party", "callco");
  configure(w);
  w.write("leak.csv", leak(w));
  RunningService service(w, {"api", "matcher"});
  const auto url = service.url() + "/api/v1/intake";
  const auto dump = "--data-binary @" + w.file("leak.csv");
  EXPECT_EQ(curl(url, "", dump).status, 401);
  EXPECT_EQ(curl(url, auditor, dump).status, 403);
  EXPECT_EQ(curl(url, of_callco, dump).status, 403);
  const auto first = curl(url + "?feed=responder&name=leak.csv", feeder, dump);
  ASSERT_EQ(first.status, 201) << first.body;
  const auto told = json::parse(first.body).as_object();
  EXPECT_EQ(told.at("sha256").as_string(), crypto::sha256_hex(as_bytes(leak(w))));
  const auto again = curl(url + "?feed=responder&name=other.csv", feeder, dump);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(json::parse(again.body).at("capture"), told.at("capture"));
  EXPECT_TRUE(comes_true([&] {
    return w.service({"incident", "list"}).out.find("INC-") != std::string::npos;
  })) << service.err();
  for (const auto& person : w.people) EXPECT_THAT(service.err(), Not(HasSubstr(person.email)));
  service.signal(SIGTERM);
  EXPECT_EQ(service.wait().code, 0);
}

TEST(Intake, AnUploadThatWasCutGoesOnByItsDigest) {
  ProgramsWorld w({});
  ASSERT_EQ(w.service({"key", "init"}).code, 0);
  const auto feeder = account(w, "feeder", "operator");
  configure(w);
  std::string text(1'000'000, 'a');
  for (std::size_t i = 0; i < text.size(); i += 7) text[i] = static_cast<char>('a' + i % 23);
  w.write("whole", text);
  w.write("rest", text.substr(600'000));
  w.write("head", text.substr(0, 600'000));
  w.write("wrong", std::string(400'000, 'x'));
  w.write("too-long", std::string(3'000'001, 'x'));
  const auto digest = crypto::sha256_hex(as_bytes(text));
  RunningService service(w, {"api"});
  const auto url = service.url() + "/api/v1/intake";
  // It says a million bytes and goes away after 600,000.
  const auto cut = curl(url + "?sha256=" + digest, feeder,
                        "-H 'Content-Length: 1000000' --data-binary @" + w.file("head"));
  EXPECT_NE(cut.status, 201);
  EXPECT_TRUE(comes_true([&] {
    const auto state = curl(url + "/" + digest, feeder);
    return state.status == 200 && json::parse(state.body).at("bytes").as_int64() == 600'000;
  }));
  const auto rest = " --data-binary @" + w.file("rest");
  EXPECT_EQ(curl(url + "?sha256=" + digest + "&offset=5", feeder, rest).status, 409);
  EXPECT_EQ(curl(url + "?sha256=" + digest, feeder, rest).status, 409);
  const auto done = curl(url + "?sha256=" + digest + "&offset=600000", feeder, rest);
  EXPECT_EQ(done.status, 201) << done.body;
  EXPECT_EQ(json::parse(done.body).at("bytes").as_int64(), 1'000'000);
  EXPECT_EQ(curl(url + "/" + digest, feeder).status, 404) << "it is a capture now";

  const auto lie = curl(url + "?sha256=" + digest, feeder, "--data-binary @" + w.file("wrong"));
  EXPECT_EQ(lie.status, 400);
  EXPECT_THAT(lie.body, HasSubstr("sha256"));
  EXPECT_EQ(curl(url, feeder, "--data-binary @" + w.file("too-long")).status, 413);
  EXPECT_EQ(curl(url + "?feed=../x", feeder, rest).status, 400);
  EXPECT_EQ(curl(url + "?sha256=abc", feeder, rest).status, 400);
  EXPECT_EQ(curl(url + "?offset=5", feeder, rest).status, 400);
  service.signal(SIGTERM);
  EXPECT_EQ(service.wait().code, 0);
}

TEST(Intake, TakesItemsOfAnAilFeederWhereItSendsThem) {
  ProgramsWorld w({});
  ASSERT_EQ(w.service({"key", "init"}).code, 0);
  const auto feeder = account(w, "feeder", "operator");
  configure(w);
  // As pyail does it.
  const auto script =
      "import json,gzip,base64,hashlib\nt='made-up 090-0000-0001'.encode()\n"
      "print(json.dumps({'source':'ail_feeder_x','source-uuid':'1','meta':{},"
      "'default-encoding':'UTF-8','data':base64.b64encode(gzip.compress(t)).decode(),"
      "'data-sha256':hashlib.sha256(t).hexdigest()}))";
  w.write("make.py", script);
  ASSERT_EQ(std::system(("python3 " + w.file("make.py") + " > " + w.file("item")).c_str()), 0);
  RunningService service(w, {"api"});
  const auto url = service.url() + "/api/v1/import/json/item";
  const auto sent = curl(url, feeder, "--data-binary @" + w.file("item"));
  EXPECT_EQ(sent.status, 201) << sent.body;
  EXPECT_EQ(json::parse(sent.body).at("bytes").as_int64(), 21);
  EXPECT_EQ(curl(url, feeder, "-d '{}'").status, 400);
  service.signal(SIGTERM);
  EXPECT_EQ(service.wait().code, 0);
}

TEST(Intake, AFileInTheFolderIsTakenAndMovedAway) {
  ProgramsWorld w(made_up_people(9));
  ASSERT_NO_FATAL_FAILURE(w.ceremony());
  configure(w);
  RunningService service(w, {"api", "crawler", "matcher"});
  w.write("in/leak.csv", leak(w));
  EXPECT_TRUE(comes_true([&] {
    return w.service({"incident", "list"}).out.find("INC-") != std::string::npos;
  })) << service.err();
  EXPECT_FALSE(fs::exists(w.file("in/leak.csv")));
  EXPECT_FALSE(fs::is_empty(w.file("in/done")));
  service.signal(SIGTERM);
  EXPECT_EQ(service.wait().code, 0);
}

TEST(Intake, AFullDiskStopsTheIntakeAndNothingElse) {
  ProgramsWorld w({});
  ASSERT_EQ(w.service({"key", "init"}).code, 0);
  const auto feeder = account(w, "feeder", "operator");
  configure(w, "disk:\n  least_free: 4611686018427387904\n  every: 50ms\n");
  RunningService service(w, {"api", "crawler"});
  const auto full = curl(service.url() + "/api/v1/intake", feeder, "-i -d x");
  EXPECT_EQ(full.status, 503);
  EXPECT_THAT(full.body, HasSubstr("Retry-After: 300"));
  EXPECT_EQ(curl(service.url() + "/api/v1/incidents", feeder).status, 200);
  EXPECT_EQ(curl(service.url() + "/readyz", "").status, 200);
  EXPECT_THAT(curl(service.url() + "/metrics", "").body, HasSubstr("\nhitokoe_intake_open 0\n"));
  EXPECT_THAT(service.err(), HasSubstr("disk.intake_stopped"));
  service.signal(SIGTERM);
  EXPECT_EQ(service.wait().code, 0);
}

}  // namespace
}  // namespace hitokoe::testing
