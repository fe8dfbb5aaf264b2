// Campaigns through the daemon and the command line: a party's person approves or refuses what is
// shown, bounces are read from a Maildir by the daemon, and who is not reached goes on a list.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "tests/integration/campaign/programs_world.h"

namespace hitokoe::testing {
namespace {

namespace json = boost::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

struct Answer {
  int status = 0;
  std::string body;
  json::object object() const { return json::parse(body).as_object(); }
};

// As with curl on the command line; `post` not empty: a POST of it.
Answer ask(const std::string& url, const std::string& token, const std::string& post = {}) {
  std::string command =
      "curl -s -m 20 -w '\n%{http_code}' -H 'Authorization: Bearer " + token + "' ";
  if (!post.empty()) command += "--data-binary '" + post + "' ";
  FILE* pipe = ::popen((command + "'" + url + "'").c_str(), "r");
  std::string out;
  char piece[4096];
  for (std::size_t n = 0; (n = std::fread(piece, 1, sizeof piece, pipe)) > 0;) out.append(piece, n);
  ::pclose(pipe);
  const auto end = out.rfind('\n');
  return {std::atoi(out.c_str() + end + 1), out.substr(0, end)};
}

std::string token_of(const ProgramsWorld& w, const std::string& user, const std::string& role,
                     const std::string& party = {}) {
  std::vector<std::string> words = {"user", "add", user, "--role", role, "--no-password"};
  if (!party.empty()) words.insert(words.end(), {"--party", party});
  EXPECT_EQ(w.service(words).code, 0);
  const auto done = w.service({"user", "token", user});
  const auto at = done.out.find("hk_");
  return at == std::string::npos ? "" : done.out.substr(at, done.out.find_first_of(" \n", at) - at);
}

class Daemon {
 public:
  explicit Daemon(const ProgramsWorld& w)
      : running_(
            "hitokoe",
            w.service_words({"serve", "--role", "api", "--role", "incident", "--role", "matcher"}),
            w.environment) {
    EXPECT_TRUE(comes_true([&] {
      const auto err = running_.err_so_far();
      const auto at = err.find("console: ");
      const auto end = err.find("/\n", at);
      if (at != std::string::npos && end != std::string::npos)
        url_ = err.substr(at + 9, end - at - 9);
      return !url_.empty() || running_.ended();
    }));
    EXPECT_FALSE(url_.empty()) << running_.err_so_far();
  }
  const std::string& url() const { return url_; }
  std::string err() const { return running_.err_so_far(); }

 private:
  Running running_;
  std::string url_;
};

std::string bounce_of(const std::string& person, const std::string& message_id) {
  return "Delivered-To: bounce+" + person +
         "@bounces.kou.test\nFrom: MAILER-DAEMON@relay.test\nMIME-Version: 1.0\n"
         "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
         "Content-Type: message/delivery-status\n\nReporting-MTA: dns; relay.test\n\n"
         "Final-Recipient: rfc822; x@a.test\nAction: failed\nStatus: 5.1.1\n--b\n"
         "Content-Type: text/rfc822-headers\n\nMessage-ID: <" +
         message_id + ">\n--b--\n";
}

std::int64_t count_of(const json::object& status, const char* state) {
  return status.at("counts").as_object().at(state).to_number<std::int64_t>();
}

TEST(CampaignService, APartysPersonApprovesOrRefusesWhatIsShownAndNobodyElseMay) {
  ProgramsWorld w(made_up_people(6));
  ASSERT_NO_FATAL_FAILURE(w.ceremony());
  w.find();
  w.begin();
  w.contacts();
  w.freeze();
  const auto lead = token_of(w, "sato", "coordinator");
  const auto kou = token_of(w, "tanaka", "party", "kou");
  const auto otsu = token_of(w, "ito", "party", "otsu");
  const auto callco = token_of(w, "suzuki", "party", "callco");
  const auto auditor = token_of(w, "kato", "auditor");
  w.write("config.yaml", "http:\n  port: 0\n");
  Daemon daemon(w);
  const auto all = daemon.url() + "/api/v1/campaigns";
  const auto one = all + "/" + w.campaign;

  EXPECT_EQ(ask(all, "").status, 401);
  EXPECT_EQ(ask(all, lead).object().at("campaigns").as_array().size(), 1U);
  EXPECT_EQ(ask(one, auditor).status, 200);
  EXPECT_EQ(ask(all + "/CMP-0", kou).status, 404);
  const auto mine = ask(one, kou).object();
  EXPECT_FALSE(mine.at("customers").as_object().contains("otsu"));
  EXPECT_EQ(mine.at("approvals").at("silent").as_array().size(), 1U);

  const auto shown = ask(one + "/texts", kou).object();
  EXPECT_THAT(std::string(shown.at("ja").as_string()), HasSubstr("お詫び"));
  EXPECT_THAT(std::string(shown.at("desk").as_string()), HasSubstr("0120-000-000"));
  const std::string root(shown.at("root").as_string());
  const auto body = R"({"version":1,"root":")" + root + "\"}";
  auto other = root;
  other[0] = other[0] == '0' ? '1' : '0';
  EXPECT_EQ(ask(one + "/approve", lead, body).status, 403) << "the lead approves for nobody";
  EXPECT_EQ(ask(one + "/approve", auditor, body).status, 403);
  EXPECT_EQ(ask(one + "/approve", kou, R"({"version":1,"root":")" + other + "\"}").status, 409);
  EXPECT_EQ(ask(one + "/approve", kou, R"({"version":2,"root":")" + root + "\"}").status, 409);
  EXPECT_EQ(ask(one + "/approve", kou, R"({"version":1,"root":"00"})").status, 400);
  EXPECT_EQ(ask(one + "/approve", kou, "x").status, 400);
  EXPECT_EQ(ask(one + "/approve", kou, body).status, 200);
  EXPECT_EQ(ask(one + "/approve", kou, body).status, 409) << "twice";
  EXPECT_EQ(ask(one + "/approve", otsu, body).status, 200);

  const auto no = [&](const std::string& reason, const std::string& of) {
    return R"({"reason":")" + reason + R"(","version":1,"root":")" + of + "\"}";
  };
  EXPECT_EQ(ask(one + "/refuse", callco, no("", root)).status, 400);
  EXPECT_EQ(ask(one + "/refuse", callco, R"({"reason":"of what?"})").status, 400);
  EXPECT_EQ(ask(one + "/refuse", callco, no("another text", other)).status, 409)
      << "not the texts that are in force";
  EXPECT_EQ(ask(one + "/refuse", callco, no("the cause is not settled", root)).status, 200);
  EXPECT_EQ(ask(one + "/refuse", callco, no("again", root)).status, 409);
  const auto status = ask(one, lead).object();
  const auto& refused = status.at("approvals").at("refused").as_array();
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].at("party").as_string(), "callco");
  EXPECT_EQ(refused[0].at("reason").as_string(), "the cause is not settled");
  EXPECT_FALSE(status.at("approvals").at("complete").as_bool());
  EXPECT_TRUE(ask(one, kou).object().at("approvals").at("refused").as_array().empty());
  EXPECT_EQ(w.service({"campaign", "send", w.campaign}).code, 2) << "no relay";
  EXPECT_EQ(ask(one + "/pause", lead, "{}").status, 409);

  // Who refused may approve after all.
  EXPECT_EQ(ask(one + "/approve", callco, body).status, 200);
  EXPECT_EQ(ask(one, lead).object().at("state").as_string(), "approved");
  EXPECT_THAT(w.service({"campaign", "status", w.campaign}).out, HasSubstr("signed in"));
  EXPECT_TRUE(w.told({"audit", "verify"}).at("ok").as_bool());
}

TEST(CampaignService, TheDaemonReadsBouncesAndWhoBouncedGoesOnAList) {
  auto people = made_up_people(9);
  people[8].email.clear();  // reachable by telephone only
  ProgramsWorld w(std::move(people));
  ASSERT_NO_FATAL_FAILURE(w.ceremony());
  w.find();
  w.begin();
  w.contacts();
  w.told({"campaign", "freeze", w.campaign, "--out", w.file("requests")}, 1);
  w.approve();

  SmtpSink sink;
  const std::string more =
      "  bounce_domain: bounces.kou.test\n  bounce_maildir: " + w.file("bounces") +
      "\n  bounce_every: 1s\nhttp:\n  port: 0\n";
  for (const char* folder : {"bounces", "bounces/new", "bounces/cur", "bounces/tmp"})
    std::filesystem::create_directory(w.folder / folder);
  w.use_relay(sink, more);
  const auto tried = w.told({"campaign", "test-send", w.campaign, "--to", "tester@kou.test"});
  EXPECT_TRUE(tried.at("accepted").as_bool());
  ASSERT_EQ(sink.complete().size(), 1U);
  EXPECT_EQ(sink.complete()[0].to, "tester@kou.test");
  EXPECT_THAT(sink.complete()[0].message_id, HasSubstr(w.campaign + ".test-"));
  EXPECT_EQ(count_of(w.status(), "pending"), 8) << "a test changes nothing";
  w.told({"campaign", "send", w.campaign}, 1);
  ASSERT_EQ(sink.complete().size(), 9U);
  EXPECT_THAT(sink.complete()[1].from, HasSubstr("@bounces.kou.test"));

  const auto outcomes = w.told({"campaign", "proof", w.campaign});
  std::vector<std::pair<std::string, std::string>> sent;
  for (const auto& p : outcomes.at("persons").as_array()) {
    if (p.at("state").as_string() == "accepted")
      sent.emplace_back(p.at("person").as_string(), p.at("message_id").as_string());
  }
  ASSERT_EQ(sent.size(), 8U);
  w.write("bounces/new/1", bounce_of(sent[0].first, sent[0].second));
  w.write("bounces/new/2", bounce_of(sent[1].first, sent[1].second));
  w.write("bounces/new/3", bounce_of(sent[2].first, sent[3].second));  // forged
  const auto token = token_of(w, "sato", "coordinator");
  {
    Daemon daemon(w);
    EXPECT_TRUE(comes_true([&] { return count_of(w.status(), "bounced") == 2; })) << daemon.err();
    // Counted once the files are moved.
    EXPECT_TRUE(comes_true([&] {
      const auto page = ask(daemon.url() + "/metrics", token).body;
      return page.find("hitokoe_campaign_bounces_total{kind=\"hard\"} 2") != page.npos &&
             page.find("hitokoe_campaign_bounces_total{kind=\"foreign\"} 1") != page.npos;
    })) << ask(daemon.url() + "/metrics", token).body;
    EXPECT_THAT(ask(daemon.url() + "/campaign.js", token).body, HasSubstr("campaignPage"));
  }
  EXPECT_TRUE(std::filesystem::is_empty(w.folder / "bounces/new"));
  w.write("more.mbox", "From x\n" + bounce_of(sent[0].first, sent[0].second) + "\nFrom y\n" +
                           bounce_of("P00000000000000000000", "x@y"));
  const auto again = w.told({"campaign", "bounces", w.campaign, "--file", w.file("more.mbox")}, 1);
  EXPECT_EQ(again.at("repeated").as_int64(), 1);
  EXPECT_EQ(again.at("foreign").as_int64(), 1);

  // The carriers gave no addresses: nobody for a letter, three for the telephone.
  const auto letters = w.told({"campaign", "letters", w.campaign, "--out", w.file("out")}, 1);
  EXPECT_EQ(letters.at("persons").to_number<int>(), 0);
  EXPECT_EQ(letters.at("left_out").as_array().size(), 3U);
  const auto phone = w.told({"campaign", "phone", w.campaign, "--out", w.file("out")});
  EXPECT_EQ(phone.at("persons").to_number<int>(), 3);
  struct stat about {};
  ASSERT_EQ(::stat(w.file("out/phone-1.csv").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
  std::ifstream in(w.file("out/phone-1.csv"));
  const std::string first((std::istreambuf_iterator<char>(in)), {});
  EXPECT_THAT(first, HasSubstr(w.people[8].name));
  std::filesystem::remove_all(w.folder / "out");
  w.told({"campaign", "phone", w.campaign, "--out", w.file("out"), "--again", "1"});
  std::ifstream second(w.file("out/phone-1.csv"));
  EXPECT_EQ(first, std::string((std::istreambuf_iterator<char>(second)), {}));
  EXPECT_EQ(count_of(w.status(), "exported"), 3);
  EXPECT_EQ(w.service({"campaign", "status", w.campaign}).code, 0) << "nobody waits";
  EXPECT_EQ(w.service({"campaign", "returned", w.campaign, "--person", sent[5].first}).code, 3);
  EXPECT_THAT(w.service({"campaign", "publication", w.campaign}).out, HasSubstr("0120-000-000"));
  EXPECT_TRUE(w.told({"audit", "verify"}).at("ok").as_bool());
}

TEST(CampaignService, PeopleWhoWereNotifiedBeforeAreShownAndLeftOutByDecision) {
  ProgramsWorld w(made_up_people(9));
  ASSERT_NO_FATAL_FAILURE(w.approved());
  w.write("prior.csv", "お名前,電話,メール\n" + w.people[0].name + "," + w.people[0].phone + ",\n" +
                           w.people[1].name + ",," + w.people[1].email + "\n別人," +
                           w.people[2].phone + ",\nだれか,,nobody@a.test\n");
  const std::vector<std::string> compare = {"campaign",  "import-notified",
                                            w.campaign,  w.file("prior.csv"),
                                            "--columns", "お名前=name,電話=phone,メール=email"};
  const auto shown = w.told(compare, 1);
  EXPECT_EQ(shown.at("persons").as_array().size(), 2U);
  EXPECT_EQ(shown.at("unmatched").as_int64(), 2) << "another name is another person";
  EXPECT_EQ(count_of(w.status(), "excluded"), 0) << "nothing without a decision";
  auto decide = compare;
  decide.insert(decide.end(), {"--decision", "exclude", "--reason", "丙が先に通知済み"});
  EXPECT_EQ(w.told(decide).at("decided").as_int64(), 2);
  auto deceased = compare;
  deceased[1] = "exclude";
  EXPECT_EQ(w.service(deceased).code, 2) << "no reason";

  // The decision outlives a new version.
  w.told({"campaign", "freeze", w.campaign, "--out", w.file("requests")});
  w.approve();
  SmtpSink sink;
  w.use_relay(sink);
  w.told({"campaign", "send", w.campaign});
  EXPECT_EQ(sink.complete().size(), 7U);
  EXPECT_EQ(count_of(w.status(), "excluded"), 2);
  for (const auto& mail : sink.complete()) {
    EXPECT_NE(mail.to, w.people[0].email);
    EXPECT_NE(mail.to, w.people[1].email);
  }
  EXPECT_TRUE(w.told({"audit", "verify"}).at("ok").as_bool());
}

TEST(CampaignService, ATextThatLacksTheDeskIsRefusedWithItsLine) {
  ProgramsWorld w({});
  w.write("own.yaml",
          "from: a@kou.test\ndesk: {phone: 0120-000-000, email: d@kou.test}\nnotice:\n  ja: |\n"
          "    件名\n    {{#cause}}\n  en: |\n    Subject\n");
  const auto lint = w.service({"campaign", "lint", w.file("own.yaml")});
  EXPECT_EQ(lint.code, 3);
  EXPECT_THAT(lint.err, AllOf(HasSubstr("own.yaml:6: notice.ja: not closed: #cause"),
                              HasSubstr("notice.ja: {{desk_phone}} is missing"),
                              HasSubstr("notice.en: the heading \"What Happened\" is missing")));
  w.write("own.yaml", "from: a@kou.test\ndesk: {phone: 0120-000-000, email: d@kou.test}\n");
  EXPECT_TRUE(w.told({"campaign", "lint", w.file("own.yaml")}).at("ok").as_bool());
}

}  // namespace
}  // namespace hitokoe::testing
