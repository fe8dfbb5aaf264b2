// The escapes of program text, mail and dumps: \u \x \ooo, encoded words, quoted-printable, base64,
// hexadecimal strings.
#include <algorithm>

#include "hitokoe/text/charset.h"
#include "text/escapes/line.h"
#include "text/utf8.h"

namespace hitokoe::text {
namespace {

constexpr std::size_t kShortestKanji = 8;   // digits of base64 that two kanji in UTF-8 have
constexpr std::size_t kShortestToken = 16;  // of anything else
constexpr std::size_t kShortestHex = 8;

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool may_be_trail(char c) { return c >= 0x40 && c <= 0x7e; }  // of CP932

bool is_lead(std::string_view bytes) {
  if (bytes.empty()) return false;
  const auto last = static_cast<unsigned char>(bytes.back());
  return (last >= 0x81 && last <= 0x9f) || (last >= 0xe0 && last <= 0xfc);
}

bool has_line_end(std::string_view text) { return text.find('\n') != std::string_view::npos; }

// Beginnings of files that hold text once they are opened.
bool is_container(std::string_view bytes) {
  using namespace std::literals;
  for (const std::string_view magic :
       {"PK\x03\x04"sv, "\x1f\x8b\x08"sv, "%PDF-"sv, "7z\xbc\xaf"sv, "Rar!"sv, "\xd0\xcf\x11\xe0"sv,
        "BZh"sv, "\x28\xb5\x2f\xfd"sv, "SQLite format 3"sv}) {
    if (bytes.starts_with(magic)) return true;
  }
  return false;
}

// Whether ASCII that came out of base64 or hexadecimal is worth having: an address or a number.
bool is_worth_it(std::string_view ascii) {
  const auto digits =
      std::count_if(ascii.begin(), ascii.end(), [](char c) { return c >= '0' && c <= '9'; });
  return ascii.find('@') != std::string_view::npos || digits >= 7;
}

}  // namespace

bool LineUnescaper::backslash() {
  std::size_t i = at_;
  while (at(i) == '\\') ++i;
  // Each program that a text went through doubles them.
  if (code_point(i) || byte_escapes()) return true;
  if (i >= line_.size()) return false;
  const char c = line_[i];
  if (!options_.backslashes && c != '/') return false;
  if (c == '"' || c == '\'' || c == '/') {
    const std::size_t begin = at_;
    copy_to(begin);
    // The quote stands in the raw line, as an escape: it must not end a cell.
    if (c == '/') {
      *out_ += c;
    } else {
      char buffer[4];
      out_->append(buffer, put_code_point(static_cast<unsigned char>(c) + 0xfee0U, buffer));
    }
    copied_ = at_ = i + 1;
    changed_ = true;
    return true;
  }
  return backslash_letter(i, c);
}

bool LineUnescaper::backslash_letter(std::size_t i, char letter) {
  if (letter != 'n' && letter != 'r' && letter != 't') return false;
  std::size_t end = i + 1;
  while (at(end) == '\\' && (at(end + 1) == 'n' || at(end + 1) == 'r' || at(end + 1) == 't')) {
    end += 2;
  }
  // DOMAIN\nakamura, C:\temp: both forms of the word.
  const bool word = at_ > 0 && (is_alnum(line_[at_ - 1]) || line_[at_ - 1] == ':') &&
                    end == i + 1 && is_alnum(at(end));
  if (!word) {
    put(at_, end, " ", false);
    return true;
  }
  std::size_t rest = end;
  while (rest < line_.size() && (is_alnum(line_[rest]) || line_[rest] == '@' ||
                                 line_[rest] == '.' || line_[rest] == '-' || line_[rest] == '_')) {
    ++rest;
  }
  put(at_, rest, line_.substr(end, rest - end), true);
  return true;
}

// uXXXX (with surrogates), u{X…}, UXXXXXXXX at `i`, after backslashes from at_ on.
bool LineUnescaper::code_point(std::size_t i) {
  std::string text;
  std::size_t end = at_;
  char buffer[4];
  const auto add = [&](std::uint32_t c, std::size_t to) {
    const bool scalar = c < 0x110000 && (c < 0xd800 || c > 0xdfff);
    text.append(buffer, put_code_point(scalar && c != '\\' ? c : kReplacement, buffer));
    end = to;
  };
  while (at(i) == 'u' || at(i) == 'U') {
    const std::size_t slashes = i - end;
    if (slashes == 0) break;
    if (at(i) == 'u' && at(i + 1) == '{') {
      std::size_t close = i + 2;
      while (close < i + 9 && hex_digit(at(close)) >= 0) ++close;
      if (at(close) != '}' || close == i + 2) break;
      add(static_cast<std::uint32_t>(hex(i + 2, close - i - 2)), close + 1);
    } else if (at(i) == 'u') {
      const int unit = hex(i + 1, 4);
      if (unit < 0) break;
      if (unit == '\\') break;  // would begin an escape of its own
      const std::size_t low_at = i + 5 + slashes;
      const bool low = unit >= 0xd800 && unit < 0xdc00 &&
                       line_.substr(i + 5, slashes) == line_.substr(end, slashes) &&
                       at(low_at) == 'u' && hex(low_at + 1, 4) >= 0xdc00 &&
                       hex(low_at + 1, 4) < 0xe000;
      if (low) {
        add(0x10000U + ((static_cast<std::uint32_t>(unit) - 0xd800U) << 10) +
                (static_cast<std::uint32_t>(hex(low_at + 1, 4)) & 0x3ffU),
            low_at + 5);
      } else {
        add(static_cast<std::uint32_t>(unit), i + 5);
      }
    } else {
      const int high = hex(i + 1, 4), low = hex(i + 5, 4);
      if (high < 0 || low < 0 || high > 0x10) break;
      add(static_cast<std::uint32_t>(high) << 16 | static_cast<std::uint32_t>(low), i + 9);
    }
    i = end;
    while (at(i) == '\\') ++i;
  }
  if (text.empty()) return false;
  put(at_, end, text, false);
  return true;
}

// \x82\xa0 or \202\240, with what of a character of CP932 is no escape: b'\x8eR\x93c'.
bool LineUnescaper::byte_escapes() {
  std::string bytes;
  std::size_t end = at_;
  bool high = false;
  while (end < line_.size()) {
    std::size_t i = end;
    while (at(i) == '\\') ++i;
    if (i == end) {
      if (!is_lead(bytes) || !may_be_trail(line_[end])) break;
      bytes += line_[end++];
      continue;
    }
    int byte = -1;
    std::size_t length = 3;
    if (at(i) == 'x') {
      byte = hex(i + 1, 2);
      // \xe5b1b1…: a whole string, as PostgreSQL writes bytea.
      while (byte >= 0 && hex(i + length, 2) >= 0) {
        bytes += static_cast<char>(byte);
        high = high || byte >= 0x80;
        byte = hex(i + length, 2);
        length += 2;
      }
    } else if (at(i) >= '0' && at(i) <= '3' && at(i + 1) >= '0' && at(i + 1) <= '7' &&
               at(i + 2) >= '0' && at(i + 2) <= '7') {
      byte = (at(i) - '0') << 6 | (at(i + 1) - '0') << 3 | (at(i + 2) - '0');
    } else if (is_lead(bytes) && i - end >= 2) {
      bytes += '\\';  // the second byte of ソ
      end += 2;
      continue;
    }
    if (byte < 0) break;
    high = high || byte >= 0x80 || byte == 0x1b;
    bytes += static_cast<char>(byte);
    end = i + length;
  }
  if (bytes.empty()) return false;
  const auto text = plausible_text(as_bytes(bytes), high && bytes.size() > 2);
  if (!text || (text->ascii && text->utf8.find('\\') != std::string::npos)) return false;
  put(at_, end, text->utf8, false);
  return true;
}

// =?charset?B|Q?…?= of RFC 2047; white space between two of them is not there.
bool LineUnescaper::encoded_words() {
  std::string text;
  std::size_t end = at_, i = at_;
  std::string bytes;
  std::string_view charset;
  const auto flush = [&] {
    if (bytes.empty()) return;
    const auto known = charset_by_name(charset.substr(0, charset.find('*')));
    if (known && known.value() != Charset::kBinary) {
      text += decode(as_bytes(bytes), known.value()).utf8;
    } else if (const auto guess = plausible_text(as_bytes(bytes), true)) {
      text += guess->utf8;
    } else {
      text += decode(as_bytes(bytes), Charset::kUtf8).utf8;
    }
    bytes.clear();
  };
  while (line_.substr(i).starts_with("=?")) {
    const std::size_t q1 = line_.find('?', i + 2);
    if (q1 == line_.npos || q1 - i > 40 || at(q1 + 2) != '?') break;
    const std::size_t q2 = line_.find("?=", q1 + 3);
    const char encoding = at(q1 + 1);
    if (q2 == line_.npos || q2 - i > 2000) break;
    const std::string_view content = line_.substr(q1 + 3, q2 - q1 - 3);
    std::string decoded;
    if (encoding == 'B' || encoding == 'b') {
      const auto found = base64_bytes(content);
      if (!found) break;
      decoded = *found;
    } else if (encoding == 'Q' || encoding == 'q') {
      for (std::size_t k = 0; k < content.size(); ++k) {
        const int byte = content[k] == '=' ? hex(q1 + 3 + k + 1, 2) : -1;
        decoded += byte >= 0 ? static_cast<char>(byte) : content[k] == '_' ? ' ' : content[k];
        if (byte >= 0) k += 2;
      }
    } else {
      break;
    }
    // Characters may go over from one word to the next of the same charset.
    const std::string_view name = line_.substr(i + 2, q1 - i - 2);
    if (name != charset) flush();
    charset = name;
    bytes += decoded;
    end = i = q2 + 2;
    while (at(i) == ' ' || at(i) == '\t') ++i;
  }
  flush();
  if (end == at_) return false;
  put(at_, end, text, false);
  return true;
}

bool LineUnescaper::quoted_printable() {
  const int first = hex(at_ + 1, 2);
  if (first < 0) return false;
  std::string bytes;
  std::size_t end = at_;
  bool high = false, escaped = false;
  while (end < line_.size()) {
    const int byte = line_[end] == '=' ? hex(end + 1, 2) : -1;
    if (byte >= 0) {
      bytes += static_cast<char>(byte);
      high = high || byte >= 0x80 || byte == 0x1b;
      if (byte == 0x1b) escaped = true;
      end += 3;
    } else if (escaped && line_[end] != '=' && line_[end] > 0x20) {
      bytes += line_[end++];  // kanji of ISO-2022-JP are printable
      if (bytes.ends_with("\x1b(B") || bytes.ends_with("\x1b(J")) escaped = false;
    } else if (is_lead(bytes) && may_be_trail(line_[end]) && line_[end] != '=') {
      bytes += line_[end++];
    } else {
      break;
    }
  }
  if (!high && !options_.quoted_printable) return false;
  if (high && bytes.size() < 2) return false;
  const auto text = plausible_text(as_bytes(bytes), bytes.size() > 3);
  if (!text) return false;
  put(at_, end, text->utf8, false);
  return true;
}

bool LineUnescaper::base64() {
  std::size_t end = at_;
  bool upper = false, lower = false, other = false;
  while (end < line_.size() && is_base64(line_[end])) {
    const char c = line_[end++];
    upper = upper || (c >= 'A' && c <= 'Z');
    lower = lower || (c >= 'a' && c <= 'z');
    other = other || c == '-' || c == '_';
  }
  const std::size_t size = end - at_;
  // Kanji, kana and full-width characters of UTF-8 begin with E2 to EF.
  const bool kanji = line_[at_] >= '4' && line_[at_] <= '7';
  std::size_t padded = end;
  while (padded < end + 2 && at(padded) == '=') ++padded;
  if (padded - at_ < (kanji ? kShortestKanji : kShortestToken) || !(upper || lower)) {
    at_ = end;
    return true;  // none of its tails is looked at
  }
  const auto refuse = [&] {
    at_ = end;
    return true;
  };
  if (padded > end ? (padded - at_) % 4 != 0 : size % 4 == 1) return refuse();
  // One try with the first bytes, before all of a long token is decoded.
  const auto head = base64_bytes(line_.substr(at_, std::min<std::size_t>(size, 64) / 4 * 4));
  if (!head) return refuse();
  auto bytes = base64_bytes(line_.substr(at_, size));
  if (!bytes || bytes->empty()) return refuse();
  if (is_container(*bytes)) {
    if (on_document_) on_document_(std::move(*bytes));
    return refuse();
  }
  const auto text = plausible_text(as_bytes(*bytes), false);
  if (!text) return refuse();
  if (has_line_end(text->utf8)) {
    if (on_document_) on_document_(std::move(*bytes));
    return refuse();
  }
  if (text->ascii && !is_worth_it(text->utf8)) return refuse();
  if (!text->ascii && size < kShortestToken && (other || size % 4 != 0) && padded == end) {
    return refuse();
  }
  put(at_, padded, text->utf8, text->ascii);
  return true;
}

// 0xE5B1B1…, X'E5B1B1…' of SQL.
bool LineUnescaper::hexadecimal() {
  const bool number = line_[at_] == '0' && (at(at_ + 1) == 'x' || at(at_ + 1) == 'X');
  const bool quoted = (line_[at_] == 'x' || line_[at_] == 'X') && at(at_ + 1) == '\'';
  if (!number && !quoted) return false;
  const std::size_t begin = at_ + 2;
  std::size_t end = begin;
  while (hex_digit(at(end)) >= 0) ++end;
  if (end - begin < kShortestHex || (end - begin) % 2 != 0) return false;
  if (quoted ? at(end) != '\'' : is_alnum(at(end))) return false;
  std::string bytes;
  for (std::size_t i = begin; i < end; i += 2) bytes += static_cast<char>(hex(i, 2));
  const auto text = plausible_text(as_bytes(bytes), false);
  if (!text || (text->ascii && !is_worth_it(text->utf8))) return false;
  const bool value = !options_.backslashes && number;  // in SQL a text needs its quotes
  if (quoted || value) {
    copy_to(at_);
    if (value) *out_ += '\'';
    copied_ = value ? begin : at_ + 1;  // X
    put(begin, end, text->utf8, false);
    if (value) *out_ += '\'';
  } else {
    put(at_, end, text->utf8, false);
  }
  return true;
}

}  // namespace hitokoe::text
