#include "storage/blob/capture_file.h"

#include <zstd.h>

#include <algorithm>

#include "hitokoe/base/crypto/digest.h"

namespace hitokoe::storage {
namespace {

using crawler::CaptureMeta;

constexpr std::string_view kMagic = "HTKCAP01";
// 1 had neither circuit nor protocol nor certificates; such files are read as ever.
constexpr std::uint8_t kMetaVersion = 2;
constexpr std::uint32_t kLargestMeta = 16U << 20;
constexpr std::uint32_t kMostHeaders = 10'000;
constexpr std::uint32_t kMostCertificates = 100;
constexpr int kZstdLevel = 3;

Key256 derive(const Key256& key, std::string_view purpose, std::string_view id) {
  const crypto::Hmac hmac(key.expose());
  return Key256(hmac.mac(as_bytes(std::string(purpose) + "\n" + std::string(id))));
}

void put_text(Bytes& out, std::string_view text) {
  put_u32(out, static_cast<std::uint32_t>(text.size()));
  put_bytes(out, as_bytes(text));
}

Result<std::string> get_text(ByteReader& in) {
  TRY(const auto size, in.get_u32());
  TRY(const auto bytes, in.get_bytes(size));
  return std::string(as_text(bytes));
}

void put_headers(Bytes& out, const std::vector<std::pair<std::string, std::string>>& headers) {
  put_u32(out, static_cast<std::uint32_t>(headers.size()));
  for (const auto& [name, value] : headers) {
    put_text(out, name);
    put_text(out, value);
  }
}

Result<std::vector<std::pair<std::string, std::string>>> get_headers(ByteReader& in) {
  std::vector<std::pair<std::string, std::string>> headers;
  TRY(const auto count, in.get_u32());
  if (count > kMostHeaders) return fail(Errc::kCorrupt, "too many headers", "ヘッダが多すぎます");
  for (std::uint32_t i = 0; i < count; ++i) {
    TRY(auto name, get_text(in));
    TRY(auto value, get_text(in));
    headers.emplace_back(std::move(name), std::move(value));
  }
  return headers;
}

Bytes encode_meta(const CaptureMeta& meta) {
  Bytes out;
  put_u8(out, kMetaVersion);
  for (const auto* text :
       {&meta.id, &meta.source, &meta.item, &meta.url, &meta.final_url, &meta.content_type,
        &meta.remote_address, &meta.sha256, &meta.cut_reason})
    put_text(out, *text);
  put_u64(out, static_cast<std::uint64_t>(meta.fetched.time_since_epoch().count()));
  put_u32(out, static_cast<std::uint32_t>(meta.status));
  put_u64(out, meta.size);
  put_u8(out, meta.cut ? 1 : 0);
  put_headers(out, meta.request_headers);
  put_headers(out, meta.response_headers);
  put_text(out, meta.circuit);
  put_text(out, meta.protocol);
  const auto certificates = std::min<std::size_t>(meta.certificates.size(), kMostCertificates);
  put_u32(out, static_cast<std::uint32_t>(certificates));
  for (std::size_t i = 0; i < certificates; ++i) put_text(out, meta.certificates[i]);
  return out;
}

Result<CaptureMeta> decode_meta(ByteView bytes) {
  ByteReader in(bytes);
  CaptureMeta meta;
  TRY(const auto version, in.get_u8());
  if (version < 1 || version > kMetaVersion)
    return fail(Errc::kUnsupported, "metadata of version " + std::to_string(version),
                "付帯情報の知らない版: " + std::to_string(version));
  for (auto* text : {&meta.id, &meta.source, &meta.item, &meta.url, &meta.final_url,
                     &meta.content_type, &meta.remote_address, &meta.sha256, &meta.cut_reason}) {
    TRY(*text, get_text(in));
  }
  TRY(const auto fetched, in.get_u64());
  meta.fetched = UtcTime(Duration(static_cast<std::int64_t>(fetched)));
  TRY(const auto status, in.get_u32());
  meta.status = static_cast<int>(status);
  TRY(meta.size, in.get_u64());
  TRY(const auto cut, in.get_u8());
  meta.cut = cut != 0;
  TRY(meta.request_headers, get_headers(in));
  TRY(meta.response_headers, get_headers(in));
  if (version >= 2) {
    TRY(meta.circuit, get_text(in));
    TRY(meta.protocol, get_text(in));
    TRY(const auto certificates, in.get_u32());
    if (certificates > kMostCertificates)
      return fail(Errc::kCorrupt, "too many certificates", "証明書が多すぎます");
    for (std::uint32_t i = 0; i < certificates; ++i) {
      TRY(auto digest, get_text(in));
      meta.certificates.push_back(std::move(digest));
    }
  }
  if (in.remaining() != 0)
    return fail(Errc::kCorrupt, "bytes after the metadata", "付帯情報の後に余分なバイトがあります");
  return meta;
}

Bytes compress(ByteView body) {
  Bytes out(ZSTD_compressBound(body.size()));
  const std::size_t size =
      ZSTD_compress(out.data(), out.size(), body.data(), body.size(), kZstdLevel);
  if (ZSTD_isError(size) != 0) return {};  // only for a wrong level or a short buffer
  out.resize(size);
  return out;
}

Words of(std::string_view id) { return Words{"capture ", "取得物 "} + id + ": "; }

}  // namespace

std::size_t head_size(ByteView head) {
  ByteReader in(head);
  const auto skip = [&](std::size_t n) { return in.get_bytes(n).has_value(); };
  if (!skip(kMagic.size())) return 0;
  const auto day = in.get_u16();
  if (!day || !skip(day.value())) return 0;
  const auto key = in.get_u32();
  if (!key || !skip(key.value())) return 0;
  const auto meta = in.get_u32();
  if (!meta) return 0;
  return in.position() + meta.value() + sizeof(std::uint64_t);
}

Result<CaptureParts> parse_capture(ByteView file, bool head_only) {
  ByteReader in(file);
  CaptureParts parts;
  const auto magic = in.get_bytes(kMagic.size());
  if (!magic || as_text(magic.value()) != kMagic)
    return fail(Errc::kCorrupt, "not a capture file of this version",
                "この版の取得物のファイルではありません");
  const auto cut = [] { return fail(Errc::kCorrupt, "the file is cut", "ファイルが切れています"); };
  auto day = in.get_string();
  if (!day) return cut();
  parts.day = std::move(day.value());
  const auto take = [&in](const auto& size) -> Result<ByteView> {
    TRY(const auto n, size);
    return in.get_bytes(static_cast<std::size_t>(n));
  };
  const auto key = take(in.get_u32());
  if (!key) return cut();
  parts.wrapped_key = key.value();
  const auto meta = take(in.get_u32());
  if (!meta) return cut();
  parts.sealed_meta = meta.value();
  const auto body_size = in.get_u64();
  if (!body_size) return cut();
  parts.whole = in.position() + body_size.value();
  if (head_only) return parts;
  if (body_size.value() > in.remaining()) return cut();
  if (body_size.value() < in.remaining())
    return fail(Errc::kCorrupt, "there are bytes after its end",
                "末尾の後に余分なバイトがあります");
  TRY(parts.sealed_body, in.get_bytes(in.remaining()));
  return parts;
}

Result<Bytes> seal_capture(const CaptureMeta& meta, ByteView body, const Key256& key,
                           std::string_view day, const Key256& day_key, Random& random) {
  if (body.size() > kLargestBody)
    return fail(Errc::kLimit, of(meta.id) + Words{"larger than 2 GiB", "2 GiB を超えています"});
  const Bytes plain_meta = encode_meta(meta);
  if (plain_meta.size() > kLargestMeta || meta.request_headers.size() > kMostHeaders ||
      meta.response_headers.size() > kMostHeaders)
    return fail(Errc::kLimit,
                of(meta.id) + Words{"its headers are too long", "ヘッダが長すぎます"});
  const Bytes sealed_body = crypto::seal_stream(derive(key, "body", meta.id), compress(body));
  const Bytes sealed_meta =
      crypto::seal(derive(key, "meta", meta.id), plain_meta, as_bytes(meta.id), random);
  const Bytes wrapped = wrap_key(key, meta.id, "day " + std::string(day), day_key, random);

  Bytes out;
  out.reserve(sealed_body.size() + sealed_meta.size() + 256);
  put_bytes(out, as_bytes(kMagic));
  put_string(out, day);
  put_u32(out, static_cast<std::uint32_t>(wrapped.size()));
  put_bytes(out, wrapped);
  put_u32(out, static_cast<std::uint32_t>(sealed_meta.size()));
  put_bytes(out, sealed_meta);
  put_u64(out, sealed_body.size());
  put_bytes(out, sealed_body);
  return out;
}

Result<CaptureMeta> open_meta(const CaptureParts& parts, std::string_view id, const Key256& key) {
  auto plain = crypto::open(derive(key, "meta", id), parts.sealed_meta, as_bytes(id));
  if (!plain)
    return fail(Errc::kCorrupt,
                of(id) + Words{"its metadata were altered", "付帯情報が改変されています"});
  auto meta = decode_meta(plain.value());
  if (!meta) return fail(meta.error().code, of(id) + meta.error().words());
  return meta;
}

Result<Bytes> open_body(const CaptureParts& parts, std::string_view id, const Key256& key,
                        std::uint64_t size) {
  auto packed = crypto::open_stream(derive(key, "body", id), parts.sealed_body);
  if (!packed)
    return fail(Errc::kCorrupt, of(id) + Words{"its body was altered or cut",
                                               "本文が改変されているか、切れています"});
  const auto& bytes = packed.value();
  if (size > kLargestBody || ZSTD_getFrameContentSize(bytes.data(), bytes.size()) != size)
    return fail(Errc::kCorrupt, of(id) + Words{"its body is not as long as its metadata say",
                                               "本文の長さが付帯情報と違います"});
  Bytes body(size);
  const std::size_t got = ZSTD_decompress(body.data(), body.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(got) != 0 || got != size)
    return fail(Errc::kCorrupt, of(id) + Words{"its body does not unpack", "本文が展開できません"});
  return body;
}

Bytes wrap_key(const Key256& key, std::string_view id, std::string_view under, const Key256& with,
               Random& random) {
  const std::string context = "capture key " + std::string(id) + "\n" + std::string(under);
  return crypto::seal(with, key.expose(), as_bytes(context), random);
}

Result<Key256> unwrap_key(ByteView wrapped, std::string_view id, std::string_view under,
                          const Key256& with) {
  const std::string context = "capture key " + std::string(id) + "\n" + std::string(under);
  auto plain = crypto::open(with, wrapped, as_bytes(context));
  Key256 key;
  if (!plain || plain.value().size() != key.expose().size()) {
    return fail(Errc::kCorrupt,
                of(id) + Words{"its key does not open with that of " + std::string(under) +
                                   ": altered, or another key store",
                               "その鍵が " + std::string(under) +
                                   " の鍵で開きません: 改変されたか、別の鍵庫のもの"});
  }
  std::copy(plain.value().begin(), plain.value().end(), key.expose().begin());
  wipe_value(plain.value());
  return key;
}

}  // namespace hitokoe::storage
