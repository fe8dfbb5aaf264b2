#include "hitokoe/base/log.h"
#include "hitokoe/base/secret.h"

int main() {
  const hitokoe::SecretText password(std::string("x"));
#ifdef MUST_FAIL
  hitokoe::Logger::silent().info("login", {{"password", password}});
#else
  hitokoe::Logger::silent().info("login", {{"length", password.expose().size()}});
#endif
}
