// Additions as layers on what is there, and merges of them: against an index that is made anew from
// the entries, whatever came before.
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "hitokoe/base/file.h"
#include "tests/sanitized.h"
#include "tests/unit/matcher/world.h"

namespace hitokoe::matcher::test {
namespace {

MadeRecord customer(unsigned n, const std::string& version = "") {
  const std::string id = std::to_string(n);
  MadeRecord r;
  r.ref = "C" + id;
  r.keys = {{FieldId::kPhone, "+8190" + id + version},
            {FieldId::kEmail, "p" + id + "@example.jp"},
            {FieldId::kAddress, "東京都|江東区|豊洲|" + std::to_string(n / 3)}};
  r.checks = {{FieldId::kName, "山田" + id}, {FieldId::kPostal, "135006" + std::to_string(n % 10)}};
  return r;
}

std::vector<MadeRecord> customers(unsigned from, unsigned to, const std::string& version = "") {
  std::vector<MadeRecord> out;
  for (unsigned n = from; n < to; ++n) out.push_back(customer(n, version));
  return out;
}

using hitokoe::test::kSanitized;
using Spelled = std::map<std::string, std::string>;

// The same data folder elsewhere: what is done there is not done here.
class Copy {
 public:
  explicit Copy(World& world) : registry_(world.shared_registry()) {
    std::filesystem::copy(world.data(), data(), std::filesystem::copy_options::recursive);
    const SecretText passphrase(std::string("a passphrase of the tests"));
    auto opened = identity::KeyStore::open(data(), passphrase, clock_, random_);
    if (!opened) throw std::runtime_error(opened.error().detail);
    keys_ = std::make_unique<identity::KeyStore>(std::move(opened.value()));
  }
  std::filesystem::path data() const { return folder_ / "data"; }
  identity::KeyStore& keys() { return *keys_; }
  std::unique_ptr<IndexWriter> writer() {
    auto opened = IndexWriter::open(data(), *keys_, *registry_);
    if (!opened) throw std::runtime_error(opened.error().detail);
    return std::move(opened.value());
  }
  Spelled spelled() {
    const auto opened = Index::open(data(), *keys_);
    if (!opened) throw std::runtime_error(opened.error().detail);
    return spell_out(*std::static_pointer_cast<const IndexImpl>(opened.value()));
  }
  // The carriers' files, by the carrier's folder without its generation.
  std::map<std::string, Bytes> files() const {
    std::map<std::string, Bytes> out;
    const auto root = data() / "index" / "carriers";
    for (const auto& item : std::filesystem::recursive_directory_iterator(root)) {
      if (!item.is_regular_file()) continue;
      const auto carrier = item.path().parent_path().filename().string().substr(0, 24);
      out[carrier + "/" + item.path().filename().string()] = read_file(item.path()).value();
    }
    return out;
  }

 private:
  ScratchFolder folder_;
  SystemClock clock_;
  SeededRandom random_{7};
  std::shared_ptr<const registry::Registry> registry_;
  std::unique_ptr<identity::KeyStore> keys_;
};

void expect_as_made_anew(World& world, const std::string& what) {
  const auto now = spell_out(*world.index());
  Copy copy(world);
  ASSERT_TRUE(copy.writer()->rebuild());
  EXPECT_EQ(copy.spelled(), now) << what;
  const auto verified = world.writer()->verify();
  EXPECT_TRUE(verified) << what << ": " << verified.error().detail;
}

std::size_t layers(World& world, std::size_t carrier = 0) {
  return world.index()->carriers().at(carrier).segment->layers().size();
}

// What a hunt was made for: it must come again for other files, and not for files in other layers.
TEST(IndexLayers, TellTheirContentWhateverTheirShape) {
  World world(kRegistry);
  EXPECT_EQ(Index::empty()->content(), 0U);
  world.add("K0", customers(0, 300));
  const auto one = world.index()->content();
  EXPECT_NE(one, 0U);
  world.add("S1", customers(10, 60));
  const auto two = world.index()->content();
  EXPECT_NE(two, one);
  const auto generation = world.index()->generation();
  ASSERT_TRUE(merge_index(world.data(), world.keys()));
  EXPECT_EQ(world.index()->content(), two);
  ASSERT_TRUE(world.writer()->rebuild());
  EXPECT_NE(world.index()->generation(), generation);
  EXPECT_EQ(world.index()->content(), two);
  world.add("S1", customers(10, 61), {.sequence = 2});
  const auto replaced = world.index()->content();
  EXPECT_NE(replaced, two) << "another file in the place of the first";
  ASSERT_TRUE(world.writer()->drop("S1"));
  EXPECT_NE(world.index()->content(), replaced);
}

TEST(IndexLayers, ASmallAdditionLeavesTheLargeLayerAsItIs) {
  World world(kRegistry);
  world.add("K0", customers(0, 1000));
  const auto base = index_carriers(world.data()).value().at(0);
  EXPECT_EQ(base.segment_keys.size(), 1U);
  EXPECT_FALSE(base.merge_due);
  world.add("S1", customers(980, 1010, "-new"));
  const auto after = index_carriers(world.data()).value().at(0);
  ASSERT_EQ(after.segment_keys.size(), 2U);
  EXPECT_EQ(after.segment_keys[0], base.segment_keys[0]);
  EXPECT_LT(after.segment_keys[1], 130U);
  EXPECT_EQ(after.subjects, 1010U);
  expect_as_made_anew(world, "one layer on top");
}

TEST(IndexLayers, AReplacementThatChangesLittleWritesLittle) {
  World world(kRegistry);
  world.add("K0", customers(0, 1000));
  world.add("S1", customers(0, 100));
  ASSERT_TRUE(merge_index(world.data(), world.keys()));
  ASSERT_EQ(layers(world), 1U);
  auto records = customers(0, 99);
  records[5] = customer(5, "-moved");
  world.add("S1", records, {.sequence = 2});
  const auto after = index_carriers(world.data()).value().at(0);
  ASSERT_EQ(after.segment_keys.size(), 2U);
  // Of customer 5 the old and the new telephone, of 99 what went.
  EXPECT_LE(after.segment_keys[1], 8U);
  expect_as_made_anew(world, "a replacement");
}

TEST(IndexLayers, AreNeverMoreThanFour) {
  World world(kRegistry);
  world.add("K0", customers(0, 2000));
  for (unsigned i = 0; i < 12; ++i) {
    const char* const snapshot = i % 3 == 0 ? "S1" : i % 3 == 1 ? "S2" : "S3";
    world.add(snapshot, customers(i * 40, i * 40 + 20 + 5 * (i % 4), std::to_string(i)),
              {.sequence = i + 1});
    EXPECT_LE(layers(world), kMostLayers);
  }
  expect_as_made_anew(world, "twelve additions");
}

TEST(IndexLayers, ADropIsALayerAndAMergeForgetsWhatItHides) {
  World world(kRegistry);
  world.add("K0", customers(0, 1000));
  const auto before = spell_out(*world.index());
  world.add("S1", customers(100, 150, "-x"));
  ASSERT_TRUE(world.writer()->drop("S1"));
  EXPECT_EQ(spell_out(*world.index()), before);
  ASSERT_TRUE(index_carriers(world.data()).value().at(0).merge_due);
  MergeOptions due;
  due.all = false;
  EXPECT_EQ(merge_index(world.data(), world.keys(), due).value().carriers, 1U);
  EXPECT_EQ(layers(world), 1U);
  EXPECT_EQ(world.index()->carriers()[0].segment->subjects().size(), 1000U);
  EXPECT_EQ(spell_out(*world.index()), before);
}

TEST(IndexLayers, ADestroyedKeyLeavesNothingInAnyLayer) {
  World world(kRegistry);
  world.add("K0", customers(0, 1000));
  const auto without = spell_out(*world.index());
  world.add("S1", customers(0, 100, "-secret"));
  ASSERT_EQ(layers(world), 2U);
  ASSERT_TRUE(world.keys().destroy(identity::KeyKind::kStore, "S1"));
  EXPECT_EQ(spell_out(*world.index()), without);
  EXPECT_EQ(layers(world), 1U);
  Copy copy(world);
  ASSERT_TRUE(copy.writer()->rebuild());
  const auto mine = copy.files();
  EXPECT_EQ(Copy(world).files(), mine) << "as if it had never been";
}

TEST(IndexLayers, WhatGoesGoesThoughItsEntriesAreDamaged) {
  World world(kRegistry);
  world.add("K0", customers(0, 1000));
  const auto without = spell_out(*world.index());
  world.add("S1", customers(0, 100, "-x"));
  const auto entries =
      world.data() / "index" / "entries" / world.index()->manifest().find("S1")->entries;
  auto bytes = read_file(entries).value();
  bytes[bytes.size() / 2] ^= 4;
  ASSERT_TRUE(write_file_durably(entries, bytes));
  ASSERT_TRUE(world.writer()->drop("S1"));
  EXPECT_EQ(spell_out(*world.index()), without);
}

// One history of additions, replacements, drops, records without a number, merges and cut keys.
void live(std::uint64_t seed) {
  SCOPED_TRACE(seed);
  SeededRandom dice(seed);
  World world(kRegistry);
  const std::vector<std::string> ids = {"S1", "S2", "S3", "S4", "O0", "K1", "K0"};
  std::map<std::string, std::uint64_t> sequences;
  world.add("K0", customers(0, 600));
  world.add("O0", customers(300, 700), {.sequence = sequences["O0"] = 1});
  sequences["K0"] = 1;
  for (int step = 0; step < 14; ++step) {
    const auto what = dice.below(10);
    std::string told = "step " + std::to_string(step) + ": ";
    if (what < 7) {
      // Holders more often than the carriers' own bases.
      const auto& id = ids[std::min(dice.below(ids.size()), dice.below(ids.size()))];
      const auto from = static_cast<unsigned>(dice.below(600));
      const auto many = static_cast<unsigned>(1 + dice.below(dice.below(3) == 0 ? 300 : 40));
      auto records = customers(from, from + many, dice.below(2) == 0 ? "" : "-v");
      if (id[0] == 'S' && dice.below(3) == 0) {
        for (std::size_t i = 0; i < records.size(); i += 2) records[i].ref.clear();
      }
      world.add(id, records, {.sequence = ++sequences[id]});
      told += "add " + id;
    } else if (what == 7) {
      const auto& id = ids[dice.below(4)];
      const auto dropped = world.writer()->drop(id);
      EXPECT_TRUE(dropped || dropped.error().code == Errc::kNotFound);
      told += "drop " + id;
    } else if (what == 8) {
      EXPECT_TRUE(merge_index(world.data(), world.keys()));
      told += "merge";
    } else {
      ASSERT_TRUE(world.keys().replace(identity::KeyKind::kIndex, "kou"));
      told += "rotate";
    }
    expect_as_made_anew(world, told);
  }
  // However they came to be: merged, or made anew, they are the same bytes.
  ASSERT_TRUE(merge_index(world.data(), world.keys()));
  Copy merged(world);
  Copy anew(world);
  ASSERT_TRUE(anew.writer()->rebuild());
  EXPECT_EQ(merged.files(), anew.files());
}

TEST(IndexLayers, EveryHistoryEndsInTheSameAnswersAndMergedInTheSameBytes) {
  for (std::uint64_t seed = 1; seed <= (kSanitized ? 1 : 4); ++seed) live(seed);
}

TEST(IndexLayers, AddedTogetherOrOneByOneAreTheSameBytesOnceMerged) {
  World world(kRegistry);
  const std::vector<std::filesystem::path> files = {
      world.file("S3", customers(10, 60, "-a")), world.file("K0", customers(0, 500)),
      world.file("S1", customers(5, 80)), world.file("O0", customers(50, 90)),
      world.file("S2", customers(400, 450, "-b"))};
  Copy together(world);
  for (const auto& added : together.writer()->add_all(files)) ASSERT_TRUE(added);
  ASSERT_TRUE(merge_index(together.data(), together.keys()));
  for (const auto& file : files) ASSERT_TRUE(world.writer()->add(file));
  ASSERT_GT(layers(world), 1U);
  ASSERT_TRUE(merge_index(world.data(), world.keys()));
  // The cache's keys are each folder's own: what they hide is compared, not they.
  EXPECT_EQ(together.spelled(), spell_out(*world.index()));
}

TEST(IndexLayers, AMergeGivesWayToAnAdditionThatCameMeanwhile) {
  World world(kRegistry);
  world.add("K0", customers(0, 1000));
  world.add("S1", customers(0, 20, "-x"));
  const auto file = world.file("S2", customers(30, 50, "-y"));
  MergeOptions options;
  bool added = false;
  options.progress = [&](std::uint64_t, std::uint64_t) {
    if (std::exchange(added, true)) return;
    ASSERT_TRUE(world.writer()->add(file));  // while the merge is at work: it holds no lock
  };
  const auto merged = merge_index(world.data(), world.keys(), options);
  ASSERT_TRUE(merged) << merged.error().detail;
  ASSERT_TRUE(added);
  EXPECT_EQ(merged.value().carriers, 0U);
  EXPECT_EQ(merged.value().left, 1U);
  expect_as_made_anew(world, "both additions are there");
  EXPECT_EQ(merge_index(world.data(), world.keys()).value().carriers, 1U);
  expect_as_made_anew(world, "merged");
}

TEST(IndexLayers, AStoppedMergeLeavesWhatWasThere) {
  World world(kRegistry);
  world.add("K0", customers(0, 1000));
  world.add("S1", customers(0, 20, "-x"));
  const auto before = spell_out(*world.index());
  const std::atomic<bool> stopping = true;
  MergeOptions options;
  options.stopping = &stopping;
  EXPECT_EQ(merge_index(world.data(), world.keys(), options).error().code, Errc::kCancelled);
  EXPECT_EQ(layers(world), 2U);
  EXPECT_EQ(spell_out(*world.index()), before);
}

TEST(IndexLayers, ReadersAreUndisturbedByAdditionsAndMerges) {
  World world(kRegistry);
  world.add("K0", customers(0, 1500));
  const auto index = world.index();
  const auto before = spell_out(*index);
  std::atomic<bool> done = false;
  std::vector<std::jthread> readers;
  for (int r = 0; r < 2; ++r) {
    readers.emplace_back([&] {
      while (!done) EXPECT_EQ(spell_out(*index), before);
    });
  }
  for (unsigned i = 1; i < 6; ++i) {
    world.add("S1", customers(i, 40 * i, "-v" + std::to_string(i)), {.sequence = i});
    ASSERT_TRUE(merge_index(world.data(), world.keys()));
  }
  done = true;
}

}  // namespace
}  // namespace hitokoe::matcher::test
