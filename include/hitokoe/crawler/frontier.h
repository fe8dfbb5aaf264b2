// What is to be fetched, what was seen, and what was missed. Ports; implementations: storage/sql,
// storage/memory; Redis later. Keys and URLs only, never text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hitokoe/base/time.h"

namespace hitokoe::crawler {

struct FetchJob {
  std::string source;
  std::string item;  // key within the source; "" for the list or feed itself
  std::string url;
  std::string host;  // scheme://host:port, the unit of politeness
  std::uint32_t tries = 0;
  UtcTime due{};
};

enum class FetchOutcome { kFetched, kUnchanged, kGone, kRefused, kFailed };
std::string_view to_string(FetchOutcome outcome);

// For conditional GET of a list or feed.
struct Validators {
  std::string etag;
  std::string last_modified;
};

class Frontier {
 public:
  virtual ~Frontier() = default;
  // Adds the job unless the item was seen or is queued. True when it was added.
  virtual Result<bool> add(const FetchJob& job) = 0;
  // The due job that has waited longest, one per host at most, hosts in `busy` left out. The job
  // stays in the frontier until done/retry; after a crash it is due again.
  virtual Result<std::optional<FetchJob>> next(UtcTime now,
                                               const std::vector<std::string>& busy) = 0;
  // Marks the item as seen (never before its capture is durable) and writes the ledger.
  virtual Result<void> done(const FetchJob& job, FetchOutcome outcome, UtcTime at,
                            const std::string& reason) = 0;
  virtual Result<void> retry(const FetchJob& job, UtcTime due, const std::string& reason) = 0;
  virtual Result<std::optional<UtcTime>> next_due() = 0;
  virtual Result<std::optional<Validators>> validators(const std::string& url) = 0;
  virtual Result<void> set_validators(const std::string& url, const Validators& v) = 0;

  struct Coverage {
    std::string source;
    std::uint64_t listed = 0, fetched = 0, missed = 0, pending = 0;
    std::vector<std::pair<std::string, std::uint64_t>> missed_by_reason;
    std::optional<UtcTime> last_success;
  };
  virtual Result<std::vector<Coverage>> coverage() = 0;
};

}  // namespace hitokoe::crawler
