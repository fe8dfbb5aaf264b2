#include "hitokoe/base/crypto/digest.h"

#include <algorithm>
#include <cstring>

#include "base/crypto/aes_blocks.h"
#include "base/crypto/openssl.h"
#include "hitokoe/base/crypto/hmac_batch.h"

namespace hitokoe::crypto {

namespace {

// One for each thread: SHA256() looks the algorithm up and makes a context for every call, which
// costs more than a short text.
struct OneShot {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  OneShot() = default;
  ~OneShot() { EVP_MD_CTX_free(context); }
  OneShot(const OneShot&) = delete;
  OneShot& operator=(const OneShot&) = delete;
};

}  // namespace

Digest sha256(ByteView data) {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  thread_local OneShot own;
  Digest out;
  must(EVP_DigestInit_ex(own.context, algorithm, nullptr) == 1);
  must(EVP_DigestUpdate(own.context, data.data(), data.size()) == 1);
  must(EVP_DigestFinal_ex(own.context, out.data(), nullptr) == 1);
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

struct Hmac::State {
  HmacKey key;
  explicit State(ByteView k) : key(hmac_key(k)) {}
  ~State() { wipe(this, sizeof *this); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

Hmac::Hmac(ByteView key) : state_(std::make_unique<State>(key)) {}
Hmac::~Hmac() = default;
Hmac::Hmac(Hmac&&) noexcept = default;
Hmac& Hmac::operator=(Hmac&&) noexcept = default;

Digest Hmac::mac(ByteView message) const {
  Digest out;
  const HmacTask task{&state_->key, message};
  hmac_many({&task, 1}, {&out, 1});
  return out;
}

void Hmac::mac_many(std::span<const ByteView> messages, std::span<Digest> out) const {
  constexpr std::size_t kPiece = 64;
  std::array<HmacTask, kPiece> tasks;
  for (std::size_t at = 0; at < messages.size(); at += kPiece) {
    const std::size_t n = std::min(kPiece, messages.size() - at);
    for (std::size_t i = 0; i < n; ++i) tasks[i] = {&state_->key, messages[at + i]};
    hmac_many(std::span(tasks).first(n), out.subspan(at, n));
  }
}

const HmacKey& Hmac::key() const { return state_->key; }

struct Aes128::State : CipherContexts {
  explicit State(const std::array<std::uint8_t, 16>& key)
      : CipherContexts(EVP_aes_128_ecb(), key.data()) {
    if (!aes::ways().empty()) aes::expand(key, schedule);
  }
  ~State() { wipe(&schedule, sizeof schedule); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  aes::Schedule schedule{};  // where the processor has a way
};

Aes128::Aes128(const Key128& key) : state_(std::make_unique<State>(key.expose())) {
  EVP_CIPHER_CTX_set_padding(state_->forward, 0);
  EVP_CIPHER_CTX_set_padding(state_->backward, 0);
}
Aes128::~Aes128() = default;
Aes128::Aes128(Aes128&&) noexcept = default;
Aes128& Aes128::operator=(Aes128&&) noexcept = default;

namespace {

EVP_CIPHER_CTX* copy_of(const EVP_CIPHER_CTX* keyed) {
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  must(context != nullptr && EVP_CIPHER_CTX_copy(context, keyed) == 1);
  return context;
}

void run_with(EVP_CIPHER_CTX* context, std::span<const Block> in, std::span<Block> out) {
  constexpr std::size_t kMost = 1 << 20;  // blocks a call: the length is an int
  for (std::size_t at = 0; at < in.size(); at += kMost) {
    const std::size_t n = std::min(kMost, in.size() - at);
    int written = 0;
    must(EVP_CipherUpdate(context, out[at].data(), &written, in[at].data(),
                          static_cast<int>(n * sizeof(Block))) == 1);
  }
}

// A cipher context changes with every call, so each call works on a copy of the keyed one.
void run(const EVP_CIPHER_CTX* keyed, std::span<const Block> in, std::span<Block> out) {
  if (in.empty()) return;
  EVP_CIPHER_CTX* context = copy_of(keyed);
  run_with(context, in, out);
  EVP_CIPHER_CTX_free(context);
}

}  // namespace

void Aes128::encrypt(std::span<const Block> in, std::span<Block> out) const {
  if (const auto ways = aes::ways(); !ways.empty()) {
    return aes::encrypt(ways[0], state_->schedule, in.data(), in.size(), out.data());
  }
  run(state_->forward, in, out);
}

void Aes128::decrypt(std::span<const Block> in, std::span<Block> out) const {
  run(state_->backward, in, out);
}

struct Aes128Encryptor::State {
  State(const EVP_CIPHER_CTX* keyed, const aes::Schedule& ready) : schedule(ready) {
    if (aes::ways().empty()) context = copy_of(keyed);
  }
  ~State() {
    wipe(&schedule, sizeof schedule);
    EVP_CIPHER_CTX_free(context);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  aes::Schedule schedule;
  EVP_CIPHER_CTX* context = nullptr;
};

Aes128Encryptor::Aes128Encryptor(const Aes128& keyed)
    : state_(std::make_unique<State>(keyed.state_->forward, keyed.state_->schedule)) {}
Aes128Encryptor::~Aes128Encryptor() = default;
Aes128Encryptor::Aes128Encryptor(Aes128Encryptor&&) noexcept = default;
Aes128Encryptor& Aes128Encryptor::operator=(Aes128Encryptor&&) noexcept = default;

void Aes128Encryptor::encrypt(std::span<const Block> in, std::span<Block> out) {
  if (in.empty()) return;
  if (state_->context != nullptr) return run_with(state_->context, in, out);
  aes::encrypt(aes::ways()[0], state_->schedule, in.data(), in.size(), out.data());
}

}  // namespace hitokoe::crypto
