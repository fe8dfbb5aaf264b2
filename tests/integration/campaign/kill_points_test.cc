// Exactly one notice per person with the real parts: a sending process of its own (the database on
// disk, the relay over TLS) is killed with SIGKILL at each kind of write and each word of SMTP.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <set>

#include "hitokoe/base/run_alone.h"
#include "hitokoe/incident/campaign_delivery.h"
#include "hitokoe/net/smtp_relay.h"
#include "tests/database_under_test.h"
#include "tests/integration/campaign/smtp_sink.h"
#include "tests/integration/campaign/world.h"
#include "tests/property/campaign/simulated_crash.h"

namespace hitokoe::incident {
namespace {

using testing::CampaignWorld;
using testing::CrashSwitch;
using testing::must;
using testing::SmtpSink;

constexpr std::size_t kConnections = 4;

// Kill points, persons, campaigns. HITOKOE_KILLS="2000 10000 20" for another size: ops/soak kills.
struct Size {
  std::uint64_t kills = 300, persons = 1500, campaigns = 3;
};
Size size_of_test() {
  Size size;
  if (const char* given = std::getenv("HITOKOE_KILLS")) {
    if (std::sscanf(given, "%lu %lu %lu", &size.kills, &size.persons, &size.campaigns) != 3)
      std::abort();
  }
  return size;
}

// One life of the sending process. Never returns; 0: everything was sent.
[[noreturn]] void live(const std::filesystem::path& folder, const std::string& id,
                       const SmtpSink& sink, std::uint64_t seed, std::uint64_t kill_at_write) {
  CampaignWorld w(seed, folder);
  CrashSwitch power(kill_at_write, [] {
    ::kill(::getpid(), SIGKILL);
    for (;;) ::pause();
  });
  testing::CrashingStore store(*w.store, power);
  const SystemClock clock;
  CampaignService::Parts parts{store, w.registry, *w.keys, clock, w.random};
  CampaignService service(parts);
  net::SmtpOptions smtp;
  smtp.url = sink.url();
  smtp.ca_file = sink.certificate();
  smtp.connections = kConnections;
  asio::io_context io;
  CpuPool pool(kConnections);
  SystemSleeper sleeper;
  DeliveryOptions options;
  options.connections = kConnections;
  int code = 1;
  if (auto relay = net::make_smtp_relay(std::move(smtp)); relay && service.start(w.lead, id)) {
    auto run = CampaignDelivery::prepare(
        parts, "甲通信株式会社", w.lead, id,
        {store, *relay.value(), clock, sleeper, &pool, Logger::silent()}, options);
    if (run) {
      const auto report = run_alone(io, run.value()->run());
      if (report && report.value().end == DeliveryReport::End::kDone && service.finish(w.lead, id))
        code = 0;
    }
  }
  ::_exit(code);
}

CampaignStore::Counts counts_in(const std::filesystem::path& folder, const std::string& id) {
  const auto db = testing::open_database(folder / "hitokoe.db").value();
  return storage::make_campaign_store(db)->counts(id, "").value();
}

std::uint64_t of(const CampaignStore::Counts& counts, DeliveryState state) {
  return counts[static_cast<std::size_t>(state)];
}

struct Totals {
  std::uint64_t kills = 0, at_writes = 0, held = 0, settled_by_log = 0, settled_by_person = 0;
  std::uint64_t persons = 0, received = 0;
};

// One campaign, killed `kills` times, then sent to its end.
void kill_and_send(std::uint64_t number, std::uint64_t persons, std::uint64_t kills, Totals& all) {
  SCOPED_TRACE("campaign (seed) " + std::to_string(number));
  const ScratchFolder scratch;
  const auto folder = scratch / "data";
  SmtpSink sink;
  std::string id;
  {
    CampaignWorld w(number, folder);
    w.populate(persons);
    id = w.approved();
  }
  SeededRandom dice(number);
  std::uint64_t held_before = 0;
  for (std::uint64_t life = 0;; ++life) {
    const bool dies = life < kills;
    const bool at_write = dies && dice.below(2) == 0;
    const auto point = 1 + dice.below(40);
    const bool before = dice.below(2) == 0;
    int go[2];
    ASSERT_EQ(::pipe(go), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      char told = 0;
      (void)!::read(go[0], &told, 1);  // the sink must know whom to kill
      live(folder, id, sink, (number << 32) + life, at_write ? point : 0);
    }
    std::filesystem::remove(sink.dir() / "kill");
    if (dies && !at_write) sink.kill_at(child, point, before);
    ASSERT_EQ(::write(go[1], "x", 1), 1);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ::close(go[0]);
    ::close(go[1]);
    const auto counts = counts_in(folder, id);
    const auto held = of(counts, DeliveryState::kUnknownHeld);
    // What hangs between the end of a body and its answer: never more than connections, each time.
    ASSERT_LE(held + of(counts, DeliveryState::kCommitting) - held_before, kConnections);
    held_before = held + of(counts, DeliveryState::kCommitting);
    if (!dies) {
      ASSERT_TRUE(WIFEXITED(status)) << WTERMSIG(status);
      ASSERT_EQ(WEXITSTATUS(status), 0);
      break;
    }
    ASSERT_TRUE(WIFSIGNALED(status)) << "life " << life << " was sent to its end before its kill";
    ASSERT_EQ(WTERMSIG(status), SIGKILL);
    ++all.kills;
    all.at_writes += at_write ? 1U : 0U;
  }

  // The books: whom the server has, exactly once; whom it has not, by a decision.
  CampaignWorld w(number + 1000, folder);
  std::map<std::string, int> received;
  for (const auto& mail : sink.complete()) ++received[mail.message_id];
  for (const auto& [message, n] : received) ASSERT_EQ(n, 1) << "two mails to one person";
  auto service = w.service();
  std::ifstream log(sink.dir() / "maillog");
  const auto settled = must(service.reconcile(w.lead, id, log));
  all.held += settled.accepted + settled.still_held;
  all.settled_by_log += settled.accepted;
  EXPECT_EQ(settled.refused, 0U);
  const auto row = w.store->load(id).value();
  EXPECT_EQ(row.state, CampaignState::kSent);
  for (const auto& r : must(w.store->recipients(id, ""))) {
    const bool there = received.count(notice_message_id(row, r.person, r.version)) != 0;
    ++all.persons;
    all.received += there ? 1U : 0U;
    if (r.state == DeliveryState::kUnknownHeld) {
      EXPECT_FALSE(there) << "the log knows it";
      ++all.settled_by_person;
      EXPECT_TRUE(service.settle(w.lead, id, r.person, DeliveryState::kRefused, "not in the log"));
    } else {
      EXPECT_EQ(r.state, DeliveryState::kAccepted);
      EXPECT_TRUE(there) << "missing";
    }
  }
  const auto after = w.store->counts(id, "").value();
  EXPECT_EQ(of(after, DeliveryState::kUnknownHeld), 0U);
  EXPECT_EQ(of(after, DeliveryState::kAccepted) + of(after, DeliveryState::kRefused), persons);
  EXPECT_EQ(of(after, DeliveryState::kAccepted), received.size());
  EXPECT_FALSE(
      storage::make_audit_log(w.db)->verify(w.keys->service_sign().value().public_key).value());
}

TEST(KillPoints, NobodyIsMissedOrWrittenToTwiceAndAllWhoAreHeldAreSettled) {
  const auto size = size_of_test();
  Totals all;
  for (std::uint64_t i = 0; i < size.campaigns && !HasFatalFailure(); ++i)
    kill_and_send(1 + i, size.persons / size.campaigns, size.kills / size.campaigns, all);
  std::cout << all.kills << " kills (" << all.at_writes << " at writes, "
            << all.kills - all.at_writes << " at words of SMTP), " << all.persons
            << " persons: " << all.received << " received once, 0 twice; " << all.held << " held ("
            << all.settled_by_log << " settled by the log, " << all.settled_by_person
            << " by a person)\n";
  EXPECT_EQ(all.kills, size.kills);
  EXPECT_EQ(all.persons, size.persons);
  EXPECT_EQ(all.received + all.settled_by_person, all.persons);
}

}  // namespace
}  // namespace hitokoe::incident
