#include "crawler/links.h"

#include <algorithm>
#include <unordered_set>

#include "crawler/listing.h"

namespace hitokoe::crawler {

namespace {

constexpr std::size_t kMostLinks = 1000;
constexpr std::size_t kLongestLink = 2048;

bool belongs(char c) {
  constexpr std::string_view kEnds = "\"'<>`{}|^";
  return c > 0x20 && c < 0x7f && kEnds.find(c) == std::string_view::npos;
}

// "https:" or "http:" that ends before `colon`.
std::size_t scheme_before(std::string_view text, std::size_t colon) {
  for (const std::string_view scheme : {"https", "http"}) {
    if (colon < scheme.size()) continue;
    const auto begin = colon - scheme.size();
    const auto written = text.substr(begin, scheme.size());
    if (std::ranges::equal(written, scheme, {}, [](char c) {
          return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        }))
      return begin;
  }
  return std::string_view::npos;
}

std::string tidy(std::string_view written) {
  std::string link;
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (written[i] == '\\') {
      if (i + 1 == written.size() || written[i + 1] != '/') break;  // "\n" of a string ends it
      continue;
    }
    link += written[i];
  }
  link = unescape_html(link);
  while (!link.empty() && std::string_view(".,;:!?)]").find(link.back()) != std::string_view::npos)
    link.pop_back();
  return link;
}

}  // namespace

std::vector<std::string> find_links(ByteView body) {
  const auto text = as_text(body);
  std::vector<std::string> out;
  std::unordered_set<std::string> known;
  auto from = std::size_t{0};
  for (auto colon = text.find(':'); colon != std::string_view::npos && out.size() < kMostLinks;
       colon = text.find(':', from)) {
    from = colon + 1;
    const auto after = text.substr(colon + 1, 4);
    if (!after.starts_with("//") && !after.starts_with("\\/\\/")) continue;
    const auto begin = scheme_before(text, colon);
    if (begin == std::string_view::npos) continue;
    auto end = begin;
    while (end < text.size() && belongs(text[end]) && end - begin <= kLongestLink) ++end;
    from = end;
    if (end - begin > kLongestLink) continue;
    auto link = tidy(text.substr(begin, end - begin));
    if (known.insert(link).second) out.push_back(std::move(link));
  }
  return out;
}

}  // namespace hitokoe::crawler
