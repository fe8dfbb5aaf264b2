// Records rendered as a dump come back as those records, and nobody's values stand in another's.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "hitokoe/identity/canonical.h"
#include "matcher/rows/row_reader.h"
#include "tests/property/matcher/rendered_people.h"

namespace hitokoe::matcher::test {
namespace {

using identity::FieldId;
using identity::FieldValue;

struct Found {
  std::vector<std::pair<FieldId, std::string>> values;
};

std::vector<Found> read(std::string_view text, std::mt19937* random) {
  std::vector<Found> out;
  RowReader reader([&](std::span<const FieldValue> values) -> Result<void> {
    Found f;
    for (const auto& v : values) f.values.emplace_back(v.field, v.raw);
    out.push_back(std::move(f));
    return ok();
  });
  while (!text.empty()) {
    const std::size_t n =
        random == nullptr ? text.size() : std::min<std::size_t>(text.size(), 1 + (*random)() % 977);
    EXPECT_TRUE(reader.feed(text.substr(0, n)));
    text.remove_prefix(n);
  }
  EXPECT_TRUE(reader.finish());
  return out;
}

std::string squeezed(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '-') out += c;
  }
  return out;
}

bool agrees(FieldId field, std::string_view wanted, std::string_view raw) {
  if (squeezed(wanted) == squeezed(raw)) return true;
  std::vector<std::string> a, b;
  identity::normalize(field, wanted, identity::Side::kHolder, a);
  identity::normalize(field, raw, identity::Side::kLeak, b);
  if (a.empty()) return false;
  if (std::ranges::find(b, a[0]) != b.end()) return true;
  // With the room behind it.
  return field == FieldId::kAddress &&
         std::ranges::any_of(b, [&](const std::string& x) { return x.starts_with(a[0]); });
}

struct Score {
  std::size_t people = 0, whole = 0, fields = 0, found = 0, mixed = 0;
};

// Pairs the records with the people by what belongs to one person only.
void score(const Dump& dump, const std::vector<Found>& rows, Score& s, bool print) {
  std::map<std::string, std::size_t> owner;  // phone, mail, ref → person
  const auto keys = [](FieldId field, std::string_view value) -> std::string {
    std::vector<std::string> forms;
    if (field == FieldId::kRef) return "r" + std::string(value);
    if (field != FieldId::kPhone && field != FieldId::kEmail) return {};
    identity::normalize(field, value, identity::Side::kHolder, forms);
    return forms.empty() ? "" : forms[0];
  };
  for (std::size_t i = 0; i < dump.people.size(); ++i) {
    for (const auto& [field, value] : dump.people[i]) {
      if (const auto key = keys(field, value); !key.empty()) owner.emplace(key, i);
    }
  }
  std::vector<std::vector<const Found*>> of(dump.people.size());
  for (const auto& row : rows) {
    std::set<std::size_t> owners;
    for (const auto& [field, raw] : row.values) {
      if (const auto at = owner.find(keys(field, raw)); at != owner.end())
        owners.insert(at->second);
    }
    if (owners.size() > 1) ++s.mixed;
    for (const auto o : owners) of[o].push_back(&row);
  }
  for (std::size_t i = 0; i < dump.people.size(); ++i) {
    std::size_t best = 0;
    const auto& wanted = dump.people[i];
    for (const auto* row : of[i]) {
      std::size_t n = 0;
      for (const auto& [field, value] : wanted) {
        n += std::ranges::any_of(row->values, [&](const auto& v) {
          return v.first == field && agrees(field, value, v.second);
        });
      }
      best = std::max(best, n);
    }
    ++s.people;
    s.fields += wanted.size();
    s.found += best;
    s.whole += best == wanted.size();
    if (print && best != wanted.size()) {
      std::string line = "  person " + std::to_string(i) + " wanted:";
      for (const auto& [field, value] : wanted) line += " " + value;
      for (const auto* row : of[i]) {
        line += "\n    got:";
        for (const auto& [field, raw] : row->values) {
          line += " " + std::string(identity::field_info(field).name) + "=" + raw;
        }
      }
      std::printf("%s\n", line.c_str());
    }
  }
}

// With a unique value in each record, so that they can be paired.
Dump dump_of(Format format, std::mt19937& random) {
  for (;;) {
    Dump dump = rendered(format, 5 + random() % 40, random);
    const bool unique = std::ranges::all_of(dump.people, [](const Expected& e) {
      return e.contains(FieldId::kPhone) || e.contains(FieldId::kEmail);
    });
    if (unique) return dump;
  }
}

class RoundTrip : public ::testing::TestWithParam<Format> {};

TEST_P(RoundTrip, RecordsComeBackAsTheyWere) {
  // HITOKOE_ROWS_SHOW=n prints the dump of seed n and what is missing.
  const char* shown = std::getenv("HITOKOE_ROWS_SHOW");
  Score all;
  constexpr unsigned kDumps = 300;
  for (unsigned seed = 0; seed < kDumps; ++seed) {
    std::mt19937 random(seed * 8 + static_cast<unsigned>(GetParam()));
    const Dump dump = dump_of(GetParam(), random);
    const bool show = shown != nullptr && std::string(shown) == std::to_string(seed);
    Score s;
    if (show) std::printf("%s\n", dump.text.substr(0, 3000).c_str());
    score(dump, read(dump.text, nullptr), s, show);
    if (shown != nullptr && (s.whole != s.people || s.mixed != 0)) {
      std::printf("%s seed %u: %zu of %zu, mixed %zu | %s\n",
                  std::string(to_string(GetParam())).c_str(), seed, s.whole, s.people, s.mixed,
                  dump.text.substr(0, dump.text.find('\n')).c_str());
    }
    all.people += s.people;
    all.whole += s.whole;
    all.fields += s.fields;
    all.found += s.found;
    all.mixed += s.mixed;
  }
  std::printf("%-10s %5zu records: whole %6.2f %%, fields %6.2f %%, mixed %zu\n",
              std::string(to_string(GetParam())).c_str(), all.people,
              100.0 * static_cast<double>(all.whole) / static_cast<double>(all.people),
              100.0 * static_cast<double>(all.found) / static_cast<double>(all.fields), all.mixed);
  EXPECT_EQ(all.mixed, 0U);
  const bool told_by_cells = GetParam() == Format::kHeadless;
  EXPECT_GE(all.whole * 1000, all.people * (told_by_cells ? 950 : 990));
}

TEST_P(RoundTrip, ThePiecesDoNotMatter) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 random(1000 + seed * 8 + static_cast<unsigned>(GetParam()));
    const Dump dump = dump_of(GetParam(), random);
    const auto whole = read(dump.text, nullptr);
    const auto pieces = read(dump.text, &random);
    ASSERT_EQ(whole.size(), pieces.size()) << "seed " << seed;
    for (std::size_t i = 0; i < whole.size(); ++i) ASSERT_EQ(whole[i].values, pieces[i].values);
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, RoundTrip, ::testing::ValuesIn(kFormats),
                         [](const auto& given) { return std::string(to_string(given.param)); });

}  // namespace
}  // namespace hitokoe::matcher::test
