// A Redis that refuses, is full, hangs or is gone: what callers are told, and that they go on
// later.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "hitokoe/crawler/frontier_restarts.h"
#include "hitokoe/storage/redis.h"
#include "tests/redis_server.h"

namespace hitokoe::storage {
namespace {

using crawler::FetchJob;
using crawler::FetchOutcome;
using hitokoe::testing::RedisServer;
using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

UtcTime at(int second) { return UtcTime(std::chrono::seconds(1'775'000'000 + second)); }

FetchJob job(const std::string& item) {
  return {"s", item, "https://a.example/" + item, "https://a.example:443", 0, at(0)};
}

class RedisConnection : public ::testing::Test {
 protected:
  std::shared_ptr<Redis> open(const RedisServer& server, RedisOptions options = {},
                              Duration patience = milliseconds(300)) {
    options.address = server.address();
    options.command_timeout = patience;
    const auto log = Logger::to_sink(clock, LogLevel::kDebug, [this](std::string_view line) {
      const std::scoped_lock lock(mutex);
      logged += line;
    });
    return Redis::open(options, clock, random, log).value();
  }
  // Asks until it answers; ten seconds at most.
  static bool comes_back(Redis& redis) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (std::chrono::steady_clock::now() < until) {
      if (redis.ping()) return true;
      std::this_thread::sleep_for(milliseconds(10));
    }
    return false;
  }

  // `who` takes a turn at the host "other", while `holder` renews the one of "h" that it has.
  static bool renews_until_granted(crawler::HostPoliteness& holder, crawler::HostPoliteness& who) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < until) {
      EXPECT_TRUE(holder.renew({{"h", milliseconds(0)}}).value().empty());
      if (who.take("other", milliseconds(0)).value().granted) return true;
      std::this_thread::sleep_for(milliseconds(50));
    }
    return false;
  }

  SystemClock clock;
  SystemRandom random;
  ScratchFolder folder;
  std::mutex mutex;
  std::string logged;
};

TEST_F(RedisConnection, SaysThatAPasswordIsMissingOrWrongAndNeverWhichOne) {
  const RedisServer server({"--requirepass", "made-up-secret"});
  EXPECT_EQ(open(server)->ping().error().code, Errc::kUnauthorized);
  RedisOptions options;
  options.password_file = folder.put("wrong", as_bytes("made-up-mistake\n"));
  const auto wrong = open(server, options)->ping();
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Errc::kUnauthorized);
  EXPECT_THAT(wrong.error().detail, HasSubstr("password_file"));
  EXPECT_THAT(wrong.error().detail_ja, HasSubstr("password_file"));
  options.password_file = folder.put("right", as_bytes("made-up-secret\n"));
  EXPECT_TRUE(open(server, options)->ping());
  EXPECT_THAT(logged, Not(HasSubstr("made-up"))) << "no password is logged";
}

// The rights that docs/redis.md names are enough.
TEST_F(RedisConnection, WorksAsAUserWhoHasTheKeysOfThePrefixOnly) {
  const RedisServer server({"--user", "crawl", "on", ">made-up-secret", "~hitokoe:*",
                            "resetchannels", "-@all", "+@read", "+@write", "+@stream",
                            "+@connection", "+@scripting", "+info", "+time", "+wait"});
  RedisOptions options;
  options.user = "crawl";
  options.password_file = folder.put("p", as_bytes("made-up-secret"));
  const auto redis = open(server, options);
  const auto frontier = make_redis_frontier(redis);
  EXPECT_EQ(frontier->add({job("a")}).value(), 1U);
  EXPECT_TRUE(frontier->coverage());
  const auto politeness = make_redis_host_politeness(redis, "w");
  EXPECT_TRUE(politeness->take("h", milliseconds(0)).value().granted);
  const auto queue = make_redis_work_queue(redis, "q", "seat");
  EXPECT_EQ(queue->take_over("w").value(), 0U);
  ASSERT_TRUE(queue->push("c", at(0)));
  EXPECT_EQ(queue->claim("w", 1, at(0), milliseconds(1)).value().size(), 1U);
  EXPECT_EQ(queue->figures().value().pending, 1U);
  options.prefix = "other";
  const auto refused = make_redis_frontier(open(server, options))->add({job("a")});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kForbidden) << refused.error().detail;
}

TEST_F(RedisConnection, WhileItIsGoneCallsFailAtOnceAndLaterEverythingIsThere) {
  RedisServer server;
  const auto redis = open(server);
  const auto frontier = make_redis_frontier(redis);
  ASSERT_TRUE(frontier->add({job("a"), job("b")}));
  server.kill();
  const auto gone = frontier->done(job("a"), FetchOutcome::kFetched, at(1), "");
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, Errc::kUnavailable);
  EXPECT_FALSE(redis->health().connected);
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(frontier->next(at(1), {"s"}, {}));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10))
      << "nobody is held up";
  server.start();
  ASSERT_TRUE(comes_back(*redis));
  const auto next = frontier->next(at(1), {"s"}, {}).value();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->item, "a") << "what was not reported as done is due again";
  EXPECT_EQ(redis->health().failovers, 1U);
  EXPECT_THAT(logged, HasSubstr("redis.gone"));
  EXPECT_THAT(logged, HasSubstr("redis.connected"));
}

TEST_F(RedisConnection, AConnectionThatWasLostUnnoticedIsMadeAnewWithinTheCall) {
  RedisServer server;
  const auto redis = open(server);
  ASSERT_TRUE(redis->ping());
  server.kill();
  server.start();
  EXPECT_TRUE(redis->ping());
  EXPECT_EQ(redis->health().connects, 2U);
}

TEST_F(RedisConnection, NobodyTakesATurnOnAnotherServerBeforeALeaseIsOver) {
  for (const bool forgotten : {false, true}) {
    SCOPED_TRACE(forgotten);
    RedisServer server;
    // Seconds: what must happen within a lease may happen on a machine that is busy.
    RedisOptions options;
    options.lease = std::chrono::seconds(2);
    const auto a = make_redis_host_politeness(open(server, options), "a");
    const auto b = make_redis_host_politeness(open(server, options), "b");
    const auto c = make_redis_host_politeness(open(server, options), "c");
    ASSERT_TRUE(a->take("h", milliseconds(0)).value().granted);
    ASSERT_TRUE(b->take("other", milliseconds(0)).value().granted);
    ASSERT_TRUE(b->give_back("other", milliseconds(0), milliseconds(0), {}));
    if (forgotten) {
      server.forget();
    } else {
      server.kill();
    }
    server.start();
    // Nobody has noticed yet; the connection is made anew within the call.
    EXPECT_FALSE(b->take("other", milliseconds(0)).value().granted);
    EXPECT_FALSE(b->take("h", milliseconds(0)).value().granted);
    EXPECT_FALSE(c->take("h", milliseconds(0)).value().granted) << "a newcomer";
    EXPECT_TRUE(renews_until_granted(*a, *b));
    EXPECT_TRUE(a->renew({{"h", milliseconds(0)}}).value().empty());
    EXPECT_FALSE(b->take("h", milliseconds(0)).value().granted) << "it is a's";
  }
}

TEST_F(RedisConnection, TheFrontierSaysThatItsServerIsAnotherNow) {
  RedisServer server;
  const auto frontier = make_redis_frontier(open(server));
  const auto& restarts = dynamic_cast<const crawler::FrontierRestarts&>(*frontier);
  ASSERT_TRUE(frontier->add({job("a")}));
  EXPECT_EQ(restarts.restarts(), 0U);
  server.forget();
  server.start();
  EXPECT_EQ(frontier->add({job("a")}).value(), 1U) << "it forgot";
  EXPECT_EQ(restarts.restarts(), 1U);
}

TEST_F(RedisConnection, TheFrontierNoticesThatARunningServerLostItsData) {
  const RedisServer server;
  const auto frontier = make_redis_frontier(open(server));
  const auto others = make_redis_frontier(open(server));
  const auto& restarts = dynamic_cast<const crawler::FrontierRestarts&>(*frontier);
  const auto& their_restarts = dynamic_cast<const crawler::FrontierRestarts&>(*others);
  ASSERT_TRUE(frontier->add({job("a")}));
  EXPECT_EQ(others->add({job("a")}).value(), 0U);
  server.flush();
  EXPECT_FALSE(frontier->next(at(1), {"s"}, {}).value());
  EXPECT_EQ(restarts.restarts(), 1U);
  EXPECT_EQ(frontier->add({job("a")}).value(), 1U);
  EXPECT_EQ(restarts.restarts(), 1U) << "once";
  EXPECT_EQ(others->add({job("a")}).value(), 0U);
  EXPECT_EQ(their_restarts.restarts(), 1U) << "every process notices for itself";
  EXPECT_THAT(logged, HasSubstr("redis.forgot"));
}

TEST_F(RedisConnection, NobodyTakesATurnOnARunningServerThatLostItsDataBeforeALeaseIsOver) {
  const RedisServer server;
  RedisOptions options;
  options.lease = std::chrono::seconds(2);
  const auto a = make_redis_host_politeness(open(server, options), "a");
  const auto b = make_redis_host_politeness(open(server, options), "b");
  ASSERT_TRUE(a->take("h", milliseconds(0)).value().granted);
  EXPECT_FALSE(b->take("h", milliseconds(0)).value().granted);
  server.flush();
  EXPECT_FALSE(b->take("h", milliseconds(0)).value().granted) << "it is still a's";
  EXPECT_TRUE(renews_until_granted(*a, *b));
}

TEST_F(RedisConnection, AServerThatIsFullIsTheOneThatItWas) {
  const RedisServer server;
  const auto redis = open(server);
  const auto frontier = make_redis_frontier(redis);
  const auto& restarts = dynamic_cast<const crawler::FrontierRestarts&>(*frontier);
  ASSERT_TRUE(frontier->add({job("a")}));
  server.fill();
  server.cut_off();
  EXPECT_TRUE(frontier->next(at(1), {"s"}, {}).value()) << "reading goes on";
  EXPECT_EQ(redis->health().connects, 2U);
  EXPECT_EQ(restarts.restarts(), 0U);
  server.flush();
  EXPECT_FALSE(frontier->next(at(1), {"s"}, {}).value());
  EXPECT_EQ(restarts.restarts(), 1U) << "what is lost is noticed while it is full";
}

TEST_F(RedisConnection, AServerThatWasFullWhenWeCameIsTheSameOnceItIsNot) {
  const RedisServer server;
  RedisOptions options;
  options.lease = std::chrono::hours(1);
  server.fill();
  const auto redis = open(server, options);
  const auto frontier = make_redis_frontier(redis);
  const auto turns = make_redis_host_politeness(redis, "a");
  EXPECT_EQ(frontier->add({job("a")}).error().code, Errc::kLimit);
  EXPECT_FALSE(turns->take("h", milliseconds(0)));
  server.make_room();
  EXPECT_TRUE(turns->take("h", milliseconds(0)).value().granted);
  EXPECT_EQ(frontier->add({job("a")}).value(), 1U);
  const auto others = make_redis_host_politeness(open(server, options), "b");
  EXPECT_TRUE(others->take("other", milliseconds(0)).value().granted) << "nothing to settle";
  server.cut_off();
  EXPECT_TRUE(turns->take("h2", milliseconds(0)).value().granted);
  EXPECT_EQ(redis->health().failovers, 0U);
  server.flush();
  EXPECT_EQ(frontier->add({job("a")}).value(), 1U);
  EXPECT_EQ(redis->health().failovers, 1U) << "it has a mark by now";
}

// A Redis whose connection breaks when a client first waits for its replicas.
class BreaksAtWait {
 public:
  explicit BreaksAtWait(int to) : to_(to), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    auto at = loopback(0);
    socklen_t size = sizeof at;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&at), size), 0);
    EXPECT_EQ(::listen(listener_, 8), 0);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size), 0);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~BreaksAtWait() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  BreaksAtWait(const BreaksAtWait&) = delete;
  BreaksAtWait& operator=(const BreaksAtWait&) = delete;
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  std::atomic<int> scripts{0}, waits{0};

 private:
  static sockaddr_in loopback(int port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(static_cast<std::uint16_t>(port));
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return at;
  }
  // One connection at a time; whoever connects again gave the last one up.
  void run() {
    for (int client; (client = ::accept(listener_, nullptr, nullptr)) >= 0;) {
      const int server = ::socket(AF_INET, SOCK_STREAM, 0);
      const auto at = loopback(to_);
      (void)::connect(server, reinterpret_cast<const sockaddr*>(&at), sizeof at);
      relay(client, server);
      ::close(client);
      ::close(server);
    }
  }
  void relay(int client, int server) {
    std::array<char, 65536> bytes;
    for (;;) {
      std::array<pollfd, 3> fds{
          {{client, POLLIN, 0}, {server, POLLIN, 0}, {listener_, POLLRDHUP, 0}}};
      if (::poll(fds.data(), fds.size(), 10'000) <= 0 || fds[2].revents != 0) return;
      const bool up = fds[0].revents != 0;
      const auto n = ::read(up ? client : server, bytes.data(), bytes.size());
      if (n <= 0) return;
      const std::string_view text(bytes.data(), static_cast<std::size_t>(n));
      if (up && text.find("EVALSHA") != std::string_view::npos) ++scripts;
      if (up && text.find("WAIT") != std::string_view::npos && ++waits == 1) return;
      if (::write(up ? server : client, bytes.data(), text.size()) < 0) return;
    }
  }

  int to_;
  int listener_;
  int port_ = 0;
  std::thread thread_;
};

// A new connection wrote nothing, so it would be told at once that every replica has all of that.
TEST_F(RedisConnection, WhatReplicasAreWaitedForIsWrittenAgainOnANewConnection) {
  const RedisServer master({"--repl-diskless-sync-delay", "0"});
  const RedisServer replica({"--replicaof", "127.0.0.1", std::to_string(master.port())});
  RedisOptions options;
  options.wait_replicas = 1;
  const auto direct =
      make_redis_work_queue(open(master, options, std::chrono::seconds(4)), "q", "s");
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!direct->push("first", at(0)) && std::chrono::steady_clock::now() < until) {
  }
  BreaksAtWait relay(master.port());
  options.address = relay.address();
  {
    const auto redis = Redis::open(options, clock, random, Logger::silent()).value();
    const auto queue = make_redis_work_queue(redis, "q", "s");
    ASSERT_TRUE(redis->ping()) << "the connection is no new one";
    EXPECT_TRUE(queue->push("second", at(0)));
    EXPECT_EQ(relay.waits, 2);
    EXPECT_EQ(relay.scripts, 2);
  }
  EXPECT_EQ(direct->depth().value(), 2U);
}

TEST_F(RedisConnection, AServerThatHangsIsNotWaitedForWithoutEnd) {
  const RedisServer server;
  const auto redis = open(server);
  ASSERT_TRUE(redis->ping());
  server.signal(SIGSTOP);
  const auto begun = std::chrono::steady_clock::now();
  const auto late = redis->ping();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::kTimeout);
  server.signal(SIGCONT);
  EXPECT_TRUE(comes_back(*redis));
}

TEST_F(RedisConnection, AFullServerAndOurOwnLimitsAreToldApartFromTrouble) {
  const RedisServer small({"--maxmemory", "1", "--maxmemory-policy", "noeviction"});
  const auto full = make_redis_frontier(open(small))->add({job("a")});
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Errc::kLimit);
  EXPECT_THAT(full.error().detail, HasSubstr("maxmemory"));

  const RedisServer server;
  RedisOptions options;
  options.most_items = 2;
  options.most_captures = 2;
  options.known_captures = 3;
  const auto redis = open(server, options);
  const auto frontier = make_redis_frontier(redis);
  EXPECT_TRUE(frontier->add({job("a"), job("b")}));
  EXPECT_EQ(frontier->add({job("c")}).error().code, Errc::kLimit);
  EXPECT_TRUE(frontier->add({job("a")})) << "known ones go on";
  EXPECT_TRUE(frontier->done(job("a"), FetchOutcome::kFetched, at(1), ""));
  const auto queue = make_redis_work_queue(redis, "q", "seat");
  EXPECT_TRUE(queue->push_all({"1", "2"}, at(0)));
  EXPECT_EQ(queue->push("3", at(0)).error().code, Errc::kLimit);
  EXPECT_EQ(queue->depth().value(), 2U);
}

TEST_F(RedisConnection, AReplicaIsNotWrittenTo) {
  const RedisServer master({"--repl-diskless-sync-delay", "0"});
  const RedisServer replica({"--replicaof", "127.0.0.1", std::to_string(master.port())});
  const auto refused = open(replica)->ping();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kUnavailable);
  RedisOptions options;
  options.wait_replicas = 1;
  const auto redis = open(master, options, std::chrono::seconds(10));
  const auto queue = make_redis_work_queue(redis, "q", "seat");
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!queue->push("a", at(0)) && std::chrono::steady_clock::now() < until) {
  }
  EXPECT_TRUE(queue->push("b", at(0))) << "the replica has it";
  EXPECT_EQ(queue->depth().value(), 2U);
}

TEST_F(RedisConnection, AStrangersDataUnderThePrefixIsNoCrash) {
  const RedisServer server;
  const auto redis = open(server);
  RedisOptions options;
  options.prefix = "hitokoe";
  // What another program might leave under our names.
  const std::string command = "redis-cli -p " + std::to_string(server.port()) +
                              " mset hitokoe:f:sources x hitokoe:w:q:stream y >/dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(make_redis_frontier(redis)->add({job("a")}).error().code, Errc::kCorrupt);
  EXPECT_FALSE(make_redis_work_queue(redis, "q", "seat")->depth());
}

TEST_F(RedisConnection, RefusesOptionsThatCannotBeMeant) {
  const auto with = [&](auto set) {
    RedisOptions options;
    set(options);
    return Redis::open(options, clock, random, Logger::silent()).error().code;
  };
  EXPECT_EQ(with([](auto& o) { o.address = "redis://h:1"; }), Errc::kBadInput);
  EXPECT_EQ(with([](auto& o) { o.address = "h:99999"; }), Errc::kBadInput);
  EXPECT_EQ(with([](auto& o) { o.address = ""; }), Errc::kBadInput);
  EXPECT_EQ(with([](auto& o) {
              o.address = "h:1";
              o.prefix = "a:b";
            }),
            Errc::kBadInput);
  EXPECT_EQ(with([](auto& o) {
              o.address = "h:1";
              o.sentinels = {"h:2"};
            }),
            Errc::kBadInput);
  EXPECT_EQ(with([](auto& o) {
              o.address = "h:1";
              o.password_file = "/nowhere/at/all";
            }),
            Errc::kNotFound);
}

}  // namespace
}  // namespace hitokoe::storage
