#include "net/bounce/words.h"

#include <algorithm>

namespace hitokoe::net::bounce {
namespace {

constexpr std::size_t kMostShown = 200;

constexpr std::string_view kServers[] = {"mailer-daemon",
                                         "mailer_daemon",
                                         "mailerdaemon",
                                         "postmaster",
                                         "mail-daemon",
                                         "mail delivery",
                                         "<>"};
constexpr std::string_view kSubjects[] = {"undeliver",
                                          "returned mail",
                                          "returned to sender",
                                          "delivery status notification",
                                          "delivery failure",
                                          "failure notice",
                                          "mail system error",
                                          "mail delivery fail",
                                          "delivery has fail",
                                          "配信できません",
                                          "送信できません",
                                          "配信不能",
                                          "不達",
                                          "エラーメール",
                                          "戻されました"};

// Lower case. A stem of one language in its own letters.
constexpr std::string_view kSoft[] = {
    "mailbox full",   "mailbox is full", "over quota",       "quota exceeded",
    "exceeded quota", "overquota",       "insufficient",     "temporar",
    "try again",      "greylist",        "too many",         "will be retried",
    "will keep try",  "容量を超え",      "容量超過",         "容量が",
    "一時的",         "しばらく",        "受信箱がいっぱい", "メールボックスがいっぱい",
    "混み合って",     "再送を試み"};
constexpr std::string_view kHard[] = {"user unknown",
                                      "unknown user",
                                      "no such user",
                                      "no such address",
                                      "does not exist",
                                      "doesn't exist",
                                      "user not found",
                                      "recipient not found",
                                      "no mailbox here",
                                      "mailbox unavailable",
                                      "mailbox not found",
                                      "invalid recipient",
                                      "unknown address",
                                      "unrouteable",
                                      "unroutable",
                                      "host unknown",
                                      "host not found",
                                      "unknown local part",
                                      "not a valid",
                                      "account has been disabled",
                                      "account is disabled",
                                      "addresses had permanent fatal errors",
                                      "宛先不明",
                                      "あて先不明",
                                      "存在しません",
                                      "見つかりません",

                                      "ご利用になれません",
                                      "使用されていません",
                                      "エラーのため送信できません",
                                      "送信できませんでした",
                                      "配信できませんでした",
                                      "お届けできませんでした"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

template <std::size_t N>
bool holds_any(std::string_view text, const std::string_view (&stems)[N]) {
  return std::any_of(std::begin(stems), std::end(stems), [&](std::string_view stem) {
    return text.find(stem) != std::string_view::npos;
  });
}

bool digit(char c) { return c >= '0' && c <= '9'; }

// "x.y.z" of RFC 3463 with class 4 or 5, standing alone.
std::string status_in(std::string_view line) {
  for (std::size_t i = 0; i + 5 <= line.size(); ++i) {
    if ((line[i] != '4' && line[i] != '5') || line[i + 1] != '.') continue;
    if (i > 0 && (digit(line[i - 1]) || line[i - 1] == '.')) continue;
    auto end = i + 2;
    while (end < line.size() && digit(line[end])) ++end;
    if (end == i + 2 || end - i > 5 || end >= line.size() || line[end] != '.') continue;
    const auto detail = ++end;
    while (end < line.size() && digit(line[end])) ++end;
    if (end == detail || end - detail > 3) continue;
    if (end < line.size() && line[end] == '.' && end + 1 < line.size() && digit(line[end + 1]))
      continue;  // an IP address
    return std::string(line.substr(i, end - i));
  }
  return {};
}

// "550 " or "550-" at the start of a word.
char reply_class(std::string_view line) {
  for (std::size_t i = 0; i + 3 < line.size(); ++i) {
    const bool starts = i == 0 || line[i - 1] == ' ' || line[i - 1] == ':' || line[i - 1] == '(';
    if (starts && (line[i] == '4' || line[i] == '5') && line[i + 1] >= '0' && line[i + 1] <= '5' &&
        digit(line[i + 2]) && (line[i + 3] == ' ' || line[i + 3] == '-'))
      return line[i];
  }
  return 0;
}

}  // namespace

bool comes_from_a_server(std::string_view from, std::string_view subject, std::string_view text) {
  if (holds_any(from, kServers)) return true;
  const auto words = lower(subject);
  return holds_any(words, kSubjects) || text.starts_with("Hi. This is the qmail-send program");
}

Judged judge_words(std::string_view text) {
  Judged out;
  const auto keep = [&](std::string_view line, bool& what) {
    if (!what && out.line.empty()) out.line = line;
    what = true;
  };
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto words = lower(line);
    // What was sent is quoted below; its words are ours.
    if (words.starts_with("received:") || words.starts_with("message-id:") ||
        words.find("original message") != std::string::npos ||
        words.find("copy of the message") != std::string::npos ||
        words.find("以下は送信されたメール") != std::string::npos)
      break;
    if (holds_any(words, kSoft)) keep(line, out.soft);
    if (holds_any(words, kHard)) keep(line, out.hard);
    auto status = status_in(line);
    if (!status.empty() && status > out.status) {
      if (out.line.empty()) out.line = line;
      out.status = std::move(status);
    } else if (out.status.empty()) {
      const char reply = reply_class(line);
      if (reply == '5') keep(line, out.hard);
      if (reply == '4') keep(line, out.soft);
    }
  }
  if (!out.status.empty() && out.status[0] == '4') out.soft = true;
  return out;
}

std::string shown(std::string_view words) {
  std::string out;
  while (!words.empty() && out.size() < kMostShown) {
    const auto end = std::min(words.find_first_of(" \t\r\n"), words.size());
    const auto word = words.substr(0, end);
    words.remove_prefix(std::min(end + 1, words.size()));
    if (word.empty()) continue;
    if (!out.empty()) out += ' ';
    if (word.find('@') != std::string_view::npos) {
      out += "<address>";
    } else {
      for (char c : word) out += c > 0x20 && c < 0x7f ? c : '?';
    }
  }
  if (out.size() > kMostShown) out.resize(kMostShown);
  return out;
}

}  // namespace hitokoe::net::bounce
