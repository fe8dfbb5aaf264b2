#include <iostream>

#include "hitokoe/base/secret.h"

int main() {
  const hitokoe::SecretText password(std::string("x"));
#ifdef MUST_FAIL
  std::cout << password;
#else
  std::cout << password.expose();
#endif
}
