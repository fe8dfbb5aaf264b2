#include "crawler/blindness.h"

#include <algorithm>
#include <array>
#include <string>

namespace hitokoe::crawler {

namespace {

constexpr std::size_t kLooked = 256u << 10;

template <std::size_t N>
bool has_one(std::string_view page, const std::array<std::string_view, N>& marks) {
  return std::ranges::any_of(
      marks, [&](std::string_view mark) { return page.find(mark) != std::string_view::npos; });
}

// In lower case. The Japanese one in UTF-8 and Shift_JIS: pages are looked at as they come.
constexpr std::array<std::string_view, 8> kCaptcha = {
    "g-recaptcha", "h-captcha",      "hcaptcha.com",      "cf-turnstile",
    "cf-chl-",     "challenge-form", "/recaptcha/api.js", "captcha",
};
constexpr std::array<std::string_view, 3> kLogin = {
    "type=\"password\"",
    "type='password'",
    "type=password",
};
constexpr std::array<std::string_view, 8> kJavaScript = {
    "enable javascript",      "javascript is required",
    "javascript required",    "requires javascript",
    "javascript is disabled", "turn on javascript",
    "javascriptを有効",       "javascript\x82\xf0\x97\x4c\x8c\xf8",
};

}  // namespace

std::string_view why_blind(ByteView page) {
  std::string lower(as_text(page.first(std::min(page.size(), kLooked))));
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (has_one(lower, kCaptcha)) return "blind_captcha";
  if (has_one(lower, kLogin)) return "blind_login";
  if (has_one(lower, kJavaScript)) return "blind_javascript";
  return "";
}

}  // namespace hitokoe::crawler
