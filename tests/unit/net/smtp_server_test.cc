#include "hitokoe/net/smtp_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <mutex>
#include <thread>

#include "hitokoe/net/tls_certificate.h"
#include "net/smtp_dialogue.h"
#include "tests/scratch_folder.h"
#include "tests/unit/net/raw_client.h"

namespace hitokoe::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class SmtpServerTest : public testing::Test {
 protected:
  void start(SmtpServerOptions options = {}) {
    auto files = make_certificate(folder_.path(), {"localhost"}, SystemClock().now());
    ASSERT_TRUE(files);
    certificate_ = files.value().certificate;
    options.certificate = files.value().certificate;
    options.private_key = files.value().private_key;
    SmtpHandlers handlers;
    handlers.recipient = [](const std::string& to) {
      return to.ends_with("@gone.test") ? SmtpReply{550, "5.1.1 no such mailbox"} : SmtpReply{};
    };
    handlers.deliver = [this](const ReceivedMail& mail) {
      const std::lock_guard lock(mutex_);
      mails_.push_back(mail);
      return SmtpReply{};
    };
    server_ = std::make_unique<SmtpServer>(io_.get_executor(), options, handlers, Logger::silent());
    ASSERT_TRUE(server_->start());
    thread_ = std::thread([this] { io_.run(); });
  }
  void TearDown() override {
    if (!thread_.joinable()) return;
    asio::co_spawn(io_, server_->stop(), asio::use_future).get();
    thread_.join();
  }
  std::string say(RawClient& client, std::string_view line) {
    client.send(line);
    client.send("\r\n");
    return client.read_until("\r\n");
  }
  std::unique_ptr<RawClient> greeted() {
    auto client = std::make_unique<RawClient>(server_->port());
    EXPECT_THAT(client->read_until("\r\n"), StartsWith("220 "));
    client->send("EHLO me.test\r\n");
    EXPECT_THAT(client->read_until("250 SIZE 1048576\r\n"), HasSubstr("250-STARTTLS\r\n"));
    return client;
  }
  std::unique_ptr<RawClient> secure() {
    auto client = greeted();
    EXPECT_THAT(say(*client, "STARTTLS"), StartsWith("220 "));
    EXPECT_TRUE(client->start_tls(certificate_, "localhost"));
    client->send("EHLO me.test\r\n");
    EXPECT_THAT(client->read_until("250 SIZE 1048576\r\n"), testing::Not(HasSubstr("STARTTLS")));
    return client;
  }
  std::vector<ReceivedMail> mails() {
    const std::lock_guard lock(mutex_);
    return mails_;
  }

  ScratchFolder folder_;  // of the certificate
  asio::io_context io_;
  std::unique_ptr<SmtpServer> server_;
  std::thread thread_;
  std::filesystem::path certificate_;
  std::mutex mutex_;
  std::vector<ReceivedMail> mails_;
};

TEST_F(SmtpServerTest, TakesAMailOverTlsAndUndoesDots) {
  start();
  auto client = secure();
  EXPECT_THAT(say(*client, "MAIL FROM:<a@b.test> SIZE=40"), StartsWith("250 "));
  EXPECT_THAT(say(*client, "RCPT TO:<x@gone.test>"), StartsWith("550 "));
  EXPECT_THAT(say(*client, "RCPT TO:<c@d.test>"), StartsWith("250 "));
  EXPECT_THAT(say(*client, "DATA"), StartsWith("354 "));
  EXPECT_THAT(say(*client, "Subject: s\r\n\r\n..one\r\n...\r\nbare\n.\nlf\r\n."),
              StartsWith("250 "));
  EXPECT_THAT(say(*client, "QUIT"), StartsWith("221 "));
  ASSERT_EQ(mails().size(), 1U);
  EXPECT_EQ(mails()[0].from, "a@b.test");
  EXPECT_THAT(mails()[0].to, ElementsAre("c@d.test"));
  EXPECT_EQ(mails()[0].message, "Subject: s\r\n\r\n.one\r\n..\r\nbare\n.\nlf\r\n");
  EXPECT_TRUE(mails()[0].tls);
}

TEST_F(SmtpServerTest, TakesAMessageInAnyTwoPieces) {
  start();
  auto client = secure();
  const std::string message = "A: b\r\n\r\nx\r\n.\r\n";
  for (std::size_t cut = 1; cut < message.size(); ++cut) {
    say(*client, "MAIL FROM:<>");
    say(*client, "RCPT TO:<c@d.test>");
    say(*client, "DATA");
    client->send(message.substr(0, cut));
    client->send(message.substr(cut));
    EXPECT_THAT(client->read_until("\r\n"), StartsWith("250 ")) << cut;
  }
  ASSERT_EQ(mails().size(), message.size() - 1);
  for (const auto& mail : mails()) EXPECT_EQ(mail.message, "A: b\r\n\r\nx\r\n");
}

TEST_F(SmtpServerTest, TakesNoMailInClearText) {
  start();
  auto client = greeted();
  EXPECT_THAT(say(*client, "MAIL FROM:<a@b.test>"), StartsWith("530 "));
}

TEST_F(SmtpServerTest, DropsAClientThatSendsCommandsAlongWithStartTls) {
  start();
  auto client = greeted();
  client->send("STARTTLS\r\nMAIL FROM:<evil@b.test>\r\n");
  EXPECT_THAT(client->read_until("\r\n"), StartsWith("554 "));
  EXPECT_TRUE(client->closed());
}

TEST_F(SmtpServerTest, RefusesAMessageOverTheLimit) {
  start({.message_bytes = 1U << 20});
  auto client = secure();
  EXPECT_THAT(say(*client, "MAIL FROM:<a@b.test> SIZE=1048577"), StartsWith("552 "));
  say(*client, "MAIL FROM:<a@b.test>");
  say(*client, "RCPT TO:<c@d.test>");
  say(*client, "DATA");
  client->send(std::string((1U << 20) + 40000, 'x'));
  EXPECT_THAT(client->read_until("\r\n"), StartsWith("552 "));
  EXPECT_TRUE(mails().empty());
}

TEST_F(SmtpServerTest, DropsALineWithoutEndAndASilentClient) {
  start({.command_timeout = std::chrono::milliseconds(300)});
  auto client = greeted();
  client->send(std::string(5000, 'x'));
  EXPECT_THAT(client->read_until("\r\n"), StartsWith("500 "));
  auto silent = greeted();
  EXPECT_TRUE(silent->closed());
}

TEST(SmtpDialogueTest, KeepsTheOrderOfCommands) {
  const SmtpServerOptions options{.require_tls = false, .recipients = 1, .errors = 4};
  const SmtpHandlers handlers{[](const std::string&) { return SmtpReply{}; },
                              [](const ReceivedMail&) { return SmtpReply{}; }};
  SmtpDialogue dialogue(options, handlers, false);
  std::string reply;
  dialogue.command("MAIL FROM:<a@b.test>", reply);
  EXPECT_THAT(reply, StartsWith("503 "));
  dialogue.command("helo me", reply);
  dialogue.command("mail from: <a@b.test>", reply);
  EXPECT_THAT(reply, StartsWith("250 "));
  dialogue.command("DATA", reply);
  EXPECT_THAT(reply, StartsWith("554 "));
  dialogue.command("RCPT TO:<c@d.test>", reply);
  dialogue.command("RCPT TO:<e@d.test>", reply);
  EXPECT_THAT(reply, StartsWith("452 "));
  EXPECT_EQ(dialogue.command("DATA", reply), SmtpDialogue::Next::kData);
  EXPECT_EQ(dialogue.message("x\r\n"), "250 2.0.0 ok\r\n");
  dialogue.command("VRFY a", reply);
  EXPECT_THAT(reply, StartsWith("502 "));
  EXPECT_EQ(dialogue.command("EXPN a", reply), SmtpDialogue::Next::kClose);
}

TEST(SmtpDialogueTest, RefusesBrokenPaths) {
  std::string address;
  EXPECT_TRUE(parse_path(" <a@b.test> X=1", address));
  EXPECT_EQ(address, "a@b.test");
  EXPECT_TRUE(parse_path("<>", address));
  for (const auto& text :
       std::vector<std::string>{"", "a@b.test", "<a@b.test", "<a b@c.test>", "<a\r@c.test>",
                                "<a<b@c.test>", "<" + std::string(300, 'a') + ">"}) {
    EXPECT_FALSE(parse_path(text, address)) << text;
  }
}

}  // namespace
}  // namespace hitokoe::net
