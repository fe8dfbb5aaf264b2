#include "text/escapes/line.h"

#include <algorithm>

#include "text/escapes/entities.h"
#include "text/utf8.h"

namespace hitokoe::text {
namespace {

constexpr std::size_t kLongestEntity = 32;

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// What URL-encoding leaves as it is, and '+'.
bool is_unreserved(char c) {
  return is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~' || c == '*' || c == '+';
}

bool is_scalar(std::uint32_t c) { return c < 0x110000 && (c < 0xd800 || c > 0xdfff); }

std::string utf8_of(char32_t c) {
  char buffer[4];
  return {buffer, put_code_point(c, buffer)};
}

// Full-width forms of what separates or quotes cells.
constexpr std::string_view kDelimiters = ",;|:\"'";

}  // namespace

namespace {

// Rows of SQL and JSON, whose reader knows its own backslashes: an undone one would end a string.
bool is_program_text(std::string_view raw) {
  const std::size_t first = raw.find_first_not_of(" \t");
  if (first == raw.npos) return false;
  if (std::string_view("{[(\"'").find(raw[first]) != std::string_view::npos) return true;
  return raw.find("\":") != raw.npos || raw.find("\" :") != raw.npos ||
         raw.find("VALUES") != raw.npos || raw.find("values") != raw.npos;
}

}  // namespace

LineUnescaper::LineUnescaper(std::string_view raw, const Options& options, OnDocument on_document)
    : options_(options), on_document_(std::move(on_document)) {
  options_.backslashes = options_.backslashes && !is_program_text(raw);
  for (const char c : raw) {
    if (static_cast<unsigned char>(c) < 128) has_[static_cast<unsigned char>(c)] = true;
  }
}

bool LineUnescaper::undo(std::string_view line, std::string& out) {
  line_ = line;
  out_ = &out;
  out.clear();
  at_ = copied_ = 0;
  changed_ = false;
  kept_.swap(kept_next_);
  kept_next_.clear();
  next_kept_ = 0;
  while (at_ < line_.size()) {
    if (next_kept_ < kept_.size() && at_ >= kept_[next_kept_].begin) {
      skip_kept();
    } else {
      step();
    }
  }
  copy_to(line_.size());
  return changed_;
}

void LineUnescaper::skip_kept() {
  const Range range = kept_[next_kept_++];
  if (at_ > range.begin) return;  // an escape before it went on into it
  copy_to(range.begin);
  const std::size_t begin = out_->size();
  copy_to(range.end);
  kept_next_.push_back({begin, out_->size()});
  at_ = range.end;
}

void LineUnescaper::step() {
  bool done = false;
  switch (line_[at_]) {
    case '&':
      done = entities_of_bytes() || entity();
      break;
    case '%':
      done = percent_u() || percent();
      break;
    case '\\':
      done = backslash();
      break;
    case '=':
      done = encoded_words() || quoted_printable();
      break;
    default:
      if (!is_alnum(line_[at_]) || (at_ > 0 && is_base64(line_[at_ - 1]))) break;
      done = hexadecimal() || base64();
  }
  if (!done) ++at_;
}

int LineUnescaper::hex(std::size_t i, std::size_t digits) const {
  int value = 0;
  for (std::size_t j = i; j < i + digits; ++j) {
    const int digit = hex_digit(at(j));
    if (digit < 0) return -1;
    value = value << 4 | digit;
  }
  return value;
}

void LineUnescaper::copy_to(std::size_t end) {
  out_->append(line_.substr(copied_, end - copied_));
  copied_ = end;
}

void LineUnescaper::put_protected(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      *out_ += byte == '\t' && !has_['\t'] ? '\t' : ' ';
    } else if (byte < 128 && has_[byte] && kDelimiters.find(c) != std::string_view::npos) {
      *out_ += utf8_of(byte + 0xfee0U);
    } else {
      *out_ += c;
    }
  }
}

void LineUnescaper::put(std::size_t begin, std::size_t end, std::string_view text, bool both) {
  copy_to(begin);
  if (both) {
    const std::size_t from = out_->size();
    copy_to(end);
    kept_next_.push_back({from, out_->size()});
    *out_ += ' ';
  }
  put_protected(text);
  // What follows is no part of the value.
  if (both && end < line_.size() && (is_alnum(line_[end]) || line_[end] == '@')) *out_ += ' ';
  copied_ = at_ = end;
  changed_ = true;
}

// &#227;&#129;&#130;: bytes of a text, taken for Latin-1 by whoever escaped them.
bool LineUnescaper::entities_of_bytes() {
  std::string bytes;
  std::size_t i = at_;
  while (at(i) == '&' && at(i + 1) == '#') {
    unsigned value = 0;
    std::size_t j = i + 2;
    if (at(j) == 'x' || at(j) == 'X') {
      const int byte = hex(j + 1, 2);
      if (byte < 0) break;
      value = static_cast<unsigned>(byte);
      j += 3;
    } else {
      while (j < i + 5 && at(j) >= '0' && at(j) <= '9') {
        value = value * 10 + static_cast<unsigned>(at(j++) - '0');
      }
    }
    if (at(j) != ';' || value < 0x80 || value > 0xff) break;
    bytes += static_cast<char>(value);
    i = j + 1;
  }
  if (bytes.size() < 2) return false;
  const auto text = plausible_text(as_bytes(bytes), false);
  if (!text || text->ascii) return false;
  put(at_, i, text->utf8, false);
  return true;
}

bool LineUnescaper::entity() {
  if (at(at_ + 1) == '#') {
    const bool hexadecimal = at(at_ + 2) == 'x' || at(at_ + 2) == 'X';
    std::size_t i = at_ + (hexadecimal ? 3 : 2);
    const std::size_t begin = i;
    std::uint32_t value = 0;
    for (; i < begin + 8; ++i) {
      const int digit = hex_digit(at(i));
      if (digit < 0 || (!hexadecimal && digit > 9)) break;
      value = value * (hexadecimal ? 16 : 10) + static_cast<std::uint32_t>(digit);
    }
    if (i == begin || !is_scalar(value)) return false;
    if (at(i) == ';') ++i;
    put(at_, i, utf8_of(value == 0 ? kReplacement : value), false);
    return true;
  }
  std::size_t i = at_ + 1;
  while (i < at_ + kLongestEntity && is_alnum(at(i))) ++i;
  const char32_t c = entity_named(line_.substr(at_ + 1, i - at_ - 1));
  // Without a semicolon only what old pages leave it out of, and no parameter of an address.
  if (c == 0 || (at(i) != ';' && (at(i) == '=' || c > 0xff))) return false;
  put(at_, at(i) == ';' ? i + 1 : i, utf8_of(c), false);
  return true;
}

// %u5C71, as JavaScript's escape() writes it.
bool LineUnescaper::percent_u() {
  std::string text;
  std::size_t i = at_;
  while (at(i) == '%' && (at(i + 1) == 'u' || at(i + 1) == 'U')) {
    const int unit = hex(i + 2, 4);
    if (unit < 0) break;
    auto c = static_cast<std::uint32_t>(unit);
    i += 6;
    if (c >= 0xd800 && c < 0xdc00 && at(i) == '%' && hex(i + 2, 4) >= 0xdc00) {
      c = 0x10000 + ((c - 0xd800) << 10) + (static_cast<std::uint32_t>(hex(i + 2, 4)) & 0x3ff);
      i += 6;
    }
    text += utf8_of(is_scalar(c) ? c : kReplacement);
  }
  if (text.empty()) return false;
  put(at_, i, text, false);
  return true;
}

bool LineUnescaper::percent() {
  if (hex(at_ + 1, 2) < 0) return false;
  std::size_t begin = at_;
  while (begin > copied_ && is_unreserved(line_[begin - 1])) --begin;
  std::size_t end = at_;
  bool high = false;
  while (end < line_.size()) {
    const int byte = line_[end] == '%' ? hex(end + 1, 2) : -1;
    if (byte < 0 && !is_unreserved(line_[end])) break;
    high = high || byte >= 0x80 || byte == 0x1b;
    end += byte < 0 ? 1 : 3;
  }
  // Forms write a plus for a space.
  const char before = begin > 0 ? line_[begin - 1] : '\0';
  const bool form = high || before == '=' || before == '&' || before == '?';
  std::string bytes;
  bool letters = false;
  for (std::size_t i = begin; i < end;) {
    if (line_[i] != '%') {
      bytes += line_[i] == '+' && form ? ' ' : line_[i];
      ++i;
      continue;
    }
    const auto byte = static_cast<char>(hex(i + 1, 2));
    // A letter may be the second byte of a character of CP932.
    const bool trail = !bytes.empty() && static_cast<unsigned char>(bytes.back()) >= 0x81;
    letters = letters || (is_alnum(byte) && !trail);
    bytes += byte;
    i += 3;
  }
  const auto text = plausible_text(as_bytes(bytes), true);
  if (!text) return false;
  put(begin, end, text->utf8, letters && text->ascii);
  return true;
}

}  // namespace hitokoe::text
