#include "hitokoe/net/tls_certificate.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

#include "hitokoe/base/file.h"

namespace hitokoe::net {
namespace {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using CertPtr = std::unique_ptr<X509, Freed<X509_free>>;
using BioPtr = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;

constexpr int kDaySeconds = 24 * 60 * 60;

std::time_t seconds_of(UtcTime t) {
  return std::chrono::duration_cast<std::chrono::seconds>(t.time_since_epoch()).count();
}

bool still_good(const std::filesystem::path& certificate, UtcTime now) {
  const auto pem = read_file(certificate, 64U << 10);
  if (!pem) return false;
  const BioPtr bio(BIO_new_mem_buf(pem.value().data(), static_cast<int>(pem.value().size())));
  const CertPtr cert(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!cert) return false;
  std::time_t tomorrow = seconds_of(now) + kDaySeconds;
  return X509_cmp_time(X509_get0_notAfter(cert.get()), &tomorrow) > 0;
}

bool add_extension(X509* cert, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, cert, cert, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str()));
  return extension && X509_add_ext(cert, extension.get(), -1) == 1;
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) {
    in6_addr any;
    const bool numeric =
        inet_pton(AF_INET, name.c_str(), &any) == 1 || inet_pton(AF_INET6, name.c_str(), &any) == 1;
    out += (out.empty() ? "" : ",") + std::string(numeric ? "IP:" : "DNS:") + name;
  }
  return out;
}

Result<Bytes> text_of(const BioPtr& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  if (size <= 0)
    return fail(Errc::kInternal, "OpenSSL wrote no PEM", "OpenSSL が PEM を書けません");
  return Bytes(data, data + size);
}

Result<CertPtr> sign_certificate(EVP_PKEY* key, const std::vector<std::string>& names, UtcTime now,
                                 int days) {
  CertPtr cert(X509_new());
  unsigned char serial[16];
  if (!cert || RAND_bytes(serial, sizeof serial) != 1) {
    return fail(Errc::kInternal, "OpenSSL cannot begin a certificate",
                "OpenSSL が証明書を作り始められません");
  }
  serial[0] &= 0x7f;  // a positive number, RFC 5280 4.1.2.2
  const std::unique_ptr<BIGNUM, Freed<BN_free>> number(BN_bin2bn(serial, sizeof serial, nullptr));
  BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(cert.get()));
  X509_set_version(cert.get(), X509_VERSION_3);
  std::time_t from = seconds_of(now) - kDaySeconds;
  std::time_t to = seconds_of(now) + static_cast<std::time_t>(days) * kDaySeconds;
  X509_time_adj(X509_getm_notBefore(cert.get()), 0, &from);
  X509_time_adj(X509_getm_notAfter(cert.get()), 0, &to);
  X509_set_pubkey(cert.get(), key);
  X509_NAME* name = X509_get_subject_name(cert.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(names.front().c_str()), -1, -1,
                             0);
  X509_set_issuer_name(cert.get(), name);
  const bool good = add_extension(cert.get(), NID_basic_constraints, "critical,CA:TRUE") &&
                    add_extension(cert.get(), NID_subject_key_identifier, "hash") &&
                    add_extension(cert.get(), NID_subject_alt_name, alternative_names(names)) &&
                    X509_sign(cert.get(), key, EVP_sha256()) > 0;
  if (!good)
    return fail(Errc::kInternal, "OpenSSL cannot sign the certificate",
                "OpenSSL が証明書に署名できません");
  return cert;
}

}  // namespace

Result<CertificateFiles> make_certificate(const std::filesystem::path& folder,
                                          const std::vector<std::string>& names, UtcTime now,
                                          int days) {
  if (names.empty())
    return fail(Errc::kUsage, "a certificate needs a name", "証明書には名前が必要");
  CertificateFiles files{folder / "tls.crt", folder / "tls.key"};
  if (still_good(files.certificate, now) && std::filesystem::exists(files.private_key)) {
    return files;
  }
  TRYV(make_private_dir(folder));
  const KeyPtr key(EVP_EC_gen("P-256"));
  if (!key) return fail(Errc::kInternal, "OpenSSL cannot make a key", "OpenSSL が鍵を作れません");
  TRY(auto cert, sign_certificate(key.get(), names, now, days));
  const BioPtr key_pem(BIO_new(BIO_s_mem()));
  const BioPtr cert_pem(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
          1 ||
      PEM_write_bio_X509(cert_pem.get(), cert.get()) != 1) {
    return fail(Errc::kInternal, "OpenSSL cannot write PEM", "OpenSSL が PEM を書けません");
  }
  TRY(auto key_text, text_of(key_pem));
  TRY(auto cert_text, text_of(cert_pem));
  // The certificate last: only with its key in place does it count as there.
  TRYV(write_file_durably(files.private_key, key_text, 0600));
  TRYV(write_file_durably(files.certificate, cert_text, 0644));
  return files;
}

}  // namespace hitokoe::net
