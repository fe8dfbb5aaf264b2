// A process that is killed between any two steps on the disk: the old index stands, or the new one.
#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <set>

#include "tests/unit/matcher/world.h"

namespace hitokoe::matcher::test {
namespace {

// Those that change something on the disk, or make it last.
bool is_step(std::uint64_t call) {
  switch (call) {
    case SYS_fsync:
    case SYS_fdatasync:
    case SYS_write:
    case SYS_openat:
    case SYS_mkdirat:
    case SYS_unlinkat:
    case SYS_renameat:
    case SYS_renameat2:
#if defined(SYS_rename)
    case SYS_rename:
    case SYS_unlink:
    case SYS_mkdir:
    case SYS_rmdir:
#endif
      return true;
    default:
      return false;
  }
}

// Does `work` in a process of its own, which is killed before its step number `last`. How many
// steps it made: fewer than `last` when it came to its end.
std::uint64_t run_until(std::uint64_t last, const std::function<bool()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    ::raise(SIGSTOP);
    ::_exit(work() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, __WALL);
  EXPECT_TRUE(WIFSTOPPED(status));
  EXPECT_EQ(::ptrace(PTRACE_SETOPTIONS, child, nullptr,
                     PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL),
            0);
  ::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
  std::uint64_t steps = 0;
  bool killed = false;
  for (;;) {
    const pid_t thread = ::waitpid(-1, &status, __WALL);
    if (thread < 0) break;
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      if (thread != child) continue;
      EXPECT_TRUE(killed || (WIFEXITED(status) && WEXITSTATUS(status) == 0)) << status;
      break;
    }
    const int signal = WSTOPSIG(status);
    if (signal == (SIGTRAP | 0x80) && !killed) {
      struct __ptrace_syscall_info info {};
      ::ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info);
      if (info.op == PTRACE_SYSCALL_INFO_ENTRY && is_step(info.entry.nr) && ++steps == last) {
        ::kill(child, SIGKILL);
        killed = true;
        continue;
      }
    }
    const bool ours = signal == (SIGTRAP | 0x80) || signal == SIGTRAP || signal == SIGSTOP;
    ::ptrace(PTRACE_SYSCALL, thread, nullptr, ours ? 0 : signal);
  }
  return steps;
}

std::vector<MadeRecord> customers(unsigned from, unsigned to, const std::string& version = "") {
  std::vector<MadeRecord> out;
  for (unsigned n = from; n < to; ++n) {
    MadeRecord r;
    r.ref = "C" + std::to_string(n);
    r.keys = {{FieldId::kPhone, "+8190" + std::to_string(n) + version}};
    r.checks = {{FieldId::kName, "山田" + std::to_string(n)}};
    out.push_back(std::move(r));
  }
  return out;
}

using Spelled = std::map<std::string, std::string>;

// `begin` makes the old state in a world; `work` is what is cut short in it.
void cut_at_every_step(const std::function<void(World&)>& begin,
                       const std::function<std::function<bool()>(World&)>& work) {
  std::set<Spelled> allowed;
  std::uint64_t all = 0;
  {
    World world(kRegistry);
    begin(world);
    allowed.insert(spell_out(*world.index()));
    all = run_until(0, work(world));
    allowed.insert(spell_out(*world.index()));
  }
  ASSERT_GT(all, 20U);
  std::size_t seen_old = 0;
  const std::uint64_t stride = std::max<std::uint64_t>(1, all / 14);
  for (std::uint64_t last = 1; last <= all; last += last + 8 < all ? stride : 1) {
    SCOPED_TRACE("killed before step " + std::to_string(last) + " of " + std::to_string(all));
    World world(kRegistry);
    begin(world);
    const auto old = spell_out(*world.index());
    const auto job = work(world);
    run_until(last, job);
    const auto now = spell_out(*world.index());
    EXPECT_TRUE(allowed.contains(now));
    seen_old += now == old ? 1U : 0U;
    // Whoever writes next finds it sound, tidies up, and can do the same again.
    EXPECT_TRUE(world.writer()->verify());
    EXPECT_TRUE(job());
    EXPECT_EQ(spell_out(*world.index()), *std::ranges::find_if(allowed, [&](const auto& one) {
                return allowed.size() == 1 || one != old;
              }));
    EXPECT_TRUE(std::filesystem::is_empty(world.data() / "index" / "tmp"));
  }
  EXPECT_GT(seen_old, 0U);
}

TEST(IndexKilled, WhileASmallFileIsAddedToALargeIndex) {
  cut_at_every_step(
      [](World& world) {
        world.add("K0", customers(0, 200));
        world.add("O0", customers(0, 10));
      },
      [](World& world) {
        return [&world, file = world.file("S1", customers(0, 20, "-x"))] {
          const auto added = world.writer()->add(file);
          return static_cast<bool>(added);
        };
      });
}

TEST(IndexKilled, WhileASnapshotIsReplaced) {
  cut_at_every_step(
      [](World& world) {
        world.add("K0", customers(0, 200));
        world.add("S1", customers(0, 20, "-x"));
      },
      [](World& world) {
        return [&world, file = world.file("S1", customers(5, 30, "-y"), {.sequence = 2})] {
          return static_cast<bool>(world.writer()->add(file));
        };
      });
}

TEST(IndexKilled, WhileLayersAreMerged) {
  cut_at_every_step(
      [](World& world) {
        world.add("K0", customers(0, 200));
        world.add("S1", customers(0, 20, "-x"));
      },
      [](World& world) {
        return [&world] { return static_cast<bool>(merge_index(world.data(), world.keys())); };
      });
}

}  // namespace
}  // namespace hitokoe::matcher::test
