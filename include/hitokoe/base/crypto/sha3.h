// SHA3-256 (FIPS 202), over OpenSSL.
#pragma once

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/crypto/digest.h"

namespace hitokoe::crypto {

Digest sha3_256(ByteView data);

}  // namespace hitokoe::crypto
