// Holders' files into the index, a dump swept against it; and the obvious count beside it.
#include "hitokoe/matcher/sweep.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <set>

#include "hitokoe/base/file.h"
#include "tests/scratch_folder.h"
#include "tests/unit/matcher/collected_tokens.h"
#include "tests/unit/matcher/people.h"

namespace hitokoe::matcher::test {
namespace {

using Values = std::set<std::pair<FieldId, std::string>>;

class SweepTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = std::make_unique<World>(kRegistry);
    hold("K0", "kou", "kou", 0, 600, 1, "K");
    for (const auto& s : world_->registry().snapshots()) {
      if (s.id == "S1") hold("S1", "kou", s.holder, 0, 600, 2, "K");
      if (s.id == "S3") hold("S3", "kou", s.holder, 0, 600, 3, "K");
      if (s.id == "S4") hold("S4", "otsu", s.holder, 450, 900, 4, "OT");
    }
    hold("O0", "otsu", "otsu", 450, 900, 1, "OT");
  }
  static void TearDownTestSuite() {
    world_.reset();
    held_.clear();
  }

  static void hold(const std::string& snapshot, const std::string& controller,
                   const std::string& party, unsigned from, unsigned to, unsigned step,
                   std::string_view prefix) {
    std::vector<Person> people;
    for (unsigned n = from; n < to; n += step) people.push_back(person(n, prefix));
    const auto records = held(people, kAllColumns);
    for (const auto& record : records) {
      Values& values = held_[controller][party];
      values.emplace(FieldId::kRef, record.ref);
      for (const auto& key : record.keys) values.insert(key);
    }
    world_->add(snapshot, records);
  }

  static SweepReport swept(std::string_view text, std::size_t threads = 1) {
    auto sweep = Sweep::begin(world_->index(), {.threads = threads});
    sweep->add("dump", as_bytes(text));
    return std::move(sweep->finish().value());
  }

  // "kou 3 email 2 phone 1 / callco …", as a report says and as the holders' values say.
  static std::string spelled(const SweepReport& report) {
    std::string out;
    const auto add = [&](const std::string& name, std::uint64_t all,
                         const std::vector<SweepCount>& counts) {
      if (all == 0) return;
      out += name + ' ' + std::to_string(all);
      for (const auto& c : counts) {
        out += ' ' + std::string(identity::field_info(c.field).name) + ' ' +
               std::to_string(c.identifiers);
      }
      out += '\n';
    };
    for (const auto& c : report.carriers) {
      add(c.controller, c.identifiers, c.fields);
      std::map<std::string, const SweepHolder*> by_name;
      for (const auto& h : c.holders) by_name[h.party] = &h;
      for (const auto& [name, h] : by_name) add("  " + name, h->identifiers, h->fields);
    }
    return out;
  }
  static std::string obvious_count(std::string_view text) {
    Values in_text;
    for (const auto& [field, value] : sweep::obvious(text)) {
      in_text.emplace(field == FieldId::kRefToken ? FieldId::kRef : field, value);
    }
    std::string out;
    const auto add = [&](const std::string& name, const Values& values) {
      std::map<FieldId, std::size_t> counts;
      std::size_t all = 0;
      for (const auto& v : in_text) {
        if (!values.contains(v)) continue;
        ++counts[v.first];
        ++all;
      }
      if (all == 0) return;
      out += name + ' ' + std::to_string(all);
      for (const auto& [field, n] : counts) {
        out += ' ' + std::string(identity::field_info(field).name) + ' ' + std::to_string(n);
      }
      out += '\n';
    };
    for (const auto& [controller, parties] : held_) {
      Values all;
      for (const auto& [party, values] : parties) all.insert(values.begin(), values.end());
      add(controller, all);
      for (const auto& [party, values] : parties) add("  " + party, values);
    }
    return out;
  }

  static std::unique_ptr<World> world_;
  static std::map<std::string, std::map<std::string, Values>> held_;
};

std::unique_ptr<World> SweepTest::world_;
std::map<std::string, std::map<std::string, Values>> SweepTest::held_;

std::string dump_of(unsigned from, unsigned to, unsigned step = 1) {
  std::vector<Person> people;
  for (unsigned n = from; n < to; n += step) people.push_back(person(n, n % 3 == 0 ? "OT" : "K"));
  return csv(people, kAllColumns);
}

TEST_F(SweepTest, CountsWhatTheHoldersHaveEachIdentifierOnce) {
  std::string text = dump_of(0, 1000, 3) + dump_of(0, 1000, 7);
  text += "user1.x@example.jp 090-0000-0001\n";
  const std::string expected = obvious_count(text);
  EXPECT_NE(expected.find("kou"), std::string::npos);
  EXPECT_NE(expected.find("otsu"), std::string::npos);
  EXPECT_NE(expected.find("ref"), std::string::npos);
  EXPECT_EQ(spelled(swept(text)), expected);
  EXPECT_EQ(spelled(swept(text + text + text)), expected);
}

TEST_F(SweepTest, FindsNothingInWhatIsNobodys) {
  EXPECT_EQ(spelled(swept(dump_of(5000, 5200))), "");
  EXPECT_EQ(spelled(swept("")), "");
}

TEST_F(SweepTest, DoesNotDependOnTheNumberOfThreads) {
  const ScratchFolder folder;
  const auto path = folder.path() / "dump.csv";
  std::string text;
  while (text.size() < 3'000'000)
    text += dump_of(0, 1200, 1 + static_cast<unsigned>(text.size() % 5));
  std::ofstream(path, std::ios::binary) << text;
  const std::string expected = obvious_count(text);
  std::vector<std::uint64_t> tokens;
  for (const std::size_t threads : {std::size_t{1}, std::size_t{2}, std::size_t{5}}) {
    auto sweep = Sweep::begin(world_->index(), {.threads = threads});
    ASSERT_TRUE(sweep->add_file(path));
    const auto report = std::move(sweep->finish().value());
    EXPECT_EQ(spelled(report), expected) << threads;
    EXPECT_EQ(report.bytes, text.size());
    EXPECT_EQ(report.documents, 1U);
    std::vector<std::uint64_t> now;
    for (const auto& t : report.tokens) now.push_back(t.identifiers);
    if (tokens.empty()) tokens = now;
    EXPECT_EQ(now, tokens) << threads;
  }
}

TEST_F(SweepTest, ReadsShiftJisAndUtf16) {
  std::string text;
  while (text.size() < 700'000) text += dump_of(0, 900, 2);
  const std::string expected = obvious_count(text);
  const auto sjis = swept(to_cp932(text));
  EXPECT_EQ(spelled(sjis), expected);
  EXPECT_TRUE(sjis.warnings.empty());
  std::string utf16 = "\xff\xfe";
  for (const char c : dump_of(0, 900, 2)) {
    if (static_cast<unsigned char>(c) >= 0x80) continue;
    utf16 += c;
    utf16 += '\0';
  }
  EXPECT_EQ(spelled(swept(utf16)), obvious_count(dump_of(0, 900, 2)));
}

TEST_F(SweepTest, WarnsOfWhatItDoesNotOpenAndPointsToScan) {
  const ScratchFolder folder;
  std::filesystem::create_directories(folder.path() / "in");
  std::ofstream(folder.path() / "in" / "a.zip", std::ios::binary) << "PK\x03\x04 and so on";
  std::ofstream(folder.path() / "in" / "b.csv", std::ios::binary) << dump_of(0, 10);
  std::filesystem::create_symlink("b.csv", folder.path() / "in" / "c");
  auto sweep = Sweep::begin(world_->index(), {.threads = 2});
  ASSERT_TRUE(sweep->add_file(folder.path()));
  const auto missing = sweep->add_file(folder.path() / "none");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::kNotFound);
  const auto report = std::move(sweep->finish().value());
  EXPECT_EQ(report.documents, 2U);
  EXPECT_EQ(spelled(report), obvious_count(dump_of(0, 10)));
  ASSERT_EQ(report.warnings.size(), 2U);
  EXPECT_TRUE(report.warnings[0].file.ends_with("a.zip"));
  EXPECT_NE(report.warnings[0].what.en.find("hitokoe scan"), std::string::npos);
  EXPECT_NE(report.warnings[0].what.ja.find("hitokoe scan"), std::string::npos);
  EXPECT_TRUE(report.warnings[1].file.ends_with("c"));
}

TEST_F(SweepTest, SaysThatItIsNoAttribution) {
  const auto json = boost::json::parse(to_json(swept(dump_of(0, 10)))).as_object();
  EXPECT_EQ(json.at("documents").to_number<int>(), 1);
  EXPECT_NE(json.at("notes").as_array().at(0).as_string().find("no attribution"),
            std::string::npos);
  EXPECT_FALSE(json.at("notes_ja").as_array().empty());
  const auto& carrier = json.at("carriers").as_array().at(0).as_object();
  EXPECT_EQ(carrier.at("controller").as_string(), "kou");
  EXPECT_GT(carrier.at("identifiers").to_number<int>(), 0);
  EXPECT_TRUE(carrier.at("fields").as_object().contains("email"));
  EXPECT_FALSE(carrier.at("holders").as_array().empty());
  EXPECT_EQ(json.at("tokens").as_object().at("email").to_number<int>(), 10);
}

TEST_F(SweepTest, OfAnEmptyIndexCountsTokensAlone) {
  auto sweep = Sweep::begin(Index::empty(), {.threads = 1});
  sweep->add("dump", as_bytes(dump_of(0, 10)));
  const auto report = std::move(sweep->finish().value());
  EXPECT_TRUE(report.carriers.empty());
  EXPECT_FALSE(report.tokens.empty());
}

// A damaged block makes identifiers that are not found: the counts would say too little.
TEST(SweepOfADamagedIndex, CountsNothing) {
  World world(kRegistry);
  std::vector<Person> people;
  for (unsigned n = 0; n < 400; ++n) people.push_back(person(n));
  world.add("K0", held(people, kAllColumns));
  const std::string dump = csv(people, kAllColumns);
  std::size_t damaged = 0;
  for (const auto& item : std::filesystem::recursive_directory_iterator(world.data() / "index")) {
    if (item.path().filename() != "lines") continue;
    auto bytes = read_file(item.path()).value();
    for (std::size_t at = 0; at < bytes.size(); at += 1024) bytes[at] ^= 1;
    ASSERT_TRUE(write_file_durably(item.path(), bytes));
    ++damaged;
  }
  ASSERT_GT(damaged, 0U);
  for (const std::size_t threads : {1U, 3U}) {
    auto sweep = Sweep::begin(world.index(), {.threads = threads});
    sweep->add("dump", as_bytes(dump));
    const auto report = sweep->finish();
    ASSERT_FALSE(report) << threads;
    EXPECT_EQ(report.error().code, Errc::kCorrupt);
  }
}

}  // namespace
}  // namespace hitokoe::matcher::test
