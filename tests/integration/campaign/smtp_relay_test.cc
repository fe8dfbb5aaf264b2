#include "hitokoe/net/smtp_relay.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fstream>

#include "tests/integration/campaign/smtp_sink.h"

namespace hitokoe::net {
namespace {

using testing::SmtpSink;
using Kind = SendOutcome::Kind;

Mail mail_to(const std::string& to) {
  return {"notice@lead.test", to, "id-" + to,
          "From: <notice@lead.test>\r\nTo: <" + to + ">\r\nMessage-ID: <id-" + to +
              ">\r\n\r\n.one dot\r\n..two\r\n.\r\nlast\r\n"};
}

class Relay {
 public:
  explicit Relay(const SmtpSink& sink, std::size_t connections = 1)
      : Relay(sink.url(), sink.certificate(), connections) {}
  Relay(std::string url, std::filesystem::path ca, std::size_t connections = 1,
        std::string user = "", std::string password = "") {
    SmtpOptions options;
    options.url = std::move(url);
    options.ca_file = std::move(ca);
    options.user = std::move(user);
    options.password = SecretText(std::move(password));
    options.helo = "lead.test";
    options.connections = connections;
    options.timeout = std::chrono::seconds(10);
    relay_ = std::move(make_smtp_relay(std::move(options)).value());
  }

  SendOutcome send(const Mail& mail) {
    return send(mail, [this]() -> Result<void> {
      ++ends;
      return ok();
    });
  }
  SendOutcome send(const Mail& mail, std::function<Result<void>()> before_end) {
    SendOutcome out;
    asio::io_context io;
    asio::co_spawn(io, relay_->send(mail, std::move(before_end)),
                   [&](std::exception_ptr, SendOutcome o) { out = o; });
    io.run();
    return out;
  }
  int ends = 0;

 private:
  std::unique_ptr<MailRelay> relay_;
};

TEST(SmtpRelay, DeliversOverStarttlsWithDotsAsTheyAre) {
  SmtpSink sink;
  Relay relay(sink);
  const auto mail = mail_to("a@x.test");
  const auto out = relay.send(mail);
  EXPECT_EQ(out.kind, Kind::kAccepted);
  EXPECT_EQ(out.code, 250);
  EXPECT_EQ(out.reply, "250 2.0.0 Ok: queued");
  EXPECT_EQ(relay.ends, 1);
  const auto got = sink.complete();
  ASSERT_EQ(got.size(), 1U);
  EXPECT_TRUE(got[0].tls);
  EXPECT_EQ(got[0].from, "notice@lead.test");
  EXPECT_EQ(got[0].to, "a@x.test");
  EXPECT_EQ(got[0].raw, mail.rfc5322);
}

TEST(SmtpRelay, DeliversOverImplicitTls) {
  SmtpSink sink({"--implicit-tls"});
  Relay relay(sink);
  EXPECT_EQ(relay.send(mail_to("a@x.test")).kind, Kind::kAccepted);
}

TEST(SmtpRelay, LogsInWhereASecretIsGiven) {
  SmtpSink sink({"--user", "app", "--password", "secret"});
  Relay with(sink.url(), sink.certificate(), 1, "app", "secret");
  EXPECT_EQ(with.send(mail_to("a@x.test")).kind, Kind::kAccepted);
  EXPECT_TRUE(sink.complete().at(0).authenticated);
  // Our own fault, not the person's: nobody may end as refused.
  Relay wrong(sink.url(), sink.certificate(), 1, "app", "wrong");
  EXPECT_EQ(wrong.send(mail_to("b@x.test")).kind, Kind::kNotSent);
  Relay without(sink.url(), sink.certificate());
  const auto out = without.send(mail_to("c@x.test"));
  EXPECT_EQ(out.kind, Kind::kNotSent);
  EXPECT_EQ(out.code, 530);
  EXPECT_EQ(sink.complete().size(), 1U);
}

TEST(SmtpRelay, SendsNothingWithoutTlsOrToAForeignCertificate) {
  SmtpSink plain({"--no-tls"});
  Relay to_plain(plain.url(), "");
  EXPECT_EQ(to_plain.send(mail_to("a@x.test")).kind, Kind::kNotSent);
  EXPECT_TRUE(plain.journal().empty());

  SmtpSink sink, other;
  Relay foreign(sink.url(), other.certificate());
  EXPECT_EQ(foreign.send(mail_to("a@x.test")).kind, Kind::kNotSent);
  SmtpSink elsewhere({"--certificate-for", "mx.other.test"});
  Relay name(elsewhere);
  EXPECT_EQ(name.send(mail_to("a@x.test")).kind, Kind::kNotSent);
  EXPECT_TRUE(sink.journal().empty());
  EXPECT_TRUE(elsewhere.journal().empty());
}

TEST(SmtpRelay, NobodyListensIsNotSent) {
  Relay relay("smtp://127.0.0.1:1", "");
  EXPECT_EQ(relay.send(mail_to("a@x.test")).kind, Kind::kNotSent);
  EXPECT_EQ(relay.ends, 0);
}

struct Case {
  const char* fault;
  Kind kind;
  int code;
  int ends;      // how often the end of a body was allowed
  int complete;  // bodies that the server had whole and did not refuse
};

constexpr Case kCases[] = {
    {"connect:drop", Kind::kNotSent, 0, 0, 0}, {"connect:half", Kind::kNotSent, 0, 0, 0},
    {"connect:554", Kind::kNotSent, 0, 0, 0},  {"helo:drop", Kind::kNotSent, 0, 0, 0},
    {"helo:550", Kind::kNotSent, 0, 0, 0},     {"starttls:drop", Kind::kNotSent, 0, 0, 0},
    {"starttls:454", Kind::kNotSent, 0, 0, 0}, {"starttls:late", Kind::kNotSent, 0, 0, 0},
    {"mail:drop", Kind::kNotSent, 0, 0, 0},    {"mail:451", Kind::kNotSent, 451, 0, 0},
    {"mail:550", Kind::kRefused, 550, 0, 0},   {"mail:late", Kind::kNotSent, 0, 0, 0},
    {"rcpt:drop", Kind::kNotSent, 0, 0, 0},    {"rcpt:half", Kind::kNotSent, 0, 0, 0},
    {"rcpt:450", Kind::kNotSent, 450, 0, 0},   {"rcpt:421", Kind::kNotSent, 421, 0, 0},
    {"rcpt:550", Kind::kRefused, 550, 0, 0},   {"rcpt:late", Kind::kNotSent, 0, 0, 0},
    {"data:drop", Kind::kNotSent, 0, 0, 0},    {"data:451", Kind::kNotSent, 451, 0, 0},
    {"data:554", Kind::kRefused, 554, 0, 0},   {"end:drop", Kind::kUnknown, 0, 1, 1},
    {"end:half", Kind::kUnknown, 0, 1, 1},     {"end:451", Kind::kNotSent, 451, 1, 0},
    {"end:552", Kind::kRefused, 552, 1, 0},    {"end:late", Kind::kAccepted, 250, 1, 1},
};

TEST(SmtpRelay, TellsExactlyWhatAFailureAtEachCommandMeans) {
  SmtpSink sink;
  std::size_t complete = 0;
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.fault);
    std::ofstream(sink.dir() / "faults") << c.fault;
    Relay relay(sink);
    const auto out = relay.send(mail_to("a@x.test"));
    EXPECT_EQ(out.kind, c.kind) << out.code << ' ' << out.reply;
    if (c.code != 0) {
      EXPECT_EQ(out.code, c.code);
    }
    EXPECT_EQ(relay.ends, c.ends);
    complete += static_cast<std::size_t>(c.complete);
    EXPECT_EQ(sink.complete().size(), complete);
  }
}

TEST(SmtpRelay, ADropInTheBodyIsNeverAcceptedOrRefused) {
  // Whether our side learns of it before or after the end is a race that only the kernel decides.
  SmtpSink sink({"--fault", "body:drop", "--fault", "data:late"});
  Relay relay(sink);
  const auto out = relay.send(mail_to("a@x.test"));
  EXPECT_TRUE(out.kind == Kind::kNotSent || out.kind == Kind::kUnknown);
  EXPECT_EQ(out.kind == Kind::kUnknown ? 1 : 0, relay.ends);
  EXPECT_TRUE(sink.complete().empty());
}

TEST(SmtpRelay, WithoutLeaveTheEndIsNotHandedOver) {
  SmtpSink sink;
  Relay relay(sink);
  const auto out = relay.send(mail_to("a@x.test"), []() -> Result<void> {
    return fail(Errc::kIo, "the disk is full", "the disk is full");
  });
  EXPECT_EQ(out.kind, Kind::kNotSent);
  EXPECT_TRUE(sink.complete().empty());
  // And the broken conversation is not used again.
  EXPECT_EQ(relay.send(mail_to("b@x.test")).kind, Kind::kAccepted);
  EXPECT_EQ(sink.complete().size(), 1U);
}

TEST(SmtpRelay, KeepsItsConnectionAndReplacesOneThatWasClosedWhileIdle) {
  // The second mail finds the connection gone at MAIL: nothing of it had been handed over.
  SmtpSink sink({"--fault", "end:late:1"});
  Relay relay(sink);
  EXPECT_EQ(relay.send(mail_to("a@x.test")).kind, Kind::kAccepted);
  EXPECT_EQ(relay.send(mail_to("b@x.test")).kind, Kind::kAccepted);
  EXPECT_EQ(relay.send(mail_to("c@x.test")).kind, Kind::kAccepted);
  EXPECT_EQ(sink.complete().size(), 3U);
}

TEST(SmtpRelay, WritesNoAddressThatCouldBeACommand) {
  SmtpSink sink;
  Relay relay(sink);
  for (const char* bad : {"a@x.test\r\nRCPT TO:<b@x.test>", "a@x.test>\r\nDATA", "a b@x.test",
                          "a@x.test\n", "@x.test", "a@", "a@b@c.test", "<a@x.test>", "a@x..test",
                          "\"a b\"@x.test", "山田@x.test", ""}) {
    EXPECT_FALSE(usable_address(bad)) << bad;
    EXPECT_EQ(relay.send(mail_to(bad)).kind, Kind::kRefused);
  }
  for (const char* good : {"a@x.test", "bounce+P1=x@x.test", "o'neil_1%2@sub.x.test", "a@[::1]"}) {
    EXPECT_EQ(usable_address(good), std::string(good) != "a@[::1]") << good;
  }
  EXPECT_TRUE(sink.journal().empty());
}

TEST(SmtpRelay, RefusesAnUrlOfAnotherForm) {
  for (const char* bad :
       {"http://a", "smtp://", "smtp://u:p@host", "smtp://host/path", "smtp://h\n"}) {
    SmtpOptions options;
    options.url = bad;
    EXPECT_FALSE(make_smtp_relay(std::move(options))) << bad;
  }
}

}  // namespace
}  // namespace hitokoe::net
