// The life cycle, the opening rule and what makes an exposure.
#include <gtest/gtest.h>

#include "hitokoe/incident/incident.h"

namespace hitokoe::incident {
namespace {

using matcher::ResolvedSubject;
using matcher::ScanReport;

constexpr State kAll[] = {State::kOpen,     State::kTriaged, State::kConfirmed, State::kContained,
                          State::kNotified, State::kClosed,  State::kDismissed};

TEST(IncidentLife, AllowsExactlyTheStepsOfTheDesignOfAllPairs) {
  // open → triaged → confirmed → contained → notified → closed; dismissed from the first two.
  constexpr bool kAllowed[7][7] = {
      //            open   triag  confi  conta  notif  close  dismi
      /* open  */ {false, true, false, false, false, false, true},
      /* triag */ {false, false, true, false, false, false, true},
      /* confi */ {false, false, false, true, false, false, false},
      /* conta */ {false, false, false, false, true, false, false},
      /* notif */ {false, false, false, false, false, true, false},
      /* close */ {false, false, false, false, false, false, false},
      /* dismi */ {false, false, false, false, false, false, false},
  };
  for (std::size_t from = 0; from < 7; ++from) {
    for (std::size_t to = 0; to < 7; ++to) {
      EXPECT_EQ(may_become(kAll[from], kAll[to]), kAllowed[from][to])
          << to_string(kAll[from]) << " to " << to_string(kAll[to]);
    }
  }
}

TEST(IncidentLife, FoldRefusesEveryOtherStep) {
  ExposureRecord record;
  record.id = "exp-1";
  for (const State from : kAll) {
    for (const State to : kAll) {
      // The shortest way to `from`, then one step more.
      std::vector<State> way;
      if (from == State::kDismissed) {
        way = {State::kDismissed};
      } else {
        for (const State s : kAll) {
          if (s != State::kOpen && s <= from) way.push_back(s);
        }
      }
      way.push_back(to);
      std::vector<Event> events;
      const auto append = [&](std::string kind, std::string body) {
        events.push_back(chain_event({"t", "incident/INC-1", std::move(kind), std::move(body)},
                                     UtcTime{},
                                     events.empty() ? std::nullopt : std::optional(events.back())));
      };
      append("incident.opened", encode_exposure(record));
      for (const State s : way) {
        append("incident.advanced", R"({"to":")" + std::string(to_string(s)) + "\"}");
      }
      const auto folded = fold(events);
      EXPECT_EQ(folded.has_value(), may_become(from, to))
          << to_string(from) << " to " << to_string(to);
      if (!folded) {
        EXPECT_EQ(folded.error().code, Errc::kCorrupt);
        EXPECT_NE(folded.error().detail.find("event " + std::to_string(events.size())),
                  std::string::npos);
      }
    }
  }
}

TEST(IncidentLife, NamesRoundTrip) {
  for (const State s : kAll) EXPECT_EQ(state_by_name(to_string(s)).value(), s);
  EXPECT_EQ(state_by_name("reopened").error().code, Errc::kUsage);
}

TEST(IncidentFold, RefusesAStreamThatDoesNotBeginWithItsOpening) {
  EXPECT_EQ(fold({}).error().code, Errc::kNotFound);
  const auto advanced = chain_event(
      {"t", "incident/INC-1", "incident.advanced", R"({"to":"triaged"})"}, UtcTime{}, std::nullopt);
  EXPECT_EQ(fold(std::vector{advanced}).error().code, Errc::kCorrupt);
}

TEST(IncidentFold, RefusesBodiesThatNoVersionEverWrote) {
  ExposureRecord record;
  record.id = "exp-1";
  const auto opened = chain_event(
      {"t", "incident/INC-1", "incident.opened", encode_exposure(record)}, UtcTime{}, std::nullopt);
  for (const char* body : {"{}", R"({"to":1})", R"({"to":"nowhere"})", R"({"to":null})"}) {
    const std::vector<Event> events{
        opened, chain_event({"t", "incident/INC-1", "incident.advanced", body}, UtcTime{}, opened)};
    EXPECT_EQ(fold(events).error().code, Errc::kCorrupt) << body;
  }
  const std::vector<Event> events{
      opened, chain_event({"t", "incident/INC-1", "incident.exploded", "{}"}, UtcTime{}, opened)};
  EXPECT_EQ(fold(events).error().code, Errc::kCorrupt);
}

TEST(IncidentFold, AnExposureComesBackFromItsBodyAsItWas) {
  ExposureRecord e;
  e.id = "exp-0123";
  e.source = "paste";
  e.captures = {"cap-1", "cap-2"};
  e.verdict = matcher::Verdict::kIndistinguishable;
  e.unknown_e6 = 12345;
  e.matched_subjects = 7;
  e.ambiguous_rows = 3;
  e.canary = true;
  e.holders = {{"callco", {{"S1", "kou", {"kou"}}}, 950000, 5, 2, true},
               {"nightdesk", {{"S2", "kou", {"callco", "kou"}}, {"S9", "", {}}}, 10, 1, 0, false}};
  e.holders[0].passed_on_e6 = 40000;
  e.controllers = {{"kou", 7, {identity::FieldId::kRef, identity::FieldId::kName}}};
  e.delegates = {{"callco", "kou", "kou"}};
  e.known = {"callco", "kou"};
  e.subjects_sha256 = "00ff";
  const std::string body = encode_exposure(e);
  EXPECT_EQ(decode_exposure(body).value(), e);
  EXPECT_EQ(encode_exposure(decode_exposure(body).value()), body);
}

TEST(IncidentFold, EveryCutOfABodyIsRefused) {
  ExposureRecord e;
  e.id = "exp-0123";
  e.holders = {{"callco", {{"S1", "kou", {"kou"}}}, 950000, 5, 2, true}};
  const std::string body = encode_exposure(e);
  for (std::size_t n = 0; n < body.size(); ++n) {
    EXPECT_EQ(decode_exposure(body.substr(0, n)).error().code, Errc::kCorrupt);
  }
}

ScanReport report_of(std::vector<ResolvedSubject> subjects) {
  ScanReport r;
  r.subjects = std::move(subjects);
  return r;
}

ResolvedSubject subject(std::uint8_t n, std::uint32_t agreeing = 2, bool canary = false) {
  ResolvedSubject s;
  s.controller = "kou";
  s.y_ref[0] = n;
  s.agreeing = agreeing;
  s.canary = canary;
  return s;
}

TEST(OpeningRule, OneCanaryOrThreeSubjectsOrThreeAgreeingFields) {
  const OpenRule rule;
  EXPECT_FALSE(opens(report_of({}), rule));
  EXPECT_FALSE(opens(report_of({subject(1), subject(2)}), rule));
  EXPECT_FALSE(opens(report_of({subject(1), subject(2), subject(2), subject(1)}), rule));
  EXPECT_TRUE(opens(report_of({subject(1), subject(2), subject(3)}), rule));
  EXPECT_TRUE(opens(report_of({subject(1, 3)}), rule));
  EXPECT_TRUE(opens(report_of({subject(1, 1, true)}), rule));
  auto other_carrier = subject(1);
  other_carrier.controller = "otsu";
  EXPECT_TRUE(opens(report_of({subject(1), subject(2), other_carrier}), rule));
}

TEST(OpeningRule, IsConfigurable) {
  OpenRule rule;
  rule.subjects = 5;
  rule.agreeing_fields = 4;
  EXPECT_FALSE(opens(report_of({subject(1, 3), subject(2), subject(3), subject(4)}), rule));
  EXPECT_TRUE(opens(report_of({subject(1), subject(2), subject(3), subject(4), subject(5)}), rule));
  EXPECT_TRUE(opens(report_of({subject(1, 4)}), rule));
}

TEST(ExposureId, IsThatOfTheSetOfCaptures) {
  ScanReport a = report_of({subject(1)});
  a.captures = {"cap-1", "cap-2"};
  ScanReport b = report_of({subject(2)});
  b.captures = {"cap-2", "cap-1", "cap-2"};
  EXPECT_EQ(exposure_id(a), exposure_id(b));
  b.captures = {"cap-1cap-2"};
  EXPECT_NE(exposure_id(a), exposure_id(b));
  EXPECT_EQ(exposure_id(a).size(), 28U);
}

TEST(ExposureId, IsThatOfTheSubjectsWhereThereIsNoCapture) {
  EXPECT_EQ(exposure_id(report_of({subject(1), subject(2)})),
            exposure_id(report_of({subject(2), subject(1), subject(1)})));
  EXPECT_NE(exposure_id(report_of({subject(1)})), exposure_id(report_of({subject(2)})));
}

}  // namespace
}  // namespace hitokoe::incident
