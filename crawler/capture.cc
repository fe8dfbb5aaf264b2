#include "hitokoe/crawler/capture.h"

#include "hitokoe/base/crypto/digest.h"

namespace hitokoe::crawler {

std::string chain_digest(const std::vector<std::string>& certificates) {
  Bytes material;
  for (const auto& digest : certificates) {
    const auto bytes = from_hex(digest);
    if (!bytes || bytes.value().size() != crypto::Digest{}.size()) return {};
    put_bytes(material, bytes.value());
  }
  return material.empty() ? std::string() : crypto::sha256_hex(material);
}

std::string capture_id(std::string_view source, std::string_view item, ByteView body) {
  Bytes material;
  put_string(material, source);
  put_string(material, item);
  const auto digest = crypto::sha256(body);
  put_bytes(material, digest);
  return "cap-" + crypto::sha256_hex(material).substr(0, 24);
}

}  // namespace hitokoe::crawler
