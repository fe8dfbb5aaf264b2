#include "crawler/listing.h"

#include <charconv>
#include <optional>
#include <unordered_set>

#include "crawler/feed.h"
#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/text/charset.h"

namespace hitokoe::crawler {

namespace {

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

class Collector {
 public:
  Collector(const Source& source, const net::Url& base) : source_(source), base_(base) {}

  // False when the list is full.
  bool add(const std::vector<std::string>& groups, const std::string& link,
           const std::string& own_key) {
    const auto reference = source_.item.url.empty() ? link : expand(source_.item.url, groups);
    auto url = base_.resolve(reference);
    if (!url || reference.empty()) {
      ++listing_.unusable;
      return true;
    }
    std::string key = source_.item.key.empty() ? own_key : expand(source_.item.key, groups);
    if (key.empty()) key = url.value().text();
    if (key.size() > kLongestKey) key = "sha256-" + crypto::sha256_hex(as_bytes(key));
    if (!keys_.insert(key).second) return true;
    if (listing_.items.size() >= source_.max_items) {
      listing_.too_long = true;
      return false;
    }
    listing_.items.push_back({std::move(key), std::move(url).value()});
    return true;
  }

  Listing take() { return std::move(listing_); }

 private:
  const Source& source_;
  const net::Url& base_;
  Listing listing_;
  std::unordered_set<std::string> keys_;
};

std::vector<std::string> copied(const std::vector<std::string_view>& groups) {
  std::vector<std::string> out;
  out.reserve(groups.size());
  for (const auto group : groups) out.push_back(unescape_html(group));
  return out;
}

Listing read_page(const Source& source, const net::Url& base, ByteView body) {
  const auto page = text::decode(body, text::detect(body)).utf8;
  Collector out(source, base);
  std::size_t at = 0;
  while (const auto match = source.item.link->search(page, at)) {
    const auto groups = copied(*match);
    if (!out.add(groups, groups[0], "")) break;
    const auto whole = (*match)[0];
    at = static_cast<std::size_t>(whole.data() - page.data()) + whole.size();
    if (whole.empty()) ++at;
    if (at > page.size()) break;
  }
  return out.take();
}

Result<Listing> read_feed(const Source& source, const net::Url& base, ByteView body) {
  // More than are taken, so that a feed that is too long is known as such.
  TRY(const auto entries, parse_feed(body, std::size_t{source.max_items} * 2 + 16));
  Collector out(source, base);
  for (const auto& entry : entries) {
    std::vector<std::string> groups{entry.link};
    if (source.item.link) {
      const auto match = source.item.link->search(entry.link);
      if (!match) continue;
      groups.assign(match->begin(), match->end());
    }
    if (!out.add(groups, entry.link, entry.id)) break;
  }
  return out.take();
}

}  // namespace

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

Result<Listing> read_list(const Source& source, const net::Url& base, ByteView body) {
  if (source.kind == SourceKind::kFeed) return read_feed(source, base, body);
  return read_page(source, base, body);
}

}  // namespace hitokoe::crawler
