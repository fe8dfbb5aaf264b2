#include "crawler/listing.h"

#include <charconv>
#include <optional>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/crawler/frontier_texts.h"
#include "hitokoe/text/charset.h"

namespace hitokoe::crawler {

namespace {

// As it is where every store can keep it: a site may write anything.
bool is_plain_key(std::string_view key) { return key.size() <= kLongestKey && is_plain(key); }

void append_utf8(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3f));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  }
}

std::optional<std::uint32_t> character(std::string_view name) {
  if (name == "amp") return '&';
  if (name == "lt") return '<';
  if (name == "gt") return '>';
  if (name == "quot") return '"';
  if (name == "apos") return '\'';
  if (!name.starts_with('#')) return std::nullopt;
  name.remove_prefix(1);
  int base = 10;
  if (name.starts_with('x') || name.starts_with('X')) {
    base = 16;
    name.remove_prefix(1);
  }
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value, base);
  const bool fine = error == std::errc{} && end == name.data() + name.size() && value != 0 &&
                    value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
  return fine ? std::optional(value) : std::nullopt;
}

std::vector<std::string> copied(const std::vector<std::string_view>& groups) {
  std::vector<std::string> out;
  out.reserve(groups.size());
  for (const auto group : groups) out.push_back(unescape_html(group));
  return out;
}

// What an item that matched is; `own_key` and `version` are what the list says by itself.
bool add_by_rule(const ItemRule& rule, Collector& out, const std::vector<std::string>& groups,
                 const std::string& link, const std::string& own_key, std::string version) {
  if (!rule.version.empty() && version.empty()) version = expand(rule.version, groups);
  return out.add(rule.key.empty() ? own_key : expand(rule.key, groups),
                 rule.url.empty() ? link : expand(rule.url, groups), std::move(version));
}

}  // namespace

bool Collector::add(std::string key, std::string_view reference, std::string version,
                    std::optional<Piece> piece) {
  ++listing_.seen;
  auto url = base_.resolve(reference);
  if (!url || reference.empty()) {
    ++listing_.unusable;
    return true;
  }
  if (key.empty()) key = url.value().text();
  if (!is_plain_key(key)) key = "sha256-" + crypto::sha256_hex(as_bytes(key));
  if (!is_plain_key(version)) version = crypto::sha256_hex(as_bytes(version));
  if (!keys_.insert(key).second) return true;
  if (listing_.items.size() >= source_.max_items) {
    listing_.too_long = true;
    return false;
  }
  listing_.items.push_back(
      {std::move(key), std::move(url).value(), std::move(version), std::move(piece)});
  return true;
}

void Collector::next(std::string_view reference) {
  constexpr std::size_t kMostNext = 50'000;  // of a sitemap's index, by its definition
  auto url = base_.resolve(reference);
  if (!url || reference.empty() || listing_.next.size() >= kMostNext) {
    ++listing_.unusable;
    return;
  }
  listing_.next.push_back(std::move(url).value());
}

Listing read_page(const Source& source, const net::Url& base, ByteView body, bool cut) {
  const auto page = text::decode(body, text::detect(body)).utf8;
  Collector out(source, base);
  std::size_t at = 0;
  while (const auto match = source.item.link->search(page, at)) {
    const auto groups = copied(*match);
    const auto whole = (*match)[0];
    if (cut && whole.data() + whole.size() == page.data() + page.size()) break;
    if (!add_by_rule(source.item, out, groups, groups[0], "", "")) break;
    at = static_cast<std::size_t>(whole.data() - page.data()) + whole.size();
    if (whole.empty()) ++at;
    if (at > page.size()) break;
  }
  return out.take();
}

Listing read_entries(const Source& source, const net::Url& base,
                     const std::vector<FeedEntry>& entries) {
  Collector out(source, base);
  for (const auto& entry : entries) {
    std::vector<std::string> groups{entry.link};
    if (source.item.link) {
      const auto match = source.item.link->search(entry.link);
      if (!match) continue;
      groups.assign(match->begin(), match->end());
    }
    const auto version = source.item.again_when_updated ? entry.updated : std::string();
    if (!add_by_rule(source.item, out, groups, entry.link, entry.id, version)) break;
  }
  return out.take();
}

std::string unescape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto begin = text.find('&');
    out += text.substr(0, begin);
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    const auto end = text.substr(0, 12).find(';');
    if (end != std::string_view::npos) {
      if (const auto c = character(text.substr(1, end - 1))) {
        append_utf8(out, *c);
        text.remove_prefix(end + 1);
        continue;
      }
    }
    out += '&';
    text.remove_prefix(1);
  }
  return out;
}

std::string expand(std::string_view form, const std::vector<std::string>& groups) {
  std::string out;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] != '\\' || i + 1 == form.size()) {
      out += form[i];
      continue;
    }
    const char next = form[++i];
    if (next >= '0' && next <= '9') {
      const auto group = static_cast<std::size_t>(next - '0');
      if (group < groups.size()) out += groups[group];
    } else {
      out += next;
    }
  }
  return out;
}

std::optional<int> greatest_group(std::string_view form) {
  int greatest = -1;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] != '\\') continue;
    if (++i == form.size()) return std::nullopt;
    if (form[i] >= '0' && form[i] <= '9') {
      greatest = std::max(greatest, form[i] - '0');
    } else if (form[i] != '\\') {
      return std::nullopt;
    }
  }
  return greatest;
}

}  // namespace hitokoe::crawler
