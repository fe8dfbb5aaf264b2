#include "identity/envelope.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace hitokoe::identity {
namespace {

constexpr std::string_view kMagic = "HKOE";
constexpr std::uint8_t kGuard = 0x1A;  // ends a text file on some systems: no text tool makes one
constexpr std::size_t kHead = 44;
constexpr std::size_t kSignature = 64;
constexpr std::uint64_t kMostContent = 1ULL << 30;

std::string_view name_of(EnvelopeKind kind) {
  switch (kind) {
    case EnvelopeKind::kEnrolment:
      return "an enrolment request";
    case EnvelopeKind::kIssuedKey:
      return "an issued key";
    case EnvelopeKind::kContactRequest:
      return "a contact request";
    case EnvelopeKind::kContactBundle:
      return "a contact bundle";
    case EnvelopeKind::kApprovalRequest:
      return "an approval request";
    case EnvelopeKind::kApproval:
      return "an approval";
  }
  return "";
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
  const std::string name(name_of(kind));
  const auto cut = [&](std::uint64_t need) {
    return fail(Errc::kCorrupt, name + " that was cut: it ends at byte " +
                                    std::to_string(file.size()) + " of " + std::to_string(need));
  };
  const std::string_view text = as_text(file);
  if (text.substr(0, kMagic.size()) != kMagic.substr(0, std::min(text.size(), kMagic.size()))) {
    return fail(Errc::kCorrupt, "not " + name + ": the file begins otherwise");
  }
  if (file.size() < kHead) return cut(kHead + kSignature);
  if (file[4] != static_cast<std::uint8_t>(kind) || file[5] != kGuard) {
    return fail(Errc::kCorrupt, "not " + name + ": it is of another kind");
  }
  ByteReader reader(file.subspan(6));
  TRY(const auto version, reader.get_u16());
  if (version != kEnvelopeVersion) {
    return fail(Errc::kUnsupported, name + " in format version " + std::to_string(version) +
                                        "; this program reads version " +
                                        std::to_string(kEnvelopeVersion) + ": use a newer one");
  }
  Envelope out;
  TRY(const auto signer, reader.get_bytes(out.signer.size()));
  std::copy(signer.begin(), signer.end(), out.signer.begin());
  TRY(const auto size, reader.get_u32());
  if (size > kMostContent) return fail(Errc::kCorrupt, name + " with an impossible length");
  const std::uint64_t need = kHead + std::uint64_t{size} + kSignature;
  if (file.size() < need) return cut(need);
  if (file.size() > need) {
    return fail(Errc::kCorrupt,
                name + " with " + std::to_string(file.size() - need) + " bytes too many");
  }
  out.content = file.subspan(kHead, size);
  crypto::Signature signature;
  std::memcpy(signature.data(), file.data() + kHead + size, signature.size());
  if (!crypto::verify(out.signer, signed_part(file.first(kHead + size)), signature)) {
    return fail(Errc::kCorrupt, name + " that was altered: its signature does not hold");
  }
  return out;
}

Result<Envelope> unwrap_envelope_by(EnvelopeKind kind, ByteView file,
                                    const crypto::SignPublicKey& by, std::string_view by_name) {
  TRY(const Envelope envelope, unwrap_envelope(kind, file));
  if (envelope.signer != by) {
    return fail(Errc::kForbidden, std::string(name_of(kind)) + " that was not signed by " +
                                      std::string(by_name) + " but with another key");
  }
  return envelope;
}

}  // namespace hitokoe::identity
