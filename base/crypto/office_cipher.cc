#include "hitokoe/base/crypto/office_cipher.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "base/crypto/openssl.h"
#include "hitokoe/base/crypto/archive_ciphers.h"

namespace hitokoe::crypto {

namespace {

constexpr std::uint32_t kMostRounds = 10'000'000;
constexpr std::size_t kSegment = 4096;

using CipherBlock = std::array<std::uint8_t, 8>;
constexpr CipherBlock kVerifierInput = {0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79};
constexpr CipherBlock kVerifierValue = {0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e};
constexpr CipherBlock kKeyValue = {0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6};

const EVP_MD* algorithm(OfficeHash hash) {
  switch (hash) {
    case OfficeHash::kSha1:
      return EVP_sha1();
    case OfficeHash::kSha256:
      return EVP_sha256();
    case OfficeHash::kSha384:
      return EVP_sha384();
    case OfficeHash::kSha512:
      break;
  }
  return EVP_sha512();
}

// One context for many rounds.
class Hasher {
 public:
  explicit Hasher(OfficeHash hash) : algorithm_(algorithm(hash)) { must(context_ != nullptr); }
  ~Hasher() { EVP_MD_CTX_free(context_); }
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  Bytes of(ByteView a, ByteView b) {
    Bytes out(static_cast<std::size_t>(EVP_MD_get_size(algorithm_)));
    must(EVP_DigestInit_ex(context_, algorithm_, nullptr) == 1);
    must(EVP_DigestUpdate(context_, a.data(), a.size()) == 1);
    must(EVP_DigestUpdate(context_, b.data(), b.size()) == 1);
    must(EVP_DigestFinal_ex(context_, out.data(), nullptr) == 1);
    return out;
  }

 private:
  const EVP_MD* algorithm_;
  EVP_MD_CTX* context_ = EVP_MD_CTX_new();
};

std::array<std::uint8_t, 4> le32(std::uint32_t value) {
  return {static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value >> 8),
          static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 24)};
}

// A hash is cut to the size of a key, or filled up.
Bytes fitted(Bytes hash, std::size_t size, std::uint8_t fill) {
  hash.resize(size, fill);
  return hash;
}

// AES without padding; `iv` empty: ECB. What is no whole block at the end stays as it is.
void decrypt_aes(ByteView key, ByteView iv, std::span<std::uint8_t> data) {
  const bool cbc = !iv.empty();
  const EVP_CIPHER* cipher = nullptr;
  if (key.size() == 16) cipher = cbc ? EVP_aes_128_cbc() : EVP_aes_128_ecb();
  if (key.size() == 24) cipher = cbc ? EVP_aes_192_cbc() : EVP_aes_192_ecb();
  if (key.size() == 32) cipher = cbc ? EVP_aes_256_cbc() : EVP_aes_256_ecb();
  must(cipher != nullptr);
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  must(context != nullptr);
  must(EVP_DecryptInit_ex(context, cipher, nullptr, key.data(), cbc ? iv.data() : nullptr) == 1);
  must(EVP_CIPHER_CTX_set_padding(context, 0) == 1);
  data = data.first(data.size() - data.size() % 16);
  while (!data.empty()) {
    const std::size_t n = std::min<std::size_t>(data.size(), 1U << 20);
    int done = 0;
    must(EVP_DecryptUpdate(context, data.data(), &done, data.data(), static_cast<int>(n)) == 1);
    data = data.subspan(n);
  }
  EVP_CIPHER_CTX_free(context);
}

bool sound(const OfficeKeyInfo& info) {
  const auto size = [](std::size_t n) { return n == 16 || n == 24 || n == 32; };
  const auto blocks = [](const Bytes& b) { return !b.empty() && b.size() % 16 == 0; };
  if (!size(info.key_bytes) || info.rounds > kMostRounds || info.salt.size() < 8 ||
      info.salt.size() > 256 || !blocks(info.verifier) || !blocks(info.verifier_hash) ||
      info.verifier.size() > 256 || info.verifier_hash.size() > 256) {
    return false;
  }
  if (!info.agile) return true;
  return size(info.package_key_bytes) && blocks(info.key) && info.key.size() <= 64 &&
         info.key.size() >= info.package_key_bytes && info.package_salt.size() >= 8 &&
         info.package_salt.size() <= 256;
}

}  // namespace

std::optional<OfficeCipher> OfficeCipher::open(const OfficeKeyInfo& info,
                                               std::string_view password) {
  if (!sound(info)) return std::nullopt;
  const SecretBytes text = utf16_password(password);
  Hasher hasher(info.hash);
  Bytes hash = hasher.of(info.salt, text.expose());
  for (std::uint32_t i = 0; i < info.rounds; ++i) {
    const auto number = le32(i);
    hash = hasher.of(number, hash);
  }
  OfficeCipher out;
  out.agile_ = info.agile;
  Bytes verifier = info.verifier, value = info.verifier_hash;
  if (info.agile) {
    const Bytes iv = fitted(info.salt, 16, 0x36);
    const auto decrypted = [&](const CipherBlock& purpose, Bytes data) {
      decrypt_aes(fitted(hasher.of(hash, purpose), info.key_bytes, 0x36), iv, data);
      return data;
    };
    verifier = decrypted(kVerifierInput, std::move(verifier));
    value = decrypted(kVerifierValue, std::move(value));
    const Bytes wanted = hasher.of(verifier, {});
    if (value.size() < wanted.size() ||
        !std::ranges::equal(wanted, ByteView(value).first(wanted.size()))) {
      return std::nullopt;
    }
    Bytes key = decrypted(kKeyValue, info.key);
    key.resize(info.package_key_bytes);
    out.key_ = SecretBytes(std::move(key));
    out.hash_ = info.package_hash;
    out.salt_ = info.package_salt;
    return out;
  }
  // [MS-OFFCRYPTO] 2.3.4.7: the key is a hash of the hash, XORed into a block of 0x36.
  const Bytes last = hasher.of(hash, le32(0));
  const auto half = [&](std::uint8_t fill) {
    Bytes block(64, fill);
    for (std::size_t i = 0; i < last.size() && i < block.size(); ++i) block[i] ^= last[i];
    return hasher.of(block, {});
  };
  Bytes key = half(0x36);
  const Bytes second = half(0x5C);
  key.insert(key.end(), second.begin(), second.end());
  key.resize(info.key_bytes);
  decrypt_aes(key, {}, verifier);
  decrypt_aes(key, {}, value);
  const Bytes wanted = hasher.of(ByteView(verifier).first(16), {});
  if (value.size() < wanted.size() ||
      !std::ranges::equal(wanted, ByteView(value).first(wanted.size()))) {
    return std::nullopt;
  }
  out.key_ = SecretBytes(std::move(key));
  return out;
}

void OfficeCipher::decrypt(std::span<std::uint8_t> package) const {
  if (!agile_) {
    decrypt_aes(key_.expose(), {}, package);
    return;
  }
  Hasher hasher(hash_);
  for (std::uint32_t i = 0; !package.empty(); ++i) {
    const auto segment = package.first(std::min(package.size(), kSegment));
    package = package.subspan(segment.size());
    decrypt_aes(key_.expose(), fitted(hasher.of(salt_, le32(i)), 16, 0x36), segment);
  }
}

}  // namespace hitokoe::crypto
