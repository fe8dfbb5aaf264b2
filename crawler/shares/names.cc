#include "crawler/shares/names.h"

#include <algorithm>

#include "hitokoe/base/bytes.h"
#include "hitokoe/text/charset.h"

namespace hitokoe::crawler {

namespace {

constexpr std::size_t kLongestName = 1000;

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string share_text(std::string_view bytes, std::string_view charset) {
  const auto view = as_bytes(bytes.substr(0, 4 * kLongestName));
  auto as = text::detect(view);
  if (!charset.empty()) {
    if (const auto named = text::charset_by_name(charset)) as = named.value();
  }
  auto out = text::decode(view, as).utf8;
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  if (out.size() > kLongestName) {
    out.resize(kLongestName);
    while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xc0U) == 0x80) out.pop_back();
    if (!out.empty() && static_cast<unsigned char>(out.back()) >= 0xc0) out.pop_back();
  }
  return out;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 &&
        digit(text[i + 2]) >= 0) {
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::string host_of(std::string_view url) {
  const auto slashes = url.find("://");
  if (slashes == std::string_view::npos) return {};
  url.remove_prefix(slashes + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  if (const auto at = url.rfind('@'); at != std::string_view::npos) url.remove_prefix(at + 1);
  if (url.starts_with('[')) {
    url = url.substr(0, std::min(url.size(), url.find(']') + 1));
  } else {
    url = url.substr(0, url.find(':'));
  }
  std::string out(url.substr(0, 253));
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const bool plain = std::ranges::all_of(out, [](char c) { return c > 0x20 && c < 0x7f; });
  return plain ? out : std::string();
}

void add_once(std::vector<std::string>& to, std::string value, std::size_t most) {
  if (value.empty() || to.size() >= most || std::ranges::find(to, value) != to.end()) return;
  to.push_back(std::move(value));
}

}  // namespace hitokoe::crawler
