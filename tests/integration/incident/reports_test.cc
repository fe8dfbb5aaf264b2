// Reports to the authorities, on a real database: what they say, to whom, and what is kept.
#include "hitokoe/incident/reports.h"

#include <gmock/gmock.h>

#include <cstdio>
#include <fstream>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/storage/duties.h"
#include "tests/integration/incident/incident_world.h"

namespace hitokoe::incident {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kRegistry = R"(parties:
  - {id: kou, name: 甲通信}
  - {id: otsu, name: 乙モバイル}
  - {id: callco, name: 丙コール}
  - {id: printer, name: 戊印刷}
delegations:
  - {id: D1, controller: kou, from: kou, to: callco, type: A, purposes: [窓口], items: [ref, name, phone], begins: 2024-04-01}
  - {id: D3, controller: kou, from: kou, to: printer, type: A, purposes: [印刷], items: [ref, name, phone], begins: 2024-04-01}
  - {id: D5, controller: otsu, from: otsu, to: callco, type: A, purposes: [窓口], items: [ref, name, phone], begins: 2024-04-01}
)";

class Reports : public IncidentWorld {
 protected:
  void SetUp() override {
    IncidentWorld::SetUp();
    registry_store = storage::make_registry_store(db, clock);
    ASSERT_TRUE(registry_store->apply(kRegistry, "registry.yaml"));
    reports_store = storage::make_report_store(db);
    auto r = report("cap-1", "kou", 0, 4);
    const auto more = report("cap-1", "otsu", 100, 1200);
    r.subjects.insert(r.subjects.end(), more.subjects.begin(), more.subjects.end());
    r.matched_subjects = r.subjects.size();
    r.verdict = matcher::Verdict::kNamed;
    r.holders = {holder("callco", 0.99, {"S1", "S5"}), holder("printer", 0.4, {"S3"})};
    id = open(r).incident;
    clock.advance(std::chrono::hours(3));
  }
  ReportService service() {
    return ReportService(
        {*reports_store, *store, *registry_store, nullptr, rules, holidays, clock});
  }
  ReportVersion draft(const std::string& carrier, ReportKind kind = ReportKind::kPreliminary,
                      ReportForm form = ReportForm::kPpc) {
    auto made = service().draft(lead, id, carrier, form, kind);
    EXPECT_TRUE(made) << made.error().detail;
    return made.value();
  }
  void record(const std::string& carrier, ReportItem item, const std::string& ja,
              const std::string& en = {}) {
    const auto done = service().record(lead, id, carrier, item, {en, ja});
    EXPECT_TRUE(done) << done.error().detail;
  }
  static std::string text(const ReportVersion& v, ReportItem item) {
    for (const auto& s : v.content.sections) {
      if (s.item == item) return text_of(s, Language::kJapanese);
    }
    return "no such section";
  }
  std::map<std::string, ClockStatus> clocks_of_carrier(const std::string& carrier) {
    std::map<std::string, ClockStatus> out;
    const auto view = incidents->show(lead, id).value();
    for (const auto& c : view.clocks) {
      if (c.controller == carrier) out[c.rule] = c.status;
    }
    return out;
  }

  std::unique_ptr<registry::RegistryStore> registry_store;
  std::unique_ptr<ReportStore> reports_store;
  std::string id;
};

TEST_F(Reports, HasTheNineItemsOfRuleEightInTheirOrderAndMarksWhatIsOpen) {
  const auto v = draft("kou");
  std::vector<std::string> items;
  for (const auto& s : v.content.sections) items.emplace_back(to_string(s.item));
  EXPECT_THAT(items, ElementsAre("outline", "data", "people", "cause", "secondary", "response",
                                 "publication", "prevention", "other"));
  EXPECT_THAT(v.content.open(),
              ElementsAre(ReportItem::kCause, ReportItem::kSecondary, ReportItem::kResponse,
                          ReportItem::kPublication, ReportItem::kPrevention));
  EXPECT_THAT(text(v, ReportItem::kCause), HasSubstr("調査中"));
  EXPECT_EQ("なし。", text(v, ReportItem::kOther));
  EXPECT_THAT(text(v, ReportItem::kData), HasSubstr("氏名"));
  EXPECT_THAT(text(v, ReportItem::kOutline), HasSubstr("③不正の目的"));
  EXPECT_EQ(v.sha256, crypto::sha256_hex(as_bytes(content_to_json(v.content))));
}

TEST_F(Reports, HasTheTenItemsOfTheFirstReportToTheMinistry) {
  const auto v = draft("kou", ReportKind::kPreliminary, ReportForm::kMic);
  std::vector<std::string> items;
  for (const auto& s : v.content.sections) items.emplace_back(to_string(s.item));
  EXPECT_THAT(items, ElementsAre("name", "number", "outline", "data", "people", "cause",
                                 "secondary", "publication", "response", "prevention"));
  EXPECT_EQ("甲通信", text(v, ReportItem::kName));
  EXPECT_THAT(v.content.open(), ::testing::Contains(ReportItem::kNumber));
  record("kou", ReportItem::kNumber, "A-00-00000");
  EXPECT_THAT(draft("kou", ReportKind::kPreliminary, ReportForm::kMic).content.open(),
              Not(::testing::Contains(ReportItem::kNumber)));
}

TEST_F(Reports, TellsACarriersOwnNumbersAndNamesNobodyElse) {
  const auto kou = report_markdown(draft("kou"), std::nullopt);
  EXPECT_THAT(kou, HasSubstr("4 人"));
  EXPECT_THAT(kou, Not(HasSubstr("1200")));
  EXPECT_THAT(kou, Not(HasSubstr("1204")));
  EXPECT_THAT(kou, Not(HasSubstr("乙モバイル")));
  EXPECT_THAT(kou, Not(HasSubstr("otsu")));
  EXPECT_THAT(kou, HasSubstr("丙コール"));     // named at 0.99
  EXPECT_THAT(kou, Not(HasSubstr("戊印刷")));  // 0.4: below the threshold
  EXPECT_THAT(kou, Not(HasSubstr("④")));
  const auto otsu = report_markdown(draft("otsu"), std::nullopt);
  EXPECT_THAT(otsu, HasSubstr("1200 人"));
  EXPECT_THAT(otsu, HasSubstr("④1,000人超"));
  EXPECT_THAT(otsu, Not(HasSubstr("甲通信")));
}

TEST_F(Reports, RefusesTextsThatNameACoTenantOrSomebodyBelowTheThreshold) {
  auto s = service();
  for (const char* words : {"乙モバイルの顧客も含まれる。", "戊印刷から漏れたと思われる。"}) {
    const auto refused = s.record(lead, id, "kou", ReportItem::kCause, {"", words});
    ASSERT_FALSE(refused) << words;
    EXPECT_EQ(Errc::kConflict, refused.error().code);
    EXPECT_THAT(refused.error().detail, Not(HasSubstr("otsu")));
    EXPECT_THAT(refused.error().detail_ja, Not(HasSubstr("乙モバイル")));
  }
  record("kou", ReportItem::kCause, "丙コールの端末から持ち出された。");
}

TEST_F(Reports, KeepsEveryTextAndCountsTheNewest) {
  record("kou", ReportItem::kCause, "不明。", "Unknown.");
  const auto before = events();
  record("kou", ReportItem::kCause, "不明。", "Unknown.");
  EXPECT_EQ(before, events());
  record("kou", ReportItem::kCause, "設定の誤り。");
  const auto file = service().show(lead, id, "kou").value();
  EXPECT_EQ(2U, file.entries.size());
  EXPECT_EQ("local:t", file.newest(ReportItem::kCause)->by);
  const auto v = draft("kou");
  EXPECT_EQ("設定の誤り。", text(v, ReportItem::kCause));
  EXPECT_THAT(report_markdown(v, Language::kEnglish), HasSubstr("設定の誤り。"));
}

TEST_F(Reports, MakesAVersionOnlyWhereSomethingChangedAndNeverChangesOne) {
  const auto first = draft("kou");
  EXPECT_EQ(1U, first.number);
  clock.advance(std::chrono::hours(1));
  EXPECT_EQ(1U, draft("kou").number);
  record("kou", ReportItem::kCause, "設定の誤り。");
  const auto second = draft("kou");
  EXPECT_EQ(2U, second.number);
  EXPECT_NE(first.sha256, second.sha256);
  const auto file = service().show(lead, id, "kou").value();
  EXPECT_EQ(content_to_json(first.content), content_to_json(file.version(1)->content));
  EXPECT_EQ(first.at, file.version(1)->at);
  expect_consistent();
}

TEST_F(Reports, KeepsOnceWhatIsSaidAgain) {
  const auto first = draft("kou");
  ASSERT_TRUE(incidents->set_fact(lead, id, Fact::kPossiblePeople, 5000, "kou", "a larger file"));
  const auto second = draft("kou");
  ASSERT_NE(second.sha256, first.sha256);
  ASSERT_TRUE(incidents->set_fact(lead, id, Fact::kPossiblePeople, 0, "kou", "not so"));
  const auto third = draft("kou");
  EXPECT_EQ(third.number, 3U);
  EXPECT_EQ(third.sha256, first.sha256);
  const auto events = log->read(report_stream(id, "kou")).value();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_THAT(events[2].body, HasSubstr(R"("content_of":1)"));
  EXPECT_THAT(events[2].body, Not(HasSubstr(R"("content":)")));
  const auto file = service().show(lead, id, "kou").value();
  EXPECT_EQ(content_to_json(file.versions[2].content), content_to_json(file.versions[0].content));
}

TEST_F(Reports, ShowsInTheFinalReportWhatChangedSinceThePreliminaryOne) {
  record("kou", ReportItem::kCause, "調べています。");
  const auto v1 = draft("kou");
  ASSERT_TRUE(service().submit(lead, id, "kou", v1.number, clock.now(), "R-1"));
  record("kou", ReportItem::kCause, "委託先の端末からの持ち出し。");
  draft("kou");  // a later preliminary draft that nobody submitted does not count
  auto r = report("cap-2", "kou", 0, 7);  // half of it is known
  open(r);
  const auto last = draft("kou", ReportKind::kFinal);
  EXPECT_EQ(v1.number, last.content.compared);
  std::map<std::string, ReportDifference> by;
  for (const auto& d : last.content.differences) by[std::string(to_string(d.item))] = d;
  ASSERT_TRUE(by.contains("cause"));
  EXPECT_EQ("調べています。", by["cause"].before.ja);
  EXPECT_EQ("委託先の端末からの持ち出し。", by["cause"].after.ja);
  ASSERT_TRUE(by.contains("people"));
  EXPECT_THAT(by["people"].before.ja, HasSubstr("4 人"));
  EXPECT_THAT(by["people"].after.ja, HasSubstr("7 人"));
  EXPECT_FALSE(by.contains("secondary"));
  EXPECT_THAT(report_markdown(last, Language::kJapanese), HasSubstr("速報からの変更点（第 1 版"));
}

TEST_F(Reports, CompletesTheClocksThatASubmissionAnswersAndNoOthers) {
  const auto v = draft("kou");
  EXPECT_EQ(ClockStatus::kRunning, clocks_of_carrier("kou").at("appi-preliminary"));
  const auto at = clock.now() - std::chrono::minutes(10);
  const auto done = service().submit(lead, id, "kou", v.number, at, "R-2026-1");
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_THAT(done.value().submitted->rules, ElementsAre("appi-preliminary"));
  EXPECT_EQ(ClockStatus::kDone, clocks_of_carrier("kou").at("appi-preliminary"));
  EXPECT_EQ(ClockStatus::kRunning, clocks_of_carrier("kou").at("appi-final-60"));
  EXPECT_EQ(ClockStatus::kRunning, clocks_of_carrier("otsu").at("appi-preliminary"));
  // The same word again changes nothing; another one is refused.
  const auto before = events();
  EXPECT_TRUE(service().submit(lead, id, "kou", v.number, at, "R-2026-1"));
  EXPECT_EQ(before, events());
  EXPECT_EQ(Errc::kConflict,
            service().submit(lead, id, "kou", v.number, at, "R-2026-2").error().code);
  EXPECT_EQ(Errc::kNotFound, service().submit(lead, id, "kou", 9, at, "").error().code);
  EXPECT_EQ(Errc::kBadInput,
            service()
                .submit(lead, id, "kou", v.number, clock.now() + std::chrono::minutes(1), "")
                .error()
                .code);
  ASSERT_TRUE(store->rebuild());
  EXPECT_EQ(ClockStatus::kDone, clocks_of_carrier("kou").at("appi-preliminary"));
  expect_consistent();
}

TEST_F(Reports, AreTheCarriersAndTheCoordinatorsAlone) {
  const auto v = draft("kou");
  record("kou", ReportItem::kCause, "設定の誤り。");
  auto s = service();
  EXPECT_TRUE(s.show(party("kou"), id, "kou"));
  EXPECT_EQ("", s.show(party("kou"), id, "kou").value().entries.front().by);
  for (const auto& viewer :
       {party("otsu"), party("callco"), party("nobody"), Viewer("d", registry::Role::kDesk, ""),
        Viewer("o", registry::Role::kOperator, "")}) {
    EXPECT_EQ(Errc::kNotFound, s.show(viewer, id, "kou").error().code) << viewer.user();
    EXPECT_FALSE(s.record(viewer, id, "kou", ReportItem::kCause, {"x", "x"})) << viewer.user();
    EXPECT_FALSE(s.draft(viewer, id, "kou", ReportForm::kPpc, ReportKind::kFinal));
    EXPECT_FALSE(s.submit(viewer, id, "kou", v.number, clock.now(), ""));
  }
  const Viewer auditor("a", registry::Role::kAuditor, "");
  EXPECT_TRUE(s.show(auditor, id, "kou"));
  EXPECT_EQ(Errc::kForbidden,
            s.record(auditor, id, "kou", ReportItem::kCause, {"x", "x"}).error().code);
  EXPECT_EQ(1U, s.list(party("kou"), id).value().size());
  EXPECT_EQ(2U, s.list(lead, id).value().size());
  EXPECT_TRUE(s.list(party("callco"), id).value().empty());
  EXPECT_EQ(Errc::kNotFound, s.list(party("nobody"), id).error().code);
  // A carrier's own person may do all of it.
  EXPECT_TRUE(s.record(party("kou"), id, "kou", ReportItem::kCause, {"", "端末の紛失。"}));
  const auto last = s.draft(party("kou"), id, "kou", ReportForm::kPpc, ReportKind::kFinal);
  ASSERT_TRUE(last);
  const auto done = s.submit(party("kou"), id, "kou", last.value().number, clock.now(), "R");
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_THAT(done.value().submitted->rules, ElementsAre("appi-final-60"));
  EXPECT_EQ(ClockStatus::kDone, clocks_of_carrier("kou").at("appi-final-60"));
}

TEST_F(Reports, RefusesTextsThatCannotBe) {
  auto s = service();
  const auto code = [&](const Words& words) {
    const auto done = s.record(lead, id, "kou", ReportItem::kCause, words);
    return done ? Errc::kCancelled : done.error().code;
  };
  EXPECT_EQ(Errc::kBadInput, code({"", ""}));
  EXPECT_EQ(Errc::kBadInput, code({"a\x1b[2J", ""}));
  EXPECT_EQ(Errc::kLimit, code({std::string(ReportService::kMostText + 1, 'x'), ""}));
}

TEST_F(Reports, LeavesNoMarkupOfATextInMarkdown) {
  record("kou", ReportItem::kCause, "# 見出し\n- 箇条 [x](http://x.example) <b>*強調*</b> | `c`");
  const auto md = report_markdown(draft("kou"), Language::kJapanese);
  EXPECT_THAT(md, HasSubstr("\\# 見出し"));
  EXPECT_THAT(
      md, HasSubstr("\\- 箇条 \\[x\\](http://x.example) \\<b\\>\\*強調\\*\\</b\\> \\| \\`c\\`"));
}

TEST_F(Reports, PrintsThePdfThatPdftotextReads) {
  record("kou", ReportItem::kCause, "設定の誤り。", "A wrong setting.");
  const auto v = draft("kou");
  const auto pdf = report_pdf(v, std::nullopt);
  ASSERT_TRUE(pdf) << pdf.error().detail;
  EXPECT_EQ(pdf.value(), report_pdf(v, std::nullopt).value());
  const auto file = folder.path() / "r.pdf";
  ASSERT_TRUE(write_file_durably(file, pdf.value()));
  FILE* pipe = ::popen(("pdftotext -layout " + file.string() + " -").c_str(), "r");
  std::string text;
  char piece[4096];
  for (std::size_t n = 0; (n = std::fread(piece, 1, sizeof piece, pipe)) > 0;)
    text.append(piece, n);
  ASSERT_EQ(0, ::pclose(pipe));
  for (const char* part :
       {"個人データの漏えい等報告（速報）", "1 概要", "4 原因", "設定の誤り。",
        "8 再発防止のための措置", "調査中", "甲通信", "A wrong setting.", "Under investigation"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(text, Not(HasSubstr("乙モバイル")));
  EXPECT_THAT(text, HasSubstr(v.sha256.substr(0, 16)));
}

TEST_F(Reports, AVersionThatWasAlteredInTheLogIsNotBelieved) {
  draft("kou");
  auto events = log->read(report_stream(id, "kou")).value();
  ASSERT_EQ(1U, events.size());
  const auto at = events[0].body.find("4 人");
  ASSERT_NE(std::string::npos, at);
  events[0].body.replace(at, 1, "5");
  EXPECT_EQ(Errc::kCorrupt, fold_reports(id, "kou", events).error().code);
  EXPECT_EQ(Errc::kCorrupt, content_from_json("{}").error().code);
  EXPECT_EQ(Errc::kCorrupt, content_from_json("[").error().code);
}

TEST_F(Reports, WhoDecidesOnAnOldFileIsToldSo) {
  const auto file = reports_store->load(lead, id, "kou").value();
  record("kou", ReportItem::kCause, "設定の誤り。");
  ReportChange change{id, "kou", file.revision, {}, 0, {}};
  change.event = {"t", report_stream(id, "kou"), "report.item",
                  R"({"en":"","item":"cause","ja":"x"})"};
  EXPECT_EQ(Errc::kConflict, reports_store->commit(change, clock.now()).error().code);
}

}  // namespace
}  // namespace hitokoe::incident
