#include "hitokoe/base/crypto/paste_cipher.h"

#include <openssl/evp.h>

#include <limits>
#include <memory>

#include "base/crypto/openssl.h"

namespace hitokoe::crypto {

namespace {

constexpr std::uint32_t kMostIterations = 1'000'000;
constexpr std::size_t kLongest = std::numeric_limits<int>::max() / 2;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

const EVP_CIPHER* cipher_of(std::size_t key_bytes) {
  if (key_bytes == 16) return EVP_aes_128_gcm();
  if (key_bytes == 24) return EVP_aes_192_gcm();
  return key_bytes == 32 ? EVP_aes_256_gcm() : nullptr;
}

bool makes_sense(const PasteSeal& seal, ByteView secret, ByteView associated, ByteView sealed) {
  return seal.iv.size() >= 12 && seal.iv.size() <= 64 && seal.salt.size() <= 64 &&
         seal.iterations >= 1 && seal.iterations <= kMostIterations && seal.tag_bytes >= 12 &&
         seal.tag_bytes <= 16 && cipher_of(seal.key_bytes) != nullptr &&
         sealed.size() >= seal.tag_bytes && sealed.size() < kLongest &&
         associated.size() < kLongest && secret.size() <= 1024;
}

}  // namespace

std::optional<Bytes> open_paste(const PasteSeal& seal, ByteView secret, ByteView associated,
                                ByteView sealed) {
  if (!makes_sense(seal, secret, associated, sealed)) return std::nullopt;
  Bytes key(seal.key_bytes);
  must(PKCS5_PBKDF2_HMAC(reinterpret_cast<const char*>(secret.data()),
                         static_cast<int>(secret.size()), seal.salt.data(),
                         static_cast<int>(seal.salt.size()), static_cast<int>(seal.iterations),
                         EVP_sha256(), static_cast<int>(key.size()), key.data()) == 1);
  const std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context(EVP_CIPHER_CTX_new());
  must(context != nullptr);
  must(EVP_DecryptInit_ex(context.get(), cipher_of(seal.key_bytes), nullptr, nullptr, nullptr) ==
       1);
  must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_IVLEN, static_cast<int>(seal.iv.size()),
                           nullptr) == 1);
  must(EVP_DecryptInit_ex(context.get(), nullptr, nullptr, key.data(), seal.iv.data()) == 1);
  int written = 0;
  must(EVP_DecryptUpdate(context.get(), nullptr, &written, associated.data(),
                         static_cast<int>(associated.size())) == 1);
  const auto text = sealed.first(sealed.size() - seal.tag_bytes);
  Bytes tag(sealed.end() - static_cast<std::ptrdiff_t>(seal.tag_bytes), sealed.end());
  Bytes out(text.size() + 16);
  must(EVP_DecryptUpdate(context.get(), out.data(), &written, text.data(),
                         static_cast<int>(text.size())) == 1);
  out.resize(text.size());
  must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag.size()),
                           tag.data()) == 1);
  Bytes rest(16);
  const bool genuine = EVP_DecryptFinal_ex(context.get(), rest.data(), &written) == 1;
  return genuine ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace hitokoe::crypto
