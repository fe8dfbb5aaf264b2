// A real Postfix takes the notices, and its own log settles who is held.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

#include "tests/integration/campaign/programs_world.h"
#include "tests/integration/testbed.h"

namespace hitokoe::testing {
namespace {

using ::testing::HasSubstr;

std::string content(const std::filesystem::path& path) {
  std::stringstream all;
  all << std::ifstream(path, std::ios::binary).rdbuf();
  return all.str();
}

class Postfix : public Testbed {
 public:
  Postfix() : Testbed("postfix") {}

  std::filesystem::path certificate() const { return folder() / "cert.pem"; }
  std::filesystem::path log() const { return folder() / "maillog"; }
  std::size_t lines_with(const std::string& text) const {
    std::size_t n = 0;
    std::istringstream in(content(log()));
    for (std::string line; std::getline(in, line);) n += line.find(text) != line.npos ? 1U : 0U;
    return n;
  }
  // Notices of the campaign that the queue holds or held. A bounce is in the queue, too, and is
  // none.
  std::size_t queued(const std::string& campaign) const {
    std::set<std::string> notices, active;
    std::istringstream in(content(log()));
    for (std::string line; std::getline(in, line);) {
      const auto tag = line.find("]: ");
      if (tag == line.npos) continue;
      const auto queue = line.substr(tag + 3, line.find(':', tag + 3) - tag - 3);
      if (line.find("message-id=<" + campaign + ".") != line.npos) notices.insert(queue);
      if (line.find("(queue active)") != line.npos) active.insert(queue);
    }
    std::erase_if(notices, [&](const auto& queue) { return active.count(queue) == 0; });
    return notices.size();
  }
  // Message-IDs in the mailbox that come from the campaign.
  std::multiset<std::string> delivered() const {
    std::multiset<std::string> out;
    for (const auto& file : std::filesystem::directory_iterator(folder() / "mail/all/new")) {
      std::istringstream in(content(file.path()));
      for (std::string line; std::getline(in, line) && !line.empty() && line != "\r";) {
        constexpr std::string_view kId = "Message-ID: <";
        if (line.starts_with(kId)) out.insert(line.substr(kId.size(), line.find('>') - kId.size()));
      }
    }
    return out;
  }
};

std::string text_of(const boost::json::object& o, const char* key) {
  return std::string(o.at(key).as_string());
}

std::int64_t number_of(const boost::json::object& o, const char* key) {
  return o.at(key).to_number<std::int64_t>();
}

TEST(CampaignPostfix, TakesTheNoticesAndItsLogSettlesWhoIsHeld) {
  Postfix relay;
  if (::geteuid() != 0) {
    EXPECT_EQ(relay.started(), 4);
    EXPECT_THAT(relay.said(), HasSubstr("as root only"));
    std::cerr << relay.said() << "Not tried: sending through Postfix, and reconcile by its log.\n";
    return;
  }
  ASSERT_EQ(relay.started(), 0) << relay.said();

  auto people = made_up_people(12);
  people[0].email = "refused0@a.test";
  for (std::size_t i = 1; i < 6; ++i) people[i].email = "gone" + std::to_string(i) + "@a.test";
  ProgramsWorld w(std::move(people));
  ASSERT_NO_FATAL_FAILURE(w.approved());

  // Of the first four connections three lose the answer to the body, and one its end.
  ScriptServer proxy("deaf_proxy.py", {"--to", std::to_string(relay.port()), "--after", "3000",
                                       "--deaf", "3", "--mute", "1"});
  ASSERT_NE(proxy.port(), 0);
  const auto url = "smtp://127.0.0.1:" + std::to_string(proxy.port());
  w.use_relay(url, relay.certificate(), "  connections: 4\n");
  {
    Running sending("hitokoe", w.service_words({"campaign", "send", w.campaign}), w.environment);
    ASSERT_TRUE(comes_true([&] {
      // Three bodies are with the relay, whole: what is killed before its end is another story.
      return relay.queued(w.campaign) == 3 &&
             number_of(w.status().at("counts").as_object(), "committing") == 4;
    })) << content(relay.log());
    sending.signal(SIGKILL);
    EXPECT_EQ(sending.wait().code, -1);
  }

  const auto sent = w.told({"campaign", "send", w.campaign}, 1);
  EXPECT_EQ(text_of(sent, "state"), "sent");
  EXPECT_EQ(number_of(sent.at("run").as_object(), "recovered_held"), 4);
  const auto before = w.outcomes();
  ASSERT_EQ(before.at("unknown_held").size(), 4U);

  // What the log tells: three were taken, whatever became of them; of the fourth it knows nothing.
  // 12 people, less one refused at RCPT and one whose body never ended; a bounce is a mail, too, to
  // the sender.
  ASSERT_TRUE(comes_true([&] {
    return relay.lines_with("status=sent (delivered to maildir)") >= 10;
  })) << content(relay.log());
  const auto told =
      w.told({"campaign", "reconcile", w.campaign, "--relay-log", relay.log().string()}, 1);
  EXPECT_EQ(number_of(told, "accepted") + number_of(told, "refused"), 3);
  EXPECT_EQ(number_of(told, "still_held"), 1);

  // The log, the books and the mailbox say the same.
  const auto delivered = relay.delivered();
  for (const auto& id : delivered) EXPECT_EQ(delivered.count(id), 1U);
  const auto after = w.outcomes();
  for (const auto& p : before.at("unknown_held")) {
    const auto id = text_of(p, "message_id");
    std::string now;
    for (const auto& [state, of] : after) {
      for (const auto& q : of) {
        if (text_of(q, "message_id") != id) continue;
        now = state;
        if (state != "unknown_held") {
          EXPECT_EQ(text_of(q, "settled_by"), "relay-log");
        }
      }
    }
    EXPECT_EQ(delivered.count(id) == 1, now == "accepted") << now;
  }

  const auto last = text_of(after.at("unknown_held").front(), "person");
  const auto done = w.told({"campaign", "reconcile", w.campaign, "--person", last, "--state",
                            "refused", "--reason", "the relay's log does not know it"});
  EXPECT_EQ(number_of(done, "still_held"), 0);
  EXPECT_EQ(w.service({"campaign", "reconcile", w.campaign, "--person", last, "--state", "refused",
                       "--reason", "again"})
                .code,
            3);
  EXPECT_EQ(w.service({"campaign", "status", w.campaign}).code, 1) << "some were refused";
  EXPECT_TRUE(w.told({"audit", "verify"}).at("ok").as_bool());
}

}  // namespace
}  // namespace hitokoe::testing
