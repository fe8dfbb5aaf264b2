#include "matcher/decode/formats/header_text.h"

#include <optional>

#include "hitokoe/text/charset.h"
#include "matcher/decode/formats/transfer_encoding.h"

namespace hitokoe::matcher {

namespace {

constexpr std::size_t kLongestWord = 4096;  // 75 by the standard, which few programs obey

struct Word {
  std::string_view charset;
  std::string bytes;
  std::size_t size = 0;  // in the header
};

std::optional<Word> word_at(std::string_view text) {
  if (!text.starts_with("=?")) return std::nullopt;
  text = text.substr(0, kLongestWord);
  const std::size_t charset_end = text.find('?', 2);
  if (charset_end > 64) return std::nullopt;
  if (charset_end + 2 >= text.size() || text[charset_end + 2] != '?') return std::nullopt;
  const char how = text[charset_end + 1];
  const std::size_t begin = charset_end + 3;
  const std::size_t end = text.find("?=", begin);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view encoded = text.substr(begin, end - begin);
  Word w;
  w.charset = text.substr(2, charset_end - 2);
  w.charset = w.charset.substr(0, w.charset.find('*'));  // with a language: RFC 2231, 5
  if (how == 'B' || how == 'b') {
    w.bytes = from_mime_base64(encoded);
  } else if (how == 'Q' || how == 'q') {
    w.bytes = from_quoted_printable(encoded, true);
  } else {
    return std::nullopt;
  }
  w.size = end + 2;
  return w;
}

std::string decoded(std::string_view bytes, std::string_view charset) {
  const auto named = text::charset_by_name(charset);
  const auto chosen = named && named.value() != text::Charset::kBinary
                          ? named.value()
                          : text::detect(as_bytes(bytes));
  return text::decode(as_bytes(bytes),
                      chosen == text::Charset::kBinary ? text::Charset::kUtf8 : chosen)
      .utf8;
}

}  // namespace

std::string header_text(std::string_view raw, bool quoted) {
  std::string plain, out;
  // Bytes as they are: in whatever character set they make sense.
  const auto end_plain = [&] {
    out += decoded(plain, {});
    plain.clear();
  };
  std::size_t i = 0;
  while (i < raw.size()) {
    auto word = raw[i] == '=' ? word_at(raw.substr(i)) : std::nullopt;
    if (!word) {
      if (raw[i] != '\r' && raw[i] != '\n') plain += raw[i];
      ++i;
      continue;
    }
    end_plain();
    std::string run, bytes;
    std::string_view charset;
    while (word) {
      if (!bytes.empty() && word->charset != charset) {
        run += decoded(bytes, charset);
        bytes.clear();
      }
      charset = word->charset;
      bytes += word->bytes;
      i += word->size;
      // White space between words is none.
      std::size_t next = i;
      while (next < raw.size() &&
             (raw[next] == ' ' || raw[next] == '\t' || raw[next] == '\r' || raw[next] == '\n')) {
        ++next;
      }
      word = word_at(raw.substr(next));
      if (word) i = next;
    }
    run += decoded(bytes, charset);
    if (!quoted) {
      out += run;
      continue;
    }
    const bool inside = !out.empty() && out.back() == '"';  // "=?…?=" in quotes already
    if (!inside) out += '"';
    for (const char c : run) {
      if (c == '"' || c == '\\') out += '\\';
      if (c != '\r' && c != '\n') out += c;
    }
    if (!inside) out += '"';
  }
  end_plain();
  return out;
}

}  // namespace hitokoe::matcher
