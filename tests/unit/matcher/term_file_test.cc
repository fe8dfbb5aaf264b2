// The terms file: what it says, and what is refused with its line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hitokoe/matcher/terms.h"
#include "hitokoe/registry/model.h"

namespace hitokoe::matcher {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(TermFileTest, SaysWhatIsWatched) {
  const auto file = parse_terms(R"(terms:
  - id: bluesky
    words: [青空計画, Project Blue Sky]
    severity: high
    carrier: kou
    note: the merger
    kanji: fold
    boundary: none
    throttle: {most: 5, within: 1h}
  - {id: ticket, pattern: 'KT-[0-9]{6}', severity: critical}
  - id: domains
    domains: [kou-tel.example, 甲通信.jp]
    lookalikes: false
    except: [kou-tel.test]
registry_names:
  severity: medium
  except: [kou]
)",
                                "t.yaml")
                        .value();
  ASSERT_EQ(file.terms.size(), 3U);
  const auto& t = file.terms[0];
  EXPECT_EQ(t.id, "bluesky");
  EXPECT_THAT(t.texts, ElementsAre("青空計画", "Project Blue Sky"));
  EXPECT_EQ(t.severity, Severity::kHigh);
  EXPECT_THAT(t.carriers, ElementsAre("kou"));
  EXPECT_FALSE(t.exact_kanji);
  EXPECT_TRUE(t.inside_words);
  EXPECT_EQ(t.throttle.most, 5U);
  EXPECT_EQ(file.terms[1].kind, TermKind::kPattern);
  EXPECT_THAT(file.terms[2].texts, ElementsAre("kou-tel.example", "xn--vuqq32goos.jp"));
  EXPECT_FALSE(file.terms[2].lookalikes);
  ASSERT_TRUE(file.names);
  EXPECT_EQ(file.names->severity, Severity::kMedium);
}

TEST(TermFileTest, EveryProblemIsToldWithItsLine) {
  const auto refused = parse_terms(R"(terms:
  - id: UPPER
    word: 青空
  - id: a
    word: 空
  - id: a
    pattern: '('
    colour: red
  - id: b
    word: 青空
    pattern: x+
    severity: huge
  - id: c
    domain: nodots
  - id: d
    pattern: 'x*'
surplus: 1
)",
                                   "t.yaml");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kBadInput);
  const auto& text = refused.error().detail;
  for (const auto* part :
       {"t.yaml:2: id: 1 to 63", "t.yaml:5: term a: a word has 2 to 100",
        "t.yaml:6: term a: stands twice", "t.yaml:7: term a: pattern:", "t.yaml:8: unknown key",
        "needs one of word", "severities are low", "t.yaml:14: term c: is no domain",
        "matches the empty text", "t.yaml:17: "}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_FALSE(refused.error().detail_ja.empty());
}

TEST(TermFileTest, RefusesAFileThatWatchesNothing) {
  EXPECT_FALSE(parse_terms("", "t.yaml"));
  EXPECT_FALSE(parse_terms("terms: []\n", "t.yaml"));
  EXPECT_TRUE(parse_terms("registry_names: true\n", "t.yaml"));
}

TEST(TermFileTest, NamesOfPartiesBelongToTheCarriersAboveThem) {
  const auto registry = registry::parse_registry(R"(parties:
  - {id: kou, name: 甲通信株式会社}
  - {id: otsu, name: 乙}
  - {id: callco, name: 丙コール株式会社}
  - {id: night, name: 丁サポート}
delegations:
  - {id: D1, controller: kou, from: kou, to: callco, type: A, purposes: [電話], items: [name], begins: 2024-04-01}
  - {id: D2, controller: kou, from: callco, to: night, under: D1, type: B, purposes: [夜], items: [name], consent: {by: kou, on: 2024-05-10, ref: x}, begins: 2024-06-01}
)",
                                                 "r.yaml")
                            .value();
  TermFile file;
  file.names = NamesRule{};
  const auto terms = terms_in_force(file, registry);
  ASSERT_EQ(terms.size(), 3U) << "乙 is one character";
  EXPECT_EQ(terms[0].id, "name:kou");
  EXPECT_THAT(terms[0].carriers, ElementsAre("kou"));
  EXPECT_EQ(terms[1].id, "name:callco");
  EXPECT_THAT(terms[1].texts, ElementsAre("丙コール株式会社", "丙コール"));
  EXPECT_THAT(terms[1].carriers, ElementsAre("kou"));
  EXPECT_EQ(terms[2].id, "name:night");
  EXPECT_THAT(terms[2].carriers, ElementsAre("kou"));
}

}  // namespace
}  // namespace hitokoe::matcher
