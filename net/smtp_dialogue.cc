#include "net/smtp_dialogue.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace hitokoe::net {
namespace {

constexpr std::size_t kPathBytes = 256;

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

std::string line(const SmtpReply& reply) {
  return std::to_string(reply.code) + " " + reply.text + "\r\n";
}

// RFC 5321 4.5.2: a line that begins with a dot was sent with one more.
std::string undo_dots(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  while (!raw.empty()) {
    const std::size_t end = raw.find("\r\n");
    std::string_view whole = raw.substr(0, end == std::string_view::npos ? raw.size() : end + 2);
    raw.remove_prefix(whole.size());
    if (whole.front() == '.') whole.remove_prefix(1);
    out += whole;
  }
  return out;
}

}  // namespace

bool parse_path(std::string_view text, std::string& address) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  if (text.empty() || text.front() != '<') return false;
  const std::size_t end = text.find('>');
  if (end > kPathBytes) return false;  // where there is none, too
  const std::string_view inside = text.substr(1, end - 1);
  const bool printable = std::all_of(inside.begin(), inside.end(), [](unsigned char c) {
    return c > 0x20 && c != 0x7f && c != '<';
  });
  if (!printable) return false;
  address = inside;
  return true;
}

std::string SmtpDialogue::greeting() const { return "220 " + options_.host_name + " ESMTP\r\n"; }

SmtpDialogue::Next SmtpDialogue::wrong(std::string_view answer, std::string& reply) {
  if (++errors_ > options_.errors) {
    reply = "421 4.7.0 too many errors\r\n";
    return Next::kClose;
  }
  reply = std::string(answer) + "\r\n";
  return Next::kReply;
}

void SmtpDialogue::reset() {
  mail_.from.clear();
  mail_.to.clear();
  have_from_ = false;
}

SmtpDialogue::Next SmtpDialogue::mail_from(std::string_view rest, std::string& reply) {
  if (!greeted_) return wrong("503 5.5.1 say EHLO first", reply);
  if (options_.require_tls && !mail_.tls) return wrong("530 5.7.0 say STARTTLS first", reply);
  if (have_from_) return wrong("503 5.5.1 one sender a message", reply);
  if (!parse_path(rest, mail_.from)) return wrong("501 5.1.7 no such sender path", reply);
  const std::string parameters = upper(rest);
  if (const auto at = parameters.find(" SIZE="); at != std::string::npos) {
    std::uint64_t size = 0;
    const char* begin = parameters.data() + at + 6;
    std::from_chars(begin, parameters.data() + parameters.size(), size);
    if (size > options_.message_bytes) return wrong("552 5.3.4 the message is too large", reply);
  }
  have_from_ = true;
  reply = "250 2.1.0 ok\r\n";
  return Next::kReply;
}

SmtpDialogue::Next SmtpDialogue::rcpt_to(std::string_view rest, std::string& reply) {
  if (!have_from_) return wrong("503 5.5.1 say MAIL first", reply);
  if (mail_.to.size() >= options_.recipients) return wrong("452 4.5.3 too many recipients", reply);
  std::string address;
  if (!parse_path(rest, address) || address.empty()) {
    return wrong("501 5.1.3 no such recipient path", reply);
  }
  const SmtpReply answer = handlers_.recipient(address);
  if (answer.code >= 200 && answer.code < 300) mail_.to.push_back(std::move(address));
  reply = line(answer);
  return Next::kReply;
}

SmtpDialogue::Next SmtpDialogue::command(std::string_view text, std::string& reply) {
  const std::string verb = upper(text.substr(0, text.find(' ')));
  if (verb == "EHLO" || verb == "HELO") {
    reset();
    greeted_ = true;
    if (verb == "HELO") {
      reply = "250 " + options_.host_name + "\r\n";
      return Next::kReply;
    }
    reply = "250-" + options_.host_name + "\r\n";
    if (!mail_.tls) reply += "250-STARTTLS\r\n";
    reply += "250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE " +
             std::to_string(options_.message_bytes) + "\r\n";
    return Next::kReply;
  }
  if (verb == "STARTTLS") {
    if (mail_.tls) return wrong("503 5.5.1 TLS is on", reply);
    reply = "220 2.0.0 ready\r\n";
    return Next::kStartTls;
  }
  const std::string start = upper(text.substr(0, 10));
  if (start == "MAIL FROM:") return mail_from(text.substr(10), reply);
  if (start.starts_with("RCPT TO:")) return rcpt_to(text.substr(8), reply);
  if (verb == "DATA") {
    if (mail_.to.empty()) return wrong("554 5.5.1 no valid recipients", reply);
    reply = "354 end with a dot alone\r\n";
    return Next::kData;
  }
  if (verb == "RSET" || verb == "NOOP") {
    if (verb == "RSET") reset();
    reply = "250 2.0.0 ok\r\n";
    return Next::kReply;
  }
  if (verb == "QUIT") {
    reply = "221 2.0.0 bye\r\n";
    return Next::kClose;
  }
  return wrong("502 5.5.1 no such command", reply);
}

std::string SmtpDialogue::message(std::string_view raw) {
  mail_.message = undo_dots(raw);
  const SmtpReply answer = handlers_.deliver(mail_);
  mail_.message.clear();
  reset();
  return line(answer);
}

}  // namespace hitokoe::net
