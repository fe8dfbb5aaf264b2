#include "net/peer_certificates.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/crypto/digest.h"

namespace hitokoe::net {

std::vector<std::string> peer_certificates(CURL* easy) {
  std::vector<std::string> out;
  curl_tlssessioninfo* session = nullptr;
  if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK || session == nullptr ||
      session->backend != CURLSSLBACKEND_OPENSSL || session->internals == nullptr) {
    return out;
  }
  const auto* chain = SSL_get_peer_cert_chain(static_cast<const SSL*>(session->internals));
  for (int i = 0; chain != nullptr && i < sk_X509_num(chain); ++i) {
    unsigned char* der = nullptr;
    const int size = i2d_X509(sk_X509_value(chain, i), &der);
    if (size <= 0) continue;
    out.push_back(crypto::sha256_hex(ByteView(der, static_cast<std::size_t>(size))));
    OPENSSL_free(der);
  }
  return out;
}

}  // namespace hitokoe::net
