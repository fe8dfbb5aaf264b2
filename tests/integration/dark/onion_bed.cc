#include "tests/integration/dark/onion_bed.h"

#include <fstream>
#include <memory>

#include "tests/integration/crawler/crawl_world.h"
#include "tests/integration/sealed_network.h"

namespace hitokoe::testing {

namespace {

// Tor's ports follow each other; nobody else is in this network.
constexpr int kTorPort = 21000;

}  // namespace

OnionBed::OnionBed()
    : names("names", kNameServerPort),
      tor("tor", kTorPort),
      site([this](const HostileRequest& request, HostileConnection& out) {
        if (request.target == "/robots.txt") return out.send(answer(404, ""));
        const std::scoped_lock lock(mutex_);
        if (request.target == "/list") return out.send(answer(200, list_page(keys_)));
        return out.send(answer(200, "the text of " + request.target + "\n"));
      }) {
  EXPECT_EQ(names.started(), 0) << names.said();
  EXPECT_EQ(tor.started(), 0) << tor.said();
  const auto said = tor.seed({"up", "127.0.0.1:" + std::to_string(site.port())});
  onion = said.empty() ? "none" : said.back();
}

std::vector<std::string> OnionBed::asked() const {
  std::ifstream in(names.folder() / "asked");
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

void OnionBed::list(std::vector<std::string> keys) {
  const std::scoped_lock lock(mutex_);
  keys_ = std::move(keys);
}

namespace {

class BedForAll final : public ::testing::Environment {
 public:
  void SetUp() override {
    ASSERT_EQ(seal_network({"192.31.196.77"}), "");
    bed = std::make_unique<OnionBed>();
  }
  void TearDown() override { bed.reset(); }
  std::unique_ptr<OnionBed> bed;
};

// Googletest owns it, and asks for it before main().
BedForAll* const kBedForAll =
    static_cast<BedForAll*>(::testing::AddGlobalTestEnvironment(new BedForAll));

}  // namespace

OnionBed& onion_bed() { return *kBedForAll->bed; }

}  // namespace hitokoe::testing
