#include "identity/envelope.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "hitokoe/identity/file_signer.h"

namespace hitokoe::identity {
namespace {

constexpr std::string_view kMagic = "HKOE";
constexpr std::uint8_t kGuard = 0x1A;  // ends a text file on some systems: no text tool makes one
constexpr std::size_t kHead = 44;
constexpr std::size_t kSignature = 64;
constexpr std::uint64_t kMostContent = 1ULL << 30;

Words name_of(EnvelopeKind kind) {
  switch (kind) {
    case EnvelopeKind::kEnrolment:
      return {"an enrolment request", "登録ファイル"};
    case EnvelopeKind::kIssuedKey:
      return {"an issued key", "鍵ファイル"};
    case EnvelopeKind::kContactRequest:
      return {"a contact request", "照会依頼"};
    case EnvelopeKind::kContactBundle:
      return {"a contact bundle", "連絡先の回答"};
    case EnvelopeKind::kApprovalRequest:
      return {"an approval request", "承認依頼"};
    case EnvelopeKind::kApproval:
      return {"an approval", "承認書"};
  }
  return {};
}

Bytes signed_part(ByteView bytes) {
  constexpr std::string_view kDomain{"hitokoe envelope\0", 17};
  Bytes out;
  out.reserve(kDomain.size() + bytes.size());
  put_bytes(out, as_bytes(kDomain));
  put_bytes(out, bytes);
  return out;
}

}  // namespace

Bytes wrap_envelope(EnvelopeKind kind, ByteView content, const crypto::SignKeyPair& signer) {
  Bytes out;
  out.reserve(kHead + content.size() + kSignature);
  put_bytes(out, as_bytes(kMagic));
  put_u8(out, static_cast<std::uint8_t>(kind));
  put_u8(out, kGuard);
  put_u16(out, kEnvelopeVersion);
  put_bytes(out, signer.public_key);
  put_u32(out, static_cast<std::uint32_t>(content.size()));
  put_bytes(out, content);
  put_bytes(out, crypto::sign(signer, signed_part(out)));
  return out;
}

Result<Envelope> unwrap_envelope(EnvelopeKind kind, ByteView file) {
  const Words name = name_of(kind);
  const auto cut = [&](std::uint64_t need) {
    return fail(Errc::kCorrupt,
                name + Words{" that was cut: it ends at byte " + std::to_string(file.size()) +
                                 " of " + std::to_string(need),
                             "が途中で切れています: 必要 " + std::to_string(need) +
                                 " バイトのうち " + std::to_string(file.size()) + " バイト"});
  };
  const std::string_view text = as_text(file);
  if (text.substr(0, kMagic.size()) != kMagic.substr(0, std::min(text.size(), kMagic.size()))) {
    return fail(Errc::kCorrupt, Words{"not " + name.en + ": the file begins otherwise",
                                      name.ja + "ではありません: ファイルの先頭が違います"});
  }
  if (file.size() < kHead) return cut(kHead + kSignature);
  if (file[4] != static_cast<std::uint8_t>(kind) || file[5] != kGuard) {
    return fail(Errc::kCorrupt, Words{"not " + name.en + ": it is of another kind",
                                      name.ja + "ではありません: 別の種類のファイル"});
  }
  ByteReader reader(file.subspan(6));
  TRY(const auto version, reader.get_u16());
  if (version != kEnvelopeVersion) {
    return fail(
        Errc::kUnsupported,
        name + Words{" in format version " + std::to_string(version) +
                         "; this program reads version " + std::to_string(kEnvelopeVersion) +
                         ": use a newer one",
                     "の形式は版 " + std::to_string(version) + "。このプログラムが読めるのは版 " +
                         std::to_string(kEnvelopeVersion) + ": 新しい版を使ってください"});
  }
  Envelope out;
  TRY(const auto signer, reader.get_bytes(out.signer.size()));
  std::copy(signer.begin(), signer.end(), out.signer.begin());
  TRY(const auto size, reader.get_u32());
  if (size > kMostContent)
    return fail(Errc::kCorrupt, name + Words{" with an impossible length", "の長さがあり得ない値"});
  const std::uint64_t need = kHead + std::uint64_t{size} + kSignature;
  if (file.size() < need) return cut(need);
  if (file.size() > need) {
    return fail(
        Errc::kCorrupt,
        name + Words{" with " + std::to_string(file.size() - need) + " bytes too many",
                     "に余分な " + std::to_string(file.size() - need) + " バイトがあります"});
  }
  out.content = file.subspan(kHead, size);
  crypto::Signature signature;
  std::memcpy(signature.data(), file.data() + kHead + size, signature.size());
  if (!crypto::verify(out.signer, signed_part(file.first(kHead + size)), signature)) {
    return fail(Errc::kCorrupt, name + Words{" that was altered: its signature does not hold",
                                             "が改変されています: 署名が正しくありません"});
  }
  return out;
}

std::optional<crypto::SignPublicKey> signer_named_in(ByteView file) {
  constexpr std::size_t kSigner = 8;
  crypto::SignPublicKey out{};
  if (file.size() < kSigner + out.size()) return std::nullopt;
  const auto signer = file.subspan(kSigner, out.size());
  std::copy(signer.begin(), signer.end(), out.begin());
  return out;
}

Result<Envelope> unwrap_envelope_by(EnvelopeKind kind, ByteView file,
                                    const crypto::SignPublicKey& by, const Words& by_name) {
  TRY(const Envelope envelope, unwrap_envelope(kind, file));
  if (envelope.signer != by) {
    return fail(
        Errc::kForbidden,
        Words{name_of(kind).en + " that was not signed by " + by_name.en + " but with another key",
              name_of(kind).ja + "が" + by_name.ja + "ではなく別の鍵で署名されています"});
  }
  return envelope;
}

}  // namespace hitokoe::identity
