// Proof that nothing goes around the proxy: every network call of the program as the kernel sees it
// (strace), and a name server that would hear whoever asks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <regex>

#include "tests/integration/crawler/crawl_world.h"
#include "tests/integration/dark/onion_bed.h"
#include "tests/places.h"

namespace hitokoe::testing {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::Not;

struct Traced {
  int exit = -1;
  std::vector<std::string> places;  // "127.0.0.1:9050", or the family, of every address in a call
};

// The built program crawls once under strace.
Traced crawl(const std::filesystem::path& folder, const std::string& sources) {
  const auto data = folder / "data";
  const auto trace = folder / "trace";
  std::ofstream(folder / "sources.yaml") << sources;
  const std::string program = HITOKOE_BIN_DIR "/hitokoe --data '" + data.string() + "' ";
  const std::string quiet = " >>'" + (folder / "out").string() + "' 2>&1";
  ::setenv("HITOKOE_PASSPHRASE", kPassphrase, 1);
  // Keys are made once; it takes its time on purpose.
  static const ScratchFolder kept;
  const auto made = kept.path() / "data";
  if (!std::filesystem::exists(made)) {
    const std::string init = HITOKOE_BIN_DIR "/hitokoe --data '" + made.string() + "' key init";
    EXPECT_EQ(std::system((init + quiet).c_str()), 0);
  }
  std::filesystem::copy(made, data, std::filesystem::copy_options::recursive);
  const int status =
      std::system(("strace -f -qq -e trace=network -o '" + trace.string() + "' " + program +
                   "crawl --once --sources '" + (folder / "sources.yaml").string() + "'" + quiet)
                      .c_str());
  Traced out;
  out.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  static const std::regex kFour(
      R"re(sin_port=htons\((\d+)\), sin_addr=inet_addr\("([0-9.]+)"\))re");
  std::ifstream in(trace);
  for (std::string line; std::getline(in, line);) {
    // What the kernel tells of a connection is no way out.
    if (line.find("getsockname") != std::string::npos ||
        line.find("getpeername") != std::string::npos)
      continue;
    std::smatch found;
    if (std::regex_search(line, found, kFour)) {
      out.places.push_back(found[2].str() + ":" + found[1].str());
    } else if (line.find("sa_family=") != std::string::npos) {
      out.places.push_back(line.substr(line.find("sa_family=")));
    }
  }
  return out;
}

TEST(NoLeak, EveryCallOfACrawlThroughTorGoesToTheProxy) {
  auto& bed = onion_bed();
  bed.list({"one"});
  ScratchFolder folder;
  const auto before = bed.asked().size();
  const auto traced =
      crawl(folder.path(), list_source("onion", bed.base(), "    proxy: " + bed.proxy() + "\n"));
  EXPECT_EQ(traced.exit, 0);
  EXPECT_THAT(traced.places, Not(IsEmpty()));
  EXPECT_THAT(traced.places, Each("127.0.0.1:" + std::to_string(bed.socks_port())));
  EXPECT_EQ(bed.asked().size(), before);
}

// A name that is no onion's goes the same way: Tor looks it up.
TEST(NoLeak, AnotherNameIsNotLookedUpEither) {
  auto& bed = onion_bed();
  ScratchFolder folder;
  const auto before = bed.asked();
  // To a port that no exit serves: Tor says so at once, and need not wait for a name server.
  const auto traced = crawl(folder.path(), list_source("named", "http://site.names.test:81",
                                                       "    proxy: " + bed.proxy() + "\n"));
  EXPECT_EQ(traced.exit, 1) << "this Tor has no way out";
  EXPECT_THAT(traced.places, Each("127.0.0.1:" + std::to_string(bed.socks_port())));
  for (const auto& line : bed.asked()) {
    if (std::find(before.begin(), before.end(), line) != before.end()) continue;
    EXPECT_EQ(line.find("site.names.test"), std::string::npos) << line;
  }
}

// That the proof would see it: the same program without a proxy.
TEST(NoLeak, WithoutAProxyBothWitnessesHearTheName) {
  auto& bed = onion_bed();
  ScratchFolder folder;
  const auto traced = crawl(folder.path(), list_source("open", "http://open.names.test:8080"));
  EXPECT_EQ(traced.exit, 1);
  EXPECT_THAT(traced.places, Contains("127.0.0.1:53"));
  EXPECT_THAT(bed.asked(), Contains("A open.names.test"));
}

TEST(NoLeak, WithoutAProxyAnOnionIsRefusedUnasked) {
  auto& bed = onion_bed();
  ScratchFolder folder;
  const auto before = bed.asked().size();
  const auto traced = crawl(folder.path(), list_source("onion", bed.base()));
  EXPECT_EQ(traced.exit, 3) << "refused when it is configured";
  EXPECT_THAT(traced.places, IsEmpty());
  EXPECT_EQ(bed.asked().size(), before);
}

}  // namespace
}  // namespace hitokoe::testing
