// Notations collected by others, when they are beside the source tree (../shared/data/jp, or the
// folder in HITOKOE_SHARED_DATA). They are no part of the project: without them the tests skip.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <set>

#include "hitokoe/identity/canonical.h"
#include "hitokoe/text/fold.h"
#include "identity/variants.h"

namespace hitokoe::identity {
namespace {

namespace fs = std::filesystem;

std::optional<fs::path> corpus(const char* name) {
  std::vector<fs::path> places = {fs::path(HITOKOE_SOURCE_DIR) / "../shared/data/jp"};
  if (const char* set = std::getenv("HITOKOE_SHARED_DATA")) places.insert(places.begin(), set);
  for (const fs::path& place : places) {
    if (fs::exists(place / name)) return place / name;
  }
  return std::nullopt;
}

std::vector<std::string> lines_of(const fs::path& path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> split(const std::string& text, char by, std::size_t most) {
  std::vector<std::string> parts;
  std::size_t at = 0;
  while (parts.size() + 1 < most) {
    const std::size_t end = text.find(by, at);
    if (end == std::string::npos) break;
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  parts.push_back(text.substr(at));
  return parts;
}

std::vector<std::string> leak(FieldId field, std::string_view raw) {
  std::vector<std::string> out;
  normalize(field, raw, Side::kLeak, out);
  return out;
}
std::string first(FieldId field, std::string_view raw) {
  const auto all = leak(field, raw);
  return all.empty() ? "" : all[0];
}

struct Score {
  int passed = 0, all = 0;
  void count(bool ok, const std::string& what) {
    ++all;
    if (ok) {
      ++passed;
    } else if (std::getenv("HITOKOE_SHOW_FAILURES") != nullptr) {
      std::cout << "  " << what << '\n';
    }
  }
  void print(const char* name) const {
    std::cout << "[ corpus   ] " << name << ": " << passed << " of " << all << '\n';
  }
};

#define SKIP_WITHOUT(path) \
  if (!(path)) GTEST_SKIP() << "no corpus beside the source tree"

TEST(Corpus, PhoneNotations) {
  const auto path = corpus("phone_notations.tsv");
  SKIP_WITHOUT(path);
  Score score;
  for (const std::string& line : lines_of(*path)) {
    const auto parts = split(line, '\t', 2);
    if (parts.size() != 2) continue;
    std::set<std::string> expected;
    if (parts[0] != "-") {
      for (const auto& e : split(parts[0], ',', 9)) expected.insert(e);
    }
    const auto got = leak(FieldId::kPhone, parts[1]);
    score.count(std::set<std::string>(got.begin(), got.end()) == expected, line);
  }
  score.print("phone notations");
  EXPECT_EQ(score.passed, score.all);
}

TEST(Corpus, OldAndNewKanji) {
  const auto path = corpus("kyujitai_pairs.tsv");
  SKIP_WITHOUT(path);
  const auto folded = [](const std::string& raw) {
    std::array<char32_t, 1024> buffer;
    const std::size_t n = text::fold(raw, buffer);
    std::u32string out;
    for (std::size_t i = 0; i < n; ++i) out += fold_name_kanji(buffer[i]);
    return out;
  };
  Score score;
  for (const std::string& line : lines_of(*path)) {
    const auto parts = split(line, '\t', 3);
    if (parts.size() == 3) score.count(folded(parts[1]) == folded(parts[2]), line);
  }
  score.print("old and new kanji");
  EXPECT_GE(score.passed, 52);  // the rest rewrites words (聯合 連合), which are not one character
}

TEST(Corpus, KanaConversions) {
  const auto path = corpus("jaconv_pairs.tsv");
  SKIP_WITHOUT(path);
  const std::set<std::string> kinds = {"hira2kata", "hira2hkata", "h2z", "z2h",
                                       "enlarge_smallkana"};
  Score score;
  for (const std::string& line : lines_of(*path)) {
    const auto parts = split(line, '\t', 3);
    if (parts.size() != 3 || !kinds.contains(parts[0])) continue;
    const std::string a = first(FieldId::kKana, parts[1]), b = first(FieldId::kKana, parts[2]);
    if (a.empty() && b.empty()) continue;  // with kanji in it
    score.count(a == b, line);
  }
  score.print("kana conversions");
  EXPECT_EQ(score.passed, score.all);
}

// The notation and the official form must have the same key.
TEST(Corpus, AddressVariants) {
  const auto folder = corpus("address_variants");
  SKIP_WITHOUT(folder);
  Score score;
  for (const auto& file : fs::directory_iterator(*folder)) {
    for (const std::string& line : lines_of(file.path())) {
      if (line.starts_with("#") || line.starts_with("address,")) continue;
      const auto parts = split(line, ',', 5);
      if (parts.size() != 5) continue;
      const std::string official = parts[1] + parts[2] + parts[3] + parts[4];
      const std::string a = first(FieldId::kAddress, parts[0]);
      const std::string b = first(FieldId::kAddress, official);
      score.count(!a.empty() && a == b, line + " : " + a + " / " + b);
    }
  }
  score.print("address variants");
  EXPECT_GE(score.passed * 100, score.all * 99);
}

TEST(Corpus, AddressesOfSchoolsAndTestCases) {
  const auto folder = corpus("abr");
  SKIP_WITHOUT(folder);
  Score all;
  for (const auto& file : fs::directory_iterator(*folder)) {
    if (file.path().extension() != ".json") continue;
    Score score;
    std::ifstream in(file.path());
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const boost::json::value entries = boost::json::parse(text);
    for (const auto& entry : entries.as_array()) {
      const auto& result = entry.at("result").as_object();
      if (!result.at("pref").is_string() || !result.at("city").is_string()) continue;
      const std::string input(entry.at("query").at("input").as_string());
      const std::string output(result.at("output").as_string());
      // The official name may tell what the input cannot: one of its keys must be the official one.
      const auto keys = leak(FieldId::kAddress, input);
      const std::string official = first(FieldId::kAddress, output);
      const bool ok =
          !official.empty() && std::find(keys.begin(), keys.end(), official) != keys.end();
      score.count(ok, input + " : " + (keys.empty() ? "" : keys[0]) + " / " + official);
    }
    score.print(file.path().filename().c_str());
    all.passed += score.passed;
    all.all += score.all;
  }
  all.print("addresses");
  EXPECT_GE(all.passed * 100, all.all * 96);
}

}  // namespace
}  // namespace hitokoe::identity
