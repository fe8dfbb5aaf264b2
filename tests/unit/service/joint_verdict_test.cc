// The daemon's way to a verdict over all captures of an incident: in any order, over any crash, and
// against older leaks.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "hitokoe/base/simulated_clock.h"
#include "hitokoe/incident/casework_service.h"
#include "hitokoe/incident/clocks.h"
#include "hitokoe/incident/move_service.h"
#include "hitokoe/storage/moves.h"
#include "hitokoe/storage/sql.h"
#include "service/capture_matcher.h"
#include "service/index_watch.h"
#include "service/verdict_watch.h"
#include "tests/database_under_test.h"
#include "tests/unit/matcher/people.h"

namespace hitokoe::service {
namespace {

namespace json = boost::json;
using matcher::test::held;
using matcher::test::kAllColumns;
using matcher::test::Person;
using matcher::test::person;

std::vector<Person> people(unsigned from, unsigned to, unsigned step = 1) {
  std::vector<Person> out;
  for (unsigned n = from; n < to; n += step) out.push_back(person(n));
  return out;
}

class Pages final : public crawler::CaptureStore {
 public:
  Result<void> put(const crawler::CaptureMeta&, ByteView) override { return ok(); }
  Result<crawler::CaptureMeta> meta(const std::string& id) override {
    crawler::CaptureMeta m;
    m.id = id;
    m.source = "pastes";
    m.content_type = "text/plain";
    m.fetched = parse_utc("2026-03-01T00:00:00Z").value();
    return m;
  }
  Result<Bytes> read(const std::string& id) override {
    const auto text = matcher::test::csv(rows.at(id), kAllColumns);
    return Bytes(text.begin(), text.end());
  }
  Result<void> keep_for_incident(const std::string&, const std::string&) override { return ok(); }
  Result<std::vector<std::string>> list() override { return std::vector<std::string>(); }

  std::map<std::string, std::vector<Person>> rows;
};

// Ends the process, as it were, before or after what is written becomes durable.
struct Faults {
  int left = 1 << 30;  // writes until the end
  bool after = false;
  template <class Write>
  auto operator()(const Write& write) -> decltype(write()) {
    if (left-- > 0) return write();
    if (after) (void)write();
    return fail(Errc::kIo, "the process ends here", "ここで終わります");
  }
};

class FaultyContributions final : public incident::ContributionStore {
 public:
  FaultyContributions(incident::ContributionStore& real, Faults& faults)
      : real_(real), faults_(faults) {}
  Result<void> put(const std::string& incident, const std::string& exposure,
                   ByteView sealed) override {
    return faults_([&] { return real_.put(incident, exposure, sealed); });
  }
  Result<void> each(
      const std::string& incident,
      const std::function<Result<void>(const std::string&, ByteView)>& visit) override {
    return real_.each(incident, visit);
  }

 private:
  incident::ContributionStore& real_;
  Faults& faults_;
};

class FaultyIncidents final : public incident::IncidentStore {
 public:
  FaultyIncidents(incident::IncidentStore& real, Faults& faults) : real_(real), faults_(faults) {}
  Result<std::uint64_t> revision() override { return real_.revision(); }
  Result<std::vector<std::string>> ids(const registry::Viewer& viewer) override {
    return real_.ids(viewer);
  }
  Result<incident::Incident> load(const registry::Viewer& viewer, const std::string& id) override {
    return real_.load(viewer, id);
  }
  Result<incident::Event> commit(const incident::IncidentChange& change, UtcTime at) override {
    return faults_([&] { return real_.commit(change, at); });
  }
  Result<void> each_chunk(
      const std::string& incident,
      const std::function<Result<void>(const incident::SubjectChunk&)>& each) override {
    return real_.each_chunk(incident, each);
  }
  Result<void> rebuild() override { return real_.rebuild(); }

 private:
  incident::IncidentStore& real_;
  Faults& faults_;
};

const registry::Viewer kLead("lead", registry::Role::kCoordinator, "");

class JointVerdict : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = std::make_unique<matcher::test::World>(matcher::test::kRegistry);
    world_->add("K0", held(people(0, 900), kAllColumns));
    world_->add("S1", held(people(0, 900, 2), kAllColumns));
    world_->add("S3", held(people(0, 900, 3), kAllColumns));
  }
  static void TearDownTestSuite() { world_.reset(); }

  struct RegistryOfTheWorld final : registry::RegistryStore {
    Result<void> apply(std::string_view, std::string_view) override { return ok(); }
    Result<registry::Registry> load() override { return *world_->shared_registry(); }
    Result<std::uint64_t> version() override { return std::uint64_t{1}; }
  };
  // A service with a database of its own.
  struct Daemon {
    explicit Daemon(Pages& pages) : captures(pages) {}
    Result<CaptureMatch> match(const std::string& capture) {
      return matcher.match(capture, {index.current().value(), world_->shared_registry()});
    }
    std::string why(const std::string& id, const registry::Viewer& viewer = kLead) {
      return incidents.attribution(viewer, id).value();
    }
    // Without the times of day.
    json::object said(const std::string& id) {
      auto out = json::parse(why(id)).as_object();
      out.erase("judged");
      return out;
    }
    std::vector<std::string> all() { return store->ids(kLead).value(); }

    Pages& captures;
    Faults faults;
    SimulatedClock clock{parse_utc("2026-11-25T00:00:00Z").value()};
    SystemRandom random;
    MetricsRegistry metrics;
    std::shared_ptr<storage::Database> db = testing::open_own_database().value();
    incident::LegalRules rules = incident::built_in_rules().value();
    std::unique_ptr<incident::IncidentStore> store = storage::make_incident_store(db);
    std::unique_ptr<incident::AuditLog> log = storage::make_audit_log(db);
    std::unique_ptr<incident::ContributionStore> contributions =
        storage::make_contribution_store(db);
    FaultyIncidents faulty_store{*store, faults};
    FaultyContributions faulty{*contributions, faults};
    incident::IncidentService incidents{{faulty_store, world_->keys(), &captures, rules.clocks,
                                         rules.holidays, clock, random, &faulty},
                                        incident::IncidentOptions{}};
    IndexWatch index{world_->data(), world_->keys()};
    std::unique_ptr<incident::CaseworkStore> work = storage::make_casework_store(db);
    std::unique_ptr<incident::MoveStore> move_store = storage::make_move_store(db);
    incident::MoveService moves{{*move_store, *store, *work, *contributions, *log, world_->keys(),
                                 captures, rules.clocks, rules.holidays, clock, random}};
    SystemSleeper sleeper;
    CpuPool pool{1};
    RegistryOfTheWorld registry;
    std::vector<std::string> lines;  // errors that it logged
    VerdictWatch watch{
        {{*store, world_->keys(), nullptr, rules.clocks, rules.holidays, clock, random,
          contributions.get()},
         index,
         registry,
         sleeper,
         pool,
         metrics,
         Logger::to_sink(clock, LogLevel::kError,
                         [this](std::string_view line) { lines.emplace_back(line); })},
        0.95,
        std::chrono::minutes(1)};
    // Of what is said, who may have leaked and how sure that is.
    json::value holders(const std::string& id) { return said(id).at("holders"); }
    std::set<std::string> parties_with_tasks(const std::string& id) {
      incident::CaseworkService tasks({*work, *store, rules.clocks, rules.holidays, clock});
      std::set<std::string> out;
      const auto view = tasks.show(kLead, id).value();
      for (const auto& t : view.tasks) out.insert(t.key.party);
      return out;
    }
    KnownLeakWatch older{*store, world_->keys(), clock};
    CaptureMatcher matcher{
        {captures, world_->keys(), incidents, nullptr, clock, metrics, Logger::silent(), &older},
        matcher::Options{}};
  };

  JointVerdict() {
    // One dump of shop's copy, whose pieces share rows, so that they are one incident's.
    pages_.rows = {{"a", people(0, 300, 3)},
                   {"b", people(99, 399, 3)},
                   {"c", people(141, 441, 3)},
                   {"d", people(0, 540, 3)}};
  }

  Pages pages_;
  static std::unique_ptr<matcher::test::World> world_;
};
std::unique_ptr<matcher::test::World> JointVerdict::world_;

TEST_F(JointVerdict, AnyOrderOfCapturesSaysTheSame) {
  std::vector<std::string> order = {"a", "b", "c", "d"};
  std::optional<json::object> first;
  do {
    Daemon daemon(pages_);
    for (const auto& capture : order) ASSERT_TRUE(daemon.match(capture));
    ASSERT_EQ(daemon.all().size(), 1U) << order[0] << order[1] << order[2] << order[3];
    const auto said = daemon.said(daemon.all()[0]);
    if (!first) first = said;
    EXPECT_EQ(said, *first) << order[0] << order[1] << order[2] << order[3];
  } while (std::ranges::next_permutation(order).found);
  EXPECT_EQ(first->at("holders").at(0).at("party"), "shop");
  EXPECT_EQ(first->at("exposures"), 4);
  EXPECT_EQ(first->at("whole").at("matched_subjects"), 180);
}

TEST_F(JointVerdict, TwiceIsOnceAndWritesNothing) {
  Daemon daemon(pages_);
  for (const auto* capture : {"a", "b"}) ASSERT_TRUE(daemon.match(capture));
  const auto id = daemon.all()[0];
  const auto before = daemon.why(id);
  const auto revision = daemon.store->revision().value();
  for (const auto* capture : {"b", "a", "b"}) ASSERT_TRUE(daemon.match(capture));
  EXPECT_EQ(daemon.why(id), before);
  EXPECT_EQ(daemon.store->revision().value(), revision);
}

TEST_F(JointVerdict, ACrashAtAnyStepLosesNothingAndCountsNothingTwice) {
  Daemon whole(pages_);
  for (const auto* capture : {"a", "b", "c"}) ASSERT_TRUE(whole.match(capture));
  const auto expected = whole.said(whole.all()[0]);
  int crashes = 0;
  for (const bool after : {false, true}) {
    for (int at = 0; at < 12; ++at) {
      Daemon daemon(pages_);
      daemon.faults = {at, after};
      for (const auto* capture : {"a", "b", "c"}) {
        if (daemon.match(capture)) continue;
        ++crashes;
        daemon.faults.left = 1 << 30;  // the next life
        ASSERT_TRUE(daemon.match(capture)) << "the queue gives it again";
      }
      ASSERT_EQ(daemon.all().size(), 1U) << at;
      EXPECT_EQ(daemon.said(daemon.all()[0]), expected) << at << after;
      EXPECT_FALSE(incident::verify_incidents(*daemon.store, *daemon.log).value()) << at;
    }
  }
  EXPECT_GT(crashes, 10);
}

TEST_F(JointVerdict, TheIncidentShowsIt) {
  Daemon daemon(pages_);
  for (const auto* capture : {"a", "d"}) ASSERT_TRUE(daemon.match(capture));
  const auto id = daemon.all()[0];
  const auto view = daemon.incidents.show(kLead, id).value();
  const auto said = daemon.said(id);
  EXPECT_EQ(view.holders[0].party, "shop");
  EXPECT_DOUBLE_EQ(view.holders[0].probability,
                   said.at("holders").at(0).at("probability").as_double());
  EXPECT_EQ(view.exposures.size(), 2U);
  ASSERT_TRUE(daemon.store->rebuild());
  EXPECT_EQ(daemon.said(id), said) << "the log is the truth";
  EXPECT_FALSE(incident::verify_incidents(*daemon.store, *daemon.log).value());
}

TEST_F(JointVerdict, APartySeesWhatIsSaidOfItselfAlone) {
  Daemon daemon(pages_);
  ASSERT_TRUE(daemon.match("a"));
  const auto id = daemon.all()[0];
  const registry::Viewer shop("u", registry::Role::kParty, "shop");
  const auto seen = json::parse(daemon.why(id, shop)).as_object();
  EXPECT_TRUE(seen.at("whole").is_null());
  for (const auto& h : seen.at("holders").as_array()) EXPECT_EQ(h.at("party"), "shop");
  ASSERT_EQ(seen.at("holders").as_array().size(), 1U);
  EXPECT_TRUE(seen.at("holders").at(0).at("explanation").is_object());
  EXPECT_EQ(daemon.why(id, shop).find("callco"), std::string::npos);
  // The carrier is told of a holder once it may be named, and never why: that counts others' rows.
  const registry::Viewer kou("u", registry::Role::kParty, "kou");
  const auto carriers = json::parse(daemon.why(id, kou));
  for (const auto& h : carriers.at("holders").as_array()) {
    EXPECT_TRUE(h.at("party") == "kou" || h.at("explanation").is_null());
  }
  const registry::Viewer night("u", registry::Role::kParty, "night");
  EXPECT_EQ(daemon.incidents.attribution(night, id).error().code, Errc::kNotFound);
}

TEST_F(JointVerdict, AClosedIncidentsDumpThatComesAgainIsKnown) {
  Daemon daemon(pages_);
  ASSERT_TRUE(daemon.match("d"));
  const auto first = daemon.all()[0];
  using incident::State;
  for (const auto state :
       {State::kTriaged, State::kConfirmed, State::kContained, State::kNotified, State::kClosed}) {
    ASSERT_TRUE(daemon.incidents.advance(kLead, first, state, ""));
  }
  pages_.rows["again"] = people(0, 540, 3);
  std::ranges::reverse(pages_.rows["again"]);
  ASSERT_TRUE(daemon.match("again"));
  ASSERT_EQ(daemon.all().size(), 2U);
  const auto said = daemon.said(daemon.all()[1]);
  const auto& again = said.at("whole").at("recirculation");
  ASSERT_TRUE(again.is_object());
  EXPECT_EQ(again.at("kind"), "same");
  EXPECT_EQ(again.at("new_subjects"), 0);
  EXPECT_EQ(said.at("whole").at("known_leaks").at(0).at("incident").as_string(), first);
  EXPECT_NE(said.at("verdict"), "named") << "nobody leaked anew";
  // Of the first nothing was known before.
  EXPECT_TRUE(daemon.said(first).at("whole").at("known_leaks").as_array().empty());
}

// The rows of "e" are callco's copy, and none of shop's.
TEST_F(JointVerdict, IsMadeAgainFromWhatIsThereAfterAMergeAndAfterUndoingIt) {
  pages_.rows["e"] = people(500, 900, 2);
  Daemon daemon(pages_);
  for (const auto* capture : {"a", "e"}) ASSERT_TRUE(daemon.match(capture));
  ASSERT_EQ(daemon.all().size(), 2U);
  const auto a = daemon.all()[0], e = daemon.all()[1];
  const auto a_before = daemon.holders(a), e_before = daemon.holders(e);
  ASSERT_TRUE(daemon.moves.merge(kLead, a, e, "one dump"));
  EXPECT_FALSE(daemon.store->load(kLead, a).value().together) << "it spoke of other exposures";
  daemon.watch.judge(std::vector{a}, "lead");
  // Two copies, each the source of its part: as surely as before, and both in one verdict.
  std::map<std::string, double> sure;
  const auto holders = daemon.holders(a);
  for (const auto& h : holders.as_array()) {
    sure[std::string(h.at("party").as_string())] = h.at("probability").as_double();
  }
  EXPECT_GT(sure["shop"], 0.95);
  EXPECT_GT(sure["callco"], 0.95);
  EXPECT_TRUE(daemon.parties_with_tasks(a).contains("callco"));
  EXPECT_TRUE(daemon.parties_with_tasks(a).contains("shop"));
  const auto changes = daemon.moves.verdicts(kLead, a).value();
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[1].cause, "merged");
  EXPECT_EQ(changes[1].other, e);
  const auto callco = std::ranges::find(changes[1].holders, std::string("callco"),
                                        &incident::VerdictChange::Holder::party);
  ASSERT_NE(callco, changes[1].holders.end());
  EXPECT_LT(callco->before.value_or(0), 0.95);
  EXPECT_GT(callco->after.value(), 0.95);

  ASSERT_TRUE(daemon.moves.unmerge(kLead, a, e, {}, "two after all"));
  EXPECT_EQ(daemon.watch.look().value(), 2U) << "as after a crash between the move and the verdict";
  EXPECT_EQ(daemon.watch.look().value(), 0U);
  EXPECT_EQ(daemon.holders(a), a_before);
  EXPECT_EQ(daemon.holders(e), e_before);
  EXPECT_FALSE(daemon.parties_with_tasks(a).contains("callco"));
  EXPECT_FALSE(incident::verify_incidents(*daemon.store, *daemon.log).value());
  ASSERT_TRUE(daemon.store->rebuild());
  EXPECT_EQ(daemon.holders(a), a_before);
}

// The oracle: a service that never saw the exposure that was taken out.
TEST_F(JointVerdict, OfBothPartsOfASplitIsThatOfItsOwnExposuresAlone) {
  Daemon daemon(pages_);
  for (const auto* capture : {"a", "d", "b"}) ASSERT_TRUE(daemon.match(capture));
  const auto id = daemon.all()[0];
  const auto exposures = daemon.store->load(kLead, id).value().exposures;
  ASSERT_EQ(exposures.size(), 3U);
  const auto fresh =
      daemon.moves.split(kLead, id, std::vector{exposures[0].id}, "an old list").value();
  EXPECT_EQ(daemon.watch.look().value(), 2U);
  Daemon rest(pages_);
  for (const auto* capture : {"d", "b"}) ASSERT_TRUE(rest.match(capture));
  EXPECT_EQ(daemon.holders(id), rest.holders(rest.all()[0]));
  Daemon alone(pages_);
  ASSERT_TRUE(alone.match("a"));
  EXPECT_EQ(daemon.holders(fresh).at(0).at("party"),
            alone.holders(alone.all()[0]).at(0).at("party"));
  EXPECT_EQ(daemon.said(fresh).at("exposures"), 1);
  const auto changes = daemon.moves.verdicts(kLead, fresh).value();
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].cause, "split_from");
  EXPECT_FALSE(changes[0].before) << "it is new";
}

// An older incident whose contribution is damaged, or whose key is gone, is no reason to leave the
// younger ones without a verdict.
TEST_F(JointVerdict, OneIncidentThatCannotBeJudgedHoldsUpNoOther) {
  pages_.rows["e"] = people(500, 900, 2);
  Daemon daemon(pages_);
  for (const auto* capture : {"a", "e"}) ASSERT_TRUE(daemon.match(capture));
  const auto a = daemon.all()[0], e = daemon.all()[1];
  const auto e_before = daemon.holders(e);
  ASSERT_TRUE(daemon.moves.merge(kLead, a, e, "one dump"));
  ASSERT_TRUE(daemon.moves.unmerge(kLead, a, e, {}, "two after all"));
  const auto exposure = daemon.store->load(kLead, a).value().exposures.at(0).id;
  ASSERT_TRUE(daemon.contributions->put(a, exposure, as_bytes(std::string_view("damaged"))));
  EXPECT_EQ(daemon.watch.look().value(), 1U);
  EXPECT_EQ(daemon.holders(e), e_before);
  const auto said = daemon.lines.size();
  EXPECT_EQ(std::ranges::count_if(daemon.lines,
                                  [&](const std::string& line) {
                                    return line.find("verdict.failed") != std::string::npos &&
                                           line.find(a) != std::string::npos;
                                  }),
            1)
      << "it is said of which";
  EXPECT_EQ(daemon.watch.look().value(), 0U);
  EXPECT_EQ(daemon.lines.size(), said) << "once, until the incident is another one";
}

TEST_F(JointVerdict, WithoutAnythingKeptNeedsNoKey) {
  Daemon daemon(pages_);
  daemon.clock.advance(std::chrono::hours(7 * 24));  // a number of its own: the keys are shared
  ASSERT_TRUE(daemon.match("a"));
  const auto a = daemon.all()[0];
  const auto in = daemon.store->load(kLead, a).value();
  incident::IncidentService::Parts parts{
      *daemon.store,         world_->keys(), nullptr,       daemon.rules.clocks,
      daemon.rules.holidays, daemon.clock,   daemon.random, daemon.contributions.get()};
  EXPECT_TRUE(incident::has_contributions(parts, in).value());
  auto other = in;
  other.exposures.clear();
  EXPECT_FALSE(incident::has_contributions(parts, other).value()) << "what left does not count";
  // Contributions of a database that has none, and a key that nobody may have any more.
  const auto empty = storage::make_contribution_store(testing::open_own_database().value());
  parts.contributions = empty.get();
  EXPECT_FALSE(incident::has_contributions(parts, in).value());
  ASSERT_TRUE(world_->keys().destroy(identity::KeyKind::kIncident, a));
  const auto judged = incident::judge_again(parts, 0.95, a, *daemon.index.current().value(),
                                            *world_->shared_registry(), {}, "service");
  ASSERT_TRUE(judged) << "nothing to judge, and nothing to open";
  EXPECT_FALSE(judged.value());
}

TEST_F(JointVerdict, ChangesAreShownToAPartyOfItselfAlone) {
  pages_.rows["e"] = people(500, 900, 2);
  Daemon daemon(pages_);
  for (const auto* capture : {"a", "e"}) ASSERT_TRUE(daemon.match(capture));
  const auto a = daemon.all()[0], e = daemon.all()[1];
  ASSERT_TRUE(daemon.moves.merge(kLead, a, e, "one dump"));
  daemon.watch.judge(std::vector{a}, "lead");
  const auto seen = daemon.moves.verdicts({"u", registry::Role::kParty, "shop"}, a).value();
  ASSERT_FALSE(seen.empty());
  for (const auto& change : seen) {
    EXPECT_EQ(change.other, "");
    EXPECT_FALSE(change.before || change.after);
    ASSERT_EQ(change.holders.size(), 1U);
    EXPECT_EQ(change.holders[0].party, "shop");
  }
  EXPECT_EQ(daemon.moves.verdicts({"u", registry::Role::kParty, "night"}, a).error().code,
            Errc::kNotFound);
}

}  // namespace
}  // namespace hitokoe::service
