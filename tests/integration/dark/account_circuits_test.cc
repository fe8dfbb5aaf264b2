// Two accounts on one onion: what links them would tell the site that they are one visitor's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <set>

#include "tests/integration/crawler/crawl_world.h"
#include "tests/integration/dark/onion_bed.h"

namespace hitokoe::testing {
namespace {

using ::testing::SizeIs;

// A site for members; who asked for what, by their sessions.
class Club {
 public:
  explicit Club(std::vector<std::string> keys) : keys_(std::move(keys)) {}
  int port() const { return server_.port(); }
  std::map<std::string, std::set<std::string>> asked() {  // by session: targets
    const std::scoped_lock lock(mutex_);
    return asked_;
  }

 private:
  bool serve(const HostileRequest& request, HostileConnection& out) {
    if (request.target == "/robots.txt") return out.send(answer(404, ""));
    const std::string html = "Content-Type: text/html\r\n";
    if (request.target == "/enter" && request.body.empty()) {
      return out.send(answer(
          200, "<form method=post><input name=who><input type=password name=word></form>", html));
    }
    if (request.target == "/enter") {
      const auto who = request.body.substr(request.body.find("who=") + 4, 1);
      return out.send(answer(302, "", "Location: /list\r\nSet-Cookie: s=" + who + "; Path=/\r\n"));
    }
    const auto cookie = request.headers.find("cookie");
    if (cookie == request.headers.end()) return out.send(answer(302, "", "Location: /enter\r\n"));
    {
      const std::scoped_lock lock(mutex_);
      asked_[cookie->second].insert(request.target);
    }
    const auto text = request.target == "/list" ? list_page(keys_) : "text of " + request.target;
    return out.send(answer(200, text, html));
  }

  std::mutex mutex_;
  std::map<std::string, std::set<std::string>> asked_;
  std::vector<std::string> keys_;
  HostileServer server_{[this](const HostileRequest& request, HostileConnection& out) {
    return serve(request, out);
  }};
};

TEST(AccountCircuits, TwoAccountsOnOneOnionNeverShareOne) {
  auto& bed = onion_bed();
  const std::vector<std::string> keys = {"a", "b", "c", "d", "e", "f"};
  Club club(keys);
  const auto name = bed.tor.seed({"up", "127.0.0.1:" + std::to_string(club.port())});
  ASSERT_FALSE(name.empty());
  CrawlWorld world;
  for (const std::string who : {"x", "y"}) {
    ASSERT_TRUE(world.accounts().put("club", "account-" + who,
                                     {SecretText(who), SecretText(std::string("made-up"))}, "sato",
                                     {}));
  }
  const auto report = world.crawl(
      list_source("club", "http://" + name.back(),
                  "    proxy: " + bed.proxy() +
                      "\n    accounts: [account-x, account-y]\n    login: {page: /enter}\n"));
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_TRUE(report.value().warnings.empty());

  // Whose account an item came to, by what the site saw; on which circuit, by the capture.
  const auto asked = club.asked();
  ASSERT_THAT(asked, SizeIs(2));
  std::map<std::string, std::set<std::string>> names;  // of the circuits, by session
  for (const auto& key : keys) {
    for (const auto& [session, targets] : asked) {
      if (targets.contains("/raw/" + key)) names[session].insert(world.item(key).meta.circuit);
    }
  }
  ASSERT_THAT(names, SizeIs(2)) << "both accounts fetched items";
  for (const auto& [session, its] : names) EXPECT_THAT(its, SizeIs(1)) << session;
  EXPECT_NE(names.begin()->second, names.rbegin()->second);

  // What Tor says of its circuits: to this onion, each is of one name.
  const auto lines = bed.tor.seed({"circuits"});
  std::map<std::string, std::set<std::string>> circuits;  // their numbers, by name
  const auto onion = name.back().substr(0, name.back().find('.'));
  for (const auto& line : lines) {
    if (line.find("REND_QUERY=" + onion) == std::string::npos) continue;
    const std::string before = "SOCKS_USERNAME=\"";
    const auto at = line.find(before);
    if (at == std::string::npos) continue;
    const auto from = at + before.size();
    circuits[line.substr(from, line.find('"', from) - from)].insert(line.substr(0, line.find(' ')));
  }
  std::set<std::string> numbers;
  std::size_t all = 0;
  for (const auto& [session, its] : names) {
    const auto found = circuits.find(*its.begin());
    ASSERT_NE(found, circuits.end()) << "Tor knows no circuit of " << session;
    all += found->second.size();
    numbers.insert(found->second.begin(), found->second.end());
  }
  EXPECT_EQ(numbers.size(), all) << "a circuit of two accounts";
}

}  // namespace
}  // namespace hitokoe::testing
