#include "incident/campaign/relay_log.h"

#include <algorithm>
#include <array>

namespace hitokoe::incident::campaign {

namespace {

constexpr std::size_t kLongestLine = 8192;
constexpr std::size_t kMostWords = 200;

// "… postfix/qmgr[12]: 3F2A1: rest" → service "qmgr", queue id, rest. Instances may have another
// name than "postfix" ("postfix-out/smtp/smtpd[7]").
struct PostfixLine {
  std::string_view service, queue, rest;
};

bool queue_id(std::string_view id) {
  return id.size() >= 5 && id.size() <= 32 && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
         });
}

bool parse(std::string_view text, PostfixLine& out) {
  const auto at = text.find("postfix");
  if (at == std::string_view::npos) return false;
  const auto open = text.find('[', at);
  const auto close = text.find("]: ", at);
  if (open == std::string_view::npos || close == std::string_view::npos || open > close)
    return false;
  const auto tag = text.substr(at, open - at);
  const auto slash = tag.rfind('/');
  if (slash == std::string_view::npos || tag.find(' ') != std::string_view::npos) return false;
  out.service = tag.substr(slash + 1);
  const auto body = text.substr(close + 3);
  const auto colon = body.find(": ");
  if (colon == std::string_view::npos || !queue_id(body.substr(0, colon))) return false;
  out.queue = body.substr(0, colon);
  out.rest = body.substr(colon + 2);
  return true;
}

std::string_view after(std::string_view text, std::string_view key) {
  const auto at = text.find(key);
  return at == std::string_view::npos ? std::string_view() : text.substr(at + key.size());
}

int code_in(std::string_view words) {
  for (std::size_t i = 0; i + 3 <= words.size(); ++i) {
    const bool starts = i == 0 || words[i - 1] == ' ' || words[i - 1] == '(';
    const bool ends = i + 3 == words.size() || words[i + 3] == ' ' || words[i + 3] == '-';
    const auto digit = [&](std::size_t k) { return words[k] >= '0' && words[k] <= '9'; };
    if (starts && ends && digit(i) && digit(i + 1) && digit(i + 2) && words[i] >= '2' &&
        words[i] <= '5')
      return (words[i] - '0') * 100 + (words[i + 1] - '0') * 10 + (words[i + 2] - '0');
  }
  return 0;
}

}  // namespace

std::string without_addresses(std::string_view words) {
  std::string out;
  for (std::size_t at = 0; at < words.size() && out.size() < kMostWords;) {
    const auto end = std::min(words.find(' ', at), words.size());
    const auto word = words.substr(at, end - at);
    if (!out.empty()) out += ' ';
    if (word.find('@') != std::string_view::npos) {
      out += "<address>";
    } else {
      for (char c : word) out += c > 0x20 && c < 0x7f ? c : '?';
    }
    at = end + 1;
  }
  if (out.size() > kMostWords) out.resize(kMostWords);
  return out;
}

void RelayLog::read(std::istream& in) {
  std::string text;
  bool too_long = false;
  std::array<char, 65536> buffer;
  while (in.read(buffer.data(), buffer.size()), in.gcount() > 0) {
    for (std::streamsize i = 0; i < in.gcount(); ++i) {
      const char c = buffer[static_cast<std::size_t>(i)];
      if (c != '\n') {
        if (text.size() < kLongestLine) {
          text += c;
        } else {
          too_long = true;
        }
        continue;
      }
      if (too_long) {
        ++lines_;
      } else {
        line(text);
      }
      text.clear();
      too_long = false;
    }
  }
  if (!text.empty() && !too_long) line(text);
}

void RelayLog::line(std::string_view text) {
  ++lines_;
  PostfixLine p;
  if (!parse(text, p)) return;
  const std::string queue(p.queue);
  if (p.service == "cleanup") {
    auto id = after(p.rest, "message-id=");
    if (id.starts_with('<')) id = id.substr(1, id.find('>') - 1);
    const std::string message(id);
    if (wanted_.count(message) == 0) {
      message_of_queue_.erase(queue);  // queue ids are used again
      return;
    }
    message_of_queue_[queue] = message;
    verdicts_.try_emplace(message);
    return;
  }
  const auto known = message_of_queue_.find(queue);
  if (known == message_of_queue_.end()) return;
  auto& v = verdicts_[known->second];
  // "queue active": the end of the body arrived and the relay keeps the mail. The line of cleanup
  // alone says only that it had begun.
  if (p.service == "qmgr" && p.rest.find("(queue active)") != std::string_view::npos) {
    if (v.kind == RelayVerdict::Kind::kSeen) v.kind = RelayVerdict::Kind::kAccepted;
    return;
  }
  const auto status = after(p.rest, "status=");
  const bool sent = status.starts_with("sent"), bounced = status.starts_with("bounced");
  if (!sent && !bounced && !status.starts_with("deferred")) return;
  if (v.kind == RelayVerdict::Kind::kRefused) return;
  v.kind = bounced ? RelayVerdict::Kind::kRefused : RelayVerdict::Kind::kAccepted;
  const auto open = status.find('(');
  if ((sent || bounced) && open != std::string_view::npos) {
    auto words = status.substr(open + 1);
    if (words.ends_with(')')) words.remove_suffix(1);
    v.code = code_in(words);
    v.words = without_addresses(words);
  }
}

}  // namespace hitokoe::incident::campaign
