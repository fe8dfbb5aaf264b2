// Who sees what: every party only its own part, filtered in the repository.
#include "tests/integration/incident/incident_world.h"

namespace hitokoe::incident {
namespace {

using registry::Role;

// Every text that a view or its JSON holds.
std::string all_of(const IncidentView& v) { return to_json(v); }

bool mentions(const std::string& text, const std::string& name) {
  return text.find(name) != std::string::npos;
}

class Isolation : public IncidentWorld {
 protected:
  void SetUp() override {
    IncidentWorld::SetUp();
    // Two carriers' customers in one dump. callco is named: it holds data of both.
    auto r = report("cap-1", "kou", 1, 4);
    for (std::uint32_t i = 0; i < 3; ++i) {
      r.subjects.push_back(subject("otsu", 500 + i, 10 + i, {identity::FieldId::kEmail}));
    }
    r.subjects.push_back(subject("otsu", 600, 20));
    r.subjects.back().canary = true;
    r.ambiguous_rows = 5;
    r.verdict = matcher::Verdict::kNamed;
    r.unknown_probability = 0.02;
    r.holders = {holder("callco", 0.97, {"S1", "S5"}, 40), holder("nightdesk", 0.40, {"S2"}, 30),
                 holder("printer", 0.20, {"S3"}, 20), holder("shipper", 0.10, {"S6"}, 10)};
    id = open(r).incident;
  }
  IncidentView seen_by(const std::string& party_id) {
    return incidents->show(party(party_id), id).value();
  }
  std::string id;
};

TEST_F(Isolation, ACarrierSeesItsOwnCustomersAndWhoIsNamedBelowIt) {
  const auto v = seen_by("kou");
  EXPECT_EQ(v.subjects, (std::map<std::string, std::uint64_t>{{"kou", 4}}));
  EXPECT_EQ(v.items, (std::vector<std::string>{"phone", "name"}));
  ASSERT_EQ(v.holders.size(), 1U);
  EXPECT_EQ(v.holders[0].party, "callco");
  EXPECT_EQ(v.holders[0].snapshots, std::vector<std::string>{"S1"});  // S5 is otsu's
  EXPECT_FALSE(v.holders[0].counts_shown);
  EXPECT_EQ(v.holders[0].matched_rows, 0U);
  EXPECT_EQ(v.verdict, matcher::Verdict::kNamed);
  EXPECT_EQ(v.known_at.size(), 1U);
  for (const auto& c : v.clocks) EXPECT_EQ(c.controller, "kou");
  EXPECT_FALSE(mentions(all_of(v), "otsu"));
  EXPECT_FALSE(mentions(all_of(v), "S5"));
  EXPECT_FALSE(mentions(all_of(v), "nightdesk"));
  EXPECT_FALSE(mentions(all_of(v), "printer"));
  EXPECT_FALSE(mentions(all_of(v), "shipper"));
}

TEST_F(Isolation, AContractorSeesItselfAndItsOwnDuties) {
  const auto v = seen_by("callco");
  ASSERT_EQ(v.holders.size(), 1U);
  EXPECT_EQ(v.holders[0].party, "callco");
  EXPECT_EQ(v.holders[0].matched_rows, 40U);
  EXPECT_EQ(v.holders[0].snapshots, (std::vector<std::string>{"S1", "S5"}));
  EXPECT_TRUE(v.subjects.empty());
  EXPECT_TRUE(v.captures.empty());
  std::set<std::string> told;
  for (const auto& c : v.clocks) {
    EXPECT_EQ(c.rule, "appi-delegate");
    EXPECT_EQ(c.controller, "callco");
    told.insert(c.to_whom);
  }
  EXPECT_EQ(told, (std::set<std::string>{"kou", "otsu"}));
  for (const char* other : {"nightdesk", "printer", "shipper", "local:t"}) {
    EXPECT_FALSE(mentions(all_of(v), other)) << other;
  }
}

TEST_F(Isolation, ACandidateBelowTheThresholdSeesOnlyItselfAndNeverTheCoTenantsCarriers) {
  const auto v = seen_by("printer");  // serves kou only
  ASSERT_EQ(v.holders.size(), 1U);
  EXPECT_EQ(v.holders[0].party, "printer");
  EXPECT_FALSE(v.attribution_shown);
  EXPECT_TRUE(v.clocks.empty());
  EXPECT_TRUE(v.known_at.empty());
  for (const char* other : {"callco", "nightdesk", "shipper", "otsu", "kou", "named"}) {
    EXPECT_FALSE(mentions(all_of(v), other)) << other << " in " << all_of(v);
  }
  const auto s = seen_by("shipper");
  EXPECT_FALSE(mentions(all_of(s), "kou"));
  EXPECT_FALSE(mentions(all_of(s), "callco"));
}

TEST_F(Isolation, ADecoyIsToldToNobodyButWhoSeesAll) {
  const auto in = store->load(party("otsu"), id).value();
  EXPECT_FALSE(in.exposures.at(0).canary);
  EXPECT_TRUE(store->load(lead, id).value().exposures.at(0).canary);
  EXPECT_EQ(seen_by("otsu").subjects.at("otsu"), 3U);
}

TEST_F(Isolation, NobodyAboveACandidateLearnsThatItIsOne) {
  // nightdesk (0.40) works for callco; were callco not named itself, it must not see the incident.
  auto r = report("cap-2", "kou", 2000, 4);
  r.verdict = matcher::Verdict::kIndistinguishable;
  r.holders = {holder("nightdesk", 0.5, {"S2"}), holder("printer", 0.45, {"S3"})};
  const auto other = open(r).incident;
  EXPECT_EQ(incidents->show(party("callco"), other).error().code, Errc::kNotFound);
  EXPECT_TRUE(incidents->show(party("nightdesk"), other));
  EXPECT_TRUE(incidents->show(party("kou"), other).value().holders.empty());
  EXPECT_EQ(incidents->show(party("kou"), other).value().verdict,
            matcher::Verdict::kIndistinguishable);
  // Once it may be named, callco sees it, and what it is for kou.
  r.verdict = matcher::Verdict::kNamed;
  r.holders[0].probability = 0.99;
  open(r);
  const auto v = incidents->show(party("callco"), other).value();
  ASSERT_EQ(v.holders.size(), 1U);
  EXPECT_EQ(v.holders[0].party, "nightdesk");
  EXPECT_FALSE(v.holders[0].counts_shown);
}

TEST_F(Isolation, ACarrierOfAnotherChainIsNotToldThatSomebodyWasNamed) {
  // printer (kou's) is named; otsu's customers are in the dump too.
  auto r = report("cap-2", "kou", 2000, 4);
  r.subjects.push_back(subject("otsu", 2500, 9));
  r.verdict = matcher::Verdict::kNamed;
  r.holders = {holder("printer", 0.99, {"S3"})};
  const auto other = open(r).incident;
  const auto v = incidents->show(party("otsu"), other).value();
  EXPECT_TRUE(v.holders.empty());
  EXPECT_FALSE(v.attribution_shown);
  EXPECT_FALSE(mentions(all_of(v), "named"));
  EXPECT_FALSE(mentions(all_of(v), "printer"));
}

TEST_F(Isolation, ACarrierSeesOnlyExposuresWithItsCustomers) {
  // The same leak elsewhere, this time with kou's rows alone.
  const auto joined = open(report("cap-9", "kou", 1, 4), "forum-x");
  ASSERT_EQ(joined.incident, id);
  EXPECT_EQ(seen_by("kou").captures, (std::vector<std::string>{"cap-1", "cap-9"}));
  EXPECT_EQ(seen_by("otsu").captures, std::vector<std::string>{"cap-1"});
  EXPECT_EQ(seen_by("otsu").exposures.size(), 1U);
}

TEST_F(Isolation, AStrangerCannotTellAnIncidentFromNone) {
  const auto stranger = party("stranger");
  const auto hidden = incidents->show(stranger, id);
  const auto missing = incidents->show(stranger, "INC-20260401-9999");
  ASSERT_FALSE(hidden);
  ASSERT_FALSE(missing);
  EXPECT_EQ(hidden.error().code, missing.error().code);
  EXPECT_EQ(hidden.error().detail, "no incident " + id);
  EXPECT_TRUE(incidents->list(stranger).value().empty());
  EXPECT_TRUE(incidents->list(party("")).value().empty());
  EXPECT_EQ(incidents->list(party("kou")).value().size(), 1U);
}

TEST_F(Isolation, OperatorsAndTheDeskSeeThatItExistsAndWhereItStands) {
  ASSERT_TRUE(incidents->advance(lead, id, State::kTriaged, "secret note"));
  for (const Role role : {Role::kOperator, Role::kDesk}) {
    const Viewer viewer("op", role, "");
    const auto v = incidents->show(viewer, id).value();
    EXPECT_EQ(v.state, State::kTriaged);
    EXPECT_TRUE(v.holders.empty());
    EXPECT_TRUE(v.subjects.empty());
    EXPECT_TRUE(v.captures.empty());
    for (const char* part : {"kou", "otsu", "callco", "secret", "local:t", "cap-"}) {
      EXPECT_FALSE(mentions(all_of(v), part)) << part;
    }
  }
}

TEST_F(Isolation, NotesAreForWhoSeesAllParties) {
  ASSERT_TRUE(incidents->advance(lead, id, State::kTriaged, "shipper said no"));
  ASSERT_TRUE(incidents->set_fact(lead, id, Fact::kSecrecy, 1, "otsu", "mail bodies of otsu"));
  ASSERT_TRUE(incidents->set_fact(lead, id, Fact::kProperty, 1, "", "cards at shipper"));
  const auto kou = all_of(seen_by("kou"));
  EXPECT_FALSE(mentions(kou, "shipper"));
  EXPECT_FALSE(mentions(kou, "otsu"));
  EXPECT_TRUE(mentions(all_of(seen_by("otsu")), "mail bodies"));
  EXPECT_TRUE(mentions(all_of(incidents->show(lead, id).value()), "shipper said no"));
  EXPECT_TRUE(mentions(all_of(incidents->show(Viewer("a", Role::kAuditor, ""), id).value()),
                       "shipper said no"));
}

TEST_F(Isolation, OnlyCoordinatorsMoveAnIncident) {
  for (const auto& viewer : {party("kou"), party("callco"), Viewer("o", Role::kOperator, ""),
                             Viewer("a", Role::kAuditor, ""), Viewer("d", Role::kDesk, "")}) {
    EXPECT_EQ(incidents->advance(viewer, id, State::kTriaged, "").error().code, Errc::kForbidden);
    EXPECT_EQ(incidents->clock_done(viewer, id, "appi-preliminary", "otsu", "").error().code,
              Errc::kForbidden);
    EXPECT_EQ(incidents->set_known_at(viewer, id, "otsu", clock.now(), "r").error().code,
              Errc::kForbidden);
    EXPECT_EQ(incidents->set_fact(viewer, id, Fact::kEu, 1, "", "r").error().code,
              Errc::kForbidden);
  }
  // A party's person may record what its own party did.
  EXPECT_TRUE(incidents->clock_done(party("kou"), id, "appi-preliminary", "kou", "no. 7"));
  EXPECT_TRUE(incidents->clock_done(party("callco"), id, "appi-delegate", "callco", "", "kou"));
}

// The slow, obvious filter: keep of the full state what the design lets a carrier see.
TEST_F(Isolation, ACarriersRowsAreThoseOfTheFullStateThatAreItsOwn) {
  const auto full = store->load(lead, id).value();
  for (const std::string carrier : {"kou", "otsu"}) {
    const auto part = store->load(party(carrier), id).value();
    std::vector<PeopleCount> counts;
    for (const auto& c : full.counts) {
      if (c.controller == carrier) counts.push_back(c);
    }
    EXPECT_EQ(part.counts, counts);
    std::vector<Knowledge> knowledge;
    for (const auto& k : full.knowledge) {
      if (k.party == carrier)
        knowledge.push_back({k.party, k.known, k.basis, k.reason, "", k.recorded});
    }
    EXPECT_EQ(part.knowledge, knowledge);
    std::vector<HolderRecord> holders;
    for (auto h : full.exposures.at(0).holders) {
      std::erase_if(h.snapshots, [&](const HolderSnapshot& s) {
        return std::find(s.above.begin(), s.above.end(), carrier) == s.above.end();
      });
      if (!h.nameable || h.snapshots.empty()) continue;
      for (auto& s : h.snapshots) s.above = {carrier};
      h.matched_rows = h.exclusive_rows = 0;
      holders.push_back(h);
    }
    EXPECT_EQ(part.exposures.at(0).holders, holders);
    EXPECT_EQ(part.items.size(), 1U);
    EXPECT_TRUE(part.delegates.empty());
  }
}

}  // namespace
}  // namespace hitokoe::incident
