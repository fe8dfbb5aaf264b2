#include "hitokoe/crawler/intake.h"

#include <algorithm>
#include <boost/json.hpp>

#include "crawler/adapters/json.h"
#include "crawler/inflate.h"
#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/crawler/capture_index.h"
#include "hitokoe/net/url.h"

namespace hitokoe::crawler {

namespace {

constexpr std::size_t kLongestFeed = 32;
constexpr std::size_t kLongestName = 512;
constexpr std::size_t kLongestType = 128;

bool is_plain(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

std::string escaped(std::string_view name) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : name.substr(0, kLongestName)) {
    const bool safe = is_plain(c) || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
    const auto byte = static_cast<unsigned char>(c);
    if (safe) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

bool is_header_text(std::string_view text) {
  return text.size() <= kLongestType &&
         std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

// "ail_feeder_gist" → "ail-feeder-gist"
std::string feed_of(std::string_view source) {
  std::string out = source.starts_with("ail") ? "" : "ail-";
  for (char c : source) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    out += is_plain(c) ? c : '-';
    if (out.size() == kLongestFeed) break;
  }
  return out;
}

Result<bool> has(CaptureStore& captures, const std::string& id) {
  if (auto* index = dynamic_cast<CaptureIndex*>(&captures)) return index->has(id);
  return captures.meta(id).has_value();
}

auto no_ail_item() {
  return fail(Errc::kBadInput, "no item of an AIL feeder", "AIL feeder の項目ではありません");
}

}  // namespace

std::string intake_source(std::string_view feed) {
  return feed.empty() ? "intake" : "intake-" + std::string(feed);
}

bool is_feed_name(std::string_view feed) {
  return feed.size() <= kLongestFeed && !feed.starts_with('-') &&
         std::ranges::all_of(feed, [](char c) { return is_plain(c) || c == '-'; });
}

Intake::Intake(Parts parts)
    : p_(parts),
      captures_(
          p_.metrics.counter("hitokoe_intake_captures_total", "What was handed in and is new", {})),
      known_(p_.metrics.counter("hitokoe_intake_known_total", "What was handed in again", {})),
      bytes_(p_.metrics.counter("hitokoe_intake_bytes_total", "Bytes that were new", {})) {}

Result<Taken> Intake::take(const HandedIn& what, ByteView body) {
  if (!is_feed_name(what.feed))
    return fail(Errc::kBadInput, "feed: at most 32 of a-z, 0-9 and '-', not '-' first",
                "feed は a-z 0-9 - で 32 文字まで。先頭に - は不可");
  const auto digest = crypto::sha256_hex(body);
  const auto url = net::Url::parse(what.url);
  CaptureMeta meta;
  meta.source = intake_source(what.feed);
  meta.item = "sha256-" + digest;
  meta.id = capture_id(meta.source, meta.item, body);
  meta.url = url && what.url.size() <= 4096 ? what.url : "intake:" + escaped(what.name);
  meta.final_url = meta.url;
  meta.fetched = p_.clock.now();
  if (is_header_text(what.content_type)) meta.content_type = what.content_type;
  meta.sha256 = digest;
  meta.size = body.size();
  TRY(const bool known, has(p_.captures, meta.id));
  TRYV(p_.captures.put(meta, body));
  TRYV(p_.queue.push(meta.id, meta.fetched));
  if (known) {
    known_.add();
  } else {
    captures_.add();
    bytes_.add(body.size());
  }
  return Taken{std::move(meta.id), digest, body.size(), known};
}

Result<AilItem> read_ail_item(ByteView text, std::uint64_t most) {
  const auto value = read_json(text);
  const auto* object = value ? value->if_object() : nullptr;
  if (object == nullptr) return no_ail_item();
  const auto* data = object->if_contains("data");
  const auto source = text_at(*object, "source");
  if (data == nullptr || !data->is_string() || source.empty()) return no_ail_item();
  const auto packed = from_base64(data->as_string());
  if (!packed || !is_gzip(packed.value())) return no_ail_item();
  auto plain = gunzip(packed.value(), most);
  if (plain.cut)
    return fail(Errc::kLimit, "the item is longer than what is taken", "項目が上限より長い");
  if (plain.broken) return no_ail_item();
  const auto said = text_at(*object, "data-sha256");
  if (!said.empty() && said != crypto::sha256_hex(plain.bytes))
    return fail(Errc::kBadInput, "the item is not what its data-sha256 says",
                "項目が data-sha256 と一致しません");
  AilItem out;
  out.what.feed = feed_of(source);
  out.what.name = text_at(*object, "source-uuid");
  if (const auto* meta = object_at(*object, "meta")) {
    out.what.url = text_at(*meta, "url");
    if (out.what.url.empty()) out.what.url = text_at(*meta, "link");
  }
  out.body = std::move(plain.bytes);
  return out;
}

}  // namespace hitokoe::crawler
