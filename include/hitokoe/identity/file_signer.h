// Who a signed file (a contact bundle, an approval) says that it is from, so that of forty parties'
// keys one is tried and not all: each trial hashes the whole file.
#pragma once

#include <optional>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/crypto/sealed.h"

namespace hitokoe::identity {

// As the file says it: nothing is verified. Nothing: the file is too short to say it. O(1).
std::optional<crypto::SignPublicKey> signer_named_in(ByteView file);

}  // namespace hitokoe::identity
