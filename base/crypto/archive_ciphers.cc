#include "hitokoe/base/crypto/archive_ciphers.h"

#include <openssl/evp.h>

#include <algorithm>

#include "base/crypto/openssl.h"

namespace hitokoe::crypto {

namespace {

constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int k = 0; k < 8; ++k) c = (c & 1U) != 0 ? 0xEDB88320U ^ c >> 1U : c >> 1U;
    table[i] = c;
  }
  return table;
}

constexpr auto kCrc = crc_table();

}  // namespace

ZipCrypto::ZipCrypto(std::string_view password) {
  for (const char c : password) add(static_cast<std::uint8_t>(c));
}

void ZipCrypto::add(std::uint8_t byte) {
  keys_[0] = kCrc[(keys_[0] ^ byte) & 0xFFU] ^ keys_[0] >> 8U;
  keys_[1] = (keys_[1] + (keys_[0] & 0xFFU)) * 134775813U + 1;
  keys_[2] = kCrc[(keys_[2] ^ keys_[1] >> 24U) & 0xFFU] ^ keys_[2] >> 8U;
}

void ZipCrypto::decrypt(std::span<std::uint8_t> data) {
  for (auto& byte : data) {
    const std::uint32_t t = (keys_[2] & 0xFFFFU) | 2U;
    byte = static_cast<std::uint8_t>(byte ^ (t * (t ^ 1U) >> 8U & 0xFFU));
    add(byte);
  }
}

struct WinZipAes::State {
  EVP_CIPHER_CTX* cipher = EVP_CIPHER_CTX_new();
  EVP_MD_CTX* digest = EVP_MD_CTX_new();
  EVP_PKEY* mac_key = nullptr;
  std::array<std::uint8_t, 2> check{};
  std::array<std::uint8_t, 16> counter{}, stream{};
  std::size_t used = 16;
  Bytes counters, streams;
  ~State() {
    EVP_CIPHER_CTX_free(cipher);
    EVP_MD_CTX_free(digest);
    EVP_PKEY_free(mac_key);
    wipe(stream.data(), stream.size());
  }
};

WinZipAes::WinZipAes(std::string_view password, ByteView salt, std::size_t key_bytes)
    : state_(std::make_unique<State>()) {
  Secret<std::array<std::uint8_t, 66>> keys;
  auto& k = keys.expose();
  must(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt.data(),
                         static_cast<int>(salt.size()), 1000, EVP_sha1(),
                         static_cast<int>(2 * key_bytes + 2), k.data()) == 1);
  const EVP_CIPHER* cipher = key_bytes == 16   ? EVP_aes_128_ecb()
                             : key_bytes == 24 ? EVP_aes_192_ecb()
                                               : EVP_aes_256_ecb();
  must(EVP_EncryptInit_ex(state_->cipher, cipher, nullptr, k.data(), nullptr) == 1);
  must(EVP_CIPHER_CTX_set_padding(state_->cipher, 0) == 1);
  state_->mac_key =
      EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, nullptr, k.data() + key_bytes, key_bytes);
  must(state_->mac_key != nullptr);
  must(EVP_DigestSignInit(state_->digest, nullptr, EVP_sha1(), nullptr, state_->mac_key) == 1);
  std::copy_n(k.begin() + static_cast<std::ptrdiff_t>(2 * key_bytes), 2, state_->check.begin());
}
WinZipAes::~WinZipAes() = default;
WinZipAes::WinZipAes(WinZipAes&&) noexcept = default;
WinZipAes& WinZipAes::operator=(WinZipAes&&) noexcept = default;

std::array<std::uint8_t, 2> WinZipAes::check() const { return state_->check; }

void WinZipAes::decrypt(std::span<std::uint8_t> data) {
  State& s = *state_;
  must(data.empty() || EVP_DigestSignUpdate(s.digest, data.data(), data.size()) == 1);
  const auto blocks = [&](std::size_t n) {
    s.counters.resize(n * 16);
    s.streams.resize(n * 16);
    for (std::size_t i = 0; i < n; ++i) {
      for (auto& digit : s.counter) {
        if (++digit != 0) break;
      }
      std::ranges::copy(s.counter, s.counters.begin() + static_cast<std::ptrdiff_t>(i * 16));
    }
    int made = 0;
    must(EVP_EncryptUpdate(s.cipher, s.streams.data(), &made, s.counters.data(),
                           static_cast<int>(n * 16)) == 1);
  };
  std::size_t at = 0;
  while (at < data.size() && s.used < 16) data[at++] ^= s.stream[s.used++];
  while (data.size() - at >= 16) {
    const std::size_t n = std::min<std::size_t>((data.size() - at) / 16, 4096);
    blocks(n);
    for (std::size_t i = 0; i < n * 16; ++i) data[at + i] ^= s.streams[i];
    at += n * 16;
  }
  if (at == data.size()) return;
  blocks(1);
  std::copy_n(s.streams.begin(), 16, s.stream.begin());
  s.used = 0;
  while (at < data.size()) data[at++] ^= s.stream[s.used++];
}

std::array<std::uint8_t, 10> WinZipAes::mac() {
  std::array<std::uint8_t, 20> whole{};
  std::size_t size = whole.size();
  must(EVP_DigestSignFinal(state_->digest, whole.data(), &size) == 1);
  std::array<std::uint8_t, 10> cut{};
  std::copy_n(whole.begin(), cut.size(), cut.begin());
  return cut;
}

Key256 seven_zip_key(ByteView password_utf16, ByteView salt, unsigned power) {
  Key256 key;
  auto& k = key.expose();
  if (power == 0x3F) {
    std::size_t at = 0;
    for (const ByteView part : {salt, password_utf16}) {
      for (std::size_t i = 0; i < part.size() && at < k.size(); ++i) k[at++] = part[i];
    }
    return key;
  }
  // Many rounds side by side in one buffer: hashing calls of a few bytes would cost more than the
  // hash itself.
  const std::size_t round = salt.size() + password_utf16.size() + 8;
  const std::uint64_t rounds = 1ULL << power;
  const std::uint64_t at_once = std::min<std::uint64_t>(rounds, 64);
  SecretBytes buffer(Bytes(round * at_once));
  auto& b = buffer.expose();
  for (std::uint64_t i = 0; i < at_once; ++i) {
    const auto at = b.begin() + static_cast<std::ptrdiff_t>(i * round);
    std::ranges::copy(password_utf16, std::ranges::copy(salt, at).out);
  }
  EVP_MD_CTX* digest = EVP_MD_CTX_new();
  must(digest != nullptr && EVP_DigestInit_ex(digest, EVP_sha256(), nullptr) == 1);
  for (std::uint64_t first = 0; first < rounds; first += at_once) {
    for (std::uint64_t i = 0; i < at_once; ++i) {
      std::uint64_t counter = first + i;
      for (std::size_t c = 0; c < 8; ++c, counter >>= 8U) {
        b[i * round + round - 8 + c] = static_cast<std::uint8_t>(counter);
      }
    }
    must(EVP_DigestUpdate(digest, b.data(), b.size()) == 1);
  }
  must(EVP_DigestFinal_ex(digest, k.data(), nullptr) == 1);
  EVP_MD_CTX_free(digest);
  return key;
}

namespace {

Key256 pbkdf2_sha256(std::string_view password, ByteView salt, int rounds) {
  Key256 out;
  must(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt.data(),
                         static_cast<int>(salt.size()), rounds, EVP_sha256(),
                         static_cast<int>(out.expose().size()), out.expose().data()) == 1);
  return out;
}

}  // namespace

Key256 rar5_key(std::string_view password, ByteView salt, unsigned power) {
  return pbkdf2_sha256(password, salt, 1 << power);
}

std::array<std::uint8_t, 8> rar5_check(std::string_view password, ByteView salt, unsigned power) {
  const Key256 value = pbkdf2_sha256(password, salt, (1 << power) + 32);
  std::array<std::uint8_t, 8> folded{};
  for (std::size_t i = 0; i < 32; ++i) folded[i % 8] ^= value.expose()[i];
  return folded;
}

struct AesCbc::State {
  EVP_CIPHER_CTX* cipher = EVP_CIPHER_CTX_new();
  State(const EVP_CIPHER* kind, const std::uint8_t* key, const std::uint8_t* iv) {
    must(EVP_DecryptInit_ex(cipher, kind, nullptr, key, iv) == 1);
    must(EVP_CIPHER_CTX_set_padding(cipher, 0) == 1);
  }
  ~State() { EVP_CIPHER_CTX_free(cipher); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

AesCbc::AesCbc(const Key128& key, const std::array<std::uint8_t, 16>& iv)
    : state_(std::make_unique<State>(EVP_aes_128_cbc(), key.expose().data(), iv.data())) {}
AesCbc::AesCbc(const Key256& key, const std::array<std::uint8_t, 16>& iv)
    : state_(std::make_unique<State>(EVP_aes_256_cbc(), key.expose().data(), iv.data())) {}
AesCbc::~AesCbc() = default;
AesCbc::AesCbc(AesCbc&&) noexcept = default;
AesCbc& AesCbc::operator=(AesCbc&&) noexcept = default;

void AesCbc::decrypt(std::span<std::uint8_t> blocks) {
  int made = 0;
  must(blocks.empty() || EVP_DecryptUpdate(state_->cipher, blocks.data(), &made, blocks.data(),
                                           static_cast<int>(blocks.size())) == 1);
}

Rar3Key rar3_key(std::string_view password, ByteView salt) {
  constexpr std::uint32_t kRounds = 0x40000, kPart = kRounds / 16;
  SecretBytes round = utf16_password(password);
  Bytes& r = round.expose();
  r.insert(r.end(), salt.begin(), salt.end());
  // Many rounds in one buffer, as above.
  constexpr std::uint32_t kAtOnce = 64;
  const std::size_t size = r.size() + 3;
  SecretBytes buffer(Bytes(size * kAtOnce));
  Bytes& b = buffer.expose();
  for (std::uint32_t i = 0; i < kAtOnce; ++i) {
    std::ranges::copy(r, b.begin() + static_cast<std::ptrdiff_t>(i * size));
  }
  EVP_MD_CTX* digest = EVP_MD_CTX_new();
  EVP_MD_CTX* now = EVP_MD_CTX_new();
  must(digest != nullptr && now != nullptr && EVP_DigestInit_ex(digest, EVP_sha1(), nullptr) == 1);
  Rar3Key out;
  std::array<std::uint8_t, 20> hash{};
  for (std::uint32_t first = 0; first < kRounds; first += kAtOnce) {
    for (std::uint32_t i = 0; i < kAtOnce; ++i) {
      const std::uint32_t n = first + i;
      for (std::size_t c = 0; c < 3; ++c) {
        b[i * size + size - 3 + c] = static_cast<std::uint8_t>(n >> 8U * c);
      }
    }
    std::size_t from = 0;
    if (first % kPart ==
        0) {  // the vector: a byte of what the hash is after the first round of a part
      must(EVP_DigestUpdate(digest, b.data(), size) == 1);
      from = size;
      must(EVP_MD_CTX_copy_ex(now, digest) == 1);
      must(EVP_DigestFinal_ex(now, hash.data(), nullptr) == 1);
      out.iv[first / kPart] = hash[19];
    }
    must(EVP_DigestUpdate(digest, b.data() + from, b.size() - from) == 1);
  }
  must(EVP_DigestFinal_ex(digest, hash.data(), nullptr) == 1);
  // Words of the hash, each with its bytes turned round.
  for (std::size_t i = 0; i < 16; ++i) out.key.expose()[i] = hash[i / 4 * 4 + 3 - i % 4];
  wipe(hash.data(), hash.size());
  EVP_MD_CTX_free(digest);
  EVP_MD_CTX_free(now);
  return out;
}

SecretBytes utf16_password(std::string_view utf8) {
  SecretBytes secret;
  Bytes& out = secret.expose();
  const auto unit = [&](std::uint32_t u) {
    out.push_back(static_cast<std::uint8_t>(u));
    out.push_back(static_cast<std::uint8_t>(u >> 8U));
  };
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const std::size_t n = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    std::uint32_t code = n == 1 ? lead : lead & (0xFFU >> (n + 1));
    for (std::size_t k = 1; k < n && i + k < utf8.size(); ++k) {
      code = code << 6U | (static_cast<unsigned char>(utf8[i + k]) & 0x3FU);
    }
    i += n;
    if (code < 0x10000) {
      unit(code);
    } else {
      unit(0xD800 + (code - 0x10000) / 0x400);
      unit(0xDC00 + (code - 0x10000) % 0x400);
    }
  }
  return secret;
}

}  // namespace hitokoe::crypto
