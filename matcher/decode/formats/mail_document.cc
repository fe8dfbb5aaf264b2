#include "matcher/decode/formats/mail_document.h"

#include <algorithm>
#include <array>

#include "matcher/decode/formats/mail_message.h"

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kMostMessage = 64U << 20;

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return out;
}

// "From someone@example.jp Thu Jan  1 00:00:00 2026": a weekday and a year stand behind it.
bool begins_message(std::string_view line) {
  if (!line.starts_with("From ") || line.size() > 998) return false;
  for (const std::string_view day :
       {" Mon ", " Tue ", " Wed ", " Thu ", " Fri ", " Sat ", " Sun ", " Mon, ", " Tue, ", " Wed, ",
        " Thu, ", " Fri, ", " Sat, ", " Sun, "}) {
    const std::size_t at = line.find(day);
    if (at == std::string_view::npos) continue;
    return line.find(':', at) != std::string_view::npos;
  }
  return false;
}

}  // namespace

MailDocument::MailDocument(Reading& reading, DocumentInfo info, bool mbox)
    : reading_(reading), info_(std::move(info)), mbox_(mbox) {}

Result<void> MailDocument::end_message() {
  if (message_.empty()) return ok();
  const std::string message = std::exchange(message_, {});
  ++messages_;
  DocumentInfo info = info_;
  if (mbox_) info.name = part_name(info_.name, "message " + std::to_string(messages_));
  const bool cut = std::exchange(cut_, 0) > 0;
  if (cut) {
    const auto most = std::to_string(kMostMessage >> 20);
    reading_.warn(info.name, {"a message over " + most + " MiB: only its beginning was read",
                              most + " MiB を超えるメール: はじめの部分だけを読みました"});
  }
  return read_message(reading_, info, as_bytes(message));
}

// One line, or a piece of one, with its end.
Result<void> MailDocument::line(std::string_view text) {
  const bool begins = !std::exchange(line_open_, !text.ends_with('\n'));
  if (begins && mbox_) {
    if (blank_before_ && begins_message(text)) {
      blank_before_ = false;
      return end_message();
    }
    blank_before_ = text == "\n" || text == "\r\n";
    // ">From " is how a line that begins with "From " is kept (mboxrd).
    if (text.starts_with(">From ")) text.remove_prefix(1);
  }
  const std::size_t n = std::min(text.size(), kMostMessage - message_.size());
  message_.append(text.substr(0, n));
  cut_ += text.size() - n;
  return ok();
}

Result<void> MailDocument::feed(ByteView piece) {
  if (!mbox_) return line(as_text(piece));
  std::string_view text = as_text(piece);
  constexpr std::size_t kLine = 4096;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view part =
        text.substr(0, end == std::string_view::npos ? text.size() : end + 1);
    text.remove_prefix(part.size());
    if (line_open_) {
      TRYV(line(part));
      continue;
    }
    // The beginning of a line is held until it is told what it is.
    begun_ += part;
    if (begun_.size() < kLine && !begun_.ends_with('\n')) continue;
    const std::string whole = std::exchange(begun_, {});
    TRYV(line(whole));
  }
  return ok();
}

Result<void> MailDocument::finish() {
  if (!begun_.empty()) {
    const std::string whole = std::exchange(begun_, {});
    TRYV(line(whole));
  }
  return end_message();
}

MailKind mail_kind(ByteView head, std::string_view content_type) {
  std::string_view text = as_text(head).substr(0, 16U << 10);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (begins_message(text.substr(0, text.find('\n')))) return MailKind::kMbox;
  const std::string type = lower(content_type);
  if (type.starts_with("message/rfc822")) return MailKind::kMessage;
  if (type.starts_with("application/mbox")) return MailKind::kMbox;
  // Lines of headers up to a blank line, enough of them those of mail.
  std::size_t usual = 0, certain = 0, lines = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) break;
    if (line[0] == ' ' || line[0] == '\t') {
      if (lines == 0) return MailKind::kNone;
      continue;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon > 76 ||
        line.substr(0, colon).find_first_of(" \t,;\"") != std::string_view::npos) {
      // The last line of a head that is cut says nothing.
      if (end == std::string_view::npos) break;
      return MailKind::kNone;
    }
    ++lines;
    const std::string name = lower(line.substr(0, colon));
    constexpr std::array<std::string_view, 5> kUsual = {"from", "to", "subject", "cc", "reply-to"};
    constexpr std::array<std::string_view, 9> kCertain = {
        "received",     "return-path",  "message-id",
        "mime-version", "delivered-to", "date",
        "content-type", "x-mailer",     "content-transfer-encoding"};
    usual += static_cast<std::size_t>(std::ranges::count(kUsual, std::string_view(name)));
    certain += static_cast<std::size_t>(std::ranges::count(kCertain, std::string_view(name)));
  }
  return certain >= 1 && usual >= 1 && certain + usual >= 3 ? MailKind::kMessage : MailKind::kNone;
}

}  // namespace hitokoe::matcher
