#include "hitokoe/base/secret.h"

int main() {
  const hitokoe::SecretText password(std::string("x"));
#ifdef MUST_FAIL
  const hitokoe::SecretText copy = password;
#else
  const hitokoe::SecretText copy = password.clone();
#endif
}
