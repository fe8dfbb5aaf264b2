#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "hitokoe/base/file.h"
#include "tests/unit/matcher/world.h"

namespace hitokoe::matcher::test {
namespace {

using Added = IndexWriter::Added;

MadeRecord customer(int n, const std::string& version = "") {
  const std::string id = std::to_string(n);
  MadeRecord r;
  r.ref = "C" + id;
  r.keys = {{FieldId::kPhone, "+8190" + id + version},
            {FieldId::kEmail, "p" + id + "@example.jp"},
            // Three in a house.
            {FieldId::kAddress, "東京都|江東区|豊洲|" + std::to_string(n / 3)}};
  r.checks = {{FieldId::kName, "山田" + id}, {FieldId::kPostal, "135006" + std::to_string(n % 10)}};
  return r;
}

std::vector<MadeRecord> customers(int from, int to, const std::string& version = "") {
  std::vector<MadeRecord> out;
  for (int n = from; n < to; ++n) out.push_back(customer(n, version));
  return out;
}

std::set<std::string> files_under(const std::filesystem::path& dir) {
  std::set<std::string> out;
  for (const auto& item : std::filesystem::recursive_directory_iterator(dir)) {
    if (item.is_regular_file()) out.insert(std::filesystem::relative(item.path(), dir));
  }
  return out;
}

// What the index must say, by the plainest means.
class Oracle {
 public:
  void add(World& world, const std::string& snapshot, const std::vector<MadeRecord>& records) {
    const auto* s = world.registry().snapshot(snapshot);
    const auto g = world.keys().key256(identity::KeyKind::kEpoch, "1");
    const identity::Fingerprinter f(1, g.value());
    for (const auto& r : records) {
      const std::string subject = to_hex(f.subject(s->controller, r.ref));
      const std::string carrier = s->controller + "/1/";
      const auto note = [&](FieldId field, const std::string& value) {
        keys_[carrier + "key " + to_hex(f.of(field, value))][subject].insert(snapshot);
      };
      note(FieldId::kRefToken, r.ref);
      for (const auto& [field, value] : r.keys) note(field, value);
    }
  }
  std::map<std::string, std::string> spelled() const {
    std::map<std::string, std::string> out;
    for (const auto& [key, owners] : keys_) {
      std::string text;
      for (const auto& [subject, snapshots] : owners) {
        text += subject + "=";
        for (const auto& id : snapshots) text += id + " ";
        text += "|";
      }
      out[key] = text;
    }
    return out;
  }

 private:
  std::map<std::string, std::map<std::string, std::set<std::string>>> keys_;
};

std::map<std::string, std::string> keys_of(const IndexImpl& index) {
  std::map<std::string, std::string> out;
  for (const auto& [key, text] : spell_out(index)) {
    if (key.find("/key ") != std::string::npos) out[key] = text;
  }
  return out;
}

TEST(Index, SaysWhatAMapOfFingerprintsSays) {
  World world(kRegistry);
  Oracle oracle;
  const std::vector<std::pair<std::string, std::vector<MadeRecord>>> files = {
      {"K0", customers(0, 400)},           {"S1", customers(50, 300)},
      {"S2", customers(100, 180)},         {"O0", customers(350, 700)},
      {"S4", customers(400, 500, "-old")}, {"K1", customers(0, 500, "-new")}};
  for (const auto& [snapshot, records] : files) {
    world.add(snapshot, records);
    oracle.add(world, snapshot, records);
  }
  EXPECT_EQ(keys_of(*world.index()), oracle.spelled());
  const auto verified = world.writer()->verify();
  EXPECT_TRUE(verified) << verified.error().detail;
}

TEST(Index, FindsEveryKeyAndNothingElse) {
  World world(kRegistry);
  world.add("K0", customers(0, 3000));
  EXPECT_EQ(world.index()->filter(), nullptr) << "one carrier's table says as much";
  world.add("O0", customers(9000, 9010));
  const auto index = world.index();
  ASSERT_EQ(index->carriers().size(), 2U);
  const auto& carrier =
      index->carriers().at(index->carriers().at(0).id.controller == "kou" ? 0 : 1);
  const auto g = world.keys().key256(identity::KeyKind::kEpoch, "1");
  const identity::Fingerprinter f(1, g.value());
  int passed = 0;
  for (int n = 0; n < 6000; ++n) {
    std::array<crypto::Block, 1> y = {f.of(FieldId::kPhone, "+8190" + std::to_string(n))};
    std::array<crypto::Block, 1> z{};
    carrier.k_idx->encrypt(y, z);
    EXPECT_EQ(carrier.segment->find(key_item(z[0], 0)).size(), n < 3000 ? 1U : 0U);
    index->k_filter()->encrypt(y, z);
    const bool may = index->filter()->may_have(key_item(z[0], 0));
    if (n < 3000) {
      EXPECT_TRUE(may);
    } else if (may) {
      ++passed;
    }
  }
  EXPECT_LT(passed, 30) << "the pre-filter lets too much through";
}

TEST(Index, AFamilySharesAValue) {
  World world(kRegistry);
  world.add("K0", customers(0, 3));
  const auto index = world.index();
  std::size_t most = 0;
  for (KeyCursor at(*index->carriers()[0].segment); at.more(); at.next()) {
    most = std::max(most, at.postings().size());
  }
  EXPECT_EQ(most, 3U);
}

TEST(Index, TheSameFileAgainChangesNothing) {
  World world(kRegistry);
  const auto path = world.file("K0", customers(0, 20));
  EXPECT_EQ(world.writer()->add(path).value(), Added::kNew);
  const auto before = world.index()->generation();
  EXPECT_EQ(world.writer()->add(path).value(), Added::kUnchanged);
  EXPECT_EQ(world.index()->generation(), before);
}

TEST(Index, AHigherSequenceReplacesALowerIsRefused) {
  World world(kRegistry);
  world.add("K0", customers(0, 20), {.sequence = 5});
  EXPECT_EQ(world.writer()->add(world.file("K0", customers(5, 10), {.sequence = 6})).value(),
            Added::kReplaced);
  const auto lower = world.writer()->add(world.file("K0", customers(0, 20), {.sequence = 5}));
  ASSERT_FALSE(lower);
  EXPECT_EQ(lower.error().code, Errc::kConflict);
  const auto other = world.writer()->add(world.file("K0", customers(0, 20), {.sequence = 6}));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::kConflict);
  Oracle oracle;
  oracle.add(world, "K0", customers(5, 10));
  EXPECT_EQ(keys_of(*world.index()), oracle.spelled());
}

TEST(Index, ReplacingAndDroppingEqualsNeverHavingHad) {
  World world(kRegistry);
  world.add("K0", customers(0, 100));
  world.add("S1", customers(0, 100, "-wrong"));
  world.add("S1", customers(20, 60), {.sequence = 2});
  world.add("S3", customers(0, 100, "-other"));
  ASSERT_TRUE(world.writer()->drop("S3"));
  const auto changed = spell_out(*world.index());
  ASSERT_TRUE(world.writer()->rebuild());
  EXPECT_EQ(changed, spell_out(*world.index()));
  EXPECT_EQ(world.writer()->drop("S3").error().code, Errc::kNotFound);
}

TEST(Index, AddingTogetherEqualsAddingOneByOne) {
  World world(kRegistry);
  const std::vector<std::filesystem::path> files = {
      world.file("S2", customers(10, 60)), world.file("K0", customers(0, 100)),
      world.file("S1", customers(5, 80)), world.file("O0", customers(50, 90)),
      world.file("S1", customers(6, 80), {.sequence = 2})};
  for (const auto& added : world.writer()->add_all(files)) {
    EXPECT_TRUE(added) << added.error().detail;
  }
  const auto together = spell_out(*world.index());
  for (const auto* id : {"K0", "S1", "S2", "O0"}) ASSERT_TRUE(world.writer()->drop(id));
  EXPECT_TRUE(spell_out(*world.index()).empty());
  for (const auto& file : files) ASSERT_TRUE(world.writer()->add(file));
  EXPECT_EQ(spell_out(*world.index()), together);
}

struct Refusal {
  const char* what;
  FileOptions options;
  const char* snapshot;
  Errc code;
};

class RefusedFile : public testing::TestWithParam<Refusal> {};

TEST_P(RefusedFile, LeavesNoTrace) {
  World world(kRegistry);
  world.add("K0", customers(0, 10));
  const auto path = world.file(GetParam().snapshot, customers(0, 10), GetParam().options);
  const auto files = files_under(world.data() / "index");
  const auto keys = world.keys().list().size();
  const auto before = spell_out(*world.index());
  const auto added = world.writer()->add(path);
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, GetParam().code) << added.error().detail;
  EXPECT_EQ(files_under(world.data() / "index"), files);
  EXPECT_EQ(world.keys().list().size(), keys);
  EXPECT_EQ(spell_out(*world.index()), before);
}

INSTANTIATE_TEST_SUITE_P(
    Each, RefusedFile,
    testing::Values(
        Refusal{"signer", {.signer = "shop"}, "S1", Errc::kForbidden},
        Refusal{"party", {.party = "shop"}, "S1", Errc::kForbidden},
        Refusal{"delegation", {.delegation = "D3"}, "S1", Errc::kForbidden},
        Refusal{"items", {.columns = {FieldId::kRef, FieldId::kAddress}}, "S2", Errc::kBadInput},
        Refusal{"tables", {.other_tables = true}, "S1", Errc::kUnsupported},
        Refusal{"epoch", {.epoch = 7}, "S1", Errc::kUnsupported}),
    [](const auto& param_info) { return param_info.param.what; });

TEST(Index, RefusesAFileThatWasCutOrAlteredAtAnyPlace) {
  World world(kRegistry);
  world.add("K0", customers(0, 10));
  const auto path = world.file("S1", customers(0, 40));
  const auto whole = read_file(path).value();
  const auto files = files_under(world.data() / "index");
  const auto try_it = [&](Bytes content) {
    ASSERT_TRUE(write_file_durably(path, content));
    const auto added = world.writer()->add(path);
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code, Errc::kCorrupt) << added.error().detail;
    EXPECT_EQ(files_under(world.data() / "index"), files);
  };
  for (std::size_t at = 0; at < whole.size(); at += 97) {
    try_it(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(at)));
    auto altered = whole;
    altered[at] ^= 0x10;
    // The magic number aside, which makes it another kind of file.
    if (at >= 8) try_it(std::move(altered));
  }
  ASSERT_TRUE(write_file_durably(path, whole));
  EXPECT_TRUE(world.writer()->add(path));
}

TEST(Index, VerifyFindsAFlippedBitInEveryFile) {
  World world(kRegistry);
  world.add("K0", customers(0, 300));
  world.add("S1", customers(0, 200));
  ASSERT_TRUE(world.writer()->verify());
  const auto root = world.data() / "index";
  int tried = 0;
  for (const auto& name : files_under(root)) {
    if (name == "lock") continue;
    const auto whole = read_file(root / name).value();
    const std::size_t step = std::max<std::size_t>(1, whole.size() / 12);
    for (std::size_t at = 0; at < whole.size(); at += step) {
      for (const std::size_t place : {at, whole.size() - 1 - at}) {
        auto altered = whole;
        altered[place] = static_cast<std::uint8_t>(altered[place] ^ (1U << (place % 8)));
        ASSERT_TRUE(write_file_durably(root / name, altered));
        auto opened = IndexWriter::open(world.data(), world.keys(), world.registry());
        const auto found = opened ? opened.value()->verify() : Result<void>(opened.error());
        ASSERT_FALSE(found) << name << " at " << place;
        EXPECT_EQ(found.error().code, Errc::kCorrupt) << found.error().detail;
        ++tried;
      }
    }
    ASSERT_TRUE(write_file_durably(root / name, whole));
  }
  EXPECT_GT(tried, 200);
  EXPECT_TRUE(world.writer()->verify());
}

TEST(Index, ARotatedKeyNeedsNoNewFile) {
  World world(kRegistry);
  world.add("K0", customers(0, 50));
  world.add("O0", customers(0, 50));
  const auto before = spell_out(*world.index());
  ASSERT_TRUE(world.keys().replace(identity::KeyKind::kIndex, "kou"));
  EXPECT_EQ(spell_out(*world.index()), before);
  ASSERT_TRUE(world.keys().replace(identity::KeyKind::kFilter, "all"));
  EXPECT_EQ(spell_out(*world.index()), before);
  EXPECT_TRUE(world.writer()->verify());
}

TEST(Index, AMissingCacheIsMadeAgain) {
  World world(kRegistry);
  world.add("K0", customers(0, 50));
  const auto before = spell_out(*world.index());
  std::filesystem::remove_all(world.data() / "index" / "carriers");
  std::filesystem::create_directory(world.data() / "index" / "carriers");
  EXPECT_EQ(spell_out(*world.index()), before);
}

TEST(Index, ADestroyedKeyCutsTheHolderOff) {
  for (const auto& [kind, name] : {std::pair(identity::KeyKind::kStore, "S1"),
                                   std::pair(identity::KeyKind::kDelegation, "D1")}) {
    World world(kRegistry);
    world.add("K0", customers(0, 50));
    const auto without = spell_out(*world.index());
    world.add("S1", customers(0, 50, "-x"));
    ASSERT_NE(spell_out(*world.index()), without);
    ASSERT_TRUE(world.keys().destroy(kind, name));
    EXPECT_EQ(spell_out(*world.index()), without);
    // Nothing of it is left on the disk either.
    EXPECT_EQ(world.writer()->list().value().size(), 1U);
    std::size_t entries = 0;
    for (const auto& file : files_under(world.data() / "index" / "entries"))
      entries += !file.empty();
    EXPECT_EQ(entries, 1U);
  }
}

TEST(Index, AReaderKeepsWhatItOpened) {
  World world(kRegistry);
  world.add("K0", customers(0, 50));
  const auto open = world.index();
  const auto before = spell_out(*open);
  world.add("K0", customers(100, 150), {.sequence = 2});
  ASSERT_TRUE(world.writer()->drop("K0"));
  EXPECT_EQ(spell_out(*open), before);
}

MadeRecord without_number(MadeRecord r) {
  r.ref.clear();
  return r;
}

TEST(Index, ARecordWithoutNumberIsLinkedByTwoStrongKeys) {
  const auto linked = [](const std::vector<SnapshotEntry>& list, const std::string& id) {
    for (const auto& e : list) {
      if (e.snapshot == id) return std::pair(e.linked, e.unlinked);
    }
    return std::pair<std::uint64_t, std::uint64_t>(0, 0);
  };
  World world(kRegistry);
  auto half = without_number(customer(2));
  half.keys.resize(1);  // a telephone alone
  auto mixed = without_number(customer(3));
  mixed.keys[0] = customer(4).keys[0];  // the telephone of another
  const std::vector<MadeRecord> records = {without_number(customer(1)), half, mixed, customer(5)};
  // Before the carrier's own base is there, nothing can be linked.
  world.add("S1", records);
  EXPECT_EQ(linked(world.writer()->list().value(), "S1"), std::pair(1UL, 3UL));
  world.add("K0", customers(0, 10));
  EXPECT_EQ(linked(world.writer()->list().value(), "S1"), std::pair(2UL, 2UL));
  const auto after = spell_out(*world.index());
  ASSERT_TRUE(world.writer()->rebuild());
  EXPECT_EQ(spell_out(*world.index()), after);
  // Added the other way round.
  ASSERT_TRUE(world.writer()->drop("S1"));
  world.add("S1", records);
  EXPECT_EQ(linked(world.writer()->list().value(), "S1"), std::pair(2UL, 2UL));
  // A new base without the customer unlinks it.
  world.add("K0", customers(2, 10), {.sequence = 2});
  EXPECT_EQ(linked(world.writer()->list().value(), "S1"), std::pair(1UL, 3UL));
}

TEST(Index, TwoEpochsLiveSideBySide) {
  World world(kRegistry);
  world.add("K0", customers(0, 20));
  const auto second = world.keys().add_epoch();
  ASSERT_TRUE(second);
  world.add("K1", customers(0, 20), {.epoch = second.value()});
  const auto index = world.index();
  EXPECT_EQ(index->epochs().size(), 2U);
  EXPECT_EQ(index->carriers().size(), 2U);
  EXPECT_TRUE(world.writer()->verify());
}

TEST(Index, NothingAddedIsNotFound) {
  World world(kRegistry);
  const auto opened = Index::open(world.data(), world.keys());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::kNotFound);
  EXPECT_TRUE(world.writer()->list().value().empty());
  EXPECT_TRUE(world.writer()->verify());
}

TEST(Index, ASnapshotOfNobodyIsAnEmptySnapshot) {
  World world(kRegistry);
  world.add("K0", {});
  EXPECT_EQ(world.writer()->list().value().size(), 1U);
  EXPECT_EQ(world.index()->carriers()[0].segment->meta().keys, 0U);
}

}  // namespace
}  // namespace hitokoe::matcher::test
