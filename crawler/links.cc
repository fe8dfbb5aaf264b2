#include "crawler/links.h"

#include <algorithm>
#include <array>
#include <functional>
#include <unordered_set>

#include "hitokoe/text/charset.h"

namespace hitokoe::crawler {

namespace {

constexpr std::size_t kMostLinks = 1000;
constexpr std::size_t kMostReferences = 2000;
constexpr std::size_t kMostTried = 10'000;  // references, and tags that may be <base>
constexpr std::size_t kLongestTag = 4096;
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

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

bool begins_with(std::string_view text, std::string_view word) {
  return text.size() >= word.size() &&
         std::ranges::equal(text.substr(0, word.size()), word, {}, lower);
}

std::string_view without_space(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// The value of an attribute, after its name: ` = "x"`, `='x'`, `=x`. Null where there is none.
std::string_view attribute_value(std::string_view after) {
  while (!after.empty() && is_space(after.front())) after.remove_prefix(1);
  if (after.empty() || after.front() != '=') return {};
  after.remove_prefix(1);
  while (!after.empty() && is_space(after.front())) after.remove_prefix(1);
  if (after.empty()) return {};
  const char quote = after.front();
  if (quote == '"' || quote == '\'') {
    const auto end = after.find(quote, 1);
    return end == std::string_view::npos ? std::string_view() : after.substr(1, end - 1);
  }
  return after.substr(0, after.find_first_of(" \t\r\n\f>"));
}

// Calls `take` with the value of each href and src until it says false.
void each_reference(std::string_view page, const std::function<bool(std::string_view)>& take) {
  constexpr std::array<std::string_view, 2> kNames = {"href", "src"};
  for (auto at = page.find('='); at != std::string_view::npos; at = page.find('=', at + 1)) {
    auto end = at;
    while (end > 0 && is_space(page[end - 1])) --end;
    for (const auto name : kNames) {
      // Nothing but the name, not the end of another ("data-src").
      if (end <= name.size() || !begins_with(page.substr(end - name.size(), name.size()), name))
        continue;
      const char before = page[end - name.size() - 1];
      if (!is_space(before) && before != '"' && before != '\'' && before != '/') continue;
      if (!take(attribute_value(page.substr(at)))) return;
    }
  }
}

// What no URL may hold, as browsers send it.
std::string in_percent(std::string_view reference) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : reference) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f) {
      out += c;
    } else if (c != '\t' && c != '\n' && c != '\r') {
      out += '%';
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 15U];
    }
  }
  return out;
}

std::string decoded(ByteView page) { return text::decode(page, text::detect(page)).utf8; }

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

net::Url base_of_page(ByteView page, const net::Url& from) {
  constexpr std::string_view kTag = "<base";
  const auto text = decoded(page);
  const std::string_view all = text;
  std::size_t tried = 0;
  for (auto at = all.find('<'); at != std::string_view::npos; at = all.find('<', at + 1)) {
    const auto rest = all.substr(at, kLongestTag);
    if (!begins_with(rest, kTag)) continue;
    if (++tried > kMostTried) return from;
    const auto tag = rest.substr(0, rest.find('>'));
    if (tag.size() == kTag.size() || !is_space(tag[kTag.size()])) continue;
    std::string href;
    each_reference(tag, [&](std::string_view value) {
      href = unescape_html(without_space(value));
      return false;
    });
    if (href.empty()) continue;
    auto base = from.resolve(in_percent(href));
    return base ? std::move(base).value() : from;
  }
  return from;
}

std::vector<std::string> find_references(ByteView page, const net::Url& base) {
  const auto text = decoded(page);
  std::vector<std::string> out;
  std::unordered_set<std::string> known;
  std::size_t tried = 0;
  each_reference(text, [&](std::string_view value) {
    if (++tried > kMostTried) return false;
    value = without_space(value);
    if (value.empty() || value.front() == '#' || value.size() > kLongestLink) return true;
    const auto reference = in_percent(unescape_html(value));
    const auto mark = std::min(reference.find('#'), reference.size());
    const auto url = base.resolve(std::string_view(reference).substr(0, mark));
    if (!url) return true;
    auto link = url.value().text() + reference.substr(mark);
    if (link.size() <= kLongestLink && known.insert(link).second) out.push_back(std::move(link));
    return out.size() < kMostReferences;
  });
  return out;
}

bool is_page(std::string_view content_type, ByteView body) {
  const auto type = without_space(content_type.substr(0, content_type.find(';')));
  if (!type.empty())
    return begins_with(type, "text/html") || begins_with(type, "application/xhtml");
  return without_space(as_text(body.first(std::min<std::size_t>(body.size(), 256))))
      .starts_with('<');
}

std::vector<std::string> links_of(const Piece& piece, std::string_view served_as,
                                  const std::string& from) {
  auto links = find_links(piece.body);
  if (!is_page(piece.content_type.empty() ? served_as : piece.content_type, piece.body))
    return links;
  const auto came = net::Url::parse(piece.base.empty() ? from : piece.base);
  if (!came) return links;
  const auto base = piece.base.empty() ? base_of_page(piece.body, came.value()) : came.value();
  const std::unordered_set<std::string> known(links.begin(), links.end());
  for (auto& reference : find_references(piece.body, base)) {
    if (!known.contains(reference)) links.push_back(std::move(reference));
  }
  return links;
}

}  // namespace hitokoe::crawler
