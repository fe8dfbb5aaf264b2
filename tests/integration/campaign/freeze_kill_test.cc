// A freeze whose process is killed while it writes: afterwards the campaign is frozen whole, or it
// is what it was before. Never two, never a half one; and it goes on from there.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "hitokoe/identity/approval_evidence.h"
#include "hitokoe/storage/duties.h"
#include "tests/integration/campaign/world.h"

namespace hitokoe::incident {
namespace {

using std::chrono::microseconds;
using testing::CampaignWorld;
using testing::must;

constexpr std::size_t kPersons = 600;

// HITOKOE_FREEZE_KILLS=400 for more.
int kills_of_test() {
  const char* given = std::getenv("HITOKOE_FREEZE_KILLS");
  return given == nullptr ? 30 : std::atoi(given);
}

// One life of the process that freezes. Never returns. Dies `after` the write has begun; 0: not,
// and tells through `pipe` how long the write took.
[[noreturn]] void live(const std::filesystem::path& folder, const std::string& id,
                       std::uint64_t seed, std::optional<microseconds> after, int pipe) {
  CampaignWorld w(seed, folder);
  bool writes = false;
  std::chrono::steady_clock::time_point begun;
  FreezeOptions options;
  options.progress = [&](std::uint64_t done, std::uint64_t all) {
    if (writes || 2 * done < all) return;  // join and hash are the first half
    writes = true;
    begun = std::chrono::steady_clock::now();
    if (!after) return;
    std::thread([after] {
      std::this_thread::sleep_for(*after);
      ::kill(::getpid(), SIGKILL);
    }).detach();
  };
  const bool frozen = w.service().freeze(w.lead, id, w.incident(), options).has_value();
  const auto took =
      std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - begun).count();
  (void)!::write(pipe, &took, sizeof took);
  if (!writes) ::_exit(2);  // it failed before the write: nobody would ever kill it
  if (after) {
    for (;;) ::pause();  // its time comes
  }
  ::_exit(frozen ? 0 : 1);
}

struct Life {
  int status = 0;
  std::int64_t wrote = -1;  // microseconds; -1: it did not get so far
};
Life run(const std::filesystem::path& folder, const std::string& id, std::uint64_t seed,
         std::optional<microseconds> after) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) live(folder, id, seed, after, ends[1]);
  ::close(ends[1]);
  Life life;
  EXPECT_EQ(::waitpid(child, &life.status, 0), child);
  if (::read(ends[0], &life.wrote, sizeof life.wrote) != sizeof life.wrote) life.wrote = -1;
  ::close(ends[0]);
  return life;
}

// @return the version that is frozen.
std::uint32_t check_whole(const std::filesystem::path& folder, const std::string& id,
                          std::uint32_t before, std::uint64_t seed) {
  CampaignWorld w(seed, folder);
  // A server may still be at what the killed process sent it last: whoever has the lock of writers
  // after it sees how that ended.
  EXPECT_TRUE(storage::make_outbox(w.db)->cursor("after " + std::to_string(seed)));
  EXPECT_EQ(must(w.store->list()).size(), 1U) << "never two";
  const auto row = must(w.store->load(id));
  EXPECT_TRUE(row.version == before || row.version == before + 1) << row.version;
  EXPECT_EQ(w.store->version(id, row.version + 1).error().code, Errc::kNotFound);
  EXPECT_EQ(row.state, CampaignState::kFrozen);
  const auto version = must(w.store->version(id, row.version));
  EXPECT_EQ(version.persons, kPersons);
  const auto recipients = must(w.store->recipients(id, ""));
  EXPECT_EQ(recipients.size(), kPersons);
  for (const auto& r : recipients) EXPECT_EQ(r.version, row.version) << "a part of another one";
  const auto counts = must(w.store->counts(id, ""));
  EXPECT_EQ(counts[static_cast<std::size_t>(DeliveryState::kPending)], kPersons);
  // Each party's slice, made of what is in the database now, is in the root that was frozen.
  const auto requests = must(w.service().approval_requests(w.lead, id, {}));
  EXPECT_EQ(requests.size(), version.concerned.size());
  for (const auto& request : requests) {
    const auto opened = w.opened(request);
    EXPECT_EQ(opened.root, version.root);
    EXPECT_TRUE(identity::check_evidence(opened)) << request.party;
  }
  EXPECT_FALSE(
      storage::make_audit_log(w.db)->verify(w.keys->service_sign().value().public_key).value());
  return row.version;
}

TEST(KilledFreeze, LeavesTheCampaignFrozenWholeOrAsItWas) {
  const ScratchFolder scratch;
  const auto folder = scratch / "data";
  std::string id;
  {
    CampaignWorld w(1, folder);
    w.populate(kPersons);
    auto s = w.service();
    id = must(s.create(w.lead, "INC-1", w.spec())).id;
    for (const auto& r : must(s.resolve(w.lead, id, w.incident(), w.affected()))) {
      ASSERT_TRUE(s.import_bundle(w.lead, id, w.bundle(r)));
    }
  }
  const auto whole = run(folder, id, 2, std::nullopt);
  ASSERT_TRUE(WIFEXITED(whole.status) && WEXITSTATUS(whole.status) == 0);
  std::uint32_t version = check_whole(folder, id, 0, 3);
  ASSERT_EQ(version, 1U);

  SeededRandom dice(7);
  int there = 0, not_there = 0;
  // Around the end of the transaction, however fast the machine is today: later where it was killed
  // too early to be frozen, and the other way round.
  double span = static_cast<double>(whole.wrote) * 1.25;
  for (int i = 0; i < kills_of_test(); ++i) {
    SCOPED_TRACE("kill " + std::to_string(i));
    const auto after =
        microseconds(static_cast<std::int64_t>(dice.below(static_cast<std::uint64_t>(span) + 1)));
    const auto life = run(folder, id, 100 + static_cast<std::uint64_t>(i), after);
    ASSERT_TRUE(WIFSIGNALED(life.status)) << "it ended by itself: " << WEXITSTATUS(life.status);
    const auto now = check_whole(folder, id, version, 1000);
    if (HasFatalFailure() || HasNonfatalFailure()) return;
    if (life.wrote >= 0) {
      EXPECT_EQ(now, version + 1) << "it had said that it was done";
    }
    (now == version ? not_there : there) += 1;
    span *= now == version ? 1.25 : 0.8;
    version = now;
  }
  EXPECT_GT(there, 0);
  EXPECT_GT(not_there, 0);
  std::cout << there + not_there << " kills: " << there << " were frozen, " << not_there
            << " were as before\n";
  // And from there it goes its way: frozen, approved by all, begun.
  ASSERT_EQ(WEXITSTATUS(run(folder, id, 5000, std::nullopt).status), 0);
  EXPECT_EQ(check_whole(folder, id, version, 5001), version + 1);
  CampaignWorld w(5002, folder);
  auto s = w.service();
  for (const auto& r : must(s.approval_requests(w.lead, id, {}))) {
    ASSERT_TRUE(s.approve(w.lead, id, w.approval(r)));
  }
  EXPECT_EQ(must(w.store->load(id)).state, CampaignState::kApproved);
  EXPECT_TRUE(s.start(w.lead, id));
}

}  // namespace
}  // namespace hitokoe::incident
