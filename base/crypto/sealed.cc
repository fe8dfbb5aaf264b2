#include "hitokoe/base/crypto/sealed.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/crypto/openssl.h"
#include "hitokoe/base/crypto/usable_key.h"

namespace hitokoe::crypto {

namespace {

constexpr std::size_t kChunk = 64U << 10;

}  // namespace

Key256 random_key256(Random& random) {
  Key256 key;
  random.fill(key.expose());
  return key;
}

Key128 random_key128(Random& random) {
  Key128 key;
  random.fill(key.expose());
  return key;
}

namespace {

constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kLarge =
    4096;  // from here on OpenSSL's wide registers pay for its setting up

// XChaCha20-Poly1305 is ChaCha20-Poly1305 (RFC 8439) under a subkey that is made of the first 16
// bytes of the nonce, with four zeros and the rest of it as the nonce. libsodium makes the subkey;
// OpenSSL does the bulk, eight times as fast with AVX-512 (3.1 instead of 0.4 GB/s).
class Bulk {
 public:
  Bulk(const Key256& key, ByteView nonce, ByteView context, bool sealing)
      : context_(EVP_CIPHER_CTX_new()), sealing_(sealing) {
    std::array<std::uint8_t, 32> subkey;
    std::array<std::uint8_t, 12> rest{};
    must(crypto_core_hchacha20(subkey.data(), nonce.data(), key.expose().data(), nullptr) == 0);
    std::copy(nonce.begin() + 16, nonce.end(), rest.begin() + 4);
    must(context_ != nullptr &&
         EVP_CipherInit_ex(context_, EVP_chacha20_poly1305(), nullptr, subkey.data(), rest.data(),
                           sealing ? 1 : 0) == 1);
    wipe_value(subkey);
    int n = 0;
    must(EVP_CipherUpdate(context_, nullptr, &n, context.data(),
                          static_cast<int>(context.size())) == 1);
  }
  Bulk(const Bulk&) = delete;
  Bulk& operator=(const Bulk&) = delete;
  ~Bulk() { EVP_CIPHER_CTX_free(context_); }

  // `tag` is written when sealing, compared when opening. False: it differs.
  bool run(ByteView in, std::uint8_t* out, std::uint8_t* tag) {
    constexpr std::size_t kMost = 1U << 30;  // a call's length is an int
    int n = 0;
    for (std::size_t at = 0; at < in.size(); at += kMost) {
      const ByteView piece = in.subspan(at, std::min(kMost, in.size() - at));
      must(EVP_CipherUpdate(context_, out + at, &n, piece.data(), static_cast<int>(piece.size())) ==
           1);
    }
    if (!sealing_) must(EVP_CIPHER_CTX_ctrl(context_, EVP_CTRL_AEAD_SET_TAG, kTag, tag) == 1);
    if (EVP_CipherFinal_ex(context_, out + in.size(), &n) != 1) return false;
    if (sealing_) must(EVP_CIPHER_CTX_ctrl(context_, EVP_CTRL_AEAD_GET_TAG, kTag, tag) == 1);
    return true;
  }

 private:
  EVP_CIPHER_CTX* context_;
  bool sealing_;
};

}  // namespace

Bytes seal(const Key256& key, ByteView plain, ByteView context, Random& random) {
  Bytes out(kNonce + plain.size() + kTag);
  random.fill(std::span(out).first(kNonce));
  std::uint8_t* const sealed = out.data() + kNonce;
  if (plain.size() >= kLarge) {
    must(Bulk(key, ByteView(out).first(kNonce), context, true)
             .run(plain, sealed, sealed + plain.size()));
  } else {
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, nullptr, plain.data(), plain.size(),
                                               context.data(), context.size(), nullptr, out.data(),
                                               key.expose().data());
  }
  return out;
}

Result<Bytes> open(const Key256& key, ByteView sealed, ByteView context) {
  if (sealed.size() < kNonce + kTag) {
    return fail(Errc::kCorrupt, "sealed data are cut", "封をしたデータが切れています");
  }
  const ByteView body = sealed.subspan(kNonce);
  Bytes plain(body.size() - kTag);
  bool whole = false;
  if (plain.size() >= kLarge) {
    std::array<std::uint8_t, kTag> tag;
    std::copy(body.end() - kTag, body.end(), tag.begin());
    whole = Bulk(key, sealed.first(kNonce), context, false)
                .run(body.first(plain.size()), plain.data(), tag.data());
  } else {
    whole = crypto_aead_xchacha20poly1305_ietf_decrypt(plain.data(), nullptr, nullptr, body.data(),
                                                       body.size(), context.data(), context.size(),
                                                       sealed.data(), key.expose().data()) == 0;
  }
  if (!whole) {
    wipe_value(plain);
    return fail(Errc::kCorrupt, "sealed data do not open: altered, or made with another key",
                "封をしたデータが開きません: 改変されたか、別の鍵で作られています");
  }
  return plain;
}

Bytes seal_stream(const Key256& key, ByteView plain) {
  crypto_secretstream_xchacha20poly1305_state state;
  Bytes out(crypto_secretstream_xchacha20poly1305_HEADERBYTES);
  crypto_secretstream_xchacha20poly1305_init_push(&state, out.data(), key.expose().data());
  for (;;) {
    const std::size_t n = std::min(kChunk, plain.size());
    const bool last = n == plain.size();
    const std::size_t at = out.size();
    out.resize(at + n + crypto_secretstream_xchacha20poly1305_ABYTES);
    crypto_secretstream_xchacha20poly1305_push(
        &state, out.data() + at, nullptr, plain.data(), n, nullptr, 0,
        last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0);
    plain = plain.subspan(n);
    if (last) break;
  }
  wipe(&state, sizeof state);
  return out;
}

Result<Bytes> open_stream(const Key256& key, ByteView sealed) {
  constexpr std::size_t kHeader = crypto_secretstream_xchacha20poly1305_HEADERBYTES;
  constexpr std::size_t kOver = crypto_secretstream_xchacha20poly1305_ABYTES;
  if (sealed.size() < kHeader + kOver)
    return fail(Errc::kCorrupt, "sealed data are cut", "封をしたデータが切れています");
  crypto_secretstream_xchacha20poly1305_state state;
  if (crypto_secretstream_xchacha20poly1305_init_pull(&state, sealed.data(), key.expose().data()) !=
      0) {
    return fail(Errc::kCorrupt, "sealed data do not open", "封をしたデータが開きません");
  }
  sealed = sealed.subspan(kHeader);
  Bytes plain;
  plain.reserve(sealed.size());
  while (!sealed.empty()) {
    const std::size_t n = std::min(kChunk + kOver, sealed.size());
    if (n < kOver)
      return fail(Errc::kCorrupt, "sealed data are cut", "封をしたデータが切れています");
    const std::size_t at = plain.size();
    plain.resize(at + n - kOver);
    unsigned char tag = 0;
    if (crypto_secretstream_xchacha20poly1305_pull(&state, plain.data() + at, nullptr, &tag,
                                                   sealed.data(), n, nullptr, 0) != 0) {
      return fail(Errc::kCorrupt, "sealed data do not open: altered, cut, or another key",
                  "封をしたデータが開きません: 改変、切断、または別の鍵");
    }
    sealed = sealed.subspan(n);
    const bool last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    if (last != sealed.empty())
      return fail(Errc::kCorrupt, "sealed data are cut or continued",
                  "封をしたデータが切れているか、余分な続きがあります");
  }
  wipe(&state, sizeof state);
  return plain;
}

BoxKeyPair make_box_keys(Random& random) {
  BoxKeyPair keys;
  random.fill(keys.secret_key.expose());
  must(crypto_scalarmult_base(keys.public_key.data(), keys.secret_key.expose().data()) == 0);
  return keys;
}

bool is_usable(const BoxPublicKey& key) {
  constexpr std::array<std::uint8_t, crypto_scalarmult_SCALARBYTES> kAny{8};
  std::array<std::uint8_t, crypto_scalarmult_BYTES> shared{};
  return crypto_scalarmult(shared.data(), kAny.data(), key.data()) == 0;
}

Bytes seal_to(const BoxPublicKey& to, ByteView plain) {
  Bytes out(plain.size() + crypto_box_SEALBYTES);
  must(crypto_box_seal(out.data(), plain.data(), plain.size(), to.data()) == 0);
  return out;
}

Result<Bytes> open_box(const BoxKeyPair& keys, ByteView sealed) {
  if (sealed.size() < crypto_box_SEALBYTES)
    return fail(Errc::kCorrupt, "sealed box is cut", "封をした箱が切れています");
  Bytes plain(sealed.size() - crypto_box_SEALBYTES);
  if (crypto_box_seal_open(plain.data(), sealed.data(), sealed.size(), keys.public_key.data(),
                           keys.secret_key.expose().data()) != 0) {
    return fail(Errc::kCorrupt, "sealed box does not open: altered, or sealed to somebody else",
                "封をした箱が開きません: 改変されたか、別の宛先に封をしたもの");
  }
  return plain;
}

SignKeyPair make_sign_keys(Random& random) {
  Key256 seed = random_key256(random);
  SignKeyPair keys;
  must(crypto_sign_seed_keypair(keys.public_key.data(), keys.secret_key.expose().data(),
                                seed.expose().data()) == 0);
  return keys;
}

Signature sign(const SignKeyPair& keys, ByteView message) {
  Signature out;
  must(crypto_sign_detached(out.data(), nullptr, message.data(), message.size(),
                            keys.secret_key.expose().data()) == 0);
  return out;
}

bool verify(const SignPublicKey& by, ByteView message, const Signature& signature) {
  return crypto_sign_verify_detached(signature.data(), message.data(), message.size(), by.data()) ==
         0;
}

std::string hash_password(const SecretText& password, Argon2Cost cost) {
  std::string out(crypto_pwhash_STRBYTES, '\0');
  must(crypto_pwhash_str_alg(out.data(), password.expose().data(), password.expose().size(),
                             cost.ops, static_cast<std::size_t>(cost.memory_bytes),
                             crypto_pwhash_ALG_ARGON2ID13) == 0);
  out.resize(std::strlen(out.c_str()));
  return out;
}

bool check_password(std::string_view phc, const SecretText& password) {
  const std::string text(phc);
  return crypto_pwhash_str_verify(text.c_str(), password.expose().data(),
                                  password.expose().size()) == 0;
}

Key256 derive_key(const SecretText& password, std::span<const std::uint8_t, 16> salt,
                  Argon2Cost cost) {
  Key256 out;
  must(crypto_pwhash(out.expose().data(), out.expose().size(), password.expose().data(),
                     password.expose().size(), salt.data(), cost.ops,
                     static_cast<std::size_t>(cost.memory_bytes),
                     crypto_pwhash_ALG_ARGON2ID13) == 0);
  return out;
}

bool equal_constant_time(ByteView a, ByteView b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace hitokoe::crypto
