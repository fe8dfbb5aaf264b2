// Tables as CSV, read back by Python's csv module; and calendars, read by its icalendar package.
#include "service/exports.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <cstdio>
#include <fstream>

#include "hitokoe/incident/calendar.h"
#include "hitokoe/storage/alerts.h"
#include "tests/integration/incident/incident_world.h"

namespace hitokoe::service {
namespace {

namespace json = boost::json;
using registry::Viewer;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

// What a Python program prints, as JSON; `text` is its standard input.
json::value python(const std::filesystem::path& folder, const std::string& program,
                   const std::string& text) {
  const auto in = folder / "in";
  std::ofstream(in, std::ios::binary) << text;
  std::ofstream(folder / "p.py") << program;
  const auto command = "/usr/bin/python3 " + (folder / "p.py").string() + " " + in.string() +
                       " 2>" + (folder / "e").string();
  FILE* pipe = ::popen(command.c_str(), "r");
  std::string out;
  char piece[4096];
  for (std::size_t n = 0; (n = std::fread(piece, 1, sizeof piece, pipe)) > 0;) out.append(piece, n);
  EXPECT_EQ(0, ::pclose(pipe)) << out;
  return json::parse(out.empty() ? "null" : out);
}

constexpr const char* kReadCsv = R"(import csv, json, sys
with open(sys.argv[1], encoding="utf-8-sig", newline="") as f:
    print(json.dumps(list(csv.reader(f, strict=True))))
)";

constexpr const char* kReadCalendar = R"(import json, sys
from icalendar import Calendar
cal = Calendar.from_ical(open(sys.argv[1], "rb").read())
out = []
for e in cal.walk("VEVENT"):
    out.append({"uid": str(e["UID"]), "sequence": int(e["SEQUENCE"]), "status": str(e["STATUS"]),
                "start": e["DTSTART"].dt.isoformat(), "end": e["DTEND"].dt.isoformat(),
                "summary": str(e["SUMMARY"]), "description": str(e["DESCRIPTION"]),
                "alarms": [a["TRIGGER"].dt.total_seconds() for a in e.walk("VALARM")]})
print(json.dumps({"version": str(cal["VERSION"]), "method": str(cal["METHOD"]), "events": out}))
)";

TEST(Csv, IsReadBackAsItWasWhateverTheCellsHold) {
  ScratchFolder folder;
  ExportTable t{"x", {"a", "b"}, {}};
  const std::vector<std::string> hostile = {
      "plain", "with,comma", "with \"quotes\"", "two\r\nlines", "日本語、", "", " space ", "a\nb"};
  for (const auto& s : hostile) t.rows.push_back({json::value(s), json::value(7)});
  t.rows.push_back({json::value(nullptr), json::value(true)});
  const auto csv = to_csv(t);
  EXPECT_THAT(csv, StartsWith("\xef\xbb\xbf"
                              "a,b\r\n"));
  const auto back = python(folder.path(), kReadCsv, csv).as_array();
  ASSERT_EQ(hostile.size() + 2, back.size());
  for (std::size_t i = 0; i < hostile.size(); ++i) {
    EXPECT_EQ(hostile[i], std::string(back[i + 1].as_array()[0].as_string()));
    EXPECT_EQ("7", back[i + 1].as_array()[1].as_string());
  }
}

TEST(Csv, LetsNoCellBecomeAFormula) {
  ExportTable t{"x", {"a"}, {}};
  const std::vector<std::string> formulas = {"=cmd|' /C calc'!A0",
                                             "+1+1",
                                             "-2+3",
                                             "@SUM(A1)",
                                             "\t=1+1",
                                             "\r=1",
                                             "＝1+1",
                                             "＠SUM",
                                             "－1",
                                             "＋1"};
  for (const auto& s : formulas) t.rows.push_back({json::value(s)});
  t.rows.push_back({json::value(-5)});
  ScratchFolder folder;
  const auto back = python(folder.path(), kReadCsv, to_csv(t)).as_array();
  for (std::size_t i = 0; i < formulas.size(); ++i) {
    EXPECT_EQ("'" + formulas[i], std::string(back[i + 1].as_array()[0].as_string()));
  }
  EXPECT_EQ("-5", back.back().as_array()[0].as_string());  // a number is none
  // JSON keeps what it is.
  const auto as_json = json::parse(to_json(t)).as_object().at("x").as_array();
  EXPECT_EQ(formulas[0], std::string(as_json[0].as_object().at("a").as_string()));
}

class Exports : public incident::IncidentWorld {
 protected:
  void SetUp() override {
    IncidentWorld::SetUp();
    alerts = storage::make_alert_store(db);
    campaigns = storage::make_campaign_store(db);
    registry_store = storage::make_registry_store(db, clock);
    ASSERT_TRUE(registry_store->apply(R"(parties:
  - {id: kou, name: 甲通信}
  - {id: otsu, name: 乙モバイル}
  - {id: callco, name: 丙コール}
delegations:
  - {id: D1, controller: kou, from: kou, to: callco, type: A, purposes: [窓口], items: [ref, name], begins: 2024-04-01}
  - {id: D5, controller: otsu, from: otsu, to: callco, type: B, purposes: [窓口], items: [ref, name], begins: 2024-04-01}
)",
                                      "registry.yaml"));
    auto r = incident::report("cap-1", "kou", 0, 4);
    const auto more = incident::report("cap-1", "otsu", 50, 6);
    r.subjects.insert(r.subjects.end(), more.subjects.begin(), more.subjects.end());
    id = open(r).incident;
  }
  ExportTable table(const Viewer& viewer, ExportKind kind) {
    auto made =
        export_table({*incidents, *alerts, *campaigns, *log, *registry_store}, viewer, kind);
    EXPECT_TRUE(made) << made.error().detail;
    return made.value();
  }

  std::unique_ptr<incident::AlertStore> alerts;
  std::unique_ptr<incident::CampaignStore> campaigns;
  std::unique_ptr<registry::RegistryStore> registry_store;
  std::string id;
};

TEST_F(Exports, GiveTheWholeToACoordinatorAndItsPartToAParty) {
  for (const auto kind : {ExportKind::kIncidents, ExportKind::kClocks, ExportKind::kCounts,
                          ExportKind::kRegistry, ExportKind::kAlerts, ExportKind::kCampaigns}) {
    const auto own = to_csv(table(party("otsu"), kind));
    EXPECT_THAT(own, Not(HasSubstr("kou"))) << to_string(kind);
    EXPECT_THAT(to_csv(table(party("nobody"), kind)), Not(HasSubstr("INC-"))) << to_string(kind);
  }
  EXPECT_THAT(table(lead, ExportKind::kCounts).rows, SizeIs(2));
  EXPECT_THAT(table(party("otsu"), ExportKind::kCounts).rows, SizeIs(1));
  EXPECT_THAT(table(lead, ExportKind::kRegistry).rows, SizeIs(2));
  EXPECT_THAT(table(party("callco"), ExportKind::kRegistry).rows, SizeIs(2));
  EXPECT_THAT(to_csv(table(lead, ExportKind::kClocks)), HasSubstr("appi-preliminary,kou"));
}

TEST_F(Exports, GiveTheAuditLogToCoordinatorsAndAuditorsAlone) {
  const ExportParts parts{*incidents, *alerts, *campaigns, *log, *registry_store};
  const auto all = table(lead, ExportKind::kAudit);
  EXPECT_EQ(events(), all.rows.size());
  EXPECT_TRUE(export_table(parts, Viewer("a", registry::Role::kAuditor, ""), ExportKind::kAudit));
  for (const auto& viewer : {party("kou"), Viewer("o", registry::Role::kOperator, ""),
                             Viewer("d", registry::Role::kDesk, "")}) {
    EXPECT_EQ(Errc::kForbidden, export_table(parts, viewer, ExportKind::kAudit).error().code);
    EXPECT_TRUE(viewer.role() == registry::Role::kParty ||
                table(viewer, ExportKind::kRegistry).rows.empty());
  }
}

TEST_F(Exports, ACalendarIsReadByAnotherParser) {
  ASSERT_TRUE(incidents->set_fact(lead, id, incident::Fact::kEu, 1, "kou", "r"));
  const auto view = incidents->show(lead, id).value();
  const auto text =
      incident::calendar_of(std::span(&view, 1), "kou", clock.now(), Language::kJapanese);
  for (std::size_t at = 0; at < text.size();) {  // RFC 5545 section 3.1: CRLF, at most 75 octets
    const auto end = text.find("\r\n", at);
    ASSERT_NE(std::string::npos, end);
    EXPECT_LE(end - at, 75U);
    at = end + 2;
  }
  const auto got = python(folder.path(), kReadCalendar, text).as_object();
  EXPECT_EQ("2.0", got.at("version").as_string());
  std::map<std::string, json::object> by;
  for (const auto& e : got.at("events").as_array()) {
    by[std::string(e.as_object().at("start").as_string())] = e.as_object();
  }
  ASSERT_EQ(3U, by.size());
  // Day 3 and day 60 are whole days in Japan; 72 h is an instant.
  EXPECT_EQ("2026-04-04", by.at("2026-04-03").at("end").as_string());
  EXPECT_TRUE(by.contains("2026-06-01"));
  EXPECT_TRUE(by.contains("2026-04-04T00:00:00+00:00"));
  EXPECT_EQ(-86400, by.at("2026-04-03").at("alarms").as_array().at(0).as_double());
  EXPECT_THAT(std::string(by.at("2026-04-03").at("summary").as_string()), HasSubstr("速報"));
  EXPECT_THAT(std::string(by.at("2026-06-01").at("description").as_string()),
              HasSubstr("2026-05-30"));
}

TEST_F(Exports, ACalendarKeepsItsUidsCountsChangesAndCancelsWhatIsDone) {
  const auto read = [&] {
    const auto view = incidents->show(lead, id).value();
    const auto got =
        python(folder.path(), kReadCalendar,
               incident::calendar_of(std::span(&view, 1), "kou", clock.now(), Language::kEnglish));
    std::map<std::string, json::object> by;
    for (const auto& e : got.as_object().at("events").as_array()) {
      by[std::string(e.as_object().at("uid").as_string())] = e.as_object();
    }
    return by;
  };
  const auto before = read();
  clock.advance(std::chrono::hours(120));  // 1 to 6 April: day 60 is 4 June, no closed day
  ASSERT_TRUE(incidents->set_known_at(lead, id, "kou", clock.now(), "told later"));
  ASSERT_TRUE(incidents->clock_done(lead, id, "appi-preliminary", "kou", ""));
  const auto after = read();
  ASSERT_EQ(before.size(), after.size());
  std::size_t cancelled = 0;
  for (const auto& [uid, event] : after) {
    ASSERT_TRUE(before.contains(uid));
    EXPECT_GT(event.at("sequence").as_int64(), before.at(uid).at("sequence").as_int64());
    if (event.at("status").as_string() == "CANCELLED") {
      ++cancelled;
      EXPECT_TRUE(event.at("alarms").as_array().empty());
    } else {
      EXPECT_NE(event.at("start"), before.at(uid).at("start"));
    }
  }
  EXPECT_EQ(1U, cancelled);
}

}  // namespace
}  // namespace hitokoe::service
