#include "hitokoe/base/crypto/digest.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace hitokoe::crypto {

namespace {

// OpenSSL fails here only when memory is exhausted or the library is broken.
void must(bool done) {
  if (!done) {
    std::fputs("crypto: OpenSSL refused a basic operation\n", stderr);
    std::abort();
  }
}

constexpr std::size_t kHmacBlock = 64;

}  // namespace

Digest sha256(ByteView data) {
  Digest out;
  SHA256(data.data(), data.size(), out.data());
  return out;
}

std::string sha256_hex(ByteView data) { return to_hex(sha256(data)); }

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  State() = default;
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  must(EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) == 1);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(ByteView data) {
  must(EVP_DigestUpdate(state_->context, data.data(), data.size()) == 1);
}

Digest Sha256::finish() {
  Digest out;
  must(EVP_DigestFinal_ex(state_->context, out.data(), nullptr) == 1);
  return out;
}

// The compression function is reached through the low-level SHA256_* calls, which OpenSSL 3 marks
// as deprecated: EVP allocates and locks on every message, which costs more than the hash itself
// (docs/fingerprints.md has the figures). They run the same SHA-NI code.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

struct Hmac::State {
  SHA256_CTX inner{};
  SHA256_CTX outer{};
  State() = default;
  ~State() { wipe(this, sizeof *this); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

Hmac::Hmac(ByteView key) : state_(std::make_unique<State>()) {
  std::array<std::uint8_t, kHmacBlock> block{};
  if (key.size() > kHmacBlock) {
    const Digest short_key = sha256(key);
    std::memcpy(block.data(), short_key.data(), short_key.size());
  } else if (!key.empty()) {
    std::memcpy(block.data(), key.data(), key.size());
  }
  for (auto& b : block) b ^= 0x36;
  SHA256_Init(&state_->inner);
  SHA256_Update(&state_->inner, block.data(), block.size());
  for (auto& b : block) b ^= 0x36 ^ 0x5c;
  SHA256_Init(&state_->outer);
  SHA256_Update(&state_->outer, block.data(), block.size());
  wipe(block.data(), block.size());
}
Hmac::~Hmac() = default;
Hmac::Hmac(Hmac&&) noexcept = default;
Hmac& Hmac::operator=(Hmac&&) noexcept = default;

Digest Hmac::mac(ByteView message) const {
  Digest out;
  SHA256_CTX context = state_->inner;
  SHA256_Update(&context, message.data(), message.size());
  SHA256_Final(out.data(), &context);
  context = state_->outer;
  SHA256_Update(&context, out.data(), out.size());
  SHA256_Final(out.data(), &context);
  return out;
}

#pragma GCC diagnostic pop

void Hmac::mac_many(std::span<const ByteView> messages, std::span<Digest> out) const {
  for (std::size_t i = 0; i < messages.size(); ++i) out[i] = mac(messages[i]);
}

struct Aes128::State {
  EVP_CIPHER_CTX* forward = EVP_CIPHER_CTX_new();
  EVP_CIPHER_CTX* backward = EVP_CIPHER_CTX_new();
  State() = default;
  ~State() {
    EVP_CIPHER_CTX_free(forward);
    EVP_CIPHER_CTX_free(backward);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

Aes128::Aes128(const Key128& key) : state_(std::make_unique<State>()) {
  const std::uint8_t* k = key.expose().data();
  must(EVP_EncryptInit_ex(state_->forward, EVP_aes_128_ecb(), nullptr, k, nullptr) == 1);
  must(EVP_DecryptInit_ex(state_->backward, EVP_aes_128_ecb(), nullptr, k, nullptr) == 1);
  EVP_CIPHER_CTX_set_padding(state_->forward, 0);
  EVP_CIPHER_CTX_set_padding(state_->backward, 0);
}
Aes128::~Aes128() = default;
Aes128::Aes128(Aes128&&) noexcept = default;
Aes128& Aes128::operator=(Aes128&&) noexcept = default;

namespace {

// A cipher context changes with every call, so each call works on a copy of the keyed one.
void run(const EVP_CIPHER_CTX* keyed, std::span<const Block> in, std::span<Block> out) {
  if (in.empty()) return;
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  must(context != nullptr && EVP_CIPHER_CTX_copy(context, keyed) == 1);
  constexpr std::size_t kMost = 1 << 20;  // blocks a call: the length is an int
  for (std::size_t at = 0; at < in.size(); at += kMost) {
    const std::size_t n = std::min(kMost, in.size() - at);
    int written = 0;
    must(EVP_CipherUpdate(context, out[at].data(), &written, in[at].data(),
                          static_cast<int>(n * sizeof(Block))) == 1);
  }
  EVP_CIPHER_CTX_free(context);
}

}  // namespace

void Aes128::encrypt(std::span<const Block> in, std::span<Block> out) const {
  run(state_->forward, in, out);
}

void Aes128::decrypt(std::span<const Block> in, std::span<Block> out) const {
  run(state_->backward, in, out);
}

}  // namespace hitokoe::crypto
