// Findings open and join incidents, over the real store.
#include <thread>

#include "tests/database_under_test.h"
#include "tests/integration/incident/incident_world.h"

namespace hitokoe::incident {
namespace {

using identity::FieldId;

class Opens : public IncidentWorld {};

TEST_F(Opens, OnThreeSubjectsAndTellsWhatItFound) {
  auto r = report("cap-1", "kou", 1, 3);
  r.verdict = matcher::Verdict::kNamed;
  r.unknown_probability = 0.01;
  r.holders = {holder("callco", 0.97, {"S1"})};
  const auto opening = open(r);
  EXPECT_EQ(opening.outcome, Outcome::kOpened);
  EXPECT_EQ(opening.incident, "INC-20260401-0001");
  EXPECT_EQ(opening.new_subjects, 3U);
  EXPECT_EQ(captures.kept.count({"cap-1", opening.incident}), 1U);

  const auto view = incidents->show(lead, opening.incident).value();
  EXPECT_EQ(view.state, State::kOpen);
  EXPECT_EQ(view.verdict, matcher::Verdict::kNamed);
  EXPECT_EQ(view.subjects, (std::map<std::string, std::uint64_t>{{"kou", 3}}));
  EXPECT_EQ(view.items, (std::vector<std::string>{"phone", "name"}));
  EXPECT_EQ(view.captures, std::vector<std::string>{"cap-1"});
  ASSERT_EQ(view.holders.size(), 1U);
  EXPECT_TRUE(view.holders[0].nameable);
  EXPECT_EQ(view.holders[0].snapshots, std::vector<std::string>{"S1"});
  EXPECT_EQ(view.known_at.at("kou"), clock.now());
  EXPECT_EQ(view.known_at.at("callco"), clock.now());
  const auto subjects = incidents->subjects(opening.incident).value();
  ASSERT_EQ(subjects.size(), 3U);
  EXPECT_EQ(subjects[0].y_ref, r.subjects[0].y_ref);
  EXPECT_EQ(subjects[0].items, (std::vector<FieldId>{FieldId::kPhone, FieldId::kName}));
  expect_consistent();
}

// Whose copy leaked is what is named; that it need not be the holder itself is kept beside it.
TEST_F(Opens, KeepsThatSomebodyUnregisteredMayHaveHadTheCopy) {
  auto r = report("cap-1", "kou", 1, 3);
  r.verdict = matcher::Verdict::kNamed;
  r.holders = {holder("callco", 0.93, {"S1"}), holder("shop", 0.02, {"S2"})};
  r.holders[0].passed_on = 0.04F;
  const auto view = incidents->show(lead, open(r).incident).value();
  ASSERT_EQ(view.holders.size(), 2U);
  EXPECT_TRUE(view.holders[0].nameable);
  EXPECT_DOUBLE_EQ(view.holders[0].probability, 0.93);
  EXPECT_DOUBLE_EQ(view.holders[0].passed_on(), 0.04);
  EXPECT_EQ(view.holders[1].passed_on(), 0);
  EXPECT_NE(to_json(view).find("\"passed_on_probability\":4E-2"), std::string::npos)
      << to_json(view);
  expect_consistent();
}

TEST_F(Opens, NothingBelowTheRule) {
  EXPECT_EQ(open(report("cap-1", "kou", 1, 2)).outcome, Outcome::kBelowRule);
  EXPECT_TRUE(incidents->list(lead).value().empty());
  EXPECT_TRUE(captures.kept.empty());
  EXPECT_EQ(events(), 0U);
}

TEST_F(Opens, OnOneCanaryWhichIsNoPerson) {
  matcher::ScanReport r = report("cap-1", "kou", 1, 1);
  r.subjects[0].canary = true;
  const auto opening = open(r);
  EXPECT_EQ(opening.outcome, Outcome::kOpened);
  const auto view = incidents->show(lead, opening.incident).value();
  EXPECT_EQ(view.subjects.at("kou"), 0U);
  EXPECT_FALSE(view.clocks.empty()) << "the carrier knows, its clocks run";
  EXPECT_TRUE(incidents->subjects(opening.incident).value().empty());
  // The same decoy elsewhere is the same leak.
  r.captures = {"cap-2"};
  EXPECT_EQ(open(r).outcome, Outcome::kJoined);
  EXPECT_EQ(incidents->list(lead).value().size(), 1U);
  expect_consistent();
}

TEST_F(Opens, TheSameReportTwiceChangesNothing) {
  const auto r = report("cap-1", "kou", 1, 5);
  const auto first = open(r);
  const auto before = events();
  clock.advance(std::chrono::hours{30});
  const auto again = open(r);
  EXPECT_EQ(again.outcome, Outcome::kUnchanged);
  EXPECT_EQ(again.incident, first.incident);
  EXPECT_EQ(events(), before);
}

TEST_F(Opens, ALaterScanOfTheSameCapturesAddsOnlyWhatIsNew) {
  auto r = report("cap-1", "kou", 1, 5);
  const auto first = open(r);
  r.subjects.push_back(subject("kou", 50, 9));                                  // a person
  r.subjects[0].fields = {FieldId::kName, FieldId::kPhone, FieldId::kAddress};  // a field
  const auto joined = open(r);
  EXPECT_EQ(joined.outcome, Outcome::kJoined);
  EXPECT_EQ(joined.new_subjects, 1U);
  const auto view = incidents->show(lead, first.incident).value();
  EXPECT_EQ(view.subjects.at("kou"), 6U);
  EXPECT_EQ(view.exposures.size(), 1U);
  EXPECT_EQ(view.items, (std::vector<std::string>{"phone", "address", "name"}));
  const auto subjects = incidents->subjects(first.incident).value();
  EXPECT_EQ(subjects.size(), 6U);
  EXPECT_EQ(subjects[0].items.size(), 3U);
  EXPECT_EQ(open(r).outcome, Outcome::kUnchanged);
  expect_consistent();
}

TEST_F(Opens, AnotherAttributionOfTheSameCapturesIsAnEvent) {
  auto r = report("cap-1", "kou", 1, 5);
  const auto first = open(r);
  r.verdict = matcher::Verdict::kNamed;
  r.holders = {holder("printer", 0.99, {"S3"})};
  const auto updated = open(r);
  EXPECT_EQ(updated.outcome, Outcome::kJoined);
  EXPECT_EQ(updated.new_subjects, 0U);
  EXPECT_EQ(incidents->show(lead, first.incident).value().holders.at(0).party, "printer");
  expect_consistent();
}

TEST_F(Opens, TheSameRecordsElsewhereJoin) {
  const auto first = open(report("cap-1", "kou", 1, 10));
  const auto second = open(report("cap-2", "kou", 1, 10), "paste");
  EXPECT_EQ(second.outcome, Outcome::kJoined);
  EXPECT_EQ(second.incident, first.incident);
  EXPECT_EQ(second.new_subjects, 0U);
  const auto view = incidents->show(lead, first.incident).value();
  EXPECT_EQ(view.captures, (std::vector<std::string>{"cap-1", "cap-2"}));
  EXPECT_EQ(view.exposures.size(), 2U);
  EXPECT_EQ(view.subjects.at("kou"), 10U);
}

TEST_F(Opens, HalfOfTheSmallerRecordSetIsTheSameIncident) {
  const auto first = open(report("cap-1", "kou", 1, 100));
  // 97 … 104: four of eight are known.
  const auto half = open(report("cap-2", "kou", 97, 8));
  EXPECT_EQ(half.outcome, Outcome::kJoined);
  EXPECT_EQ(half.incident, first.incident);
  EXPECT_EQ(half.new_subjects, 4U);
  // 102 … 111: three of ten.
  const auto less = open(report("cap-3", "kou", 102, 10));
  EXPECT_EQ(less.outcome, Outcome::kOpened);
  EXPECT_EQ(less.incident, "INC-20260401-0002");
  expect_consistent();
}

TEST_F(Opens, TheIncidentThatSharesMostIsJoined) {
  const auto small = open(report("cap-1", "kou", 1, 4));
  const auto large = open(report("cap-2", "kou", 100, 6));
  ASSERT_NE(small.incident, large.incident);
  auto both = report("cap-3", "kou", 1, 4);
  for (std::uint32_t i = 0; i < 6; ++i) both.subjects.push_back(subject("kou", 100 + i, 10 + i));
  EXPECT_EQ(open(both).incident, large.incident);
}

TEST_F(Opens, AFragmentBelowTheRuleJoinsOnlyWhenItIsKnownWhole) {
  const auto first = open(report("cap-1", "kou", 1, 10));
  const auto known = open(report("cap-2", "kou", 3, 2));
  EXPECT_EQ(known.outcome, Outcome::kJoined);
  EXPECT_EQ(known.incident, first.incident);
  EXPECT_EQ(open(report("cap-3", "kou", 10, 2)).outcome, Outcome::kBelowRule);
}

TEST_F(Opens, CarriersOfOneDumpShareOneIncidentAndItsRows) {
  auto r = report("cap-1", "kou", 1, 3);
  // Row 0 is a customer of both.
  r.subjects.push_back(subject("otsu", 900, 0));
  const auto opening = open(r);
  const auto subjects = incidents->subjects(opening.incident).value();
  ASSERT_EQ(subjects.size(), 4U);
  EXPECT_EQ(subjects[0].row_keys, subjects[3].row_keys);
  EXPECT_EQ(subjects[3].controller, "otsu");
  EXPECT_NE(subjects[0].row_keys, subjects[1].row_keys);
  EXPECT_EQ(incidents->subjects(opening.incident, "otsu").value().size(), 1U);
}

TEST_F(Opens, ANewSubjectBringsWhoeverSharesItsRow) {
  const auto first = open(report("cap-1", "kou", 1, 5));
  // Another dump has customer 1 of kou beside a customer of otsu that nobody knew of.
  auto r = report("cap-2", "kou", 1, 5);
  r.subjects.push_back(subject("otsu", 900, 0));
  EXPECT_EQ(open(r).new_subjects, 1U);
  std::set<std::uint64_t> kou_rows;
  std::set<std::uint64_t> otsu_rows;
  const auto subjects = incidents->subjects(first.incident).value();
  for (const auto& s : subjects) {
    if (s.controller == "otsu") otsu_rows.insert(s.row_keys.begin(), s.row_keys.end());
    if (s.controller == "kou") kou_rows.insert(s.row_keys.begin(), s.row_keys.end());
  }
  ASSERT_EQ(otsu_rows.size(), 1U);
  EXPECT_TRUE(kou_rows.contains(*otsu_rows.begin()));
}

TEST_F(Opens, AClosedIncidentIsNotJoinedAndItsCapturesAreNoNews) {
  const auto r = report("cap-1", "kou", 1, 5);
  const auto first = open(r);
  ASSERT_TRUE(incidents->advance(lead, first.incident, State::kDismissed, "made-up data"));
  EXPECT_EQ(open(r).outcome, Outcome::kUnchanged);
  const auto second = open(report("cap-2", "kou", 1, 5));
  EXPECT_EQ(second.outcome, Outcome::kOpened);
  EXPECT_NE(second.incident, first.incident);
}

TEST_F(Opens, NumbersCountWithinAJapaneseDay) {
  EXPECT_EQ(open(report("cap-1", "kou", 1, 3)).incident, "INC-20260401-0001");
  EXPECT_EQ(open(report("cap-2", "kou", 100, 3)).incident, "INC-20260401-0002");
  clock.advance(std::chrono::hours{15});  // 00:00 on the 2nd in Japan
  EXPECT_EQ(open(report("cap-3", "kou", 200, 3)).incident, "INC-20260402-0001");
}

TEST_F(Opens, CapturesThatCouldNotBeKeptAreKeptTheNextTime) {
  const auto r = report("cap-1", "kou", 1, 5);
  captures.failing = true;
  EXPECT_EQ(incidents->open_or_join(r, "scan", "t", registry).error().code, Errc::kIo);
  captures.failing = false;
  const auto again = open(r);
  EXPECT_EQ(again.outcome, Outcome::kUnchanged);
  EXPECT_EQ(captures.kept.count({"cap-1", again.incident}), 1U);
}

TEST_F(Opens, SubjectsLieSealedAndEndWithTheirKey) {
  auto r = report("cap-1", "kou", 1, 3);
  const auto id = open(r).incident;
  std::string needle(as_text(r.subjects[0].y_ref));
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    if (!entry.is_regular_file()) continue;
    const auto content = read_file(entry.path()).value();
    EXPECT_EQ(as_text(content).find(needle), std::string_view::npos) << entry.path();
  }
  ASSERT_TRUE(keys->destroy(identity::KeyKind::kIncident, id));
  EXPECT_EQ(incidents->subjects(id).error().code, Errc::kForbidden);
}

TEST_F(Opens, ALargeRecordSetIsKeptInChunks) {
  const auto r = report("cap-1", "kou", 1, 60'000);
  const auto id = open(r).incident;
  std::size_t chunks = 0;
  ASSERT_TRUE(store->each_chunk(id, [&](const SubjectChunk& c) -> Result<void> {
    ++chunks;
    EXPECT_LE(c.count, 50'000U);
    return ok();
  }));
  EXPECT_EQ(chunks, 2U);
  EXPECT_EQ(incidents->subjects(id).value().size(), 60'000U);
  expect_consistent();
}

TEST_F(Opens, AReportWithoutACarrierIsRefused) {
  auto r = report("cap-1", "kou", 1, 3);
  r.subjects[1].controller = "";
  EXPECT_EQ(incidents->open_or_join(r, "scan", "t", registry).error().code, Errc::kBadInput);
  EXPECT_EQ(events(), 0U);
}

TEST_F(Opens, ManyFindingsAtOnceOpenOneIncidentEach) {
  // Every report comes twice, from two threads with services of their own over one file.
  auto other_db = testing::open_database(folder.path() / "hitokoe.db").value();
  auto other_store = storage::make_incident_store(other_db);
  KeptCaptures other_captures;
  IncidentService other({*other_store, *keys, &other_captures, rules, holidays, clock, random}, {});
  const auto run = [&](IncidentService& service) {
    for (std::uint32_t i = 0; i < 8; ++i) {
      const auto r = report("cap-" + std::to_string(i), "kou", 1000 * i, 4);
      ASSERT_TRUE(service.open_or_join(r, "scan", "t", registry));
    }
  };
  std::thread a([&] { run(*incidents); });
  std::thread b([&] { run(other); });
  a.join();
  b.join();
  EXPECT_EQ(incidents->list(lead).value().size(), 8U);
  EXPECT_EQ(events(), 8U);
  expect_consistent();
}

}  // namespace
}  // namespace hitokoe::incident
