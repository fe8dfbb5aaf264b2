#include "hitokoe/base/process.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace hitokoe {
namespace {

TEST(HardenProcess, LeavesNoCoreDump) {
  const pid_t child = ::fork();
  if (child == 0) {
    harden_process();
    rlimit core{};
    ::getrlimit(RLIMIT_CORE, &core);
    ::_exit(core.rlim_max == 0 && ::prctl(PR_GET_DUMPABLE) == 0 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace hitokoe
