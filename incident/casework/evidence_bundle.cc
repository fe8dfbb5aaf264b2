#include "hitokoe/incident/evidence_bundle.h"

#include <algorithm>

#include "hitokoe/base/crypto/digest.h"
#include "incident/canonical_json.h"

namespace hitokoe::incident {
namespace {

namespace json = boost::json;

constexpr std::string_view kMagic = "HKEVID01";
constexpr std::size_t kShortest = 12;              // of a passphrase, bytes
constexpr std::uint64_t kMostMemory = 1ULL << 30;  // that a file may ask for
constexpr std::uint64_t kMostOps = 16;

json::string text(std::string_view s) { return json::string(s.data(), s.size()); }

std::string context_of(std::string_view incident, std::string_view capture) {
  return "hitokoe-evidence-1\n" + std::string(incident) + "\n" + std::string(capture);
}

Bytes frame(std::string_view first, ByteView second) {
  Bytes out;
  put_u32(out, static_cast<std::uint32_t>(first.size()));
  put_bytes(out, as_bytes(first));
  put_bytes(out, second);
  return out;
}

json::array headers(const std::vector<std::pair<std::string, std::string>>& list) {
  json::array out;
  for (const auto& [name, value] : list) out.push_back(json::array{text(name), text(value)});
  return out;
}

std::string meta_json(const crawler::CaptureMeta& m) {
  json::array certificates;
  for (const auto& c : m.certificates) certificates.emplace_back(text(c));
  return canonical(json::object{{"capture", text(m.id)},
                                {"source", text(m.source)},
                                {"item", text(m.item)},
                                {"url", text(m.url)},
                                {"final_url", text(m.final_url)},
                                {"fetched", format_utc(m.fetched)},
                                {"status", m.status},
                                {"request_headers", headers(m.request_headers)},
                                {"response_headers", headers(m.response_headers)},
                                {"content_type", text(m.content_type)},
                                {"remote_address", text(m.remote_address)},
                                {"circuit", text(m.circuit)},
                                {"protocol", text(m.protocol)},
                                {"certificates", std::move(certificates)},
                                {"sha256", text(m.sha256)},
                                {"size", m.size},
                                {"cut", m.cut},
                                {"cut_reason", text(m.cut_reason)}});
}

auto damaged(std::string_view where) {
  return fail(Errc::kCorrupt, Words{"evidence bundle: damaged or cut: ",
                                    "証拠の束が壊れているか、途中で切れています: "} +
                                  where);
}

// It becomes the name of a file where the bundle is opened.
bool is_capture_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

struct Parts {
  ByteView list, signature, rest;
};

Result<Parts> take_apart(ByteView file) {
  if (file.size() < kMagic.size() || as_text(file.first(kMagic.size())) != kMagic) {
    return fail(Errc::kBadInput, "not an evidence bundle of hitokoe",
                "hitokoe の証拠の束ではありません");
  }
  ByteView in = file.subspan(kMagic.size());
  if (in.size() < 4) return damaged("list");
  ByteReader length(in.first(4));
  TRY(const auto size, length.get_u32());
  in = in.subspan(4);
  constexpr std::size_t kSignature = std::tuple_size_v<crypto::Signature>;
  if (in.size() < kSignature || in.size() - kSignature < size) return damaged("list");
  return Parts{in.first(size), in.subspan(size, kSignature), in.subspan(size + kSignature)};
}

}  // namespace

Result<EvidenceBundleWriter> EvidenceBundleWriter::begin(
    Sink sink, const BundleOrigin& origin, const std::vector<crawler::CaptureMeta>& captures,
    const crypto::SignKeyPair& service, const SecretText& passphrase, Random& random,
    crypto::Argon2Cost cost) {
  if (passphrase.expose().size() < kShortest) {
    return fail(Errc::kBadInput, "the passphrase of an evidence bundle has 12 bytes at least",
                "証拠の束のパスフレーズは 12 バイト以上にしてください");
  }
  std::array<std::uint8_t, 16> salt{};
  random.fill(salt);
  json::array list;
  for (const auto& m : captures) {
    list.push_back({{"capture", text(m.id)},
                    {"source", text(m.source)},
                    {"fetched", format_utc(m.fetched)},
                    {"size", m.size},
                    {"sha256", text(m.sha256)}});
  }
  const std::string signed_list = canonical(json::object{{"incident", text(origin.incident)},
                                                         {"purpose", text(origin.purpose)},
                                                         {"by", text(origin.by)},
                                                         {"at", format_utc(origin.at)},
                                                         {"service", to_hex(service.public_key)},
                                                         {"salt", to_hex(salt)},
                                                         {"ops", cost.ops},
                                                         {"memory", cost.memory_bytes},
                                                         {"captures", std::move(list)}});
  EvidenceBundleWriter writer(std::move(sink), origin.incident,
                              crypto::derive_key(passphrase, salt, cost), random);
  Bytes head;
  put_bytes(head, as_bytes(kMagic));
  put_bytes(head, frame(signed_list, crypto::sign(service, as_bytes(signed_list))));
  TRYV(writer.sink_(head));
  return writer;
}

Result<void> EvidenceBundleWriter::add(const crawler::CaptureMeta& meta, ByteView body) {
  if (to_hex(crypto::sha256(body)) != meta.sha256) return damaged(meta.id);
  Bytes plain = frame(meta_json(meta), body);
  const Bytes sealed = crypto::seal(key_, plain, as_bytes(context_of(incident_, meta.id)), random_);
  wipe(plain.data(), plain.size());
  Bytes length;
  put_u64(length, sealed.size());
  TRYV(sink_(length));
  return sink_(sealed);
}

Result<OpenedBundle> open_evidence_bundle(
    ByteView file, const SecretText& passphrase,
    const std::function<Result<void>(const std::string&, const std::string&, ByteView)>& each) {
  TRY(const auto parts, take_apart(file));
  OpenedBundle out;
  out.list = std::string(as_text(parts.list));
  TRY(const auto list, BodyReader::parse(out.list));
  TRY(const auto incident, list.text("incident"));
  TRY(const auto service, list.text("service"));
  TRY(const auto salt_hex, list.text("salt"));
  TRY(const auto ops, list.number("ops"));
  TRY(const auto memory, list.number("memory"));
  TRY(const auto key_bytes, from_hex(service));
  TRY(const auto salt_bytes, from_hex(salt_hex));
  std::array<std::uint8_t, 16> salt{};
  if (key_bytes.size() != out.service.size() || salt_bytes.size() != salt.size() ||
      memory > kMostMemory || ops > kMostOps || ops == 0 || memory < 8192) {
    return damaged("list");
  }
  std::copy(key_bytes.begin(), key_bytes.end(), out.service.begin());
  std::copy(salt_bytes.begin(), salt_bytes.end(), salt.begin());
  crypto::Signature signature{};
  std::copy(parts.signature.begin(), parts.signature.end(), signature.begin());
  if (!crypto::verify(out.service, parts.list, signature)) return damaged("signature");

  const Key256 key = crypto::derive_key(passphrase, salt, {ops, memory});
  TRY(const auto captures, list.objects("captures"));
  ByteView in = parts.rest;
  for (const auto& one : captures) {
    TRY(const auto id, one.text("capture"));
    TRY(const auto sha256, one.text("sha256"));
    if (!is_capture_id(id)) return damaged("list");
    if (in.size() < 8) return damaged(id);
    ByteReader length(in.first(8));
    TRY(const auto size, length.get_u64());
    in = in.subspan(8);
    if (in.size() < size) return damaged(id);
    auto plain = crypto::open(key, in.first(static_cast<std::size_t>(size)),
                              as_bytes(context_of(incident, id)));
    if (!plain && out.captures == 0) {
      return fail(Errc::kForbidden, "another passphrase, or the bundle is altered: " + id,
                  "パスフレーズが違うか、証拠の束が改変されています: " + id);
    }
    if (!plain) return damaged(id);
    in = in.subspan(static_cast<std::size_t>(size));
    const ByteView opened = plain.value();
    if (opened.size() < 4) return damaged(id);
    ByteReader meta_length(opened.first(4));
    TRY(const auto meta, meta_length.get_u32());
    if (opened.size() - 4 < meta) return damaged(id);
    const ByteView body = opened.subspan(4 + meta);
    if (to_hex(crypto::sha256(body)) != sha256) return damaged(id);
    TRYV(each(id, std::string(as_text(opened.subspan(4, meta))), body));
    ++out.captures;
  }
  if (!in.empty()) return damaged("end");
  return out;
}

}  // namespace hitokoe::incident
