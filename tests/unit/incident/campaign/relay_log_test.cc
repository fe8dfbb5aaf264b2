#include "incident/campaign/relay_log.h"

#include <gtest/gtest.h>

#include <sstream>

namespace hitokoe::incident::campaign {
namespace {

using Kind = RelayVerdict::Kind;

std::map<std::string, RelayVerdict> verdicts(const std::string& text) {
  RelayLog log({"m1@kou.test", "m2@kou.test"});
  std::istringstream in(text);
  log.read(in);
  return log.verdicts();
}

const char* const kCleanup =
    "Nov 25 09:00:01 mx postfix/cleanup[12]: 3F2A1B: message-id=<m1@kou.test>\n";

TEST(RelayLog, AQueuedMessageWasAccepted) {
  const auto v =
      verdicts(std::string(kCleanup) +
               "Nov 25 09:00:01 mx postfix/qmgr[9]: 3F2A1B: from=<n@kou.test>, size=812, "
               "nrcpt=1 (queue active)\n");
  ASSERT_EQ(v.count("m1@kou.test"), 1U);
  EXPECT_EQ(v.at("m1@kou.test").kind, Kind::kAccepted);
}

TEST(RelayLog, AMessageOfWhichOnlyTheHeaderArrivedProvesNothing) {
  const auto v = verdicts(std::string(kCleanup) +
                          "Nov 25 09:00:02 mx postfix/smtpd[7]: lost connection after DATA\n");
  EXPECT_EQ(v.at("m1@kou.test").kind, Kind::kSeen);
}

TEST(RelayLog, TellsTheRemoteServersWordsWithoutTheAddress) {
  const auto v =
      verdicts(std::string(kCleanup) +
               "Nov 25 09:00:03 mx postfix/smtp[5]: 3F2A1B: to=<taro@x.test>, "
               "relay=mx.x.test[192.0.2.1]:25, "
               "delay=1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued for <taro@x.test> as 9A)\n");
  EXPECT_EQ(v.at("m1@kou.test").kind, Kind::kAccepted);
  EXPECT_EQ(v.at("m1@kou.test").code, 250);
  EXPECT_EQ(v.at("m1@kou.test").words, "250 2.0.0 Ok: queued for <address> as 9A");
}

TEST(RelayLog, ABounceIsARefusalEvenAfterItWasQueued) {
  const auto v = verdicts(
      std::string(kCleanup) +
      "2026-11-25T09:00:03+09:00 mx postfix-out/qmgr[9]: 3F2A1B: from=<>, size=1, nrcpt=1 (queue "
      "active)\n2026-11-25T09:00:04+09:00 mx postfix-out/smtp[5]: 3F2A1B: to=<a@x.test>, "
      "status=bounced (host mx[192.0.2.1] said: 550 5.1.1 no such user (in reply to RCPT))\n"
      "2026-11-25T09:00:04+09:00 mx postfix-out/qmgr[9]: 3F2A1B: removed\n");
  EXPECT_EQ(v.at("m1@kou.test").kind, Kind::kRefused);
  EXPECT_EQ(v.at("m1@kou.test").code, 550);
}

TEST(RelayLog, AQueueIdThatIsUsedAgainBelongsToTheNewMessage) {
  const auto v = verdicts(
      std::string(kCleanup) +
      "Nov 25 09:10:01 mx postfix/cleanup[12]: 3F2A1B: message-id=<other@elsewhere.test>\n"
      "Nov 25 09:10:01 mx postfix/qmgr[9]: 3F2A1B: from=<>, size=1, nrcpt=1 (queue active)\n");
  EXPECT_EQ(v.at("m1@kou.test").kind, Kind::kSeen);
}

TEST(RelayLog, PassesOverWhatIsNoLineOfIt) {
  std::string garbage = "\n\n[]: \npostfix\npostfix/[\npostfix/x[1]: \npostfix/x[1]: AAAAAA: \n";
  garbage += std::string(100000, 'x') + "\n" + std::string("\0\xff\xfe", 3) + "\n";
  garbage += "postfix/cleanup[1]: 3F2A1B: message-id=<\n";
  garbage += "postfix/cleanup[1]: 3F2A1B: message-id=<m1@kou.test" + std::string(9000, ' ') + ">\n";
  EXPECT_TRUE(verdicts(garbage).empty());
  EXPECT_EQ(verdicts(garbage + kCleanup).size(), 1U);
}

TEST(RelayLog, EveryCutOfALineIsRead) {
  const std::string whole =
      std::string(kCleanup) +
      "Nov 25 09:00:04 mx postfix/smtp[5]: 3F2A1B: to=<a@x.test>, status=bounced (550 no)\n";
  for (std::size_t n = 0; n <= whole.size(); ++n) {
    const auto v = verdicts(whole.substr(0, n));
    EXPECT_LE(v.size(), 1U);
  }
}

TEST(RelayLog, AddressesAreTakenOutOfWords) {
  EXPECT_EQ(without_addresses("550 <taro@x.test>: user taro@x.test unknown"),
            "550 <address> user <address> unknown");
  EXPECT_EQ(without_addresses("a\r\nb\x01"), "a??b?");
  EXPECT_LE(without_addresses(std::string(5000, 'a')).size(), 200U);
  EXPECT_EQ(without_addresses(""), "");
}

}  // namespace
}  // namespace hitokoe::incident::campaign
