// Two `hitokoe serve --role crawler` with data folders of their own share their work through Redis:
// no host is asked sooner than one crawler would ask it, also while one of them is killed and the
// other takes over.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "tests/integration/crawler/crawl_world.h"
#include "tests/integration/net/hostile_server.h"
#include "tests/places.h"
#include "tests/redis_server.h"

namespace hitokoe::crawler {
namespace {

using hitokoe::testing::answer;
using hitokoe::testing::CrawlWorld;
using hitokoe::testing::HostileConnection;
using hitokoe::testing::HostileRequest;
using hitokoe::testing::HostileServer;
using hitokoe::testing::list_page;
using hitokoe::testing::RedisServer;
using std::chrono::milliseconds;
using Moment = std::chrono::steady_clock::time_point;

constexpr int kItems = 30;  // of each site
constexpr auto kDelay = milliseconds(50);

// Writes down when each request came and when its answer was sent.
class Site {
 public:
  explicit Site(const std::string& name)
      : server_(
            [this](const HostileRequest& request, HostileConnection& out) {
              const auto begun = std::chrono::steady_clock::now();
              out.wait(milliseconds(5));
              if (request.target == "/list") asked_ = true;
              while (request.target == "/list" && !open_) out.wait(milliseconds(5));
              {
                // Before the answer leaves: later, we may be held up while the client is not.
                const std::scoped_lock lock(mutex_);
                seen_.push_back({begun, std::chrono::steady_clock::now(), request.target});
              }
              return out.send(said(request.target));
            },
            "127.0.0.2") {
    for (int i = 0; i < kItems; ++i) keys_.push_back(name + "-" + std::to_string(i));
  }

  // The list is answered from now on.
  void open() { open_ = true; }
  bool asked() const { return asked_; }

  struct Seen {
    Moment begun, ended;
    std::string target;
  };
  std::vector<Seen> seen() const {
    const std::scoped_lock lock(mutex_);
    return seen_;
  }
  std::string source(const std::string& id) const {
    return "  - id: " + id + "\n    kind: list\n    url: " + server_.url("/list") +
           "\n    item: {link: 'href=\"/raw/([a-z0-9-]+)\"', key: '\\1', url: '/raw/\\1'}\n"
           "    delay: 50ms\n    schedule: 1h\n    allow_networks: [127.0.0.2/32]\n";
  }
  // Items that were asked for at least once.
  std::size_t items() const {
    std::set<std::string> targets;
    for (const auto& one : seen()) {
      if (one.target.starts_with("/raw/")) targets.insert(one.target);
    }
    return targets.size();
  }

 private:
  std::string said(const std::string& target) const {
    if (target == "/robots.txt") return answer(404, "");
    if (target == "/list") return answer(200, list_page(keys_));
    return answer(200, "body of " + target);
  }

  std::atomic<bool> asked_ = false, open_ = false;
  mutable std::mutex mutex_;
  std::vector<Seen> seen_;
  std::vector<std::string> keys_;
  HostileServer server_;
};

class Daemon {
 public:
  Daemon(const CrawlWorld& world, const std::filesystem::path& config) {
    std::vector<std::string> words{HITOKOE_BIN_DIR "/hitokoe",
                                   "--data",
                                   world.data.string(),
                                   "--config",
                                   config,
                                   "serve",
                                   "--role",
                                   "crawler"};
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    const auto log = (world.data / "serve.log").string();
    ::posix_spawn_file_actions_addopen(&actions, 2, log.c_str(), O_WRONLY | O_CREAT, 0600);
    EXPECT_EQ(::posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ), 0);
    ::posix_spawn_file_actions_destroy(&actions);
  }
  ~Daemon() {
    if (pid_ > 0) end(SIGKILL);
  }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  void signal(int number) const { ::kill(pid_, number); }
  // The exit code; -1 when it was killed.
  int end(int signal) {
    int status = 0;
    ::kill(pid_, signal);
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = -1;
};

class TwoCrawlers : public ::testing::Test {
 protected:
  void SetUp() override {
    ::setenv("HITOKOE_PASSPHRASE", hitokoe::testing::kPassphrase, 1);
    std::ofstream(folder / "sources.yaml") << "sources:\n"
                                           << one.source("one") << two.source("two");
    std::ofstream(folder / "config.yaml")
        << "crawler:\n  sources: " << (folder / "sources.yaml").string()
        << "\n  pause_after_storage_error: 1s\nredis:\n  address: " << server.address()
        << "\n  lease: 1s\n";
  }
  template <class F>
  static bool comes_true(F what) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(40);
    while (std::chrono::steady_clock::now() < until) {
      if (what()) return true;
      std::this_thread::sleep_for(milliseconds(5));
    }
    return false;
  }
  // Both are at work before there is much to do, however late the second one starts.
  void begin_together(std::optional<Daemon>& first, std::optional<Daemon>& second) {
    first.emplace(a, folder / "config.yaml");
    ASSERT_TRUE(comes_true([&] { return one.asked() && two.asked(); }));
    const int alone = server.clients();
    second.emplace(b, folder / "config.yaml");
    ASSERT_TRUE(comes_true([&] { return server.clients() > alone; }));
    one.open();
    two.open();
  }
  bool all_fetched() const { return one.items() + two.items() == 2 * kItems; }
  // One request at a time, and never sooner after an answer than the delay.
  static void expect_polite(const Site& site) {
    auto seen = site.seen();
    std::ranges::sort(seen, {}, &Site::Seen::begun);
    for (std::size_t i = 1; i < seen.size(); ++i) {
      EXPECT_GE(seen[i].begun - seen[i - 1].ended, kDelay)
          << seen[i - 1].target << " then " << seen[i].target;
    }
  }
  static std::size_t repeats(const Site& site) {
    std::map<std::string, std::size_t> counts;
    for (const auto& one : site.seen()) {
      if (one.target.starts_with("/raw/")) ++counts[one.target];
    }
    std::size_t out = 0;
    for (const auto& [target, count] : counts) out += count - 1;
    return out;
  }
  static std::set<std::string> captured(CrawlWorld& world) {
    std::set<std::string> items;
    for (const auto& one : world.captured()) items.insert(one.meta.source + one.meta.item);
    return items;
  }

  RedisServer server;
  ScratchFolder folder;
  Site one{"one"}, two{"two"};
  CrawlWorld a, b;
};

TEST_F(TwoCrawlers, NeverAskAHostSoonerThanOneWouldAndTakeOverFromADeadOne) {
  std::optional<Daemon> first, second;
  ASSERT_NO_FATAL_FAILURE(begin_together(first, second));
  ASSERT_TRUE(comes_true([&] {
    return one.items() + two.items() >= kItems / 2 && !captured(a).empty() && !captured(b).empty();
  }));
  EXPECT_FALSE(all_fetched());
  EXPECT_EQ(first->end(SIGKILL), -1);
  ASSERT_TRUE(comes_true([&] { return all_fetched(); })) << one.items() << " + " << two.items();
  EXPECT_EQ(second->end(SIGTERM), 0);
  expect_polite(one);
  expect_polite(two);
  // Of each host the killed one may have been at work on an item.
  const auto again = repeats(one) + repeats(two);
  EXPECT_LE(again, 2U);
  RecordProperty("fetched_again", static_cast<int>(again));
  auto all = captured(a);
  const auto of_second = captured(b);
  EXPECT_FALSE(of_second.empty());
  all.insert(of_second.begin(), of_second.end());
  EXPECT_EQ(all.size(), 2U * kItems);
}

TEST_F(TwoCrawlers, OneThatStoppedForLongerThanItsLeaseAsksNothingOnItsOldTurns) {
  std::optional<Daemon> first, second;
  ASSERT_NO_FATAL_FAILURE(begin_together(first, second));
  ASSERT_TRUE(comes_true([&] {
    return one.items() + two.items() >= kItems / 2 && !captured(a).empty() && !captured(b).empty();
  }));
  first->signal(SIGSTOP);
  // The other has taken over and is at work when the first one wakes.
  const auto before = one.items() + two.items();
  std::this_thread::sleep_for(milliseconds(1'500));
  ASSERT_TRUE(comes_true([&] { return one.items() + two.items() > before + 4; }));
  first->signal(SIGCONT);
  ASSERT_TRUE(comes_true([&] { return all_fetched(); })) << one.items() << " + " << two.items();
  EXPECT_EQ(first->end(SIGTERM), 0);
  EXPECT_EQ(second->end(SIGTERM), 0);
  expect_polite(one);
  expect_polite(two);
  EXPECT_LE(repeats(one) + repeats(two), 2U);
}

TEST_F(TwoCrawlers, WhileRedisIsGoneCrawlingPausesAndGoesOnLater) {
  std::optional<Daemon> first, second;
  ASSERT_NO_FATAL_FAILURE(begin_together(first, second));
  ASSERT_TRUE(comes_true([&] { return one.items() + two.items() >= kItems / 2; }));
  server.kill();
  std::this_thread::sleep_for(milliseconds(300));  // what was on its way has ended
  const auto before = one.seen().size() + two.seen().size();
  std::this_thread::sleep_for(milliseconds(300));
  EXPECT_EQ(one.seen().size() + two.seen().size(), before) << "nothing is fetched that is not kept";
  server.start();
  ASSERT_TRUE(comes_true([&] { return all_fetched(); })) << one.items() << " + " << two.items();
  EXPECT_EQ(first->end(SIGTERM), 0);
  EXPECT_EQ(second->end(SIGTERM), 0);
  expect_polite(one);
  expect_polite(two);
  auto all = captured(a);
  all.merge(captured(b));
  EXPECT_EQ(all.size(), 2U * kItems);
}

}  // namespace
}  // namespace hitokoe::crawler
