#include "matcher/decode/formats/html_links.h"

#include <algorithm>

#include "hitokoe/base/bytes.h"

namespace hitokoe::matcher {

namespace {

bool begins(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::ranges::equal(text.substr(0, prefix.size()), prefix, [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
         });
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      if (const auto byte = from_hex(text.substr(i + 1, 2))) {
        out += static_cast<char>(byte.value()[0]);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

}  // namespace

std::string address_of_link(std::string_view href, std::string_view shown) {
  while (!href.empty() && href[0] == ' ') href.remove_prefix(1);
  if (begins(href, "mailto:")) {
    if (shown.find('@') != std::string_view::npos || shown.find("＠") != std::string_view::npos) {
      return {};
    }
    return percent_decoded(
        href.substr(7, href.find('?') - std::min(href.find('?'), std::size_t{7})));
  }
  if (begins(href, "tel:") || begins(href, "sms:")) {
    const auto digits = std::ranges::count_if(shown, [](char c) { return c >= '0' && c <= '9'; });
    if (digits >= 6) return {};
    return percent_decoded(href.substr(4, href.find_first_of("?;") == std::string_view::npos
                                              ? std::string_view::npos
                                              : href.find_first_of("?;") - 4));
  }
  if (const std::size_t at = href.find("/cdn-cgi/l/email-protection#");
      at != std::string_view::npos && shown.find('@') == std::string_view::npos) {
    return hidden_address(href.substr(at + 28));
  }
  return {};
}

std::string hidden_address(std::string_view hexadecimal) {
  if (hexadecimal.size() > 512) return {};
  const auto bytes = from_hex(hexadecimal);
  if (!bytes || bytes.value().size() < 4) return {};
  std::string out;
  for (std::size_t i = 1; i < bytes.value().size(); ++i) {
    out += static_cast<char>(bytes.value()[i] ^ bytes.value()[0]);
  }
  return out.find('@') == std::string::npos ? std::string() : out;
}

}  // namespace hitokoe::matcher
