// What this folder's sources share of OpenSSL.
#pragma once

#include <openssl/evp.h>

#include <cstdio>
#include <cstdlib>

namespace hitokoe::crypto {

// The libraries fail here only when memory is exhausted or they are broken.
inline void must(bool done) {
  if (!done) {
    std::fputs("crypto: a library refused a basic operation\n", stderr);
    std::abort();
  }
}

// One context for each direction of a cipher, keyed once.
struct CipherContexts {
  EVP_CIPHER_CTX* forward = EVP_CIPHER_CTX_new();
  EVP_CIPHER_CTX* backward = EVP_CIPHER_CTX_new();
  CipherContexts(const EVP_CIPHER* cipher, const unsigned char* key) {
    must(forward != nullptr && backward != nullptr);
    must(EVP_EncryptInit_ex(forward, cipher, nullptr, key, nullptr) == 1);
    must(EVP_DecryptInit_ex(backward, cipher, nullptr, key, nullptr) == 1);
  }
  ~CipherContexts() {
    EVP_CIPHER_CTX_free(forward);
    EVP_CIPHER_CTX_free(backward);
  }
  CipherContexts(const CipherContexts&) = delete;
  CipherContexts& operator=(const CipherContexts&) = delete;
};

}  // namespace hitokoe::crypto
