// X25519 keys from outside are looked at before anything is sealed to them.
#pragma once

#include "hitokoe/base/crypto/sealed.h"

namespace hitokoe::crypto {

// False: a point of low order, for which everybody knows the shared secret; seal_to() refuses it by
// ending the program.
bool is_usable(const BoxPublicKey& key);

}  // namespace hitokoe::crypto
