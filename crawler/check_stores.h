// The stores of a check: what a round needs of them, and nothing that lasts.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "crawler/check_witness.h"
#include "hitokoe/crawler/capture.h"
#include "hitokoe/crawler/frontier.h"
#include "hitokoe/crawler/source_accounts.h"
#include "hitokoe/crawler/work_queue.h"

namespace hitokoe::crawler {

// Offers each source's list once, and of its items one after the other until one was captured or
// is to be asked again later.
class CheckFrontier final : public Frontier {
 public:
  explicit CheckFrontier(std::map<std::string, CheckNotes>& notes) : notes_(notes) {}

  Result<std::uint64_t> add(const std::vector<FetchJob>& jobs) override;
  Result<std::optional<FetchJob>> next(UtcTime now, const std::vector<std::string>& sources,
                                       const std::vector<std::string>& busy) override;
  Result<std::optional<UtcTime>> next_due(const std::vector<std::string>& sources,
                                          const std::vector<std::string>& busy) override;
  Result<void> done(const FetchJob& job, FetchOutcome outcome, UtcTime at,
                    const std::string& reason) override;
  Result<void> retry(const FetchJob& job, UtcTime due, const std::string& reason) override;
  Result<void> list_done(const FetchJob& next, FetchOutcome outcome, UtcTime at,
                         const std::string& reason) override;
  Result<std::optional<Validators>> validators(const std::string& /*url*/) override {
    return std::optional<Validators>();
  }
  Result<void> set_validators(const std::string& /*url*/, const Validators& /*v*/) override {
    return ok();
  }
  Result<std::string> memory(const std::string& /*source*/) override { return std::string(); }
  Result<std::vector<Coverage>> coverage() override { return std::vector<Coverage>(); }

  // Whether an item of the source was never asked for, though it was its turn.
  bool left_over(const std::string& source) const;

 private:
  struct Queue {
    std::optional<FetchJob> list;
    std::deque<FetchJob> items;  // the first is the one whose turn it is
    std::set<std::string> keys;  // that were ever queued
  };
  const FetchJob* first_of(const std::vector<std::string>& sources,
                           const std::vector<std::string>& busy) const;

  std::map<std::string, CheckNotes>& notes_;
  std::map<std::string, Queue> queues_;
};

// Every capture is taken, and forgotten.
class CheckCaptures final : public CaptureStore {
 public:
  Result<void> put(const CaptureMeta& /*meta*/, ByteView /*body*/) override { return ok(); }
  Result<CaptureMeta> meta(const std::string& id) override;
  Result<Bytes> read(const std::string& id) override;
  Result<void> keep_for_incident(const std::string& id, const std::string& incident) override;
  Result<std::vector<std::string>> list() override { return std::vector<std::string>(); }
};

class CheckQueue final : public WorkQueue {
 public:
  Result<void> push(const std::string& /*capture*/, UtcTime /*now*/) override { return ok(); }
  Result<std::vector<WorkItem>> claim(const std::string& /*worker*/, std::size_t /*limit*/,
                                      UtcTime /*now*/, Duration /*visibility*/) override {
    return std::vector<WorkItem>();
  }
  Result<std::uint64_t> take_over(const std::string& /*worker*/) override {
    return std::uint64_t{0};
  }
  Result<void> renew(const std::string& /*worker*/, const std::vector<std::uint64_t>& /*tickets*/,
                     UtcTime /*now*/) override {
    return ok();
  }
  Result<void> acknowledge(std::uint64_t ticket) override;
  Result<void> set_aside(std::uint64_t ticket, const std::string& reason) override;
  Result<std::uint64_t> depth() override { return std::uint64_t{0}; }
};

// Accounts as they are stored, and what comes of using them, for as long as the check runs.
class CheckAccounts final : public SourceAccounts {
 public:
  explicit CheckAccounts(SourceAccounts& stored) : stored_(stored) {}

  Result<std::vector<SourceAccount>> list() override { return stored_.list(); }
  Result<Opened> open(const std::string& source, const std::string& name) override {
    return stored_.open(source, name);
  }
  Result<bool> note(const SourceAccount& /*account*/, const SecretText* /*cookies*/,
                    UtcTime /*at*/) override {
    return true;
  }
  Result<bool> note_anew(const SourceAccount& account, const SecretText* cookies,
                         UtcTime at) override {
    return note(account, cookies, at);
  }
  // kForbidden, all three: a check changes nothing.
  Result<void> put(const std::string& source, const std::string& name,
                   const AccountSecrets& secrets, const std::string& by, UtcTime at) override;
  Result<void> put_cookies(const SourceAccount& account, const SecretText& lines,
                           const std::string& by, UtcTime at) override;
  Result<bool> remove(const std::string& source, const std::string& name, const std::string& by,
                      UtcTime at) override;

 private:
  SourceAccounts& stored_;
};

}  // namespace hitokoe::crawler
