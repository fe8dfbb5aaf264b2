// `hitokoe crawl --once`, killed at any moment and started again: every listed item ends as one
// capture and one work item.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <set>
#include <thread>

#include "hitokoe/base/random.h"
#include "tests/integration/crawler/crawl_world.h"
#include "tests/integration/net/hostile_server.h"
#include "tests/places.h"

namespace hitokoe::crawler {
namespace {

using hitokoe::testing::answer;
using hitokoe::testing::CrawlWorld;
using hitokoe::testing::HostileConnection;
using hitokoe::testing::HostileRequest;
using hitokoe::testing::HostileServer;
using hitokoe::testing::list_page;
using hitokoe::testing::list_source;
using std::chrono::milliseconds;

constexpr int kItems = 150;

class Program {
 public:
  explicit Program(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), HITOKOE_BIN_DIR "/hitokoe");
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    EXPECT_EQ(::posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ), 0);
    ::posix_spawn_file_actions_destroy(&actions);
  }
  void kill() { ::kill(pid_, SIGKILL); }
  void terminate() { ::kill(pid_, SIGTERM); }
  // The exit code; -1 when it was killed.
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = -1;
};

TEST(KilledCrawl, FetchesEveryListedItemOnceInTheEnd) {
  ::setenv("HITOKOE_PASSPHRASE", hitokoe::testing::kPassphrase, 1);
  std::vector<std::string> keys;
  for (int i = 0; i < kItems; ++i) keys.push_back("item-" + std::to_string(i));
  HostileServer site(
      [&](const HostileRequest& request, HostileConnection& out) {
        if (request.target == "/robots.txt") return out.send(answer(404, ""));
        if (request.target == "/list") return out.send(answer(200, list_page(keys)));
        out.wait(milliseconds(2));
        return out.send(answer(200, "body of " + request.target));
      },
      "127.0.0.2");
  CrawlWorld world;
  const auto file = world.data / "sources.yaml";
  std::ofstream(file) << list_source("s", site.url(""));
  const std::vector<std::string> arguments{"--data", world.data.string(), "crawl",
                                           "--once", "--sources",         file.string()};
  SystemRandom random;
  int kills = 0;
  for (int round = 0; round < 40; ++round) {
    Program program(arguments);
    // Not before it has begun to fetch, so that every kill hits work.
    const auto seen = site.requests().size();
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (site.requests().size() == seen && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(milliseconds(1));
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random.below(120'000)));
    program.kill();
    if (program.wait() == -1) ++kills;
    if (world.coverage("s").fetched == kItems) break;
  }
  EXPECT_GE(kills, 3);

  EXPECT_EQ(Program(arguments).wait(), 0);
  std::set<std::string> items;
  const auto captured = world.captured();
  for (const auto& one : captured) {
    EXPECT_TRUE(items.insert(one.meta.item).second) << "captured twice: " << one.meta.item;
    EXPECT_EQ(one.body, "body of /raw/" + one.meta.item);
  }
  EXPECT_EQ(items.size(), static_cast<std::size_t>(kItems));
  EXPECT_EQ(world.queued(), static_cast<std::uint64_t>(kItems));
  const auto coverage = world.coverage("s");
  EXPECT_EQ(coverage.fetched, static_cast<std::uint64_t>(kItems));
  EXPECT_EQ(coverage.missed + coverage.pending, 0u);
}

TEST(StoppedCrawl, EndsInGoodOrderOnSigterm) {
  ::setenv("HITOKOE_PASSPHRASE", hitokoe::testing::kPassphrase, 1);
  HostileServer site(
      [](const HostileRequest& request, HostileConnection& out) {
        if (request.target == "/robots.txt") return out.send(answer(404, ""));
        if (request.target == "/list") return out.send(answer(200, list_page({"slow"})));
        out.wait_for_ever();
        return false;
      },
      "127.0.0.2");
  CrawlWorld world;
  const auto file = world.data / "sources.yaml";
  std::ofstream(file) << "sources:\n  - id: s\n    kind: list\n    url: " << site.url("/list")
                      << "\n    item: {link: 'href=\"(/raw/[a-z]+)\"', url: '\\1'}\n"
                         "    delay: 0s\n    allow_networks: [127.0.0.2/32]\n";
  Program program({"--data", world.data.string(), "crawl", "--once", "--sources", file.string()});
  while (site.count("/raw/slow") == 0) std::this_thread::sleep_for(milliseconds(2));
  const auto begun = std::chrono::steady_clock::now();
  program.terminate();
  EXPECT_EQ(program.wait(), 5);  // cancelled
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20));
  EXPECT_EQ(world.coverage("s").pending, 1u);
}

}  // namespace
}  // namespace hitokoe::crawler
