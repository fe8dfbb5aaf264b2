// The whole way by command line alone, against a real mail server with TLS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <set>

#include "hitokoe/base/file.h"
#include "tests/integration/campaign/programs_world.h"

namespace hitokoe::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string text_of(const boost::json::object& o, const char* key) {
  return std::string(o.at(key).as_string());
}

std::int64_t number_of(const boost::json::object& o, const char* key) {
  return o.at(key).to_number<std::int64_t>();
}

std::int64_t count_of(const boost::json::object& status, const char* state) {
  return number_of(status.at("counts").as_object(), state);
}

// What a mail server may never see: two for one person.
void expect_no_duplicates(const SmtpSink& sink) {
  std::set<std::string> to, ids;
  for (const auto& mail : sink.complete()) {
    EXPECT_TRUE(to.insert(mail.to).second) << "a second mail to one address";
    EXPECT_TRUE(ids.insert(mail.message_id).second);
    EXPECT_TRUE(mail.tls);
  }
}

// Everybody who was accepted was received, and nobody was received who is not accepted or held.
void expect_books_agree(const ProgramsWorld& w, const SmtpSink& sink) {
  expect_no_duplicates(sink);
  std::set<std::string> received;
  for (const auto& mail : sink.complete()) received.insert(mail.message_id);
  const auto outcomes = w.outcomes();
  std::size_t persons = 0, known = 0;
  for (const auto& [state, of] : outcomes) {
    persons += of.size();
    for (const auto& p : of) {
      const bool there = received.count(text_of(p, "message_id")) != 0;
      if (state != "unknown_held") {
        EXPECT_EQ(there, state == "accepted") << state;
      }
      known += there ? 1U : 0U;
    }
  }
  EXPECT_EQ(persons, w.people.size());
  EXPECT_EQ(known, received.size());
}

TEST(CampaignPrograms, GoTheWholeWayFromALeakedListToOneProvenMailEach) {
  ProgramsWorld w(made_up_people(24));
  ASSERT_NO_FATAL_FAILURE(w.ceremony());
  w.find();
  w.begin();

  // Nothing is frozen or sent before its time, and the reason is told.
  EXPECT_EQ(w.service({"campaign", "freeze", w.campaign, "--out", w.file("x")}).code, 3);
  const auto early = w.service({"campaign", "freeze", w.campaign, "--out", w.file("x")});
  EXPECT_THAT(early.err, HasSubstr("campaign resolve first"));
  w.told({"campaign", "resolve", w.incident, "--out", w.file("requests")});
  const auto unanswered = w.service({"campaign", "freeze", w.campaign, "--out", w.file("x")});
  EXPECT_EQ(unanswered.code, 3);
  EXPECT_THAT(unanswered.err, HasSubstr("no contact bundle from kou, otsu"));

  w.contacts();
  const auto again = w.told({"campaign", "resolve", w.campaign, "--import", w.file("kou.bundle")});
  EXPECT_EQ(text_of(again.at("bundles").at(0).as_object(), "outcome"), "known");
  const auto foreign = w.service(
      {"campaign", "resolve", w.campaign, "--import", w.file("leak.csv"), w.file("kou.bundle")});
  EXPECT_EQ(foreign.code, 3);
  EXPECT_THAT(foreign.err, HasSubstr("leak.csv: contact bundle: "));

  const auto frozen = w.told({"campaign", "freeze", w.campaign, "--out", w.file("requests")});
  EXPECT_EQ(number_of(frozen, "persons"), 24);
  EXPECT_EQ(number_of(frozen, "customers"), 32);
  EXPECT_EQ(number_of(frozen, "joined"), 8);
  EXPECT_EQ(number_of(frozen, "no_contact"), 0);
  SmtpSink sink({"--user", "app", "--password", "made-up"});
  w.use_relay(sink, "  user: app\n");
  const auto unapproved = w.service({"campaign", "send", w.campaign});
  EXPECT_EQ(unapproved.code, 2) << "log-in without a password";
  EXPECT_THAT(unapproved.err, HasSubstr("HITOKOE_SMTP_PASSWORD_FILE"));
  w.write("smtp.password", "made-up\n");
  w.environment.push_back("HITOKOE_SMTP_PASSWORD_FILE=" + w.file("smtp.password"));
  EXPECT_EQ(w.service({"campaign", "send", w.campaign}).code, 3);

  const auto preview = w.service({"campaign", "preview", w.campaign, "--samples", "24"});
  EXPECT_EQ(preview.code, 0);
  EXPECT_THAT(preview.out, HasSubstr("0120-000-000"));
  EXPECT_THAT(preview.out, HasSubstr("What Happened"));
  for (const auto& p : w.people) {
    EXPECT_THAT(preview.out, Not(HasSubstr(p.name)));
    EXPECT_THAT(preview.out, Not(HasSubstr(p.email)));
  }

  w.approve();
  EXPECT_EQ(text_of(w.status(), "state"), "approved");
  const auto sent = w.told({"campaign", "send", w.campaign});
  EXPECT_EQ(text_of(sent, "state"), "sent");
  EXPECT_EQ(count_of(sent, "accepted"), 24);
  EXPECT_EQ(text_of(sent.at("run").as_object(), "end"), "done");
  expect_books_agree(w, sink);
  EXPECT_EQ(sink.complete().size(), 24U);
  for (const auto& mail : sink.complete()) EXPECT_TRUE(mail.authenticated);

  // Once more is no harm.
  EXPECT_EQ(w.service({"campaign", "send", w.campaign}).code, 0);
  EXPECT_EQ(sink.complete().size(), 24U);
  EXPECT_EQ(w.service({"campaign", "pause", w.campaign}).code, 3);

  std::size_t shared = 0;
  const auto outcomes = w.outcomes();
  for (const auto& p : outcomes.at("accepted")) {
    shared += p.at("controllers").as_array().size() == 2 ? 1U : 0U;
    EXPECT_EQ(number_of(p, "code"), 250);
  }
  EXPECT_EQ(shared, 8U);
  const auto one = text_of(outcomes.at("accepted").front(), "person");
  EXPECT_EQ(
      w.told({"campaign", "proof", w.campaign, "--person", one}).at("persons").as_array().size(),
      1U);
  EXPECT_EQ(w.service({"campaign", "proof", w.campaign, "--person", "P0"}).code, 3);
  EXPECT_EQ(w.told({"campaign", "list"}).at("campaigns").as_array().size(), 1U);
  EXPECT_TRUE(w.told({"audit", "verify"}).at("ok").as_bool());

  w.environment[0] = "LANG=ja_JP.UTF-8";
  const auto status = w.service({"campaign", "status", w.campaign});
  EXPECT_EQ(status.code, 0);
  EXPECT_THAT(status.out, HasSubstr("送信完了"));
  EXPECT_THAT(status.out, HasSubstr("受理  24"));
  EXPECT_THAT(w.service({"campaign", "proof", w.campaign}).out, HasSubstr("監査記録"));
}

TEST(Programs, SayWhatIsWrongInTheLanguageOfTheReader) {
  ProgramsWorld w(made_up_people(6));
  ASSERT_NO_FATAL_FAILURE(w.ceremony());
  w.write("broken.yaml", "parties:\n  - {id: kou, name: 甲}\n  - {id: otsu, colour: red}\n");
  struct Case {
    std::vector<std::string> words;
    int code;
    const char* en;
    const char* ja;
  };
  const std::vector<Case> cases = {
      {{"scan", w.file("gone.csv")},
       3,
       "no such file or folder: ",
       "ファイルまたはフォルダはありません: "},
      {{"registry", "apply", w.file("broken.yaml")},
       3,
       "broken.yaml:3: unknown key \"colour\"",
       "broken.yaml:3: 知らないキー \"colour\""},
      {{"index", "drop", "--snapshot", "S9"},
       3,
       "snapshot S9 is not in the index",
       "断面 S9 は索引にありません"},
      {{"incident", "show", "INC-1"}, 3, "no incident INC-1", "事案 INC-1 はありません"},
      {{"scan"}, 2, "PATH is required", "PATH を指定してください"},
      {{"scan", "--colour", "x"}, 2, "not expected: --colour", "知らない引数: --colour"},
  };
  for (const auto& c : cases) {
    w.environment[0] = "HITOKOE_LANG=en";
    const auto english = w.service(c.words);
    EXPECT_EQ(english.code, c.code) << english.err;
    EXPECT_THAT(english.err, HasSubstr(c.en));
    w.environment[0] = "HITOKOE_LANG=ja";
    const auto japanese = w.service(c.words);
    EXPECT_EQ(japanese.code, c.code) << japanese.err;
    EXPECT_THAT(japanese.err, HasSubstr(c.ja));
    EXPECT_THAT(japanese.err, Not(HasSubstr(c.en)));
  }
  EXPECT_THAT(w.agent("kou", {"verify", w.file("gone.hkf")}).err,
              HasSubstr("hitokoe-agent: gone.hkf: 開けません: "));
  w.environment[0] = "HITOKOE_LANG=en";
  EXPECT_THAT(w.agent("kou", {"verify", w.file("gone.hkf")}).err,
              HasSubstr("hitokoe-agent: gone.hkf: open failed: "));
  // What a program reads is the same in every language.
  const auto added = w.told({"index", "add", w.file("gone.hkf")}, 3);
  const auto& file = added.at("files").as_array().at(0).as_object();
  EXPECT_THAT(text_of(file, "detail"), HasSubstr("gone.hkf: open failed: "));
  EXPECT_THAT(text_of(file, "detail_ja"), HasSubstr("gone.hkf: 開けません: "));
}

TEST(CampaignPrograms, KilledAtEachCommandGoOnAndHoldOnlyWhatNobodyCanKnow) {
  ProgramsWorld w(made_up_people(6));
  ASSERT_NO_FATAL_FAILURE(w.approved());
  for (const std::string stage :
       {"connect", "helo", "starttls", "mail", "rcpt", "data", "body", "end"}) {
    SCOPED_TRACE(stage);
    const ProgramsCopy copy(w, stage);
    SmtpSink sink({"--fault", stage + ":hang:1"});
    w.use_relay(sink, "  connections: 1\n");
    {
      Running sending("hitokoe", w.service_words({"campaign", "send", w.campaign}), w.environment);
      ASSERT_TRUE(comes_true([&] { return sink.hanging() == 1; })) << sending.wait().err;
      const auto second = w.service({"campaign", "send", w.campaign});
      EXPECT_EQ(second.code, 3);
      EXPECT_THAT(second.err, HasSubstr("by another process"));
      sending.signal(SIGKILL);
      EXPECT_EQ(sending.wait().code, -1);
    }
    // The end was handed over and no answer came: that one is held, and no other. Whether the relay
    // has it is another matter: it has where it stopped behind the end, not where it stopped
    // before.
    const bool nobody_knows = stage == "body" || stage == "end";
    const auto done = w.told({"campaign", "send", w.campaign}, nobody_knows ? 1 : 0);
    EXPECT_EQ(text_of(done, "state"), "sent");
    EXPECT_EQ(count_of(done, "unknown_held"), nobody_knows ? 1 : 0);
    EXPECT_EQ(number_of(done.at("run").as_object(), "recovered_held"), nobody_knows ? 1 : 0);
    expect_books_agree(w, sink);
    EXPECT_EQ(sink.complete().size(), stage == "body" ? 5U : 6U);
    EXPECT_TRUE(w.told({"audit", "verify"}).at("ok").as_bool());
  }
}

TEST(CampaignPrograms, KilledAgainAndAgainWithABadRelayNeverSendTwice) {
  ProgramsWorld w(made_up_people(60));
  ASSERT_NO_FATAL_FAILURE(w.approved());
  SmtpSink sink({"--chaos", "7:150"});
  w.use_relay(sink, "  connections: 4\n  attempts: 20\n  give_up_after: 1000\n");
  std::size_t kills = 0;
  for (std::size_t round = 0; round < 100; ++round) {
    Running sending("hitokoe", w.service_words({"campaign", "send", w.campaign, "--json"}),
                    w.environment);
    const std::size_t enough = sink.journal().size() + 1 + (round * 7) % 9;
    ASSERT_TRUE(comes_true([&] { return sending.ended() || sink.journal().size() >= enough; }));
    if (!sending.ended()) {
      sending.signal(SIGKILL);
      ++kills;
    }
    const auto outcome = sending.wait();
    if (outcome.code == 0 || outcome.code == 1) {
      if (text_of(boost::json::parse(outcome.out).as_object(), "state") == "sent") break;
    } else {
      EXPECT_TRUE(outcome.code == -1 || outcome.code == 4) << outcome.err;
    }
  }
  EXPECT_GE(kills, 5U);
  EXPECT_EQ(text_of(w.status(), "state"), "sent");
  expect_books_agree(w, sink);
  EXPECT_TRUE(w.told({"audit", "verify"}).at("ok").as_bool());

  // A person decides about each who is held.
  auto outcomes = w.outcomes();
  auto left = outcomes["unknown_held"].size();
  for (const auto& p : outcomes["unknown_held"]) {
    --left;
    const auto told = w.told({"campaign", "reconcile", w.campaign, "--person", text_of(p, "person"),
                              "--state", "accepted", "--reason", "asked the relay's operator"},
                             left > 0 ? 1 : 0);
    EXPECT_EQ(number_of(told, "still_held"), static_cast<std::int64_t>(left));
  }
  EXPECT_EQ(count_of(w.status(), "unknown_held"), 0);
}

TEST(CampaignPrograms, OneRefusedRecipientAndADropAtEachCommandHinderNobodyElse) {
  auto people = made_up_people(9);
  const char* faults[] = {"rcpt-550",       "end-554",      "once-rcpt-451", "once-rcpt-drop",
                          "once-data-drop", "once-end-451", "once-end-drop"};
  for (std::size_t i = 0; i < std::size(faults); ++i) {
    people[i].email = "x." + std::string(faults[i]) + "." + std::to_string(i) + "@a.test";
  }
  ProgramsWorld w(std::move(people));
  ASSERT_NO_FATAL_FAILURE(w.approved());
  SmtpSink sink({"--fault", "connect:drop:1", "--fault", "helo:drop:1", "--fault",
                 "starttls:drop:1", "--fault", "mail:drop:1"});
  w.use_relay(sink, "  connections: 2\n  attempts: 10\n");
  const auto done = w.told({"campaign", "send", w.campaign}, 1);
  EXPECT_EQ(text_of(done, "state"), "sent");
  EXPECT_EQ(count_of(done, "refused"), 2);
  EXPECT_EQ(count_of(done, "unknown_held"), 1);
  EXPECT_EQ(count_of(done, "accepted"), 6);
  expect_books_agree(w, sink);
  const auto outcomes = w.outcomes();
  for (const auto& p : outcomes.at("refused")) EXPECT_GE(number_of(p, "code"), 550);
  EXPECT_EQ(w.service({"campaign", "status", w.campaign}).code, 1);
}

TEST(CampaignPrograms, StopAndPauseFinishWhatIsOnItsWayAndGoOnLater) {
  ProgramsWorld w(made_up_people(30));
  ASSERT_NO_FATAL_FAILURE(w.approved());
  w.use_relay("smtp://127.0.0.1:1", "/etc/ssl/certs/ca-certificates.crt", "  attempts: 2\n");
  const auto silent = w.service({"campaign", "send", w.campaign});
  EXPECT_EQ(silent.code, 4) << silent.err;
  EXPECT_THAT(silent.err, HasSubstr("the relay takes nothing"));

  SmtpSink sink;
  // Slow, so that the other command comes in time on a machine that is busy.
  w.use_relay(sink, "  connections: 2\n  per_second: 2\n");
  const auto interrupted = [&](const std::function<void(const Running&)>& how) {
    Running sending("hitokoe", w.service_words({"campaign", "send", w.campaign}), w.environment);
    const auto enough = sink.complete().size() + 3;
    EXPECT_TRUE(comes_true([&] { return sink.complete().size() >= enough; }));
    how(sending);
    const auto ended = sending.wait();
    EXPECT_EQ(ended.code, 1) << ended.err;
    return ended.err;
  };
  EXPECT_THAT(interrupted([](const Running& r) { r.signal(SIGTERM); }), HasSubstr("stopped"));
  auto status = w.status();
  EXPECT_EQ(text_of(status, "state"), "sending");
  EXPECT_EQ(count_of(status, "unknown_held"), 0);
  EXPECT_EQ(count_of(status, "sending") + count_of(status, "committing"), 0);
  EXPECT_EQ(count_of(status, "accepted"), static_cast<std::int64_t>(sink.complete().size()));

  EXPECT_THAT(interrupted([&](const Running&) {
                EXPECT_EQ(text_of(w.told({"campaign", "pause", w.campaign}), "state"), "paused");
              }),
              HasSubstr("paused"));
  status = w.status();
  EXPECT_EQ(text_of(status, "state"), "paused");
  EXPECT_GT(count_of(status, "pending"), 0);
  EXPECT_EQ(count_of(status, "accepted"), static_cast<std::int64_t>(sink.complete().size()));

  w.use_relay(sink);
  EXPECT_EQ(count_of(w.told({"campaign", "send", w.campaign}), "accepted"), 30);
  expect_books_agree(w, sink);
}

TEST(CampaignPrograms, AFreezeWhoseRequestsCannotBeWrittenIsFrozenAndSaysHowItGoesOn) {
  ProgramsWorld w(made_up_people(3));
  ASSERT_NO_FATAL_FAILURE(w.approved());
  w.write("other.yaml",
          "from: notice@kou.test\ndesk: {name: 窓口, phone: 0120-111-111, email: desk@kou.test}\n");
  // A folder stands where a request should go.
  std::filesystem::create_directories(w.folder / "blocked" / "kou.approval.request" / "x");
  const auto half = w.service({"campaign", "freeze", w.campaign, "--spec", w.file("other.yaml"),
                               "--out", w.file("blocked")});
  EXPECT_NE(half.code, 0);
  EXPECT_THAT(half.err, HasSubstr("version 2 is frozen (root "));
  EXPECT_THAT(half.err, HasSubstr("campaign freeze --requests"));
  std::filesystem::remove_all(w.folder / "requests");
  w.told({"campaign", "freeze", w.campaign, "--requests", "--out", w.file("requests")});
  w.approve();
  SmtpSink sink;
  w.use_relay(sink);
  w.told({"campaign", "send", w.campaign});
  EXPECT_EQ(sink.complete().size(), 3U);
}

TEST(CampaignPrograms, ANewTextIsANewVersionThatEverybodyApprovesAgain) {
  ProgramsWorld w(made_up_people(6));
  ASSERT_NO_FATAL_FAILURE(w.approved());
  w.write("other.yaml",
          "from: notice@kou.test\ndesk: {name: 窓口, phone: 0120-111-111, email: desk@kou.test}\n");
  const auto frozen = w.told({"campaign", "freeze", w.campaign, "--spec", w.file("other.yaml"),
                              "--out", w.file("requests")});
  EXPECT_EQ(number_of(frozen, "version"), 2);
  SmtpSink sink;
  w.use_relay(sink);
  EXPECT_EQ(w.service({"campaign", "send", w.campaign}).code, 3) << "approvals of the other text";
  const auto old =
      w.service({"campaign", "approve", w.campaign, "--import", w.file("kou.approval")});
  EXPECT_EQ(old.code, 3);
  EXPECT_THAT(old.err, HasSubstr("in force is version 2"));
  std::filesystem::remove_all(w.folder / "requests");
  w.told({"campaign", "freeze", w.campaign, "--requests", "--out", w.file("requests")});
  w.approve();
  w.told({"campaign", "send", w.campaign});
  expect_books_agree(w, sink);
  EXPECT_EQ(sink.complete().size(), 6U);
}

// The auditor has the exported files, and the enrolments from the parties: neither data nor keys.
TEST(CampaignPrograms, SignedApprovalsAreCheckedByAnAuditorWithFilesAlone) {
  ProgramsWorld w(made_up_people(3));
  ASSERT_NO_FATAL_FAILURE(w.approved());
  const auto told = w.told({"campaign", "approve", w.campaign, "--export", w.file("signed")});
  EXPECT_EQ(told.at("exported").as_array().size(), 3U);
  const auto root = text_of(told, "root");
  const auto file = [&](const std::string& party) {
    return w.file("signed/" + party + ".approval");
  };
  const auto check = [&](std::vector<std::string> words) {
    words.insert(words.begin(), "check-approval");
    for (const auto* party : {"kou", "otsu", "callco"}) {
      words.insert(words.end(), {"--enrolment", w.file(std::string(party) + ".enrol")});
    }
    return w.agent("nobody", std::move(words));
  };
  const auto all = check({file("kou"), file("otsu"), file("callco"), "--campaign", w.campaign,
                          "--of-version", "1", "--root", root, "--json"});
  ASSERT_EQ(all.code, 0) << all.err;
  const auto checked = boost::json::parse(all.out).as_object();
  EXPECT_EQ(text_of(checked, "root"), root);
  EXPECT_EQ(number_of(checked, "version"), 1);
  ASSERT_EQ(checked.at("approvals").as_array().size(), 3U);
  EXPECT_EQ(checked.at("approvals").at(1).at("party").as_string(), "otsu");

  EXPECT_EQ(check({file("kou"), "--of-version", "2"}).code, 3);
  EXPECT_EQ(check({file("kou"), "--campaign", "CMP-1"}).code, 3);
  EXPECT_EQ(check({file("kou"), "--root", std::string(64, '0')}).code, 3);
  const auto foreign =
      w.agent("nobody", {"check-approval", file("kou"), "--enrolment", w.file("otsu.enrol")});
  EXPECT_EQ(foreign.code, 3);
  EXPECT_THAT(foreign.err, HasSubstr("kou.approval"));
  // Every byte counts.
  const auto whole = read_file(file("kou")).value();
  for (std::size_t at = 0; at < whole.size(); at += 7) {
    auto bytes = whole;
    bytes[at] ^= 1;
    w.write("altered.approval", std::string(bytes.begin(), bytes.end()));
    EXPECT_EQ(check({w.file("altered.approval")}).code, 3) << at;
  }
  // Of two versions: each is whole, and they are not of one.
  w.write("other.yaml",
          "from: notice@kou.test\ndesk: {name: 窓口, phone: 0120-111-111, email: desk@kou.test}\n");
  std::filesystem::remove_all(w.folder / "requests");
  w.told({"campaign", "freeze", w.campaign, "--spec", w.file("other.yaml"), "--out",
          w.file("requests")});
  w.approve();
  w.told({"campaign", "approve", w.campaign, "--export", w.file("second")});
  EXPECT_EQ(check({w.file("second/kou.approval")}).code, 0);
  EXPECT_EQ(check({w.file("second/kou.approval"), file("otsu")}).code, 3);
}

TEST(CampaignPrograms, SayWhatIsWrongWithUsageAndFiles) {
  ProgramsWorld w({});
  ASSERT_EQ(w.service({"key", "init"}).code, 0);
  const auto expect = [&](std::vector<std::string> words, int code, const std::string& why) {
    const auto done = w.service(std::move(words));
    EXPECT_EQ(done.code, code) << done.err;
    EXPECT_THAT(done.err, HasSubstr(why));
  };
  w.write("bad.yaml", "from: nobody\ndesk:\n  phone: 0120-000-000\n  mail: x\n");
  const std::vector<std::string> begin{"campaign", "new", "--incident", "INC-20260701-0001",
                                       "--lead",   "kou", "--spec",     w.file("bad.yaml")};
  expect(begin, 3, "bad.yaml:1: from: ");
  expect(begin, 3, "bad.yaml:4: unknown key \"mail\"");
  w.write("bad.yaml", "from: a@kou.test\ndesk: {phone: 0120-000-000, email: d@kou.test}\n");
  expect(begin, 3, "INC-20260701-0001");
  expect({"campaign", "new", "--incident", "I"}, 2, "--lead");
  expect({"campaign"}, 2, "");
  expect({"campaign", "resolve", "CMP-1"}, 2, "--out DIR or --import");
  expect({"campaign", "reconcile", "CMP-1", "--person", "P"}, 2, "--reason");
  expect({"campaign", "reconcile", "CMP-1"}, 2, "--relay-log");
  expect({"campaign", "status", "CMP-1"}, 3, "CMP-1");
  expect({"campaign", "status", "INC-20260701-0001"}, 3, "has no campaign");
  expect({"campaign", "send", "CMP-1"}, 3, "CMP-1");
  expect({"campaign", "import-notified", "CMP-1", "x"}, 2, "--columns is required");
  expect({"desk", "check", "--anything"}, 2, "");
  EXPECT_TRUE(w.told({"campaign", "list"}).at("campaigns").as_array().empty());
}

}  // namespace
}  // namespace hitokoe::testing
