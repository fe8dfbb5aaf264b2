// A daemon's way to verdicts over all captures of an incident: a database of its own, one index for
// all, and faults where the process ends.
#pragma once

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
namespace json = boost::json;
using matcher::test::held;
using matcher::test::kAllColumns;
using matcher::test::Person;
using matcher::test::person;

inline std::vector<Person> people(unsigned from, unsigned to, unsigned step = 1) {
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
  FaultyIncidents(incident::IncidentStore& real, Faults& faults, const std::string& damaged)
      : real_(real), faults_(faults), damaged_(damaged) {}
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
    if (incident != damaged_) return real_.each_chunk(incident, each);
    return real_.each_chunk(incident, [&](incident::SubjectChunk chunk) {
      chunk.sealed.assign(chunk.sealed.size(), 0);
      return each(chunk);
    });
  }
  Result<void> rebuild() override { return real_.rebuild(); }

 private:
  incident::IncidentStore& real_;
  Faults& faults_;
  const std::string& damaged_;
};

inline const registry::Viewer kLead("lead", registry::Role::kCoordinator, "");

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
    Result<registry::Registry> load() override {
      if (away) return fail(Errc::kUnavailable, "it does not answer", "応答がありません");
      return *world_->shared_registry();
    }
    bool away = false;
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
    std::string damaged;  // the incident whose customers cannot be opened
    SimulatedClock clock{parse_utc("2026-11-25T00:00:00Z").value()};
    SystemRandom random;
    MetricsRegistry metrics;
    std::shared_ptr<storage::Database> db = testing::open_own_database().value();
    incident::LegalRules rules = incident::built_in_rules().value();
    std::unique_ptr<incident::IncidentStore> store = storage::make_incident_store(db);
    std::unique_ptr<incident::AuditLog> log = storage::make_audit_log(db);
    std::unique_ptr<incident::ContributionStore> contributions =
        storage::make_contribution_store(db);
    FaultyIncidents faulty_store{*store, faults, damaged};
    FaultyContributions faulty{*contributions, faults};
    incident::IncidentService incidents{{faulty_store, world_->keys(), &captures, rules.clocks,
                                         rules.holidays, clock, random, &faulty},
                                        incident::IncidentOptions{}};
    IndexWatch index{world_->data(), world_->keys()};
    std::unique_ptr<incident::CaseworkStore> work = storage::make_casework_store(db);
    std::unique_ptr<incident::MoveStore> move_store = storage::make_move_store(db);
    std::unique_ptr<incident::DueVerdicts> due = storage::make_due_verdicts(db);
    incident::MoveService moves{{*move_store, *store, *work, *contributions, *log, world_->keys(),
                                 captures, rules.clocks, rules.holidays, clock, random, due.get()}};
    SystemSleeper sleeper;
    CpuPool pool{1};
    RegistryOfTheWorld registry;
    std::vector<std::string> lines;  // errors that it logged
    VerdictWatch watch{
        {world_->data(),
         {{*store, world_->keys(), nullptr, rules.clocks, rules.holidays, clock, random,
           contributions.get()},
          index,
          registry},
         *due,
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
    KnownLeakWatch older{faulty_store, world_->keys(), clock, metrics,
                         Logger::to_sink(clock, LogLevel::kError, [this](std::string_view line) {
                           lines.emplace_back(line);
                         })};
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
  static inline std::unique_ptr<matcher::test::World> world_;
};

}  // namespace hitokoe::service
