// Two carriers' own bases in an index, an incident with some of kou's customers, and the desk over
// them, with a clock that stands still and a sleeper that moves it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "hitokoe/base/run_alone.h"
#include "hitokoe/base/simulated_clock.h"
#include "hitokoe/incident/desk_service.h"
#include "hitokoe/incident/incident_service.h"
#include "hitokoe/storage/desk.h"
#include "tests/database_under_test.h"
#include "tests/unit/matcher/people.h"

namespace hitokoe::incident {

using matcher::test::Person;
using matcher::test::person;

class MovingSleeper final : public Sleeper {
 public:
  explicit MovingSleeper(SimulatedClock& clock) : clock_(clock) {}
  Task<Result<void>> sleep_for(Duration d) override {
    clock_.advance(d);
    co_return ok();
  }

 private:
  SimulatedClock& clock_;
};

// Every customer up to kAffected is in the incident; kou has kCustomers.
class DeskWorld : public ::testing::Test {
 protected:
  static constexpr unsigned kAffected = 20;
  static constexpr unsigned kCustomers = 60;

  void SetUp() override {
    using matcher::test::held;
    using matcher::test::kAllColumns;
    std::vector<Person> kou, otsu;
    for (unsigned n = 0; n < kCustomers; ++n) kou.push_back(person(n));
    for (unsigned n = 0; n < 10; ++n) otsu.push_back(person(n, "O"));
    world.add("K0", held(kou, kAllColumns));
    world.add("O0", held(otsu, kAllColumns));
    db = testing::open_database(folder.path() / "hitokoe.db").value();
    incidents = storage::make_incident_store(db);
    log = storage::make_audit_log(db);
    store = storage::make_desk_store(db);
    open_incident();
    reopen();
  }
  // A scan of the leaked rows, committed as an incident's first exposure.
  void open_incident();
  void reopen() {
    desk = std::make_unique<DeskService>(
        DeskService::Parts{*incidents, *store, world.keys(),
                           [this]() -> Result<std::shared_ptr<const matcher::Index>> {
                             return std::shared_ptr<const matcher::Index>(world.index());
                           },
                           clock, random},
        options);
  }

  static std::string said(const Person& p, const std::string& birthdate = {}) {
    return "ref=" + p.ref + "\nbirthdate=" + (birthdate.empty() ? p.birthdate : birthdate) + "\n";
  }
  Result<DeskAnswer> check(const std::string& text, const Viewer& who,
                           const std::string& call = {}) {
    const auto claim = Claim::parse(text);
    if (!claim) return outcome::failure(claim.error());
    asio::io_context io;
    CpuPool pool(1);
    return run_alone(
        io, answer_in_time(*desk, who, incident, claim.value(), call, {clock, sleeper, pool}));
  }
  Result<DeskAnswer> check(const std::string& text) { return check(text, op); }
  void rest() { clock.advance(std::chrono::minutes(2)); }

  const Viewer op{"okada", registry::Role::kDesk, ""};
  const Viewer other_op{"ogawa", registry::Role::kDesk, ""};
  const Viewer lead{"sato", registry::Role::kCoordinator, ""};
  const Viewer auditor{"kansa", registry::Role::kAuditor, ""};
  const Viewer party{"kou-1", registry::Role::kParty, "kou"};
  const Viewer runner{"unyo", registry::Role::kOperator, ""};

  matcher::test::World world{matcher::test::kRegistry};
  ScratchFolder folder;
  SimulatedClock clock{parse_utc("2026-04-01T00:00:00Z").value()};
  MovingSleeper sleeper{clock};
  SystemRandom random;  // ids of made-up checks; the tests do not depend on them
  DeskOptions options;
  std::string incident = "INC-20260401-0001";
  std::shared_ptr<storage::Database> db;
  std::unique_ptr<IncidentStore> incidents;
  std::unique_ptr<AuditLog> log;
  std::unique_ptr<DeskStore> store;
  std::unique_ptr<DeskService> desk;
};

}  // namespace hitokoe::incident
