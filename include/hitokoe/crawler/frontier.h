// What is to be fetched, what was seen, and what was missed. Ports; implementations: storage/sql,
// storage/memory, storage/redis. Keys and URLs only, never text.
//
// A job is one *item* of a source, or, with an empty item key, the source's *list* (a feed or a
// listing page). An item is in one state: pending (queued), fetched, gone, refused or failed. The
// ledger counts items by state: listed = fetched + missed + pending.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hitokoe/base/result.h"
#include "hitokoe/base/time.h"

namespace hitokoe::crawler {

struct FetchJob {
  std::string source;
  std::string item;  // key within the source; "" for the list or feed itself
  std::string url;
  std::string host;  // scheme://host:port, the unit of politeness
  std::uint32_t tries = 0;
  UtcTime due{};
  // What the list says of this item, to tell whether it changed: a count of posts, a date. Empty:
  // an item that never changes.
  std::string version{};
  // What the source's adapter must know the next time: how far it has read. Opaque, ASCII, at most
  // kLongestMemory; kept with the item whatever becomes of it.
  std::string memory{};
};
constexpr std::size_t kLongestMemory = 64u << 10;

// kUnchanged is for lists (304). The last three are misses. kFailed was given up for now: it is
// not seen, a list that still shows it queues it again. The others are final.
enum class FetchOutcome { kFetched, kUnchanged, kGone, kRefused, kFailed };
std::string_view to_string(FetchOutcome outcome);  // "fetched", "unchanged", "gone", …

// For conditional GET of a list or feed.
struct Validators {
  std::string etag;
  std::string last_modified;
};

// Each call is one durable step.
class Frontier {
 public:
  virtual ~Frontier() = default;
  // Queues the jobs, in one step, but for those that cannot be kept (frontier_texts.h) and those
  // whose item is queued or seen (fetched, gone, refused). A list is never seen: it can be added
  // again after done(). A fetched or gone item whose version is another than it was is queued
  // again; a known item keeps its memory. How many were queued.
  virtual Result<std::uint64_t> add(const std::vector<FetchJob>& jobs) = 0;
  // The job that has been due longest (ties: the smaller source, then item) of those whose source
  // is in `sources` and whose host is not in `busy`. It stays queued until done/retry: after a
  // crash it is due again.
  virtual Result<std::optional<FetchJob>> next(UtcTime now, const std::vector<std::string>& sources,
                                               const std::vector<std::string>& busy) = 0;
  // When the next job becomes due, of the same choice; may be in the past.
  virtual Result<std::optional<UtcTime>> next_due(const std::vector<std::string>& sources,
                                                  const std::vector<std::string>& busy) = 0;
  // Item: leaves the queue with this outcome (kFetched never before its capture is durable).
  // Both keep job.version and job.memory.
  // List: leaves the queue; last_success becomes `at` for kFetched and kUnchanged, last_reason
  // becomes `reason`. `reason` is a stable name ("timeout", "status_404", "cut_cap"), or empty.
  virtual Result<void> done(const FetchJob& job, FetchOutcome outcome, UtcTime at,
                            const std::string& reason) = 0;
  // Stays (or becomes) queued with job.tries, job.url, job.memory and `due`. List: last_reason =
  // `reason`.
  virtual Result<void> retry(const FetchJob& job, UtcTime due, const std::string& reason) = 0;
  // A list was read: as done() for `next` without its due, and queued again at once, as `next`. One
  // step: a list that is done and not queued would never be read again.
  virtual Result<void> list_done(const FetchJob& next, FetchOutcome outcome, UtcTime at,
                                 const std::string& reason) = 0;
  virtual Result<std::optional<Validators>> validators(const std::string& url) = 0;
  virtual Result<void> set_validators(const std::string& url, const Validators& v) = 0;

  struct Coverage {
    std::string source;
    std::uint64_t listed = 0, fetched = 0, missed = 0, pending = 0;  // items
    std::vector<std::pair<std::string, std::uint64_t>> missed_by_reason;
    std::optional<UtcTime> last_success;  // of the list
    std::optional<UtcTime> last_new;      // when an item was last fetched
    std::optional<UtcTime> oldest_due;    // of the pending items, the one that waits longest
    std::string last_reason;  // what was wrong with the list the last time; empty: nothing
  };
  // Of a source's list; empty where it has none yet.
  virtual Result<std::string> memory(const std::string& source) = 0;
  // Every source that ever had a job, sorted by id.
  virtual Result<std::vector<Coverage>> coverage() = 0;
};

}  // namespace hitokoe::crawler
