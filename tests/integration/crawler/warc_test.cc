// What was captured leaves as a web archive that others can read. The reader (read_warc.py) knows
// the standard and nothing of us; the public tool warcio reads the same.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "hitokoe/base/crypto/digest.h"
#include "tests/integration/crawler/crawl_world.h"
#include "tests/integration/net/hostile_server.h"
#include "tests/places.h"

namespace hitokoe::testing {
namespace {

namespace json = boost::json;

// "exit: output"
std::string run(const std::string& command) {
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::string said;
  char piece[4096];
  while (const auto n = std::fread(piece, 1, sizeof piece, pipe)) said.append(piece, n);
  const int status = ::pclose(pipe);
  return std::to_string(WIFEXITED(status) ? WEXITSTATUS(status) : -1) + ": " + said;
}

std::string field(const json::value& record, const char* part, const char* name) {
  const auto* found = record.at(part).as_object().if_contains(name);
  return found == nullptr ? "" : std::string(found->as_string());
}

class Warc : public ::testing::Test {
 protected:
  Warc() {
    ::setenv("HITOKOE_PASSPHRASE", kPassphrase, 1);
    ::setenv("HITOKOE_LANG", "en", 1);
  }
  std::string exported(const std::filesystem::path& file, const std::string& more = "") {
    return run(HITOKOE_BIN_DIR "/hitokoe --data '" + world.data.string() +
               "' captures export --warc '" + file.string() + "' " + more);
  }
  std::vector<json::value> read(const std::filesystem::path& file) {
    const auto said =
        run("python3 " HITOKOE_SOURCE_DIR "/tests/integration/crawler/read_warc.py '" +
            file.string() + "'");
    EXPECT_TRUE(said.starts_with("0: ")) << said;
    std::vector<json::value> out;
    std::istringstream in(said.substr(3));
    for (std::string line; std::getline(in, line);) out.push_back(json::parse(line));
    return out;
  }
  CrawlWorld world;
};

bool site(const HostileRequest& request, HostileConnection& out) {
  if (request.target == "/list") return out.send(answer(200, list_page({"a", "gone", "b"})));
  if (request.target == "/raw/a") {
    return out.send(answer(200, "alpha\r\n\r\nWARC/1.1\r\n", "X-Twice: 1\r\nX-Twice: 2\r\n"));
  }
  if (request.target == "/raw/b") {
    out.send("HTTP/1.1 200 X\r\nContent-Length: 100\r\nContent-Type: text/plain\r\n\r\nhalf");
    return false;
  }
  return out.send(answer(404, ""));
}

TEST_F(Warc, HoldsEveryCaptureAndReadsByTheStandard) {
  HostileServer server(site, "127.0.0.2");
  ASSERT_TRUE(world.crawl(list_source("paste", server.url(""), "")));
  ASSERT_EQ(world.captured().size(), 2u);
  const auto file = world.data / "evidence.warc.gz";
  const auto said = exported(file);
  EXPECT_TRUE(said.starts_with("0: ")) << said;
  EXPECT_NE(said.find("in the clear"), std::string::npos) << said;
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);

  const auto records = read(file);
  ASSERT_EQ(records.size(), 7u) << "one warcinfo, and three records a capture";
  const auto& whole = records[1];
  EXPECT_EQ(whole.at("type").as_string(), "response");
  EXPECT_EQ(field(whole, "fields", "WARC-Target-URI"), server.url("/raw/a"));
  EXPECT_EQ(field(whole, "fields", "WARC-IP-Address"), "127.0.0.2");
  EXPECT_EQ(whole.at("body").as_string(), "alpha\r\n\r\nWARC/1.1\r\n");
  EXPECT_EQ(field(whole, "fields", "WARC-Truncated"), "");
  const auto& request = records[2];
  EXPECT_EQ(request.at("first").as_string(), "GET /raw/a HTTP/1.1");
  EXPECT_EQ(field(request, "http", "host"), "127.0.0.2:" + std::to_string(server.port()));
  EXPECT_EQ(field(request, "fields", "WARC-Concurrent-To"),
            field(whole, "fields", "WARC-Record-ID"));
  const std::string metadata(records[3].at("block").as_string());
  EXPECT_NE(metadata.find("sha256: " + crypto::sha256_hex(as_bytes("alpha\r\n\r\nWARC/1.1\r\n"))),
            std::string::npos)
      << metadata;
  const auto& half = records[4];
  EXPECT_EQ(half.at("body").as_string(), "half");
  EXPECT_EQ(field(half, "fields", "WARC-Truncated"), "disconnect");
  EXPECT_EQ(field(half, "http", "x-archive-orig-content-length"), "100");

  const auto index = run(
      "\"${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/hitokoe-testbed/warcio-2.4.11/node_modules/.bin/"
      "warcio\" index '" +
      file.string() + "'");
  ASSERT_TRUE(index.starts_with("0: ")) << index << "(ops/setup --for test installs warcio)";
  EXPECT_EQ(std::ranges::count(index, '\n'), 7) << index;
  EXPECT_NE(index.find("\"warc-target-uri\":\"" + server.url("/raw/a") + "\""), std::string::npos)
      << index;
}

TEST_F(Warc, ReplacesNoFileAndWritesNoneOfNothing) {
  HostileServer server(site, "127.0.0.2");
  ASSERT_TRUE(world.crawl(list_source("paste", server.url(""), "")));
  const auto file = world.data / "there.warc.gz";
  std::ofstream(file) << "mine";
  EXPECT_TRUE(exported(file).starts_with("3: "));
  const auto none = world.data / "none.warc.gz";
  EXPECT_TRUE(exported(none, "--source other").starts_with("3: "));
  EXPECT_FALSE(std::filesystem::exists(none));
  EXPECT_FALSE(std::filesystem::exists(none.string() + ".part"));
  const auto one = world.data / "one.warc.gz";
  EXPECT_TRUE(exported(one, "--capture " + world.item("b").meta.id).starts_with("0: "));
  EXPECT_EQ(read(one).size(), 4u);
}

}  // namespace
}  // namespace hitokoe::testing
