// kill -9 while incidents are opened: what the log says is in the tables, and nothing half.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/database_under_test.h"
#include "tests/integration/incident/incident_world.h"

namespace hitokoe::incident {
namespace {

class Crash : public IncidentWorld {};

// The child's life: open, join and advance until it is killed.
[[noreturn]] void work(const std::filesystem::path& folder, int round) {
  SimulatedClock clock{parse_utc("2026-04-01T00:00:00Z").value()};
  SystemRandom random;
  auto keys =
      identity::KeyStore::open(folder, SecretText(std::string("correct horse")), clock, random);
  auto db = testing::open_database(folder / "hitokoe.db");
  if (!keys || !db) ::_exit(2);
  const auto store = storage::make_incident_store(db.value());
  const auto log = storage::make_audit_log(db.value());
  const auto registry = example_registry();
  const auto rules = load_rules("nowhere").value();
  KeptCaptures captures;
  IncidentService incidents(
      {*store, keys.value(), &captures, rules.clocks, rules.holidays, clock, random}, {});
  const auto sign = keys.value().service_sign().value();
  for (std::uint32_t i = 0;; ++i) {
    const auto n = static_cast<std::uint32_t>(round) * 100'000 + i * 100;
    const auto name = "cap-" + std::to_string(n);
    auto r = report(name, "kou", n, 20);
    r.holders = {holder("callco", 0.97, {"S1", "S5"})};
    const auto opened = incidents.open_or_join(r, "scan", "child", registry);
    if (!opened) ::_exit(3);
    if (!incidents.advance(Viewer::local("c"), opened.value().incident, State::kTriaged, "")) {
      ::_exit(4);
    }
    if (!log->checkpoint(sign, clock.now())) ::_exit(5);
  }
}

TEST_F(Crash, LeavesWholeEventsWithTheirRows) {
  SeededRandom chance(20260401);
  std::size_t seen = 0;
  for (int round = 0; round < 6; ++round) {
    incidents.reset();
    store.reset();
    log.reset();
    db.reset();
    keys.reset();
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) work(folder.path(), round);
    // After the child's start (the key store's Argon2, the database), at any point of its work.
    ::usleep(static_cast<useconds_t>(60'000 + chance.below(150'000)));
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended with " << WEXITSTATUS(status);

    reopen();
    expect_consistent();
    const auto views = incidents->list(lead).value();
    EXPECT_GE(views.size(), seen);
    seen = views.size();
    for (const auto& v : views) {
      // Opened whole: the event's people are the sealed subjects, to the last one.
      EXPECT_EQ(v.subjects.at("kou"), 20U) << v.id;
      EXPECT_EQ(incidents->subjects(v.id).value().size(), 20U) << v.id;
    }
    ASSERT_TRUE(store->rebuild());
    expect_consistent();
  }
  EXPECT_GT(seen, 0U) << "no round came as far as one incident";
  // Work goes on: the chain continues where it stood.
  EXPECT_EQ(open(report("cap-after", "otsu", 1, 5)).outcome, Outcome::kOpened);
  expect_consistent();
}

}  // namespace
}  // namespace hitokoe::incident
