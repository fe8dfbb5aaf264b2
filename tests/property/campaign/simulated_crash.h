// A process that can die at any write and at any word of the mail conversation, for simulations:
// a store and a relay that share one switch. After the switch went off, nothing works any more.
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <map>
#include <string>

#include "hitokoe/base/async.h"
#include "hitokoe/base/random.h"
#include "hitokoe/base/simulated_clock.h"
#include "hitokoe/incident/campaign_store.h"
#include "hitokoe/net/mail_relay.h"

namespace hitokoe::testing {

struct Crash : std::exception {};

// Goes off at the n-th point that is passed; 0: never. From any thread.
class CrashSwitch {
 public:
  // `die`: what happens then; without one, Crash is thrown there and at each point after it.
  explicit CrashSwitch(std::uint64_t after, std::function<void()> die = {})
      : after_(after), die_(std::move(die)) {}
  void point() {
    alive();
    if (++passed_ != after_) return;
    dead_ = true;
    if (die_) die_();
    throw Crash();
  }
  void alive() const {
    if (dead_) throw Crash();
  }
  bool dead() const { return dead_; }
  // The next `n` deliveries find the database locked by somebody else.
  void lock(std::uint64_t n) { locked_ = n; }
  bool locked() {
    if (locked_ == 0) return false;
    --locked_;
    return true;
  }
  std::uint64_t passed() const { return passed_; }

 private:
  const std::uint64_t after_;
  const std::function<void()> die_;
  std::atomic<std::uint64_t> passed_{0};
  std::atomic<bool> dead_{false};
  std::atomic<std::uint64_t> locked_{0};
};

// Dies before a write, or after it was committed and before the caller hears of it.
class CrashingStore final : public incident::CampaignStore {
 public:
  CrashingStore(CampaignStore& real, CrashSwitch& power) : real_(real), power_(power) {}

  Result<void> create(const incident::CampaignRow& row, const incident::Draft& event,
                      UtcTime at) override;
  Result<void> change(const incident::CampaignChange& change, const incident::Draft& event,
                      UtcTime at) override;
  Result<std::vector<incident::CampaignRow>> list() override;
  Result<incident::CampaignRow> load(const std::string& campaign) override;
  Result<std::vector<incident::SubjectRow>> subjects(const std::string& campaign,
                                                     const std::string& controller) override;
  Result<std::vector<incident::SubjectRow>> subjects_after(const std::string& campaign,
                                                           const incident::SubjectPlace& after,
                                                           std::size_t most,
                                                           bool contacts) override;
  Result<std::map<std::string, std::uint64_t>> customers(const std::string& campaign,
                                                         const std::string& controller) override;
  Result<std::vector<incident::SubjectRow>> members(const std::string& campaign,
                                                    const std::string& person) override;
  Result<std::vector<incident::BundleRow>> bundles(const std::string& campaign) override;
  Result<incident::VersionRow> version(const std::string& campaign, std::uint32_t version) override;
  Result<std::vector<incident::ApprovalRow>> approvals(const std::string& campaign,
                                                       std::uint32_t version) override;
  Result<std::vector<incident::RecipientRow>> recipients(const std::string& campaign,
                                                         const std::string& controller) override;
  Result<std::vector<incident::RecipientRow>> recipients_after(
      const std::string& campaign, const std::string& after, std::size_t most,
      std::optional<incident::DeliveryState> state) override;
  Result<Counts> counts(const std::string& campaign, const std::string& controller) override;
  Result<incident::DeliveryPace> pace(const std::string& campaign,
                                      const std::string& controller) override;
  Result<void> note_build(const std::string& campaign,
                          const std::optional<incident::BuildRow>& build) override;
  Result<std::optional<incident::BuildRow>> build(const std::string& campaign) override;
  Result<std::vector<bool>> deliver(const std::string& campaign,
                                    std::span<const incident::DeliveryStep> steps,
                                    const std::string& actor, UtcTime at) override;
  Result<incident::RecipientRow> recipient(const std::string& campaign,
                                           const std::string& person) override;
  Result<void> add_export(const std::string& campaign, const incident::ExportRow& row,
                          std::span<const std::string> persons, UtcTime at) override;
  Result<std::vector<incident::ExportRow>> exports(const std::string& campaign) override;
  Result<std::vector<std::string>> exported(const std::string& campaign,
                                            std::uint32_t number) override;
  Result<void> add_refusal(const std::string& campaign, const incident::RefusalRow& row,
                           const incident::Draft& event, UtcTime at) override;
  Result<std::vector<incident::RefusalRow>> refusals(const std::string& campaign,
                                                     std::uint32_t version) override;
  Result<void> note(const incident::Draft& event, UtcTime at) override;
  Result<std::pair<std::uint64_t, std::uint64_t>> recover(const std::string& campaign,
                                                          const std::string& run,
                                                          const std::string& actor,
                                                          UtcTime at) override;

 private:
  CampaignStore& real_;
  CrashSwitch& power_;
};

// What a mail server saw, over all lives of the sender.
struct RelayMemory {
  std::map<std::string, int> complete;  // by Message-ID: whole bodies that it kept
  std::uint64_t unknown = 0;            // conversations whose end the sender cannot know
};

// Fails in every way that SMTP can, `per_mille` of the chances.
class SimulatedRelay final : public net::MailRelay {
 public:
  SimulatedRelay(Random& random, CrashSwitch& power, RelayMemory& memory, std::uint64_t per_mille)
      : random_(random), power_(power), memory_(memory), per_mille_(per_mille) {}
  Task<net::SendOutcome> send(const net::Mail& mail,
                              std::function<Result<void>()> before_end) override;

 private:
  bool fault() { return random_.below(1000) < per_mille_; }

  Random& random_;
  CrashSwitch& power_;
  RelayMemory& memory_;
  std::uint64_t per_mille_;
};

// Time passes at once, and others get their turn.
class SimulatedSleeper final : public Sleeper {
 public:
  explicit SimulatedSleeper(SimulatedClock& clock) : clock_(clock) {}
  Task<Result<void>> sleep_for(Duration d) override;

 private:
  SimulatedClock& clock_;
};

}  // namespace hitokoe::testing
