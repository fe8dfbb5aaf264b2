#include "hitokoe/base/crypto/sha1.h"

#include "base/crypto/openssl.h"

namespace hitokoe::crypto {

std::array<std::uint8_t, 20> sha1(ByteView data) {
  std::array<std::uint8_t, 20> out{};
  unsigned size = 0;
  must(EVP_Digest(data.data(), data.size(), out.data(), &size, EVP_sha1(), nullptr) == 1 &&
       size == out.size());
  return out;
}

}  // namespace hitokoe::crypto
