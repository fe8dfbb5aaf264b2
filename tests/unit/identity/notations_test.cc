// Notations with what they mean. Those of notations/ beside this file are ours and must all be
// read. HITOKOE_OTHER_CASES may name a folder of cases kept apart from the project, collected by
// others: the same files in the same formats, which then count too (`ops/test` says whether it has
// one).
//
//   phone_notations.tsv      numbers that it means, by commas, or "-"; the notation
//   kyujitai_pairs.tsv       (anything); new characters; old ones
//   jaconv_pairs.tsv         kind; kana; the same kana otherwise
//   address_variants/*.csv   the notation; prefecture, city, town and rest as they are official
//   abr/*.json               query.input, and result.output where result has a pref and a city
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "hitokoe/identity/canonical.h"
#include "hitokoe/text/fold.h"
#include "identity/variants.h"
#include "tests/places.h"

namespace hitokoe::identity {
namespace {

namespace fs = std::filesystem;

struct Cases {
  fs::path path;
  const char* whose;
  bool ours;
};

std::vector<Cases> cases(const char* name) {
  std::vector<Cases> out = {
      {fs::path(HITOKOE_SOURCE_DIR) / "tests/unit/identity/notations" / name, "ours", true}};
  if (const char* folder = std::getenv("HITOKOE_OTHER_CASES")) {
    out.push_back({fs::path(folder) / name, "others'", false});
  }
  for (const auto& c : out) EXPECT_TRUE(fs::exists(c.path)) << c.path;
  std::erase_if(out, [](const Cases& c) { return !fs::exists(c.path); });
  return out;
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

class Score {
 public:
  void count(bool ok, const std::string& what) {
    ++all_;
    if (ok) {
      ++passed_;
    } else {
      failed_ += "  " + what + '\n';
    }
  }
  // `least` of a hundred must have passed where the cases are not ours.
  void expect(const Cases& of, const char* name, int least) const {
    std::cout << "[ cases    ] " << name << ", " << of.whose << ": " << passed_ << " of " << all_
              << '\n';
    EXPECT_GT(all_, 0) << name << ", " << of.whose;
    EXPECT_GE(passed_ * 100, all_ * (of.ours ? 100 : least)) << name << ", " << of.whose << ":\n"
                                                             << failed_;
  }

 private:
  int passed_ = 0, all_ = 0;
  std::string failed_;
};

TEST(Notations, OfPhoneNumbers) {
  for (const auto& of : cases("phone_notations.tsv")) {
    Score score;
    for (const std::string& line : lines_of(of.path)) {
      const auto parts = split(line, '\t', 2);
      if (parts.size() != 2) continue;
      std::set<std::string> expected;
      if (parts[0] != "-") {
        for (const auto& e : split(parts[0], ',', 9)) expected.insert(e);
      }
      const auto got = leak(FieldId::kPhone, parts[1]);
      score.count(std::set<std::string>(got.begin(), got.end()) == expected, line);
    }
    score.expect(of, "phone numbers", 100);
  }
}

TEST(Notations, OfOldAndNewKanji) {
  const auto folded = [](const std::string& raw) {
    std::array<char32_t, 1024> buffer;
    const std::size_t n = text::fold(raw, buffer);
    std::u32string out;
    for (std::size_t i = 0; i < n; ++i) out += fold_name_kanji(buffer[i]);
    return out;
  };
  for (const auto& of : cases("kyujitai_pairs.tsv")) {
    Score score;
    for (const std::string& line : lines_of(of.path)) {
      const auto parts = split(line, '\t', 3);
      if (parts.size() == 3) score.count(folded(parts[1]) == folded(parts[2]), line);
    }
    // The rest rewrites words with other characters (聯合 連合, 輔佐 補佐, 戦歿 戦没): 大輔 is not
    // 大補.
    score.expect(of, "old and new kanji", 89);
  }
}

TEST(Notations, OfKana) {
  const std::set<std::string> kinds = {"hira2kata", "hira2hkata", "h2z", "z2h",
                                       "enlarge_smallkana"};
  for (const auto& of : cases("jaconv_pairs.tsv")) {
    Score score;
    for (const std::string& line : lines_of(of.path)) {
      const auto parts = split(line, '\t', 3);
      if (parts.size() != 3 || !kinds.contains(parts[0])) continue;
      const std::string a = first(FieldId::kKana, parts[1]), b = first(FieldId::kKana, parts[2]);
      if (a.empty() && b.empty()) continue;  // with kanji in it
      score.count(a == b, line);
    }
    score.expect(of, "kana", 100);
  }
}

// The notation and the official form must have the same key.
TEST(Notations, OfAddresses) {
  for (const auto& of : cases("address_variants")) {
    Score score;
    for (const auto& file : fs::directory_iterator(of.path)) {
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
    score.expect(of, "addresses", 100);
  }
}

// The official name may tell what the input cannot: one of its keys must be the official one.
void count_registered_addresses(const fs::path& file, Score& score) {
  std::ifstream in(file);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const boost::json::value entries = boost::json::parse(text);
  for (const auto& entry : entries.as_array()) {
    const auto& result = entry.at("result").as_object();
    if (!result.at("pref").is_string() || !result.at("city").is_string()) continue;
    const std::string input(entry.at("query").at("input").as_string());
    const std::string output(result.at("output").as_string());
    const auto keys = leak(FieldId::kAddress, input);
    const std::string official = first(FieldId::kAddress, output);
    const bool ok =
        !official.empty() && std::find(keys.begin(), keys.end(), official) != keys.end();
    score.count(ok, input + " : " + (keys.empty() ? "" : keys[0]) + " / " + official);
  }
}

TEST(Notations, OfAddressesInTheRegister) {
  for (const auto& of : cases("abr")) {
    Score score;
    for (const auto& file : fs::directory_iterator(of.path)) {
      if (file.path().extension() == ".json") count_registered_addresses(file.path(), score);
    }
    score.expect(of, "addresses in the register", 99);
  }
}

}  // namespace
}  // namespace hitokoe::identity
