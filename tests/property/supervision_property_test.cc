// Random registries with supervision: the counting tables equal a slow oracle that knows a fiscal
// year only as days written as text, the check never fails whatever refers to nothing, and what a
// party sees is what the rule says, delegation by delegation.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "hitokoe/registry/counts.h"
#include "hitokoe/registry/supervision.h"
#include "hitokoe/registry/views.h"

namespace hitokoe::registry {
namespace {

class Chance {
 public:
  explicit Chance(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t n) { return engine_() % n; }
  bool one_in(std::size_t n) { return below(n) == 0; }
  std::string party() { return "p" + std::to_string(below(6)); }
  // Mostly the days on which a fiscal year turns, and 29 February.
  JstDay day() {
    static const std::vector<std::string> kEdges{
        "2022-03-31", "2022-04-01", "2023-03-31", "2023-04-01", "2024-02-28", "2024-02-29",
        "2024-03-01", "2024-03-31", "2024-04-01", "2025-02-28", "2025-03-31", "2025-04-01"};
    if (!one_in(3)) return parse_day(kEdges[below(kEdges.size())]).value();
    return parse_day("2021-10-01").value() + std::chrono::days(below(1600));
  }

 private:
  std::mt19937 engine_;
};

Supervision random_supervision(Chance& chance, const std::string& id) {
  Supervision s;
  s.delegation = id;
  if (chance.one_in(2)) s.agreement = Proof{chance.day(), "a"};
  if (chance.one_in(2)) s.precheck = Precheck{chance.day(), chance.one_in(2), "p"};
  for (std::size_t i = chance.below(4); i > 0; --i)
    s.self_inspections.push_back({chance.day(), "s"});
  for (std::size_t i = chance.below(6); i > 0; --i) {
    s.audits.push_back({chance.day(), static_cast<AuditKind>(chance.below(3)),
                        static_cast<AuditResult>(chance.below(3)), chance.below(3), ""});
  }
  for (std::size_t i = chance.below(3); i > 0; --i)
    s.trainings.push_back({chance.day(), 1, 2, "", {}, {}});
  for (std::size_t i = chance.below(3); i > 0; --i)
    s.access_reviews.push_back({chance.day(), 1, 2, ""});
  for (std::size_t i = chance.below(4); i > 0; --i)
    s.violations.push_back({chance.day(), "w", "", {}});
  if (chance.one_in(4)) {
    s.closed = Closing{chance.day(), "p0", static_cast<KeyChoice>(chance.below(2)), {}, "c"};
    if (chance.one_in(2)) s.closed->until = chance.day();
  }
  return s;
}

// Whatever the parser would refuse is there, too: references to nothing, cycles and, with
// `backwards`, contracts that end before they begin.
Registry random_registry(Chance& chance, bool backwards) {
  std::vector<Party> parties;
  for (int i = 0; i < 6; ++i) parties.push_back({"p" + std::to_string(i), "事業者", {}});
  std::vector<Delegation> delegations;
  auto book = std::make_shared<SupervisionBook>();
  for (std::size_t i = chance.below(14); i > 0; --i) {
    Delegation d;
    d.id = "D" + std::to_string(i);
    d.controller = chance.party();
    d.from = chance.party();
    d.to = chance.party();
    if (chance.one_in(2)) d.under = "D" + std::to_string(chance.below(15));
    d.type = chance.one_in(2) ? ContractType::kA : ContractType::kB;
    d.begins = chance.day();
    if (chance.one_in(2)) d.ends = chance.day();
    if (d.ends && !backwards) d.ends = std::max(*d.ends, d.begins);
    if (chance.one_in(3)) d.returned = Consent{"", chance.day(), "r"};
    if (chance.one_in(3)) d.consent = Consent{chance.party(), chance.day(), "c"};
    if (!chance.one_in(3)) book->supervision.push_back(random_supervision(chance, d.id));
    delegations.push_back(std::move(d));
  }
  book->supervision.push_back(random_supervision(chance, "ghost"));
  std::vector<Snapshot> snapshots;
  for (std::size_t i = chance.below(8); i > 0; --i) {
    Snapshot s;
    s.id = "S" + std::to_string(i);
    s.holder = chance.party();
    s.controller = chance.party();
    s.own = chance.one_in(4);
    if (!s.own) s.delegation = "D" + std::to_string(1 + chance.below(14));
    s.on = chance.day();
    if (chance.one_in(2)) s.stated.push_back({chance.party(), chance.day(), 1, {}});
    snapshots.push_back(std::move(s));
  }
  for (std::size_t i = chance.below(3); i > 0; --i) {
    Carrier c;
    c.id = chance.party();
    c.parents = {chance.party()};
    c.subsidiaries = {chance.party()};
    c.policy.paper_audits = chance.one_in(2);
    c.policy.audit_months = 1 + static_cast<int>(chance.below(24));
    if (book->carrier(c.id) == nullptr) book->carriers.push_back(std::move(c));
  }
  for (std::size_t i = chance.below(4); i > 0; --i) {
    book->services.push_back({"V" + std::to_string(i), chance.party(), chance.party(),
                              chance.party(), "n", chance.one_in(2), chance.one_in(2) ? "D1" : ""});
  }
  for (std::size_t i = chance.below(3); i > 0; --i) {
    TakeOut t;
    t.id = "T" + std::to_string(i);
    t.delegation = "D" + std::to_string(chance.below(15));
    t.on = chance.day();
    t.due = chance.day();
    if (chance.one_in(2)) t.returned = chance.day();
    book->takeouts.push_back(std::move(t));
  }
  return Registry(std::move(parties), std::move(delegations), std::move(snapshots),
                  std::move(book));
}

// --- the oracle: every cell by itself, from the words of the form ---

bool in_year(JstDay day, int year) {
  const auto text = format_day(day);
  return text >= std::to_string(year) + "-04-01" && text <= std::to_string(year + 1) + "-03-31";
}

// Day after day.
bool in_force(const Delegation& d, int year) {
  for (JstDay day = parse_day(std::to_string(year) + "-04-01").value(); in_year(day, year);
       day += std::chrono::days(1)) {
    if (d.begins <= day && (!d.ends || day <= *d.ends)) return true;
  }
  return false;
}

template <class Weight>
ByLevel cells(const Registry& registry, const std::string& carrier, Weight weight) {
  const auto cell = [&](std::optional<bool> sub, std::optional<ContractType> type) {
    std::uint64_t n = 0;
    for (const auto& d : registry.delegations()) {
      if (d.controller != carrier) continue;
      if (sub && *sub == d.under.empty()) continue;
      if (type && *type != d.type) continue;
      n += weight(d);
    }
    return n;
  };
  const auto row = [&](std::optional<bool> sub) {
    return ByType{cell(sub, ContractType::kA), cell(sub, ContractType::kB), cell(sub, {})};
  };
  return {row(false), row(true), row({})};
}

ByLevel distinct(const Registry& registry, const std::string& carrier, int year) {
  const auto cell = [&](std::optional<bool> sub, std::optional<ContractType> type) {
    std::vector<std::string> names;
    for (const auto& d : registry.delegations()) {
      if (d.controller != carrier || !in_force(d, year)) continue;
      if (sub && *sub == d.under.empty()) continue;
      if (type && *type != d.type) continue;
      if (std::ranges::find(names, d.to) == names.end()) names.push_back(d.to);
    }
    return static_cast<std::uint64_t>(names.size());
  };
  const auto row = [&](std::optional<bool> sub) {
    return ByType{cell(sub, ContractType::kA), cell(sub, ContractType::kB), cell(sub, {})};
  };
  return {row(false), row(true), row({})};
}

Counts oracle(const Registry& registry, const std::string& carrier, int year) {
  const auto& book = registry.supervision();
  const auto of = [&](const Delegation& d, auto each) {
    std::uint64_t n = 0;
    for (const auto& s : book.supervision) {
      if (s.delegation == d.id) n += each(s);
    }
    return n;
  };
  const auto related = [&](const Delegation& d, auto list) {
    for (const auto& c : book.carriers) {
      if (c.id == carrier) return std::ranges::count(c.*list, d.to) > 0 && in_force(d, year);
    }
    return false;
  };
  const auto audits = [&](AuditKind kind) {
    return [&, kind](const Delegation& d) {
      return of(d, [&](const Supervision& s) {
        std::uint64_t n = 0;
        for (const auto& a : s.audits) n += a.kind == kind && in_year(a.on, year) ? 1U : 0U;
        return n;
      });
    };
  };
  const auto before = [&](bool visit) {
    return [&, visit](const Delegation& d) {
      return of(d, [&](const Supervision& s) {
        return std::uint64_t{s.precheck && s.precheck->visit == visit &&
                             in_year(s.precheck->on, year)};
      });
    };
  };
  const auto found = [&](const Delegation& d) {
    return of(d, [&](const Supervision& s) {
      std::uint64_t n = 0;
      for (const auto& a : s.audits) n += in_year(a.on, year) ? a.violations : 0;
      return n;
    });
  };
  Counts c;
  c.carrier = carrier;
  c.fiscal_year = year;
  c.delegations =
      cells(registry, carrier, [&](const auto& d) { return in_force(d, year) ? 1U : 0U; });
  c.companies = distinct(registry, carrier, year);
  const auto last = parse_day(std::to_string(year + 1) + "-03-31").value();
  c.delegations_at_end = cells(registry, carrier, [&](const auto& d) {
    return d.begins <= last && (!d.ends || *d.ends >= last) ? 1U : 0U;
  });
  c.parents = cells(registry, carrier,
                    [&](const auto& d) { return related(d, &Carrier::parents) ? 1U : 0U; });
  c.subsidiaries = cells(registry, carrier, [&](const auto& d) {
    return related(d, &Carrier::subsidiaries) ? 1U : 0U;
  });
  for (const auto& d : registry.delegations()) {
    const bool handed = std::ranges::count(registry.snapshots(), d.id, &Snapshot::delegation) > 0;
    c.external_without_handover +=
        d.controller == carrier && d.type == ContractType::kB && in_force(d, year) && !handed;
  }
  for (const auto& s : book.services)
    c.services_not_handling += s.controller == carrier && !s.handles;
  c.on_site_before = cells(registry, carrier, before(true));
  c.paper_before = cells(registry, carrier, before(false));
  c.on_site = cells(registry, carrier,
                    [&](const auto& d) { return audits(AuditKind::kOnSite)(d) + before(true)(d); });
  c.paper = cells(registry, carrier,
                  [&](const auto& d) { return audits(AuditKind::kPaper)(d) + before(false)(d); });
  c.remote = cells(registry, carrier, audits(AuditKind::kRemote));
  c.self_inspections = cells(registry, carrier, [&](const auto& d) {
    return of(d, [&](const Supervision& s) {
      std::uint64_t n = 0;
      for (const auto& p : s.self_inspections) n += in_year(p.on, year) ? 1U : 0U;
      return n;
    });
  });
  c.violations_by_audit = cells(registry, carrier, found);
  c.violations = cells(registry, carrier, [&](const auto& d) {
    return found(d) + of(d, [&](const Supervision& s) {
             std::uint64_t n = 0;
             for (const auto& v : s.violations) n += in_year(v.on, year) ? 1U : 0U;
             return n;
           });
  });
  return c;
}

TEST(SupervisionProperty, CountsEqualTheSlowOracle) {
  std::uint64_t counted = 0;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    Chance chance(seed);
    const auto registry = random_registry(chance, false);
    for (int year = 2021; year <= 2025; ++year) {
      for (const auto& carrier : carriers_of(registry)) {
        const auto fast = count(registry, carrier, {year});
        ASSERT_TRUE(fast);
        const auto slow = oracle(registry, carrier, year);
        ASSERT_EQ(fast.value(), slow)
            << "seed " << seed << " " << counts_to_json({fast.value()}, {year}) << "\n"
            << counts_to_json({slow}, {year});
        counted += slow.delegations.total.total;
      }
    }
  }
  EXPECT_GT(counted, 500U) << "the registries were not empty";
}

TEST(SupervisionProperty, TheCheckNeverFailsAndNothingIsOverdueBeforeItsDay) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    Chance chance(seed);
    const auto registry = random_registry(chance, true);
    for (int i = 0; i < 6; ++i) {
      const auto today = chance.day();
      for (const auto& f : registry.findings(today)) {
        EXPECT_FALSE(f.where.empty());
        EXPECT_FALSE(f.text_ja.empty());
        if (is_overdue(f.kind)) {
          ASSERT_TRUE(f.due && f.since) << to_string(f.kind);
          EXPECT_LT(*f.due, today) << to_string(f.kind);
        }
      }
      (void)redelegations_to_json(redelegations(registry, today));
    }
    (void)registry_to_json(registry, registry.findings(chance.day()));
  }
}

TEST(SupervisionProperty, TheConsentOfAQueryIsThatOfTheFindings) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    Chance chance(seed);
    const auto registry = random_registry(chance, true);
    const auto today = chance.day();
    std::vector<std::string> flagged;
    for (const auto& f : registry.findings(today)) {
      if (f.kind == Finding::Kind::kUnauthorised) flagged.push_back(f.where);
    }
    for (const auto& d : registry.delegations()) {
      const bool listed = !d.under.empty() || d.type == ContractType::kB;
      const auto all = redelegations(registry, today);
      const auto at = std::ranges::find(all, &d, &Redelegation::delegation);
      ASSERT_EQ(at != all.end(), listed) << "seed " << seed << " " << d.id;
      if (listed) {
        EXPECT_EQ(at->authorised, std::ranges::find(flagged, d.id) == flagged.end()) << d.id;
      }
    }
  }
}

TEST(SupervisionProperty, APartsEntriesAreThoseOfTheParty) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    Chance chance(seed);
    const auto registry = random_registry(chance, true);
    const auto me = chance.party();
    const auto part = own_part(registry, Viewer("u", Role::kParty, me)).value();
    const auto mine = [&](const Delegation& d) {
      return d.controller == me || d.from == me || d.to == me;
    };
    std::size_t expected = 0;
    for (const auto& d : registry.delegations()) {
      expected += mine(d) ? 1U : 0U;
      EXPECT_EQ(part.delegation(d.id) != nullptr, mine(d));
    }
    EXPECT_EQ(part.delegations().size(), expected);
    for (const auto& s : part.snapshots()) {
      const auto* d = registry.delegation(s.delegation);
      EXPECT_TRUE(s.own ? s.holder == me : d != nullptr && mine(*d)) << "seed " << seed;
    }
    for (const auto& s : part.supervision().supervision) {
      const auto* d = registry.delegation(s.delegation);
      EXPECT_TRUE(d != nullptr && mine(*d)) << "seed " << seed;
    }
    const auto today = chance.day();
    for (const auto& f : own_part(registry.findings(today), part)) {
      if (f.of != Finding::Subject::kDelegation) continue;
      EXPECT_TRUE(mine(*registry.delegation(f.where))) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace hitokoe::registry
