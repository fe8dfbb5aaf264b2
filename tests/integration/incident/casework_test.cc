// What people work off beside the clocks: tasks, links, evidence, and who may look.
#include "hitokoe/incident/casework_service.h"
#include "hitokoe/incident/evidence_bundle.h"
#include "tests/integration/incident/incident_world.h"

namespace hitokoe::incident {
namespace {

class Cases : public IncidentWorld {
 protected:
  void SetUp() override {
    IncidentWorld::SetUp();
    work = storage::make_casework_store(db);
    service.emplace(CaseworkService::Parts{*work, *store, rules, holidays, clock});
    auto r = report("cap-1", "kou", 1, 4);
    r.verdict = matcher::Verdict::kNamed;
    r.holders = {holder("nightdesk", 0.97, {"S2"})};
    id = open(r).incident;
    other = open(report("cap-2", "otsu", 500, 5)).incident;
  }
  Result<void> set(const std::string& party, TaskKind kind, TaskState state,
                   std::string_view note = "done it") {
    return service->set_task(lead, id, {party, kind}, state, std::nullopt, note);
  }
  void settle_all(const std::string& party) {
    for (std::size_t k = 0; k < kTaskKinds; ++k) {
      ASSERT_TRUE(set(party, static_cast<TaskKind>(k), TaskState::kDone));
    }
  }
  const Viewer second = Viewer::local("u");
  std::unique_ptr<CaseworkStore> work;
  std::optional<CaseworkService> service;
  std::string id, other;
};

TEST_F(Cases, EveryPartyConcernedHasItsTasks) {
  const auto view = service->show(lead, id).value();
  std::map<std::string, std::size_t> by_party;
  for (const auto& t : view.tasks) {
    ++by_party[t.key.party];
    EXPECT_EQ(t.record.state, TaskState::kOpen);
  }
  EXPECT_EQ(by_party, (std::map<std::string, std::size_t>{
                          {"kou", kTaskKinds}, {"callco", 4}, {"nightdesk", 4}}));
}

TEST_F(Cases, ADelegateSettlesNothingBeforeItHasToldItsDelegatorAndIsLateOnRecord) {
  const auto early = set("nightdesk", TaskKind::kCause, TaskState::kDone);
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code, Errc::kConflict);
  EXPECT_TRUE(set("nightdesk", TaskKind::kCause, TaskState::kWorking));
  clock.advance(std::chrono::hours{24 * 6});
  ASSERT_TRUE(incidents->clock_done(lead, id, "appi-delegate", "nightdesk", "told"));
  EXPECT_TRUE(set("nightdesk", TaskKind::kCause, TaskState::kDone));
  const auto view = service->show(lead, id).value();
  for (const auto& t : view.tasks) {
    const bool is_late = t.key == TaskKey{"nightdesk", TaskKind::kReports};
    EXPECT_EQ(t.told_late.has_value(), is_late) << t.key.party;
    if (is_late) {
      EXPECT_GT(*t.told_late, std::chrono::hours{48});
    }
  }
}

TEST_F(Cases, ADelegateDoesNotFinishBeforeItsCarrier) {
  ASSERT_TRUE(incidents->clock_done(lead, id, "appi-delegate", "nightdesk", "told"));
  for (const auto kind : {TaskKind::kRecovery, TaskKind::kCause, TaskKind::kPrevention}) {
    ASSERT_TRUE(set("nightdesk", kind, TaskState::kDone));
  }
  const auto last = set("nightdesk", TaskKind::kReports, TaskState::kDone);
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().code, Errc::kConflict);
  EXPECT_NE(last.error().words().ja.find("kou"), std::string::npos);
  settle_all("kou");
  EXPECT_TRUE(set("nightdesk", TaskKind::kReports, TaskState::kDone));
}

TEST_F(Cases, AnIncidentIsClosedOnlyWhenNoTaskIsOpen) {
  auto p = parts();
  p.casework = &*service;
  IncidentService closing(p, IncidentOptions{});
  for (const State s : {State::kTriaged, State::kConfirmed, State::kContained, State::kNotified}) {
    ASSERT_TRUE(closing.advance(lead, id, s, ""));
  }
  const auto refused = closing.advance(lead, id, State::kClosed, "");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kConflict);
  ASSERT_TRUE(incidents->clock_done(lead, id, "appi-delegate", "nightdesk", "told"));
  ASSERT_TRUE(incidents->clock_done(lead, id, "appi-delegate", "callco", "told"));
  settle_all("kou");
  for (const char* delegate : {"callco", "nightdesk"}) {
    for (const auto kind :
         {TaskKind::kRecovery, TaskKind::kCause, TaskKind::kPrevention, TaskKind::kReports}) {
      ASSERT_TRUE(set(delegate, kind, TaskState::kDone));
    }
  }
  EXPECT_TRUE(closing.advance(lead, id, State::kClosed, ""));
  expect_consistent();
}

TEST_F(Cases, NotNeededTakesAReasonAndTheSameAgainChangesNothing) {
  EXPECT_EQ(set("kou", TaskKind::kPublication, TaskState::kNotNeeded, "").error().code,
            Errc::kBadInput);
  EXPECT_EQ(set("kou", TaskKind::kCause, TaskState::kDone, std::string(2001, 'x')).error().code,
            Errc::kLimit);
  ASSERT_TRUE(set("kou", TaskKind::kPublication, TaskState::kNotNeeded, "few people"));
  const auto before = events();
  ASSERT_TRUE(set("kou", TaskKind::kPublication, TaskState::kNotNeeded, "few people"));
  EXPECT_EQ(events(), before);
  EXPECT_EQ(set("printer", TaskKind::kCause, TaskState::kDone).error().code, Errc::kNotFound);
}

TEST_F(Cases, APartySeesAndSetsItsOwnTasksOnly) {
  ASSERT_TRUE(set("kou", TaskKind::kCause, TaskState::kWorking, "for kou"));
  ASSERT_TRUE(service->set_takedown(lead, id, "cap-1", TakedownState::kSent, "asked"));
  ASSERT_TRUE(service->link(lead, id, other, LinkKind::kRelated, "same site"));
  const auto view = service->show(party("nightdesk"), id).value();
  for (const auto& t : view.tasks) EXPECT_EQ(t.key.party, "nightdesk");
  EXPECT_TRUE(view.work.tasks.empty());
  EXPECT_TRUE(view.work.takedowns.empty());
  EXPECT_TRUE(view.work.links.empty());
  EXPECT_EQ(to_json(view).find("kou"), std::string::npos);
  EXPECT_EQ(service->show(party("shipper"), id).error().code, Errc::kNotFound);
  const auto foreign = service->set_task(party("nightdesk"), id, {"kou", TaskKind::kCause},
                                         TaskState::kDone, std::nullopt, "");
  EXPECT_EQ(foreign.error().code, Errc::kForbidden);
  EXPECT_TRUE(service->set_task(party("nightdesk"), id, {"nightdesk", TaskKind::kCause},
                                TaskState::kWorking, std::nullopt, "ours"));
  EXPECT_EQ(service->set_takedown(party("kou"), id, "cap-1", TakedownState::kSent, "").error().code,
            Errc::kForbidden);
}

TEST_F(Cases, ATaskPastItsDayIsOverdueUntilItIsSettled) {
  const auto due = jst_day(clock.now()) + std::chrono::days{1};
  ASSERT_TRUE(service->set_task(lead, id, {"kou", TaskKind::kCause}, TaskState::kWorking, due, ""));
  const auto overdue = [&] {
    std::size_t n = 0;
    const auto view = service->show(lead, id).value();
    for (const auto& t : view.tasks) n += t.overdue ? 1 : 0;
    return n;
  };
  EXPECT_EQ(overdue(), 0U);
  clock.advance(std::chrono::hours{48});
  EXPECT_EQ(overdue(), 1U);
  ASSERT_TRUE(set("kou", TaskKind::kCause, TaskState::kDone));
  EXPECT_EQ(overdue(), 0U);
}

TEST_F(Cases, ALinkStandsOnBothSidesAndCanBeUndone) {
  ASSERT_TRUE(service->link(lead, other, id, LinkKind::kRecirculation, "same set"));
  const auto newer = service->show(lead, other).value().work.links;
  const auto older = service->show(lead, id).value().work.links;
  ASSERT_EQ(newer.size(), 1U);
  ASSERT_EQ(older.size(), 1U);
  EXPECT_TRUE(newer[0].older);
  EXPECT_FALSE(older[0].older);
  EXPECT_EQ(older[0].other, other);
  EXPECT_EQ(service->link(lead, id, id, LinkKind::kRelated, "x").error().code, Errc::kBadInput);
  EXPECT_EQ(service->link(lead, id, "INC-20200101-0001", LinkKind::kRelated, "x").error().code,
            Errc::kNotFound);
  ASSERT_TRUE(service->unlink(lead, id, other, "was another set"));
  EXPECT_TRUE(service->show(lead, other).value().work.links.empty());
  EXPECT_EQ(service->unlink(lead, id, other, "again").error().code, Errc::kNotFound);
  expect_consistent();
}

TEST_F(Cases, LeakedTextIsShownToWhoAskedAfterASecondPersonAgreedForAnHour) {
  const auto request = service->request_view(lead, id, "cap-1", "check the columns").value();
  EXPECT_EQ(service->begin_view(lead, id, request).error().code, Errc::kForbidden);
  EXPECT_EQ(service->decide_view(lead, id, request, true).error().code, Errc::kForbidden)
      << "by oneself";
  ASSERT_TRUE(service->decide_view(second, id, request, true));
  EXPECT_EQ(service->decide_view(second, id, request, false).error().code, Errc::kConflict);
  EXPECT_EQ(service->begin_view(second, id, request).error().code, Errc::kForbidden)
      << "who approved is not who may look";
  EXPECT_EQ(service->begin_view(lead, id, request).value(), "cap-1");
  clock.advance(std::chrono::minutes{61});
  EXPECT_EQ(service->begin_view(lead, id, request).error().code, Errc::kForbidden) << "over";
  const auto custody = service->show(lead, id).value().work.custody;
  ASSERT_EQ(custody.size(), 1U);
  EXPECT_EQ(custody[0].what, "viewed");
  EXPECT_EQ(custody[0].purpose, "check the columns");
  const Viewer auditor("a", registry::Role::kAuditor, "");
  EXPECT_EQ(service->request_view(auditor, id, "cap-1", "curious").error().code, Errc::kForbidden);
  EXPECT_EQ(service->request_view(lead, id, "cap-2", "another's").error().code, Errc::kNotFound);
}

// Two who were told the same state: one of them is told to read again, and nothing is lost.
TEST_F(Cases, WhoWasOvertakenReadsAgain) {
  ASSERT_TRUE(set("kou", TaskKind::kCause, TaskState::kWorking));
  const auto seen = work->load(lead, id).value().revision;
  ASSERT_TRUE(set("kou", TaskKind::kNotice, TaskState::kWorking));
  EXPECT_EQ(work->commit(id, seen,
                         {{"local:t", casework_stream(id), "casework.task",
                           R"({"kind":"cause","party":"kou","state":"done"})"}},
                         clock.now())
                .error()
                .code,
            Errc::kConflict);
  const auto now = work->load(lead, id).value();
  EXPECT_EQ(work->commit(id, now.revision,
                         {{"local:t", casework_stream(id), "casework.task", R"({"kind":"x"})"}},
                         clock.now())
                .error()
                .code,
            Errc::kCorrupt)
      << "what the fold would refuse is not written";
  EXPECT_EQ(work->load(lead, id).value(), now);
}

class Bundle : public ::testing::Test {
 protected:
  static crawler::CaptureMeta meta(const std::string& id, const std::string& body) {
    crawler::CaptureMeta m;
    m.id = id;
    m.source = "paste";
    m.url = "http://paste.example/" + id;
    m.sha256 = to_hex(crypto::sha256(as_bytes(body)));
    m.size = body.size();
    return m;
  }
  Result<void> write(const std::string& passphrase = "a long passphrase") {
    file.clear();
    TRY(auto bundle, EvidenceBundleWriter::begin(
                         [&](ByteView bytes) -> Result<void> {
                           put_bytes(file, bytes);
                           return ok();
                         },
                         {"INC-20260401-0001", "police", "local:t", UtcTime{}},
                         {meta("cap-a", "first"), meta("cap-b", "")}, service,
                         SecretText(passphrase), random, {1, 8 << 10}));
    TRYV(bundle.add(meta("cap-a", "first"), as_bytes(std::string_view("first"))));
    return bundle.add(meta("cap-b", ""), {});
  }
  Result<OpenedBundle> open(const std::string& passphrase = "a long passphrase") {
    bodies.clear();
    return open_evidence_bundle(
        file, SecretText(passphrase),
        [&](const std::string& id, const std::string& about, ByteView body) -> Result<void> {
          bodies[id] = std::string(as_text(body)) + "|" + about;
          return ok();
        });
  }
  SystemRandom random;
  crypto::SignKeyPair service = crypto::make_sign_keys(random);
  Bytes file;
  std::map<std::string, std::string> bodies;
};

TEST_F(Bundle, ComesBackWholeAndNamesItsMaker) {
  ASSERT_TRUE(write());
  const auto opened = open().value();
  EXPECT_EQ(opened.captures, 2U);
  EXPECT_EQ(opened.service, service.public_key);
  EXPECT_TRUE(bodies.at("cap-a").starts_with("first|"));
  EXPECT_NE(bodies.at("cap-a").find("http://paste.example/cap-a"), std::string::npos);
  EXPECT_EQ(opened.list.find("http://"), std::string::npos) << "addresses are sealed";
}

TEST_F(Bundle, EveryChangedOrMissingByteIsNoticed) {
  ASSERT_TRUE(write());
  const Bytes whole = file;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    file = whole;
    file[i] ^= 1;
    EXPECT_FALSE(open()) << i;
    file.assign(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(open()) << i;
  }
  file = whole;
  file.push_back(0);
  EXPECT_FALSE(open());
}

TEST_F(Bundle, AnotherPassphraseAndAShortOneAreRefused) {
  EXPECT_EQ(write("short").error().code, Errc::kBadInput);
  ASSERT_TRUE(write());
  EXPECT_EQ(open("another passphrase").error().code, Errc::kForbidden);
}

}  // namespace
}  // namespace hitokoe::incident
