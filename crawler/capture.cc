#include "hitokoe/crawler/capture.h"

#include "hitokoe/base/crypto/digest.h"

namespace hitokoe::crawler {

std::string capture_id(std::string_view source, std::string_view item, ByteView body) {
  Bytes material;
  put_string(material, source);
  put_string(material, item);
  const auto digest = crypto::sha256(body);
  put_bytes(material, digest);
  return "cap-" + crypto::sha256_hex(material).substr(0, 24);
}

}  // namespace hitokoe::crawler
