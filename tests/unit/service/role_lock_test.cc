#include "service/role_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>

#include "tests/scratch_folder.h"

namespace hitokoe::service {
namespace {

using ::testing::HasSubstr;

TEST(RoleLock, IsHeldOnceAFolderAndRole) {
  const ScratchFolder one, other;
  std::optional<RoleLock> held(RoleLock::take(one.path(), "matcher").value());
  const auto second = RoleLock::take(one.path(), "matcher");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::kConflict);
  EXPECT_THAT(second.error().detail, HasSubstr("process " + std::to_string(::getpid())));
  EXPECT_THAT(second.error().detail, HasSubstr("role matcher"));
  EXPECT_TRUE(RoleLock::take(one.path(), "crawler"));
  EXPECT_TRUE(RoleLock::take(other.path(), "matcher"));
  held.reset();
  EXPECT_TRUE(RoleLock::take(one.path(), "matcher"));
}

TEST(RoleLock, IsFreeWhenItsProcessWasKilled) {
  const ScratchFolder folder;
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto held = RoleLock::take(folder.path(), "matcher");
    if (!held || ::write(ready[1], "x", 1) != 1) std::_Exit(1);
    for (;;) ::pause();
  }
  char x = 0;
  ::close(ready[1]);
  ASSERT_EQ(::read(ready[0], &x, 1), 1);
  ::close(ready[0]);
  EXPECT_EQ(RoleLock::take(folder.path(), "matcher").error().code, Errc::kConflict);
  ::kill(child, SIGKILL);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_TRUE(RoleLock::take(folder.path(), "matcher"));
}

TEST(RoleLock, AFolderThatIsNotThereIsAnErrorOfTheDisk) {
  const ScratchFolder folder;
  EXPECT_EQ(RoleLock::take(folder / "none", "matcher").error().code, Errc::kIo);
}

}  // namespace
}  // namespace hitokoe::service
