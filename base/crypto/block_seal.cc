#include "hitokoe/base/crypto/block_seal.h"

#include <algorithm>

#include "base/crypto/openssl.h"
#include "hitokoe/base/crypto/digest.h"

namespace hitokoe::crypto {

namespace {

using Nonce = std::array<std::uint8_t, 12>;

Nonce nonce_of(std::uint64_t number) {
  Nonce out{};
  for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<std::uint8_t>(number >> (8 * i));
  return out;
}

}  // namespace

FileSalt random_salt(Random& random) {
  FileSalt salt;
  random.fill(salt);
  return salt;
}

struct BlockSeal::State : CipherContexts {
  using CipherContexts::CipherContexts;
};

BlockSeal::BlockSeal(const Key256& key, const FileSalt& salt) {
  Bytes message;
  put_bytes(message, as_bytes("hitokoe blocks 1"));
  put_bytes(message, salt);
  Digest file_key = Hmac(key.expose()).mac(message);
  state_ = std::make_unique<State>(EVP_aes_256_gcm(), file_key.data());
  wipe_value(file_key);
}
BlockSeal::~BlockSeal() = default;
BlockSeal::BlockSeal(BlockSeal&&) noexcept = default;
BlockSeal& BlockSeal::operator=(BlockSeal&&) noexcept = default;

void BlockSeal::seal(std::uint64_t number, ByteView plain, ByteView context, Bytes& out) {
  must(plain.size() <= kMost);
  EVP_CIPHER_CTX* c = state_->forward;
  const Nonce nonce = nonce_of(number);
  int n = 0;
  must(EVP_EncryptInit_ex(c, nullptr, nullptr, nullptr, nonce.data()) == 1);
  must(EVP_EncryptUpdate(c, nullptr, &n, context.data(), static_cast<int>(context.size())) == 1);
  out.resize(plain.size() + kOverhead);
  must(EVP_EncryptUpdate(c, out.data(), &n, plain.data(), static_cast<int>(plain.size())) == 1);
  must(EVP_EncryptFinal_ex(c, out.data() + plain.size(), &n) == 1);
  must(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, kOverhead, out.data() + plain.size()) == 1);
}

Result<void> BlockSeal::open(std::uint64_t number, ByteView sealed, ByteView context, Bytes& out) {
  out.clear();
  if (sealed.size() < kOverhead || sealed.size() > kMost + kOverhead) {
    return fail(Errc::kCorrupt, "sealed data are cut", "封をしたデータが切れています");
  }
  EVP_CIPHER_CTX* c = state_->backward;
  const Nonce nonce = nonce_of(number);
  const std::size_t size = sealed.size() - kOverhead;
  std::array<std::uint8_t, kOverhead> tag;
  std::copy_n(sealed.end() - kOverhead, kOverhead, tag.begin());
  int n = 0;
  must(EVP_DecryptInit_ex(c, nullptr, nullptr, nullptr, nonce.data()) == 1);
  must(EVP_DecryptUpdate(c, nullptr, &n, context.data(), static_cast<int>(context.size())) == 1);
  out.resize(size + 1);  // never without memory, even for an empty block
  must(EVP_DecryptUpdate(c, out.data(), &n, sealed.data(), static_cast<int>(size)) == 1);
  must(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, kOverhead, tag.data()) == 1);
  if (EVP_DecryptFinal_ex(c, out.data() + size, &n) != 1) {
    wipe_value(out);
    out.clear();
    return fail(Errc::kCorrupt, "sealed data do not open: altered, or made with another key",
                "封をしたデータが開きません: 改変されたか、別の鍵で作られています");
  }
  out.resize(size);
  return ok();
}

}  // namespace hitokoe::crypto
