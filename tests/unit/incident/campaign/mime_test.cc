#include "incident/campaign/mime.h"

#include <gtest/gtest.h>

#include "hitokoe/base/bytes.h"

namespace hitokoe::incident::campaign {
namespace {

using namespace std::chrono_literals;

NoticeMail mail() {
  NoticeMail m;
  m.from_name = "甲通信株式会社";
  m.from = "notice@kou.test";
  m.to = "taro@x.test";
  m.reply_to = "desk@kou.test";
  m.subject = "【重要】お客さまの情報の流通に関するお詫びとお知らせ / Important notice";
  m.message_id = "CMP-1.P2.v1@kou.test";
  m.text = "山田 太郎 様\n\nお詫び\n.\nFrom here\n";
  m.date = UtcTime(std::chrono::sys_days(std::chrono::year(2026) / 4 / 1)) + 2h + 3min + 4s;
  return m;
}

std::vector<std::string> lines(const std::string& message) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < message.size();) {
    const auto end = message.find("\r\n", at);
    EXPECT_NE(end, std::string::npos);
    if (end == std::string::npos) break;
    out.push_back(message.substr(at, end - at));
    at = end + 2;
  }
  return out;
}

// Unfolds and decodes the encoded words of one header (RFC 2047 6.2).
std::string decoded(const std::string& message, const std::string& name) {
  std::string out;
  bool in = false;
  for (const auto& line : lines(message)) {
    if (line.empty()) break;
    if (line.starts_with(name + ": ")) {
      in = true;
    } else if (!line.starts_with(" ")) {
      in = false;
    }
    if (!in) continue;
    for (std::size_t at = 0; (at = line.find("=?UTF-8?B?", at)) != std::string::npos;) {
      const auto end = line.find("?=", at + 10);
      const auto bytes = from_base64(line.substr(at + 10, end - at - 10));
      EXPECT_TRUE(bytes);
      if (bytes) out += as_text(bytes.value());
      at = end;
    }
  }
  return out;
}

std::string body(const std::string& message) {
  std::string base64;
  const auto all = lines(message.substr(message.find("\r\n\r\n") + 4));
  for (const auto& line : all) base64 += line;
  return std::string(as_text(from_base64(base64).value()));
}

TEST(Mime, HoldsTheLinesAndTheTextAsTheyAre) {
  const auto out = compose(mail());
  for (const auto& line : lines(out)) {
    EXPECT_LE(line.size(), 78U) << line;
    for (char c : line) EXPECT_TRUE(c >= 0x20 && c < 0x7f);
    EXPECT_FALSE(line.starts_with("."));
  }
  EXPECT_NE(out.find("Date: Wed, 01 Apr 2026 11:03:04 +0900\r\n"), std::string::npos);
  EXPECT_NE(out.find("To: <taro@x.test>\r\n"), std::string::npos);
  EXPECT_NE(out.find("Message-ID: <CMP-1.P2.v1@kou.test>\r\n"), std::string::npos);
  EXPECT_EQ(out.find("List-"), std::string::npos);
  EXPECT_EQ(decoded(out, "Subject"), mail().subject);
  EXPECT_EQ(decoded(out, "From"), mail().from_name);
  EXPECT_EQ(body(out), "山田 太郎 様\r\n\r\nお詫び\r\n.\r\nFrom here\r\n");
}

TEST(Mime, SubjectsOfEveryLengthFoldAndDecode) {
  auto m = mail();
  m.subject.clear();
  for (int n = 0; n < 120; ++n) {
    m.subject += n % 3 == 0 ? "𠮷" : n % 3 == 1 ? "髙" : "a";
    const auto out = compose(m);
    EXPECT_EQ(decoded(out, "Subject"), m.subject);
    for (const auto& line : lines(out)) ASSERT_LE(line.size(), 78U);
  }
}

TEST(Mime, NothingAddsAHeader) {
  auto m = mail();
  m.from_name = "甲\r\nBcc: x@y.test";
  m.subject = "a\r\nBcc: x@y.test\r\n\r\nbody";
  m.to = "a@x.test>\r\nBcc: <x@y.test";
  m.message_id = "id\nX-Evil: 1";
  const auto out = compose(m);
  for (const auto& line : lines(out)) {
    EXPECT_FALSE(line.starts_with("Bcc"));
    EXPECT_FALSE(line.starts_with("X-Evil"));
  }
}

TEST(Mime, AsciiHeadersStayReadable) {
  EXPECT_EQ(header_text("Important notice", 9), "Important notice");
  EXPECT_EQ(header_text("", 9), "");
  EXPECT_TRUE(header_text("=?x?=", 9).starts_with("=?UTF-8?B?"));
  EXPECT_TRUE(header_text(std::string(100, 'a'), 9).starts_with("=?UTF-8?B?"));
}

TEST(Mime, BrokenUtf8IsCarriedAndNotReadPastTheEnd) {
  for (const char* text : {"\xe3", "\xe3\x81", "\xf0\x9f\x98", "a\xff\xfe", "\x80\x80"}) {
    auto m = mail();
    m.subject = std::string(30, 'x') + text;
    EXPECT_EQ(decoded(compose(m), "Subject"), m.subject);
  }
}

}  // namespace
}  // namespace hitokoe::incident::campaign
