// The whole way: holders' files into the index, documents against it, a report out.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>

#include "tests/unit/matcher/people.h"

namespace hitokoe::matcher::test {
namespace {

const std::vector<FieldId> kNight = {FieldId::kRef, FieldId::kName, FieldId::kPhone,
                                     FieldId::kEmail};

std::vector<Person> people(unsigned from, unsigned to, unsigned step = 1,
                           std::string_view prefix = "K") {
  std::vector<Person> out;
  for (unsigned n = from; n < to; n += step) out.push_back(person(n, prefix));
  return out;
}

// kou's base and its holders; made once, for all tests of this file.
class Scan : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = std::make_unique<World>(kRegistry);
    world_->add("K0", held(people(0, 1200), kAllColumns));
    world_->add("S1", held(people(0, 1200, 2), kAllColumns));
    world_->add("S2", held(people(0, 1200, 8), kNight), {.columns = kNight});
    world_->add("S3", held(people(0, 1200, 3), kAllColumns));
    // otsu shares the customers from 900 on; it numbers them its own way.
    world_->add("O0", held(people(900, 1800, 1, "OT"), kAllColumns));
    world_->add("S4", held(people(900, 1800, 4, "OT"), kAllColumns));
  }
  static void TearDownTestSuite() { world_.reset(); }

  static std::unique_ptr<Exposure> begin(std::uint64_t block = 4 << 20) {
    Options options;
    options.block_bytes = block;
    return Exposure::begin(world_->index(), world_->shared_registry(), world_->keys(), options);
  }
  static ScanReport scan(std::string_view text, std::string_view type = {},
                         std::uint64_t block = 4 << 20) {
    auto exposure = begin(block);
    EXPECT_TRUE(exposure->add("paste", as_bytes(text), type));
    return std::move(exposure->finish().value());
  }

  static std::unique_ptr<World> world_;
};

std::unique_ptr<World> Scan::world_;

TEST_F(Scan, NamesTheHolderWhoseFileWasPasted) {
  const auto r = scan(csv(people(0, 640, 8), kNight));
  EXPECT_EQ(r.documents, 1U);
  EXPECT_EQ(r.rows, 80U);
  EXPECT_EQ(r.matched_rows, 80U);
  EXPECT_EQ(r.matched_subjects, 80U);
  EXPECT_EQ(r.ambiguous_rows, 0U);
  ASSERT_EQ(r.verdict, Verdict::kNamed);
  EXPECT_EQ(r.holders[0].party, "night");
  EXPECT_EQ(r.holders[0].snapshots, std::vector<std::string>{"S2"});
  EXPECT_TRUE(r.warnings.empty());
}

TEST_F(Scan, GivesTheSubjectsThatTheCarrierCanResolve) {
  const auto r = scan(csv({person(16)}, kNight));
  ASSERT_EQ(r.subjects.size(), 1U);
  const auto g = world_->keys().key256(identity::KeyKind::kEpoch, "1");
  EXPECT_EQ(
      r.subjects[0].y_ref,
      identity::Fingerprinter(1, g.value()).subject("kou", held({person(16)}, kNight)[0].ref));
  EXPECT_EQ(r.subjects[0].controller, "kou");
  EXPECT_EQ(r.subjects[0].agreeing, 4U);
  EXPECT_EQ(r.subjects[0].fields,
            (identity::FieldSet{FieldId::kRef, FieldId::kEmail, FieldId::kPhone, FieldId::kName}));
}

TEST_F(Scan, ReadsTheSameDumpInEveryRendering) {
  const auto chosen = people(0, 640, 8);
  const auto plain = scan(csv(chosen, kNight));
  const auto same = [&](const ScanReport& r, const char* what) {
    EXPECT_EQ(r.matched_subjects, plain.matched_subjects) << what;
    EXPECT_EQ(r.verdict, plain.verdict) << what;
    ASSERT_FALSE(r.holders.empty()) << what;
    EXPECT_EQ(r.holders[0].party, plain.holders[0].party) << what;
  };
  same(scan(to_cp932(csv(chosen, kNight))), "CP932");
  same(scan(to_cp932(csv(chosen, kNight)), "text/csv; charset=Shift_JIS"), "named CP932");
  same(scan("\xEF\xBB\xBF" + csv(chosen, kNight)), "BOM");
  same(scan(csv(chosen, kNight, ',', true)), "quoted");
  same(scan(csv(chosen, kNight, '\t')), "tabs");
  same(scan(csv(chosen, kNight, '|')), "bars");
  auto shuffled = kNight;
  std::reverse(shuffled.begin(), shuffled.end());
  same(scan(csv(chosen, shuffled)), "other order of columns");
  same(scan(csv(chosen, kNight, ',', false, false)), "no header");
  std::string html = "<html><body><p>dump</p><table><tr><th>氏名<th>電話番号<th>メール</tr>";
  for (const auto& p : chosen) {
    html += "<tr><td>" + p.name + "</td><td>" + p.phone + "</td><td><a href='mailto:x@y.jp'>" +
            p.email + "</a></td></tr>\n";
  }
  same(scan(html, "text/html"), "HTML table");
  std::string blocks;
  for (const auto& p : chosen)
    blocks += "氏名：" + p.name + "\nTEL " + p.phone + "\n" + p.email + "\n\n";
  same(scan(blocks), "blocks");
}

TEST_F(Scan, DoesNotDependOnTheSplitOfTheInput) {
  const std::string text = "書き込み\n" + csv(people(0, 300, 3), kAllColumns) + "\n\n" +
                           csv(people(0, 200, 8), kNight, '\t', true) + "\n連絡先 090-0000-0001";
  const auto whole = to_json(scan(text), std::nullopt);
  for (const std::uint64_t block : {1ULL, 13ULL, 4096ULL}) {
    EXPECT_EQ(to_json(scan(text, {}, block), std::nullopt), whole) << block;
  }
}

TEST_F(Scan, TheTelephoneOfOneBesideTheNameOfAnotherIsNoRecord) {
  auto mixed = person(16);
  mixed.name = person(24).name + "郎";
  const auto r = scan(csv({mixed}, {FieldId::kName, FieldId::kPhone}));
  EXPECT_EQ(r.matched_rows, 0U);
  EXPECT_EQ(r.ambiguous_rows, 1U);
  EXPECT_EQ(r.verdict, Verdict::kNoMatch);
  EXPECT_TRUE(r.subjects.empty());
}

TEST_F(Scan, ATelephoneAloneResolvesNobody) {
  const auto r = scan("090-0000-0008\n\n" + person(10).phone + "\n");
  EXPECT_EQ(r.matched_rows, 0U);
  EXPECT_GE(r.ambiguous_rows, 1U);
}

TEST_F(Scan, TwoCustomersInOneRowAreAmbiguous) {
  auto mixed = person(16);
  mixed.email = person(24).email;
  const auto r = scan(csv({mixed}, {FieldId::kPhone, FieldId::kEmail}));
  EXPECT_EQ(r.matched_rows, 0U);
  EXPECT_EQ(r.ambiguous_rows, 1U);
}

TEST_F(Scan, OneRowResolvesInBothCarriersThatShareTheCustomer) {
  const auto columns =
      std::vector<FieldId>{FieldId::kName, FieldId::kPhone, FieldId::kEmail, FieldId::kAddress};
  const auto r = scan(csv(people(900, 1200, 4), columns));
  EXPECT_EQ(r.matched_rows, 75U);
  EXPECT_EQ(r.matched_subjects, 150U);
  ASSERT_EQ(r.subjects.size(), 150U);
  EXPECT_EQ(r.subjects[0].row, r.subjects[1].row);
  EXPECT_NE(r.subjects[0].controller, r.subjects[1].controller);
}

TEST_F(Scan, FindsTheContractorOfBothCarriers) {
  const auto columns =
      std::vector<FieldId>{FieldId::kName, FieldId::kPhone, FieldId::kEmail, FieldId::kAddress};
  std::string dump = csv(people(0, 600, 2), columns);
  dump += "\n" + csv(people(1300, 1800, 4), columns);
  const auto r = scan(dump);
  ASSERT_EQ(r.verdict, Verdict::kNamed);
  EXPECT_EQ(r.holders[0].party, "callco");
}

TEST_F(Scan, WhatNobodyHasMatchesNothing) {
  const auto r = scan(csv(people(5000, 5100), kAllColumns));
  EXPECT_EQ(r.verdict, Verdict::kNoMatch);
  EXPECT_EQ(r.rows, 100U);
  EXPECT_EQ(r.matched_rows, 0U);
  EXPECT_TRUE(r.holders.empty());
}

TEST_F(Scan, WhatCannotBeReadIsNeverSilentlyClean) {
  const std::string containers[] = {"%PDF-1.7", std::string("SQLite format 3\0", 16)};
  for (const auto& c : containers) {
    const auto r = scan(c);
    ASSERT_EQ(r.warnings.size(), 1U);
    EXPECT_FALSE(r.warnings[0].what.en.empty());
  }
  const auto sql =
      scan("INSERT INTO t VALUES ('" + person(8).phone + "','" + person(8).email + "');\n");
  EXPECT_TRUE(sql.warnings.empty());
  EXPECT_EQ(sql.matched_rows, 1U);
}

TEST_F(Scan, AnEmptyPasteIsADocumentWithoutRows) {
  const auto r = scan("");
  EXPECT_EQ(r.documents, 1U);
  EXPECT_EQ(r.rows, 0U);
  EXPECT_EQ(r.verdict, Verdict::kNoMatch);
  EXPECT_TRUE(r.warnings.empty());
}

TEST_F(Scan, BadBytesAreToldAndTheRestIsRead) {
  std::string text = csv(people(0, 80, 8), kNight);
  text.insert(text.size() / 2, "\n\xff\xfe\x80 broken\n");
  const auto r = scan(text);
  EXPECT_GE(r.matched_rows, 9U);
  EXPECT_EQ(r.warnings.size(), 1U);
  const auto with_nul = scan(csv(people(0, 80, 8), kNight) + std::string(3, '\0') + "\n");
  EXPECT_GE(with_nul.matched_rows, 9U);
}

TEST_F(Scan, FoldersAreOneExposure) {
  const ScratchFolder folder;
  std::filesystem::create_directories(folder.path() / "deep" / "deeper");
  const auto write = [&](const char* name, const std::string& text) {
    std::ofstream(folder.path() / name) << text;
  };
  write("a.csv", csv(people(0, 320, 8), kNight));
  write("deep/b.txt", to_cp932(csv(people(320, 640, 8), kNight)));
  write("deep/deeper/c.zip", "PK\x03\x04");
  std::filesystem::create_symlink(folder.path(), folder.path() / "deep" / "loop");
  auto exposure = begin();
  ASSERT_TRUE(exposure->add_file(folder.path()));
  const auto r = exposure->finish().value();
  EXPECT_EQ(r.documents, 3U);
  EXPECT_EQ(r.matched_subjects, 80U);
  EXPECT_EQ(r.warnings.size(), 2U) << "the archive and the link";
  EXPECT_EQ(begin()->add_file(folder.path() / "none").error().code, Errc::kNotFound);
}

TEST_F(Scan, DocumentsInAnyOrderGiveTheSameAttribution) {
  const auto a = csv(people(0, 320, 8), kNight);
  const auto b = csv(people(320, 640, 8), kNight, '\t');
  const auto run = [&](const std::vector<std::string>& documents) {
    auto exposure = begin();
    for (const auto& d : documents) EXPECT_TRUE(exposure->add("d", as_bytes(d), ""));
    return to_json(exposure->finish().value(), std::nullopt);
  };
  EXPECT_EQ(run({a, b}), run({b, a}));
}

TEST_F(Scan, TheJsonIsTheContracts) {
  const auto root =
      boost::json::parse(to_json(scan(csv(people(0, 640, 8), kNight)), "INC-1")).as_object();
  for (const auto* key :
       {"documents", "bytes", "rows", "tokens", "matched_rows", "matched_subjects", "verdict",
        "ambiguous_rows", "holders", "unknown_probability", "snapshot", "rows_needed", "warnings",
        "incident"}) {
    EXPECT_TRUE(root.contains(key)) << key;
  }
  EXPECT_EQ(root.at("verdict"), "named");
  EXPECT_EQ(root.at("incident"), "INC-1");
  const auto& h = root.at("holders").as_array().at(0).as_object();
  for (const auto* key : {"party", "snapshots", "matched_rows", "exclusive_rows", "probability",
                          "decibans", "indistinguishable_from"}) {
    EXPECT_TRUE(h.contains(key)) << key;
  }
  for (const auto* key :
       {"membership", "columns", "dates", "order", "canary", "prior", "downstream"}) {
    EXPECT_TRUE(h.at("decibans").as_object().contains(key)) << key;
  }
}

// A household: one telephone and one address, three people.
class Family : public testing::Test {
 protected:
  Family() : world_(kRegistry) {
    std::vector<Person> all;
    for (unsigned n = 0; n < 3; ++n) {
      auto p = person(100 + n);
      p.phone = "03-1234-5678";
      p.address = "東京都江東区豊洲1-2-27";
      p.postal = "135-0061";
      p.name = std::vector<std::string>{"山田　一郎", "山田　花子", "山田　美咲"}[n];
      p.kana = std::vector<std::string>{"ヤマダ イチロウ", "ヤマダ ハナコ", "ヤマダ ミサキ"}[n];
      all.push_back(p);
    }
    family_ = all;
    world_.add("K0", held(all, kAllColumns));
  }
  ScanReport scan(const std::vector<Person>& rows, const std::vector<FieldId>& columns) {
    auto exposure = Exposure::begin(world_.index(), world_.shared_registry(), world_.keys(), {});
    EXPECT_TRUE(exposure->add("x", as_bytes(csv(rows, columns)), ""));
    return std::move(exposure->finish().value());
  }
  World world_;
  std::vector<Person> family_;
};

TEST_F(Family, TelephoneAndAddressAloneAreAmbiguous) {
  const auto r = scan(family_, {FieldId::kPhone, FieldId::kAddress});
  EXPECT_EQ(r.matched_rows, 0U);
  EXPECT_EQ(r.ambiguous_rows, 3U);
}

TEST_F(Family, ANameTellsWhichOne) {
  const auto r = scan({family_[1]}, {FieldId::kName, FieldId::kPhone, FieldId::kAddress});
  EXPECT_EQ(r.matched_rows, 1U);
  EXPECT_EQ(r.matched_subjects, 1U);
}

TEST_F(Family, ANameAndTheAddressAreEnough) {
  const auto r = scan({family_[1]}, {FieldId::kName, FieldId::kAddress});
  EXPECT_EQ(r.matched_rows, 1U);
  EXPECT_EQ(r.matched_subjects, 1U);
  auto stranger = family_[1];
  stranger.name = "山田　次郎";
  EXPECT_EQ(scan({stranger}, {FieldId::kName, FieldId::kAddress}).matched_rows, 0U);
}

TEST_F(Family, AMemberWhoIsNoCustomerIsNobody) {
  auto stranger = family_[0];
  stranger.name = "山田　次郎";
  const auto r = scan({stranger}, {FieldId::kName, FieldId::kPhone, FieldId::kAddress});
  EXPECT_EQ(r.matched_rows, 0U);
  EXPECT_EQ(r.ambiguous_rows, 1U);
}

TEST_F(Family, AMemberWithTheSameTelephoneAndMailboxIsNobody) {
  auto stranger = family_[0];
  stranger.name = "山田　次郎";
  const std::vector<FieldId> columns = {FieldId::kName, FieldId::kPhone, FieldId::kEmail};
  const auto r = scan({stranger}, columns);
  EXPECT_EQ(r.matched_rows, 0U);
  EXPECT_EQ(r.ambiguous_rows, 1U);
  EXPECT_EQ(scan({family_[0]}, columns).matched_subjects, 1U);
}

}  // namespace
}  // namespace hitokoe::matcher::test
