#include <algorithm>
#include <boost/json.hpp>

#include "crawler/shares/names.h"
#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/crawler/share_store.h"
#include "hitokoe/identity/canonical.h"
#include "hitokoe/identity/extract.h"

namespace hitokoe::crawler {

namespace {

namespace json = boost::json;

json::array texts(const std::vector<std::string>& all, bool mask) {
  json::array out;
  out.reserve(all.size());
  for (const auto& text : all) out.emplace_back(mask ? masked_name(text) : text);
  return out;
}

json::value time_or_null(const std::optional<UtcTime>& at) {
  return at ? json::value(format_utc(*at)) : json::value(nullptr);
}

json::array files_json(const FileShare& share, bool mask) {
  json::array out;
  out.reserve(share.files.size());
  for (const auto& file : share.files) {
    out.push_back({{"name", mask ? masked_name(file.name) : file.name}, {"size", file.size}});
  }
  return out;
}

Error damaged() {
  return {Errc::kCorrupt, "a share is not as this version writes it",
          "ファイル共有の記録がこの版の書き方ではありません"};
}

std::string text_at(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::vector<std::string> texts_at(const json::object& object, std::string_view key) {
  std::vector<std::string> out;
  const auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_array()) return out;
  out.reserve(value->as_array().size());
  for (const auto& one : value->as_array()) {
    if (one.is_string()) out.emplace_back(one.as_string());
  }
  return out;
}

}  // namespace

std::string share_id(std::string_view key) {
  return "SHR-" + crypto::sha256_hex(as_bytes(key)).substr(0, 16);
}

std::string masked_name(std::string_view name) {
  std::vector<identity::Token> tokens;
  identity::extract(name, tokens);
  std::ranges::stable_sort(tokens, {}, &identity::Token::begin);
  std::string out;
  std::uint64_t at = 0;
  for (const auto& token : tokens) {
    if (token.begin < at || token.end > name.size()) continue;
    out += name.substr(at, token.begin - at);
    out += identity::mask(token.field, token.value);
    at = token.end;
  }
  out += name.substr(at);
  return out;
}

// Escapes of escapes, too: three rounds are more than any link has.
std::string masked_key(const FileShare& share) {
  if (share.kind != ShareKind::kFileHost) return share.key;
  std::string plain = share.key;
  for (int round = 0; round < 3; ++round) {
    auto more = percent_decoded(plain);
    if (more == plain) break;
    plain = std::move(more);
    auto masked = masked_name(plain);
    // What was unescaped is outside text: any bytes.
    if (masked != plain) return share_text(masked);
  }
  return masked_name(share.key);
}

std::string to_json(const SeenShare& s) {
  json::array seen;
  seen.reserve(s.seen.size());
  for (const auto& one : s.seen) {
    seen.push_back({{"capture", one.capture}, {"source", one.source}, {"at", format_utc(one.at)}});
  }
  const auto& share = s.share;
  const json::object out{{"id", s.id},
                         {"kind", to_string(share.kind)},
                         {"key", masked_key(share)},
                         {"other_key", share.other_key},
                         {"readable", s.readable},
                         {"names", texts(share.names, true)},
                         {"size", share.size ? json::value(*share.size) : json::value(nullptr)},
                         {"file_count", share.file_count},
                         {"files", files_json(share, true)},
                         {"hosts", texts(share.hosts, false)},
                         {"comment", masked_name(share.comment)},
                         {"created_by", masked_name(share.created_by)},
                         {"created", time_or_null(share.created)},
                         {"first_seen", format_utc(s.first)},
                         {"last_seen", format_utc(s.last)},
                         {"sightings", s.sightings},
                         {"seen", std::move(seen)},
                         {"terms", texts(s.terms, false)},
                         {"content_fetched", false}};
  return json::serialize(out);
}

std::string packed(const FileShare& share) {
  json::object out{{"key", share.key},
                   {"other_key", share.other_key},
                   {"names", texts(share.names, false)},
                   {"files", files_json(share, false)},
                   {"hosts", texts(share.hosts, false)},
                   {"comment", share.comment},
                   {"created_by", share.created_by}};
  if (share.created) out["created"] = share.created->time_since_epoch().count();
  return json::serialize(out);
}

Result<void> unpack(std::string_view text, FileShare& into) {
  boost::system::error_code error;
  const auto root = json::parse(text, error);
  if (error || !root.is_object()) return outcome::failure(damaged());
  const auto& object = root.as_object();
  into.key = text_at(object, "key");
  into.other_key = text_at(object, "other_key");
  into.names = texts_at(object, "names");
  into.hosts = texts_at(object, "hosts");
  into.comment = text_at(object, "comment");
  into.created_by = text_at(object, "created_by");
  if (const auto* created = object.if_contains("created"); created != nullptr) {
    const auto micros = created->to_number<std::int64_t>(error);
    if (error) return outcome::failure(damaged());
    into.created = UtcTime(Duration(micros));
  }
  const auto* files = object.if_contains("files");
  if (files == nullptr || !files->is_array()) return outcome::failure(damaged());
  for (const auto& one : files->as_array()) {
    if (!one.is_object()) return outcome::failure(damaged());
    const auto* size = one.as_object().if_contains("size");
    const auto bytes = size == nullptr ? 0 : size->to_number<std::uint64_t>(error);
    if (error) return outcome::failure(damaged());
    into.files.push_back({text_at(one.as_object(), "name"), bytes});
  }
  return ok();
}

}  // namespace hitokoe::crawler
