#pragma GCC diagnostic error "-Wunused-result"
#include "hitokoe/base/result.h"

hitokoe::Result<int> answer() { return 42; }

int main() {
#ifdef MUST_FAIL
  answer();
#else
  (void)answer();
#endif
}
