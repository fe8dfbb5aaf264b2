// Makes a TLS certificate of one's own, for servers on loopback: the exercise and the tests.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hitokoe/base/result.h"
#include "hitokoe/base/time.h"

namespace hitokoe::net {

struct CertificateFiles {
  std::filesystem::path certificate;  // PEM; also what a client gives as its trusted root
  std::filesystem::path private_key;  // PEM, mode 0600
};

// A self-signed P-256 certificate for `names` (host names, or numeric addresses), valid from a day
// before `now` for `days` days, written durably as `folder`/tls.crt and tls.key. Files that are
// there and still valid for a day at `now` are kept as they are. kIo, kInternal.
Result<CertificateFiles> make_certificate(const std::filesystem::path& folder,
                                          const std::vector<std::string>& names, UtcTime now,
                                          int days = 30);

}  // namespace hitokoe::net
