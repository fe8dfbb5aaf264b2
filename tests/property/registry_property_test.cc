// Random valid registries are read; each with one thing wrong is refused at the line of that thing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <random>

#include "hitokoe/registry/model.h"

namespace hitokoe::registry {
namespace {

using ::testing::HasSubstr;

using Entry = std::vector<std::pair<std::string, std::string>>;  // one line of the file

const std::vector<std::string> kFields{"ref",      "name",    "kana",   "phone",
                                       "email",    "address", "postal", "birthdate",
                                       "contract", "bank",    "iccid"};

std::string value(const Entry& entry, const std::string& key) {
  for (const auto& [k, v] : entry) {
    if (k == key) return v;
  }
  return "";
}

void set(Entry& entry, const std::string& key, const std::string& to) {
  for (auto& [k, v] : entry) {
    if (k == key) {
      v = to;
      return;
    }
  }
  entry.emplace_back(key, to);
}

void drop(Entry& entry, const std::string& key) {
  std::erase_if(entry, [&](const auto& pair) { return pair.first == key; });
}

std::string later(const std::string& day, int days) {
  return format_day(parse_day(day).value() + std::chrono::days(days));
}

struct File {
  std::vector<Entry> parties, delegations, snapshots;

  // One line an entry, so that the line of each is known.
  int party_line(std::size_t i) const { return 2 + static_cast<int>(i); }
  int delegation_line(std::size_t i) const {
    return party_line(parties.size()) + 1 + static_cast<int>(i);
  }
  int snapshot_line(std::size_t i) const {
    return delegation_line(delegations.size()) + 1 + static_cast<int>(i);
  }

  std::string text() const {
    std::string out;
    const auto list = [&](const char* name, const std::vector<Entry>& entries) {
      out += std::string(name) + ":" + (entries.empty() ? " []" : "") + "\n";
      for (const auto& entry : entries) {
        std::string line;
        for (const auto& [k, v] : entry) line += (line.empty() ? "" : ", ") + k + ": " + v;
        out += "  - {" + line + "}\n";
      }
    };
    list("parties", parties);
    list("delegations", delegations);
    list("snapshots", snapshots);
    return out;
  }
};

class Chance {
 public:
  explicit Chance(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t n) { return engine_() % n; }
  bool one_in(std::size_t n) { return below(n) == 0; }
  // At least one of `from`, in its order.
  std::vector<std::string> some(const std::vector<std::string>& from) {
    std::vector<std::string> out;
    for (const auto& s : from) {
      if (!one_in(3)) out.push_back(s);
    }
    if (out.empty()) out.push_back(from[below(from.size())]);
    return out;
  }

 private:
  std::mt19937 engine_;
};

std::string list_of(const std::vector<std::string>& all) {
  std::string out;
  for (const auto& s : all) out += (out.empty() ? "" : ", ") + s;
  return "[" + out + "]";
}

std::vector<std::string> fields_of(const Entry& entry) {
  std::vector<std::string> out;
  const auto text = value(entry, "items");
  for (const auto& field : kFields) {
    if (text.find("[" + field + "]") != std::string::npos ||
        text.find("[" + field + ",") != std::string::npos ||
        text.find(", " + field + ",") != std::string::npos ||
        text.find(", " + field + "]") != std::string::npos)
      out.push_back(field);
  }
  return out;
}

File random_file(Chance& chance) {
  File file;
  const std::size_t parties = 3 + chance.below(6);
  const auto party = [](std::size_t i) { return "p" + std::to_string(i); };
  for (std::size_t i = 0; i < parties; ++i)
    file.parties.push_back({{"id", party(i)}, {"name", "事業者" + std::to_string(i)}});

  const std::size_t delegations = 1 + chance.below(8);
  for (std::size_t i = 0; i < delegations; ++i) {
    Entry d{{"id", "D" + std::to_string(i)}};
    std::string begins = later("2024-01-01", static_cast<int>(chance.below(300)));
    std::vector<std::string> allowed = kFields;
    std::string from = party(chance.below(parties));
    std::string controller = from;
    if (i > 0 && !chance.one_in(3)) {
      const auto& above = file.delegations[chance.below(i)];
      d.emplace_back("under", value(above, "id"));
      from = value(above, "to");
      controller = value(above, "controller");
      begins = later(value(above, "begins"), static_cast<int>(chance.below(100)));
      allowed = fields_of(above);
      if (!chance.one_in(3))
        d.emplace_back("consent", "{by: " + controller + ", on: " + begins + ", ref: 承諾書}");
    }
    std::string to = party(chance.below(parties));
    while (to == from) to = party(chance.below(parties));
    d.insert(d.end(), {{"controller", controller},
                       {"from", from},
                       {"to", to},
                       {"type", chance.one_in(2) ? "A" : "B"},
                       {"purposes", "[窓口]"},
                       {"items", list_of(chance.some(allowed))},
                       {"begins", begins}});
    file.delegations.push_back(std::move(d));
  }

  std::size_t number = 0;
  for (std::size_t i = 0; i < parties; ++i) {
    file.snapshots.push_back({{"id", "S" + std::to_string(number++)},
                              {"controller", party(i)},
                              {"holder", party(i)},
                              {"own", "true"},
                              {"as_of", "2026-01-01"},
                              {"records", "1000"},
                              {"items", list_of(kFields)}});
  }
  for (const auto& d : file.delegations) {
    const auto source = std::ranges::find_if(file.snapshots, [&](const Entry& s) {
      const auto& made_by = value(s, "delegation");
      return made_by == value(d, "under") && value(s, "controller") == value(d, "controller");
    });
    if (source == file.snapshots.end()) continue;
    const auto on = value(*source, "on").empty() ? value(*source, "as_of") : value(*source, "on");
    file.snapshots.push_back({{"id", "S" + std::to_string(number++)},
                              {"controller", value(d, "controller")},
                              {"holder", value(d, "to")},
                              {"delegation", value(d, "id")},
                              {"source", value(*source, "id")},
                              {"as_of", later(value(*source, "as_of"), 1)},
                              {"on", later(on, 1 + static_cast<int>(chance.below(9)))},
                              {"records", std::to_string(chance.below(1000))},
                              {"items", list_of(chance.some(fields_of(d)))},
                              {"encrypted", "true"}});
  }
  return file;
}

// Breaks one thing; gives the line that must be named, or nothing where the file has no such thing.
struct Mutation {
  const char* name;
  std::function<std::optional<int>(File&, Chance&)> apply;
};

// A random entry with the key.
std::optional<std::size_t> with(const std::vector<Entry>& entries, const std::string& key,
                                Chance& chance) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!value(entries[i], key).empty()) all.push_back(i);
  }
  if (all.empty()) return std::nullopt;
  return all[chance.below(all.size())];
}

Mutation in_delegation(const char* name, const std::string& key,
                       std::function<std::string(const Entry&)> to) {
  return {name, [=](File& f, Chance& chance) -> std::optional<int> {
            const auto i = with(f.delegations, key, chance);
            if (!i) return std::nullopt;
            set(f.delegations[*i], key, to(f.delegations[*i]));
            return f.delegation_line(*i);
          }};
}

Mutation in_snapshot(const char* name, const std::string& key,
                     std::function<std::string(const Entry&)> to) {
  return {name, [=](File& f, Chance& chance) -> std::optional<int> {
            const auto i = with(f.snapshots, key, chance);
            if (!i) return std::nullopt;
            set(f.snapshots[*i], key, to(f.snapshots[*i]));
            return f.snapshot_line(*i);
          }};
}

std::string ghost(const Entry&) { return "ghost"; }

std::vector<Mutation> mutations() {
  std::vector<Mutation> all{
      in_delegation("ghost controller", "controller", ghost),
      in_delegation("ghost from", "from", ghost),
      in_delegation("ghost to", "to", ghost),
      in_delegation("ghost under", "under", ghost),
      in_delegation("to itself", "to", [](const Entry& d) { return value(d, "from"); }),
      in_delegation("under itself", "under", [](const Entry& d) { return value(d, "id"); }),
      in_delegation("unknown type", "type", [](const Entry&) { return "C"; }),
      in_delegation("no items", "items", [](const Entry&) { return "[]"; }),
      in_delegation("unknown item", "items", [](const Entry&) { return "[shoe-size]"; }),
      in_delegation("no day", "begins", [](const Entry&) { return "2025-02-29"; }),
      in_snapshot("ghost holder", "holder", ghost),
      in_snapshot("ghost delegation", "delegation", ghost),
      in_snapshot("ghost source", "source", ghost),
      in_snapshot("source of itself", "source", [](const Entry& s) { return value(s, "id"); }),
      in_snapshot("negative records", "records", [](const Entry&) { return "-1"; }),
      in_snapshot("handed over before its state", "on",
                  [](const Entry& s) { return later(value(s, "as_of"), -1); }),
      in_snapshot("own in words", "own", [](const Entry&) { return "yes"; }),
      in_snapshot("encrypted in words", "encrypted", [](const Entry&) { return "no"; }),
  };
  all.push_back({"unknown key", [](File& f, Chance& chance) -> std::optional<int> {
                   const auto i = chance.below(f.snapshots.size());
                   set(f.snapshots[i], "colour", "red");
                   return f.snapshot_line(i);
                 }});
  all.push_back({"party twice", [](File& f, Chance& chance) -> std::optional<int> {
                   const auto i = 1 + chance.below(f.parties.size() - 1);
                   const auto before = chance.below(i);
                   f.parties[i] = f.parties[before];
                   return f.party_line(i);
                 }});
  all.push_back({"delegation twice", [](File& f, Chance& chance) -> std::optional<int> {
                   const auto i = chance.below(f.delegations.size());
                   f.delegations.push_back(f.delegations[i]);
                   return f.delegation_line(f.delegations.size() - 1);
                 }});
  all.push_back({"snapshot twice", [](File& f, Chance& chance) -> std::optional<int> {
                   const auto i = chance.below(f.snapshots.size());
                   f.snapshots.push_back(f.snapshots[i]);
                   return f.snapshot_line(f.snapshots.size() - 1);
                 }});
  for (const char* key :
       {"id", "controller", "from", "to", "type", "purposes", "items", "begins"}) {
    all.push_back(
        {"delegation without a key", [key](File& f, Chance& chance) -> std::optional<int> {
           // The last one: nothing else refers to it.
           (void)chance;
           const auto i = f.delegations.size() - 1;
           drop(f.delegations[i], key);
           return f.delegation_line(i);
         }});
  }
  for (const char* key : {"id", "holder", "as_of", "records", "items"}) {
    all.push_back({"snapshot without a key", [key](File& f, Chance& chance) -> std::optional<int> {
                     (void)chance;
                     const auto i = f.snapshots.size() - 1;
                     drop(f.snapshots[i], key);
                     return f.snapshot_line(i);
                   }});
  }
  all.push_back({"ends before it begins", [](File& f, Chance& chance) -> std::optional<int> {
                   const auto i = chance.below(f.delegations.size());
                   set(f.delegations[i], "ends", later(value(f.delegations[i], "begins"), -1));
                   return f.delegation_line(i);
                 }});
  all.push_back({"begins before the one above", [](File& f, Chance& chance) -> std::optional<int> {
                   const auto i = with(f.delegations, "under", chance);
                   if (!i) return std::nullopt;
                   set(f.delegations[*i], "begins", "2023-12-31");
                   return f.delegation_line(*i);
                 }});
  all.push_back(
      {"item that is not allowed above", [](File& f, Chance& chance) -> std::optional<int> {
         const auto i = with(f.delegations, "under", chance);
         if (!i) return std::nullopt;
         set(f.delegations[*i], "items", "[imei]");
         return f.delegation_line(*i);
       }});
  all.push_back({"item that is not allowed", [](File& f, Chance& chance) -> std::optional<int> {
                   const auto i = with(f.snapshots, "delegation", chance);
                   if (!i) return std::nullopt;
                   set(f.snapshots[*i], "items", "[imei]");
                   return f.snapshot_line(*i);
                 }});
  all.push_back({"own by another", [](File& f, Chance& chance) -> std::optional<int> {
                   const auto i = with(f.snapshots, "own", chance);
                   if (!i) return std::nullopt;
                   const auto other = value(f.snapshots[*i], "holder") == "p0" ? "p1" : "p0";
                   set(f.snapshots[*i], "holder", other);
                   return f.snapshot_line(*i);
                 }});
  all.push_back({"older than its source", [](File& f, Chance& chance) -> std::optional<int> {
                   const auto i = with(f.snapshots, "source", chance);
                   if (!i) return std::nullopt;
                   set(f.snapshots[*i], "as_of", "2025-12-31");
                   return f.snapshot_line(*i);
                 }});
  all.push_back({"cycle", [](File& f, Chance& chance) -> std::optional<int> {
                   const auto i = with(f.delegations, "under", chance);
                   if (!i) return std::nullopt;
                   const auto above = value(f.delegations[*i], "under");
                   for (std::size_t k = 0; k < f.delegations.size(); ++k) {
                     if (value(f.delegations[k], "id") != above) continue;
                     set(f.delegations[k], "under", value(f.delegations[*i], "id"));
                     return f.delegation_line(k);  // the one above stands first in the file
                   }
                   return std::nullopt;
                 }});
  return all;
}

TEST(RegistryProperty, ValidOnesAreReadAndEachSingleFaultIsRefusedAtItsLine) {
  const auto all = mutations();
  std::vector<int> tried(all.size(), 0);
  for (unsigned seed = 1; seed <= 20; ++seed) {
    Chance chance(seed);
    const auto good = random_file(chance);
    const auto parsed = parse_registry(good.text(), "r.yaml");
    ASSERT_TRUE(parsed) << "seed " << seed << "\n" << good.text() << parsed.error().detail;
    for (const auto& s : parsed.value().snapshots())
      EXPECT_EQ(parsed.value().chain(s).back(), s.controller);
    for (std::size_t m = 0; m < all.size(); ++m) {
      auto bad = good;
      const auto line = all[m].apply(bad, chance);
      if (!line) continue;
      ++tried[m];
      const auto refused = parse_registry(bad.text(), "r.yaml");
      ASSERT_FALSE(refused) << "seed " << seed << ", " << all[m].name << "\n" << bad.text();
      EXPECT_EQ(refused.error().code, Errc::kBadInput);
      EXPECT_THAT("\n" + refused.error().detail,
                  HasSubstr("\nr.yaml:" + std::to_string(*line) + ": "))
          << "seed " << seed << ", " << all[m].name << "\n"
          << bad.text();
    }
  }
  for (std::size_t m = 0; m < all.size(); ++m) EXPECT_GT(tried[m], 3) << all[m].name;
}

}  // namespace
}  // namespace hitokoe::registry
