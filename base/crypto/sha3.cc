#include "hitokoe/base/crypto/sha3.h"

#include "base/crypto/openssl.h"

namespace hitokoe::crypto {

Digest sha3_256(ByteView data) {
  Digest out;
  unsigned size = 0;
  must(EVP_Digest(data.data(), data.size(), out.data(), &size, EVP_sha3_256(), nullptr) == 1 &&
       size == out.size());
  return out;
}

}  // namespace hitokoe::crypto
