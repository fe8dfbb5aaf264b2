#include "incident/campaign/mime.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "hitokoe/base/bytes.h"

namespace hitokoe::incident::campaign {

namespace {

constexpr std::size_t kLine = 76;         // RFC 2045 6.8, RFC 2047 2
constexpr std::size_t kEncodedWord = 75;  // RFC 2047 2
constexpr std::string_view kOpen = "=?UTF-8?B?", kClose = "?=";

std::string visible(std::string_view value) {
  std::string out(value);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return out;
}

// The length of the character that begins with `lead`; 1 for a stray byte.
std::size_t character(char lead) {
  const auto b = static_cast<unsigned char>(lead);
  return b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : b >= 0xc0 ? 2 : 1;
}

std::string body(std::string_view text) {
  std::string crlf;
  crlf.reserve(text.size() + text.size() / 32);
  for (char c : text) {
    if (c == '\r') continue;
    if (c == '\n') crlf += '\r';
    crlf += c;
  }
  const auto encoded = to_base64(as_bytes(crlf));
  std::string out;
  out.reserve(encoded.size() + encoded.size() / 38 + 2);
  for (std::size_t at = 0; at < encoded.size(); at += kLine) {
    out.append(encoded, at, kLine);
    out += "\r\n";
  }
  return out;
}

std::string date_header(UtcTime t) {
  // JST, as the people who read it: RFC 5322 3.3.
  static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                       "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto local = t + std::chrono::hours(9);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(local - day));
  std::array<char, 64> out{};
  std::snprintf(out.data(), out.size(), "%s, %02u %s %04d %02d:%02d:%02d +0900",
                kDays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return out.data();
}

std::string encoded_words(std::string_view value, std::size_t used) {
  std::string out, word;
  const auto flush = [&] {
    if (!out.empty()) out += "\r\n ";
    out.append(kOpen).append(to_base64(as_bytes(word))).append(kClose);
    word.clear();
  };
  for (std::size_t at = 0; at < value.size();) {
    const auto n = std::min(character(value[at]), value.size() - at);
    const auto line = out.empty() ? used : 1;
    const auto encoded = kOpen.size() + kClose.size() + (word.size() + n + 2) / 3 * 4;
    if (!word.empty() && (encoded > kEncodedWord || line + encoded > kLine)) flush();
    word.append(value, at, n);
    at += n;
  }
  if (!word.empty()) flush();
  return out;
}

}  // namespace

std::string header_text(std::string_view raw, std::size_t used) {
  auto value = visible(raw);
  const bool plain =
      std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7f; }) &&
      value.find("=?") == std::string::npos && used + value.size() <= kLine;
  return plain ? value : encoded_words(value, used);
}

std::string compose(const NoticeMail& mail) {
  std::string out;
  const auto header = [&](std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
  };
  // Always encoded: a name may hold what would need quotes.
  const auto name = encoded_words(visible(mail.from_name), 6);
  header("Date", date_header(mail.date));
  header("From", (name.empty() ? "" : name + "\r\n ") + "<" + visible(mail.from) + ">");
  header("To", "<" + visible(mail.to) + ">");
  if (!mail.reply_to.empty()) header("Reply-To", "<" + visible(mail.reply_to) + ">");
  header("Subject", header_text(mail.subject, 9));
  header("Message-ID", "<" + visible(mail.message_id) + ">");
  // So that no holiday responder answers (RFC 3834).
  header("Auto-Submitted", "auto-generated");
  header("MIME-Version", "1.0");
  header("Content-Type", "text/plain; charset=UTF-8");
  header("Content-Language", "ja, en");
  header("Content-Transfer-Encoding", "base64");
  out += "\r\n";
  out += body(mail.text);
  return out;
}

}  // namespace hitokoe::incident::campaign
