#include "matcher/decode/formats/office_lock.h"

#include <algorithm>
#include <charconv>

#include "matcher/decode/formats/transfer_encoding.h"
#include "matcher/decode/formats/xml_parser.h"

namespace hitokoe::matcher {

namespace {

using crypto::OfficeHash;
using crypto::OfficeKeyInfo;

std::uint16_t u16(ByteView b, std::size_t at) {
  return static_cast<std::uint16_t>(b[at] | (b[at + 1] << 8));
}
std::uint32_t u32(ByteView b, std::size_t at) {
  return u16(b, at) | (std::uint32_t{u16(b, at + 2)} << 16);
}

Bytes bytes_of(std::string_view base64) {
  const std::string raw = from_mime_base64(base64);
  return {raw.begin(), raw.end()};
}

std::size_t number(std::string_view text) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::optional<OfficeHash> hash_named(std::string_view name) {
  if (name == "SHA1" || name == "SHA-1") return OfficeHash::kSha1;
  if (name == "SHA256" || name == "SHA-256") return OfficeHash::kSha256;
  if (name == "SHA384" || name == "SHA-384") return OfficeHash::kSha384;
  if (name == "SHA512" || name == "SHA-512") return OfficeHash::kSha512;
  return std::nullopt;
}

class AgileInfo final : public XmlHandler {
 public:
  void open(std::string_view, std::string_view name,
            std::span<const XmlAttribute> attributes) override {
    const auto get = [&](std::string_view key) { return attribute(attributes, key); };
    if (name != "keyData" && name != "encryptedKey") return;
    const auto hash = hash_named(get("hashAlgorithm"));
    known_ = known_ && hash && get("cipherAlgorithm") == "AES" &&
             get("cipherChaining") == "ChainingModeCBC" && get("blockSize") == "16";
    if (!known_) return;
    if (name == "keyData") {
      info_.package_hash = *hash;
      info_.package_key_bytes = number(get("keyBits")) / 8;
      info_.package_salt = bytes_of(get("saltValue"));
    } else if (info_.key.empty()) {
      info_.hash = *hash;
      info_.key_bytes = number(get("keyBits")) / 8;
      info_.rounds =
          static_cast<std::uint32_t>(std::min<std::size_t>(number(get("spinCount")), UINT32_MAX));
      info_.salt = bytes_of(get("saltValue"));
      info_.verifier = bytes_of(get("encryptedVerifierHashInput"));
      info_.verifier_hash = bytes_of(get("encryptedVerifierHashValue"));
      info_.key = bytes_of(get("encryptedKeyValue"));
    }
  }
  void text(std::string_view) override {}
  void close(std::string_view) override {}

  std::optional<OfficeKeyInfo> take() {
    if (!known_ || info_.key.empty() || info_.package_salt.empty()) return std::nullopt;
    return std::move(info_);
  }

 private:
  OfficeKeyInfo info_;
  bool known_ = true;
};

// 2.3.4.5: a header of variable size, then salt and verifier.
std::optional<OfficeKeyInfo> standard_info(ByteView stream) {
  if (stream.size() < 12) return std::nullopt;
  const std::size_t header = u32(stream, 8);
  if (header < 32 || header > 4096 || stream.size() < 12 + header + 4 + 16 + 16 + 4 + 32) {
    return std::nullopt;
  }
  const std::uint32_t cipher = u32(stream, 12 + 8), bits = u32(stream, 12 + 16);
  if (cipher < 0x660E || cipher > 0x6610) return std::nullopt;
  const ByteView verifier = stream.subspan(12 + header);
  OfficeKeyInfo info;
  info.agile = false;
  info.hash = OfficeHash::kSha1;
  info.key_bytes = bits == 0 ? 16 : bits / 8;
  info.rounds = 50'000;
  const auto part = [&](std::size_t at, std::size_t size) {
    const ByteView some = verifier.subspan(at, size);
    return Bytes(some.begin(), some.end());
  };
  info.salt = part(4, 16);
  info.verifier = part(20, 16);
  info.verifier_hash = part(40, 32);
  return info;
}

}  // namespace

std::optional<OfficeKeyInfo> office_key_info(ByteView stream) {
  if (stream.size() < 8) return std::nullopt;
  const std::uint16_t major = u16(stream, 0), minor = u16(stream, 2);
  if (major == 4 && minor == 4) {
    AgileInfo info;
    XmlParser parser(info);
    parser.feed(stream.subspan(8));
    parser.finish();
    return info.take();
  }
  if (minor == 2 && major >= 2 && major <= 4) return standard_info(stream);
  return std::nullopt;
}

}  // namespace hitokoe::matcher
