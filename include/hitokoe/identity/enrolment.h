// A party's public keys, as it announces them.
#pragma once

#include <string>

#include "hitokoe/base/crypto/sealed.h"

namespace hitokoe::identity {

struct Enrolment {
  std::string party;
  crypto::BoxPublicKey box{};
  crypto::SignPublicKey sign{};
};

}  // namespace hitokoe::identity
