// The service merges what additions leave, counts the index, and sees damage that a scan found.
#include "service/index_merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "hitokoe/base/file.h"
#include "hitokoe/base/run_alone.h"
#include "service/index_watch.h"
#include "tests/unit/matcher/world.h"

namespace hitokoe::service {
namespace {

using matcher::test::MadeRecord;
using matcher::test::World;
using ::testing::HasSubstr;

std::vector<MadeRecord> customers(int from, int to) {
  std::vector<MadeRecord> out;
  for (int n = from; n < to; ++n) {
    MadeRecord r;
    r.ref = "C" + std::to_string(n);
    r.keys = {{identity::FieldId::kPhone, "+8190" + std::to_string(n)}};
    out.push_back(std::move(r));
  }
  return out;
}

// Wakes so often, then the service stops.
class FewSleeps final : public Sleeper {
 public:
  explicit FewSleeps(int sleeps) : left_(sleeps) {}
  Task<Result<void>> sleep_for(Duration) override {
    if (left_-- > 0) co_return ok();
    co_return fail(Errc::kCancelled, "stopped", "停止");
  }

 private:
  int left_;
};

class IndexMergeTest : public ::testing::Test {
 protected:
  std::string rounds(int sleeps) {
    asio::io_context io;
    FewSleeps sleeper(sleeps);
    MetricsRegistry metrics;
    IndexMerge merge({world_.data(), world_.keys(), clock_, sleeper, metrics, Logger::silent()},
                     std::chrono::minutes(1));
    const auto ended = run_alone(io, merge.run());
    EXPECT_EQ(ended.error().code, Errc::kCancelled);
    return metrics.render();
  }

  World world_{matcher::test::kRegistry};
  SystemClock clock_;
};

TEST_F(IndexMergeTest, WaitsUntilItPaysThenMakesOneSegment) {
  EXPECT_THAT(rounds(0), HasSubstr("hitokoe_index_segments 0"));
  world_.add("K0", customers(0, 500));
  world_.add("S1", customers(490, 510));
  EXPECT_THAT(rounds(0), HasSubstr("hitokoe_index_segments 2")) << "a twentieth does not pay";
  world_.add("S2", customers(380, 550));
  const auto text = rounds(1);
  EXPECT_THAT(text, HasSubstr("hitokoe_index_segments 1\n"));
  EXPECT_THAT(text, HasSubstr("hitokoe_index_merges_total{outcome=\"done\"} 1"));
  EXPECT_THAT(text, HasSubstr("hitokoe_index_subjects 550"));
  EXPECT_THAT(text, HasSubstr("hitokoe_index_merge_seconds_count 1"));
}

TEST_F(IndexMergeTest, AMergeOfWhatIsDamagedFailsAndIsCounted) {
  world_.add("K0", customers(0, 500));
  world_.add("S1", customers(380, 550));
  for (const auto& item : std::filesystem::recursive_directory_iterator(world_.data() / "index")) {
    if (item.path().filename() != "keys") continue;
    auto bytes = read_file(item.path()).value();
    bytes[0] ^= 1;
    ASSERT_TRUE(write_file_durably(item.path(), bytes));
  }
  EXPECT_THAT(rounds(0), HasSubstr("hitokoe_index_merges_total{outcome=\"failed\"} 1"));
}

TEST_F(IndexMergeTest, AnIndexThatMetDamageIsNotGivenOutAgainUntilItIsMadeAnew) {
  world_.add("K0", customers(0, 500));
  IndexWatch watch(world_.data(), world_.keys());
  const auto index = watch.current().value();
  for (const auto& item : std::filesystem::recursive_directory_iterator(world_.data() / "index")) {
    if (item.path().filename() != "keys") continue;
    auto bytes = read_file(item.path()).value();
    bytes[0] ^= 1;
    std::fstream(item.path(), std::ios::in | std::ios::out | std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), 1);
  }
  EXPECT_TRUE(watch.current()) << "nobody has looked yet";
  const auto impl = std::static_pointer_cast<const matcher::IndexImpl>(index);
  EXPECT_EQ(impl->carriers()[0].segment->layers()[0]->key(0), nullptr);
  ASSERT_FALSE(watch.current());
  EXPECT_EQ(watch.current().error().code, Errc::kCorrupt);
  ASSERT_TRUE(world_.writer()->rebuild());
  EXPECT_TRUE(watch.current());
}

}  // namespace
}  // namespace hitokoe::service
