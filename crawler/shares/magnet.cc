// magnet:?xt=urn:btih:…&dn=…&tr=… (BEP 9), also of the second version (urn:btmh:1220…).
#include <algorithm>
#include <charconv>

#include "crawler/shares/names.h"
#include "hitokoe/crawler/file_shares.h"

namespace hitokoe::crawler {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool is_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// RFC 4648 section 6, 32 letters of it: 20 bytes, as hex. "" where it is none.
std::string hex_of_base32(std::string_view text) {
  if (text.size() != 32) return {};
  Bytes out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const int five = c >= 'a' && c <= 'z' ? c - 'a' : c >= '2' && c <= '7' ? c - '2' + 26 : -1;
    if (five < 0) return {};
    bits = (bits << 5 | static_cast<std::uint32_t>(five)) & 0xffff;
    held += 5;
    if (held < 8) continue;
    held -= 8;
    out.push_back(static_cast<std::uint8_t>(bits >> held & 0xffU));
  }
  return to_hex(out);
}

void take_topic(const std::string& value, FileShare& out) {
  const auto topic = lower(value);
  if (topic.starts_with("urn:btih:")) {
    const auto hash = topic.substr(9);
    const auto hex = is_hex(hash, 40) ? hash : hex_of_base32(hash);
    if (!hex.empty() && !out.key.starts_with("btih:")) {
      if (!out.key.empty()) out.other_key = out.key;
      out.key = "btih:" + hex;
    }
  } else if (topic.starts_with("urn:btmh:1220") && is_hex(topic.substr(13), 64)) {
    const auto key = "btmh:" + topic.substr(13);
    (out.key.empty() ? out.key : out.other_key) = key;
  }
}

}  // namespace

std::optional<FileShare> read_magnet(std::string_view link) {
  constexpr std::string_view kScheme = "magnet:?";
  if (lower(link.substr(0, kScheme.size())) != kScheme) return std::nullopt;
  link.remove_prefix(kScheme.size());
  FileShare out;
  out.kind = ShareKind::kMagnet;
  while (!link.empty()) {
    const auto end = std::min(link.find('&'), link.size());
    const auto part = link.substr(0, end);
    link.remove_prefix(std::min(link.size(), end + 1));
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) continue;
    const auto name = lower(part.substr(0, std::min(part.find('.'), equals)));
    const auto value = percent_decoded(part.substr(equals + 1));
    if (name == "xt") take_topic(value, out);
    if (name == "dn") add_once(out.names, share_text(value), FileShare::kMostNames);
    if (name == "tr" || name == "ws") add_once(out.hosts, host_of(value), FileShare::kMostHosts);
    if (name == "xl") {
      std::uint64_t size = 0;
      const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), size);
      if (error == std::errc{} && stop == value.data() + value.size()) out.size = size;
    }
  }
  if (out.key.empty()) return std::nullopt;
  std::ranges::sort(out.hosts);
  return out;
}

}  // namespace hitokoe::crawler
